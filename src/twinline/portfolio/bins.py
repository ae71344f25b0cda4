"""Values counted in bins that are frozen, and values kept apart until their bins can be chosen."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from enum import StrEnum, unique
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

QUANTILES = 10
DIGITS = 3
"""Values whose bins are still to be chosen are told apart by so many digits: bounded memory."""


@unique
class Apart(StrEnum):
    """What a value is instead of a number, each a bin of its own."""

    MISSING = "missing"
    OUTSIDE = "out of range"


Value = int | Apart


@unique
class Origin(StrEnum):
    """Where bins come from."""

    SCORECARD = "scorecard"
    QUANTILES = "quantiles"


class Bins(msgspec.Struct, frozen=True, kw_only=True):
    """Bins of one measure, frozen: every later book is counted in the same ones.

    `specials` are single values with bins of their own; a bin runs from its edge up to, not
    including, the next. What lies below the first edge is counted in the first bin. `least` and
    `greatest` are the ends of what the reference held, None where it held no number.
    """

    origin: Origin
    edges: tuple[int, ...]
    specials: tuple[int, ...] = ()
    least: int | None = None
    greatest: int | None = None

    def names(self) -> Iterator[Bin]:
        """Yield the bins in the order of their places."""
        for special in self.specials:
            yield Bin(special=True, start=special, below=None)
        for place, edge in enumerate(self.edges):
            below = self.edges[place + 1] if place + 1 < len(self.edges) else None
            yield Bin(start=edge, below=below)
        for apart in Apart:
            yield Bin(name=apart.value)

    def place(self, value: Value) -> int:
        """Return the place of a value's bin."""
        first = len(self.specials)
        if value is Apart.MISSING:
            return first + len(self.edges)
        if value is Apart.OUTSIDE:
            return first + len(self.edges) + 1
        if value in self.specials:
            return self.specials.index(value)
        return first + max(bisect_right(self.edges, value) - 1, 0)


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """One bin: a category by its name, a special value, or a range from `start` up."""

    name: str = ""
    special: bool = False
    start: int | None = None
    below: int | None = None


class Count:
    """Values counted in frozen bins."""

    def __init__(self, bins: Bins) -> None:
        """Start with nothing counted."""
        self.bins = bins
        self.counts = [0] * (len(bins.specials) + len(bins.edges) + len(Apart))
        self.beyond_least = self.beyond_greatest = 0
        self.least: int | None = None
        self.greatest: int | None = None

    def frozen(self) -> tuple[Bins, list[int]]:
        """Return the bins, with the ends of what was seen unless they have ends, and counts."""
        if self.bins.least is not None:
            return self.bins, self.counts
        bins = msgspec.structs.replace(self.bins, least=self.least, greatest=self.greatest)
        return bins, self.counts


class Spectrum:
    """Values told apart by three digits, until their bins are chosen."""

    def __init__(self, specials: Sequence[int] = ()) -> None:
        """Start with nothing; `specials` get bins of their own."""
        self.specials = tuple(specials)
        self.counts: Counter[Value] = Counter()
        self.least: int | None = None
        self.greatest: int | None = None

    def frozen(self) -> tuple[Bins, list[int]]:
        """Return bins of about equal size, and the values counted in them."""
        bins = Bins(
            origin=Origin.QUANTILES,
            edges=self._edges(),
            specials=self.specials,
            least=self.least,
            greatest=self.greatest,
        )
        counts = [0] * (len(bins.specials) + len(bins.edges) + len(Apart))
        for value, count in self.counts.items():
            counts[bins.place(value)] += count
        return bins, counts

    def _edges(self) -> tuple[int, ...]:
        """Return the first value of each bin: a tenth of all, or one value that has a tenth."""
        numbers = {
            value: count
            for value, count in self.counts.items()
            if not isinstance(value, Apart) and value not in self.specials
        }
        full = max(sum(numbers.values()) / QUANTILES, 1)
        edges: list[int] = []
        held: float = full
        for value in sorted(numbers):
            heavy = numbers[value] >= full
            if heavy and len(edges) > 1 and held < full / 2:
                edges.pop()  # too little stands between two bins to be one
            if heavy or held >= full:
                edges.append(value)
                held = 0
            held += numbers[value]
        return tuple(edges) or (0,)
