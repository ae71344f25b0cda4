"""Two strategies held against each other: what is added up of a book, in bounded memory.

A chunk of customers is added by `portfolio.comparison_columns`.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

from twinline.decision.strategy import Action
from twinline.kernel.money import format_money
from twinline.kernel.rounding import Rounding, divide
from twinline.portfolio.compared import (
    ComparisonFigures,
    LineComparison,
    MoveFigures,
    PriceMoveFigures,
    ReasonMoves,
    RiskFigures,
    SwapFigures,
)
from twinline.portfolio.tally import LGD_PPM, PPM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.portfolio.compared import Mover

MOVERS = 20
"""How many of the largest movers are kept, each way and for each line."""

MOVED_BAND_PPM = 5_000

GRANTED = frozenset({Action.INVITE, Action.RAISE, Action.KEEP})

IN_BOTH, OUT_BOTH, SWAPPED_IN, SWAPPED_OUT, REFERRED = SWAPS = (
    "in_both",
    "out_both",
    "swapped_in",
    "swapped_out",
    "referred",
)

Pair = tuple[str, str]
"""What the old strategy says and what the new one says."""


class ComparisonTally:
    """The book so far. `groups` names the protected attributes, in the order they are added."""

    def __init__(self, currency: str, groups: Sequence[str]) -> None:
        """Start with an empty book."""
        self.currency = currency
        self.alike = 0
        self.together = Moves()
        self.risk = Risk()
        self.lines = (LineTally(groups), LineTally(groups))

    def merge(self, other: ComparisonTally) -> None:
        """Add all that another tally of the same book holds."""
        self.alike += other.alike
        self.together.merge(other.together)
        self.risk.merge(other.risk)
        for line, added in zip(self.lines, other.lines, strict=True):
            line.merge(added)

    def figures(self) -> ComparisonFigures:
        """Return the figures of all that was added."""
        pay_later, cash_loan = (tally.figures(self.currency) for tally in self.lines)
        return ComparisonFigures(
            customers=self.together.customers,
            alike=self.alike,
            together=self.together.figures(self.currency),
            risk=self.risk.figures(self.currency),
            pay_later=pay_later,
            cash_loan=cash_loan,
        )


class LineTally:
    """One line over the book. Limits moved are counted by band of the change, with its sign."""

    def __init__(self, groups: Sequence[str]) -> None:
        """Start with an empty book."""
        self._group_names = tuple(groups)
        self.moves = Moves()
        self.risk = Risk()
        self.swap = {name: Swap() for name in SWAPS}
        self.actions: Counter[Pair] = Counter()
        self.limits_moved: Counter[int] = Counter()
        self.prices = Prices()
        self.prices_moved: Counter[int] = Counter()
        self.decided_by: Counter[Pair] = Counter()
        self.appears: Counter[str] = Counter()
        self.vanishes: Counter[str] = Counter()
        self.stays: Counter[str] = Counter()
        self.segments: defaultdict[Pair, Moves] = defaultdict(Moves)
        self.groups: tuple[defaultdict[str, Moves], ...] = tuple(
            defaultdict(Moves) for _ in groups
        )
        self.most_gained, self.most_lost = Largest(), Largest()

    def merge(self, other: LineTally) -> None:
        """Add another tally of the same line."""
        self.moves.merge(other.moves)
        self.risk.merge(other.risk)
        for name, swap in self.swap.items():
            swap.merge(other.swap[name])
        self.actions.update(other.actions)
        self.limits_moved.update(other.limits_moved)
        self.prices.merge(other.prices)
        self.prices_moved.update(other.prices_moved)
        self.decided_by.update(other.decided_by)
        self.appears.update(other.appears)
        self.vanishes.update(other.vanishes)
        self.stays.update(other.stays)
        for pair, moves in other.segments.items():
            self.segments[pair].merge(moves)
        for values, added in zip(self.groups, other.groups, strict=True):
            for value, moves in added.items():
                values[value].merge(moves)
        self.most_gained.merge(other.most_gained)
        self.most_lost.merge(other.most_lost)

    def figures(self, currency: str) -> LineComparison:
        """Return the line's figures."""
        return LineComparison(
            moves=self.moves.figures(currency),
            risk=self.risk.figures(currency),
            swap={name: swap.figures(currency) for name, swap in self.swap.items()},
            actions=_by_old([action.value for action in Action], self.actions),
            limits_moved={
                format_money(band, currency): self.limits_moved[band]
                for band in sorted(self.limits_moved)
            },
            prices=self.prices.figures(self.prices_moved),
            decided_by=_by_old(sorted({old for old, _ in self.decided_by}), self.decided_by),
            reasons={
                code: ReasonMoves(
                    appears=self.appears[code],
                    vanishes=self.vanishes[code],
                    stays=self.stays[code],
                )
                for code in sorted({*self.appears, *self.vanishes, *self.stays})
            },
            segments=_by_segment(self.segments, currency),
            groups={
                name: {value: values[value].figures(currency) for value in sorted(values)}
                for name, values in zip(self._group_names, self.groups, strict=True)
                if values
            },
            most_gained=self.most_gained.in_order(),
            most_lost=self.most_lost.in_order(),
        )


@dataclass(slots=True)
class Sums:
    """Whole numbers that are added up over the book."""

    def merge(self, other: Self) -> None:
        """Add the numbers of others."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(slots=True)
class Moves(Sums):
    """How the limits and prices of some customers move; limits in minor units."""

    customers: int = 0
    granted_old: int = 0
    granted_new: int = 0
    dearer: int = 0
    cheaper: int = 0
    gainers: int = 0
    losers: int = 0
    gained: int = 0
    lost: int = 0
    old: int = 0
    new: int = 0

    def figures(self, currency: str) -> MoveFigures:
        """Return the figures."""
        assert self.gained - self.lost == self.new - self.old
        return MoveFigures(
            customers=self.customers,
            granted_old=self.granted_old,
            granted_new=self.granted_new,
            gainers=self.gainers,
            losers=self.losers,
            dearer=self.dearer,
            cheaper=self.cheaper,
            gained=format_money(self.gained, currency),
            lost=format_money(self.lost, currency),
            mean_gain=format_money(_mean(self.gained, self.gainers), currency),
            mean_loss=format_money(_mean(self.lost, self.losers), currency),
            limit_old=format_money(self.old, currency),
            limit_new=format_money(self.new, currency),
        )


@dataclass(slots=True)
class Swap(Sums):
    """One swap set; losses are in minor units times ppm."""

    customers: int = 0
    known: int = 0
    defaulted: int = 0
    old: int = 0
    new: int = 0
    loss_old: int = 0
    loss_new: int = 0

    def figures(self, currency: str) -> SwapFigures:
        """Return the figures."""
        return SwapFigures(
            customers=self.customers,
            outcome_known=self.known,
            defaulted=self.defaulted,
            limit_old=format_money(self.old, currency),
            limit_new=format_money(self.new, currency),
            expected_loss_old=_loss(self.loss_old, currency),
            expected_loss_new=_loss(self.loss_new, currency),
        )


@dataclass(slots=True)
class Risk(Sums):
    """Limits, and what can be lost on them by the probabilities of both, in minor units × ppm."""

    old: int = 0
    new: int = 0
    known_old: int = 0
    known_new: int = 0
    defaulted_old: int = 0
    defaulted_new: int = 0
    old_by_old: int = 0
    new_by_new: int = 0
    old_by_new: int = 0
    new_by_old: int = 0

    def figures(self, currency: str) -> RiskFigures:
        """Return the figures."""
        return RiskFigures(
            limit_old=format_money(self.old, currency),
            limit_new=format_money(self.new, currency),
            loss_old=_loss(self.old_by_old, currency),
            loss_new=_loss(self.new_by_new, currency),
            loss_old_by_new_pd=_loss(self.old_by_new, currency),
            loss_new_by_old_pd=_loss(self.new_by_old, currency),
            limit_known_old=format_money(self.known_old, currency),
            limit_known_new=format_money(self.known_new, currency),
            limit_defaulted_old=format_money(self.defaulted_old, currency),
            limit_defaulted_new=format_money(self.defaulted_new, currency),
        )


@dataclass(slots=True)
class Prices(Sums):
    """Prices by one strategy alone, and the sums where there are two."""

    only_old: int = 0
    only_new: int = 0
    sum_old: int = 0
    sum_new: int = 0

    def figures(self, moved: Counter[int]) -> PriceMoveFigures:
        """Return the figures, given how many move by band."""
        both = moved.total()
        return PriceMoveFigures(
            both=both,
            only_old=self.only_old,
            only_new=self.only_new,
            mean_old_ppm=_mean(self.sum_old, both) if both else None,
            mean_new_ppm=_mean(self.sum_new, both) if both else None,
            moved={str(band): moved[band] for band in sorted(moved)},
        )


class Largest:
    """The customers who move most; of two who move alike the earlier in the book."""

    def __init__(self) -> None:
        """Start with nobody."""
        self.heap: list[tuple[int, int, Mover]] = []

    def add(self, size: int, mover: Mover) -> None:
        """Keep a customer for as long as few move more; no row is added twice."""
        self._push((size, -mover.row, mover))

    def merge(self, other: Largest) -> None:
        """Add those of other rows."""
        for entry in other.heap:
            self._push(entry)

    def in_order(self) -> tuple[Mover, ...]:
        """Return them, who moves most first."""
        in_order = sorted(self.heap, key=lambda entry: entry[:2], reverse=True)
        return tuple(mover for _, _, mover in in_order)

    def _push(self, entry: tuple[int, int, Mover]) -> None:
        if len(self.heap) < MOVERS:
            heapq.heappush(self.heap, entry)
        elif entry[:2] > self.heap[0][:2]:
            heapq.heapreplace(self.heap, entry)


def _by_old(order: Sequence[str], counts: Counter[Pair]) -> dict[str, dict[str, int]]:
    """Return counts by what the old strategy says, in order, then the most first."""
    found: dict[str, dict[str, int]] = {}
    for (old, new), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        found.setdefault(old, {})[new] = count
    return {old: found[old] for old in order if old in found}


def _by_segment(tallies: Mapping[Pair, Moves], currency: str) -> dict[str, dict[str, MoveFigures]]:
    found: dict[str, dict[str, MoveFigures]] = {}
    for old, new in sorted(tallies):
        found.setdefault(old, {})[new] = tallies[old, new].figures(currency)
    return found


def _mean(total: int, count: int) -> int:
    return divide(total, count, Rounding.HALF_UP) if count else 0


def _loss(minor_ppm: int, currency: str) -> str:
    return format_money(divide(minor_ppm * LGD_PPM, PPM * PPM, Rounding.HALF_UP), currency)
