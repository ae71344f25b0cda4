"""Which terms took how much off a book's limits, from what the score gives to what can be used.

A limit is min(hard, max(floors, min(caps))). A customer's limit starts at its first term: the
one the scorecard explains, else the first cap, else the first hard term. From there the least
cap takes it down, the greatest floor holds it up, the least hard term takes it down again: what
is left is what the terms allow. Then comes what the decision does with it. Every step is whole
money laid at one door, so the steps of all customers add up exactly.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from twinline.decision.strategy import Action
from twinline.kernel.money import format_money
from twinline.portfolio.figures import WaterfallFigures

if TYPE_CHECKING:
    from twinline.decision.strategy import Limit

NOBODY = -1
"""The place of a term where none of its role has an amount."""


class Waterfall:
    """One line's limits on their way down, over the book so far."""

    def __init__(self, limit: Limit) -> None:
        """Start with an empty book; `limit` is the line's in the strategy."""
        self.limit = limit
        self.start = self.allowed = 0
        self.moved = [0] * len(limit.terms)
        self.decided: Counter[Action] = Counter()
        self.held: Counter[Action] = Counter()

    def merge(self, other: Waterfall) -> None:
        """Add what another waterfall of the same line holds."""
        self.start += other.start
        self.allowed += other.allowed
        self.moved = [one + more for one, more in zip(self.moved, other.moved, strict=True)]
        self.decided.update(other.decided)
        self.held.update(other.held)

    def figures(self, currency: str) -> WaterfallFigures:
        """Return the steps as figures; terms that moved nothing are left out."""
        apart = (Action.DECLINE, Action.REFER, Action.STOP)
        kept = sum(by for action, by in self.decided.items() if action not in apart)
        restricted = sum(by for action, by in self.held.items() if action is not Action.STOP)
        effective = self.allowed + self.decided.total() + self.held.total()

        def money(minor: int) -> str:
            return format_money(minor, currency)

        terms = self.limit.terms
        return WaterfallFigures(
            first=terms[first_place(self.limit)].name,
            start=money(self.start),
            terms={term.name: money(by) for term, by in zip(terms, self.moved, strict=True) if by},
            allowed=money(self.allowed),
            not_opened=money(self.decided[Action.DECLINE]),
            kept=money(kept),
            referred=money(self.decided[Action.REFER]),
            stopped=money(self.decided[Action.STOP] + self.held[Action.STOP]),
            restricted=money(restricted),
            effective=money(effective),
        )


def first_place(limit: Limit) -> int:
    """Return the place of the term that a limit starts from."""
    able = (*limit.caps, *limit.hards)
    return next((place for place in able if limit.terms[place].by_score), able[0])
