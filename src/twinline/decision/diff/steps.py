"""Tables by band compared: two step functions held against each other on the edges of both."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Steps:
    """What holds from each edge on, up to the next; the last up to `greatest`, if there is one."""

    edges: tuple[int, ...]
    cells: tuple[str | int, ...]
    greatest: int | None = None

    def at(self, value: int) -> str | int | None:
        """Return what holds at a value, or None below the first edge."""
        place = bisect_right(self.edges, value) - 1
        beyond = self.greatest is not None and value > self.greatest
        return None if place < 0 or beyond else self.cells[place]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values from `least` to `greatest` (None: without end) where two tables say this and that."""

    least: int
    greatest: int | None
    before: str | int | None
    after: str | int | None


def differing(before: Steps, after: Steps) -> list[Stretch]:
    """Return where two tables differ, neighbouring bands with the same change as one.

    >>> differing(Steps((0, 5), (1, 2)), Steps((0, 3), (1, 2)))
    [Stretch(least=3, greatest=4, before=1, after=2)]
    """
    found: list[Stretch] = []
    for least, greatest in _bands(before, after):
        was, now = before.at(least), after.at(least)
        if was == now:
            continue
        last = found[-1] if found else None
        if last and last.greatest == least - 1 and (last.before, last.after) == (was, now):
            found[-1] = Stretch(last.least, greatest, was, now)
        else:
            found.append(Stretch(least, greatest, was, now))
    return found


def _bands(before: Steps, after: Steps) -> Iterator[tuple[int, int | None]]:
    edges = {*before.edges, *after.edges}
    edges |= {each.greatest + 1 for each in (before, after) if each.greatest is not None}
    starts = sorted(edges)
    ends: list[int | None] = [start - 1 for start in starts[1:]]
    yield from zip(starts, [*ends, None], strict=True)


def banded(least: int, greatest: int | None, spell: Callable[[int], str]) -> str:
    """Return a stretch of values in words.

    >>> banded(3, 3, str), banded(3, 5, str), banded(580, None, str)
    ('3', '3 to 5', 'from 580')
    """
    if greatest is None:
        return f"from {spell(least)}"
    return spell(least) if least == greatest else f"{spell(least)} to {spell(greatest)}"


def reordered(before: Sequence[T], after: Sequence[T]) -> bool:
    """Tell whether what both have stands in another order.

    >>> reordered(["a", "b", "c"], ["c", "a"]), reordered(["a", "b"], ["a", "x", "b"])
    (True, False)
    """
    return [x for x in before if x in after] != [x for x in after if x in before]
