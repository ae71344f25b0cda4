"""Spans: what a value can be, as far as is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinline.decision.bounds import Bounds

FAR = 10**40
"""Beyond every number that a strategy can reach: where a span has no end."""


@dataclass(frozen=True, slots=True)
class Span:
    """A whole number from `least` to `greatest`, or, with `missing`, no value at all.

    Where `least` is above `greatest` there is no number. A truth is a span within 0 to 1.
    """

    least: int
    greatest: int
    missing: bool = False

    @property
    def present(self) -> bool:
        """Whether there can be a value."""
        return self.least <= self.greatest

    @property
    def possible(self) -> bool:
        """Whether there can be anything: a value, or its absence."""
        return self.present or self.missing

    def meet(self, other: Span) -> Span:
        """Return what lies in both spans.

        >>> Span(0, 6).meet(Span(3, 99))
        Span(least=3, greatest=6, missing=False)
        """
        least, greatest = max(self.least, other.least), min(self.greatest, other.greatest)
        missing = self.missing and other.missing
        return Span(least, greatest, missing) if least <= greatest else Span(1, 0, missing)


def span_of(bounds: Bounds) -> Span:
    """Return proven bounds as a span."""
    return Span(bounds.least, bounds.greatest, bounds.may_miss)


def joined(spans: Iterable[Span]) -> Span:
    """Return the least span that holds all of several.

    >>> joined([Span(0, 2), Span(5, 9), NO_VALUE])
    Span(least=0, greatest=9, missing=True)
    """
    spans = tuple(spans)
    present = [span for span in spans if span.present]
    return Span(
        min((span.least for span in present), default=1),
        max((span.greatest for span in present), default=0),
        any(span.missing for span in spans),
    )


TRUE = Span(1, 1)
FALSE = Span(0, 0)
EITHER = Span(0, 1)
NO_VALUE = Span(1, 0, missing=True)
SOME_VALUE = Span(-FAR, FAR)


def at_most(value: int) -> Span:
    """Return every value up to one."""
    return Span(-FAR, value)


def at_least(value: int) -> Span:
    """Return every value from one on."""
    return Span(value, FAR)
