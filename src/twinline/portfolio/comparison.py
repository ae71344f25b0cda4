"""Two strategies held against each other, added up one customer at a time in bounded memory."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from twinline.decision.strategy import Action
from twinline.kernel.money import format_money
from twinline.kernel.rounding import Rounding, divide
from twinline.portfolio.compared import (
    ComparisonFigures,
    LineComparison,
    MoveFigures,
    Mover,
    PriceMoveFigures,
    ReasonMoves,
    RiskFigures,
    SwapFigures,
)
from twinline.portfolio.tally import LGD_PPM, PPM, UNKNOWN, one_two_five

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.decision.outcome import LineOutcome, Outcome

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
_SWAP = {
    (True, True): IN_BOTH,
    (False, False): OUT_BOTH,
    (False, True): SWAPPED_IN,
    (True, False): SWAPPED_OUT,
}
"""The swap set by whether the old and the new strategy grant the line."""

_Pair = tuple[str, str]
"""What the old strategy says and what the new one says."""


class ComparisonTally:
    """The book so far. `groups` names the protected attributes, in the order they are added."""

    def __init__(self, currency: str, groups: Sequence[str]) -> None:
        """Start with an empty book."""
        self._currency = currency
        self._alike = 0
        self._together = _Moves()
        self._risk = _Risk()
        self._lines = (_LineTally(groups), _LineTally(groups))

    def add(
        self,
        old: Outcome,
        new: Outcome,
        *,
        row: int,
        defaulted: bool | None,
        groups: Sequence[str | None],
    ) -> None:
        """Add one customer's outcome by each strategy; `row` is the customer's in the book."""
        case = _Case(
            row=row,
            customer_id=new.customer_id,
            segments=(old.segment or UNKNOWN, new.segment or UNKNOWN),
            pd_old=old.pd_ppm or 0,
            pd_new=new.pd_ppm or 0,
            defaulted=defaulted,
            groups=groups,
        )
        pay_later = self._lines[0].add(old.pay_later, new.pay_later, case)
        cash_loan = self._lines[1].add(old.cash_loan, new.cash_loan, case)
        both = _Move(
            old=pay_later.old + cash_loan.old,
            new=pay_later.new + cash_loan.new,
            granted_old=pay_later.granted_old or cash_loan.granted_old,
            granted_new=pay_later.granted_new or cash_loan.granted_new,
            dearer=pay_later.dearer or cash_loan.dearer,
            cheaper=pay_later.cheaper or cash_loan.cheaper,
        )
        self._together.add(both)
        self._risk.add(both, case)
        self._alike += _alike(old.pay_later, new.pay_later) and _alike(
            old.cash_loan, new.cash_loan
        )

    def figures(self) -> ComparisonFigures:
        """Return the figures of all that was added."""
        pay_later, cash_loan = (tally.figures(self._currency) for tally in self._lines)
        return ComparisonFigures(
            customers=self._together.customers,
            alike=self._alike,
            together=self._together.figures(self._currency),
            risk=self._risk.figures(self._currency),
            pay_later=pay_later,
            cash_loan=cash_loan,
        )


class _Case(NamedTuple):
    """A customer, besides what is decided for a line."""

    row: int
    customer_id: str
    segments: _Pair
    pd_old: int
    pd_new: int
    defaulted: bool | None
    groups: Sequence[str | None]


class _Move(NamedTuple):
    """A limit under the old strategy and under the new, and what else changes with it."""

    old: int
    new: int
    granted_old: bool
    granted_new: bool
    dearer: bool
    cheaper: bool


class _LineTally:
    """One line over the book."""

    def __init__(self, groups: Sequence[str]) -> None:
        self._group_names = tuple(groups)
        self._moves = _Moves()
        self._risk = _Risk()
        self._swap = {name: _Swap() for name in SWAPS}
        self._actions: Counter[_Pair] = Counter()
        self._limits_moved: Counter[int] = Counter()
        self._prices = _Prices()
        self._decided_by: Counter[_Pair] = Counter()
        self._reasons = _Reasons()
        self._segments: defaultdict[_Pair, _Moves] = defaultdict(_Moves)
        self._groups: tuple[defaultdict[str, _Moves], ...] = tuple(
            defaultdict(_Moves) for _ in groups
        )
        self._most_gained, self._most_lost = _Largest(), _Largest()

    def add(self, old: LineOutcome, new: LineOutcome, case: _Case) -> _Move:
        """Add one customer's line; return how it moves."""
        price = self._prices.add(old.price_ppm, new.price_ppm)
        move = _Move(
            old=old.effective_limit_minor,
            new=new.effective_limit_minor,
            granted_old=old.action in GRANTED,
            granted_new=new.action in GRANTED,
            dearer=price > 0,
            cheaper=price < 0,
        )
        self._moves.add(move)
        self._risk.add(move, case)
        referred = Action.REFER in {old.action, new.action}
        swap = REFERRED if referred else _SWAP[move.granted_old, move.granted_new]
        self._swap[swap].add(move, case)
        self._actions[old.action.value, new.action.value] += 1
        self._decided_by[_decided_by(old), _decided_by(new)] += 1
        self._reasons.add(old.reasons, new.reasons)
        self._segments[case.segments].add(move)
        for by_value, value in zip(self._groups, case.groups, strict=True):
            if value is not None:
                by_value[value].add(move)
        self._add_size(old, new, case)
        return move

    def _add_size(self, old: LineOutcome, new: LineOutcome, case: _Case) -> None:
        """Count by how much the limit moves, and keep the customer if few move more."""
        by = new.effective_limit_minor - old.effective_limit_minor
        self._limits_moved[_signed_band(by)] += 1
        if by:
            most = self._most_gained if by > 0 else self._most_lost
            most.add(abs(by), _Example(case, old, new))

    def figures(self, currency: str) -> LineComparison:
        """Return the line's figures."""
        return LineComparison(
            moves=self._moves.figures(currency),
            risk=self._risk.figures(currency),
            swap={name: swap.figures(currency) for name, swap in self._swap.items()},
            actions=_by_old([action.value for action in Action], self._actions),
            limits_moved={
                format_money(band, currency): self._limits_moved[band]
                for band in sorted(self._limits_moved)
            },
            prices=self._prices.figures(),
            decided_by=_by_old(sorted({old for old, _ in self._decided_by}), self._decided_by),
            reasons=self._reasons.figures(),
            segments=_by_segment(self._segments, currency),
            groups={
                name: {value: values[value].figures(currency) for value in sorted(values)}
                for name, values in zip(self._group_names, self._groups, strict=True)
                if values
            },
            most_gained=self._most_gained.figures(currency),
            most_lost=self._most_lost.figures(currency),
        )


class _Moves:
    """How the limits and prices of some customers move."""

    __slots__ = (
        "cheaper", "customers", "dearer", "gained", "gainers", "granted_new", "granted_old",
        "losers", "lost", "new", "old",
    )  # fmt: skip

    def __init__(self) -> None:
        self.customers = self.granted_old = self.granted_new = self.dearer = self.cheaper = 0
        self.gainers = self.gained = self.losers = self.lost = self.old = self.new = 0

    def add(self, move: _Move) -> None:
        """Add one customer."""
        self.customers += 1
        self.granted_old += move.granted_old
        self.granted_new += move.granted_new
        self.dearer += move.dearer
        self.cheaper += move.cheaper
        self.old += move.old
        self.new += move.new
        if move.new > move.old:
            self.gainers += 1
            self.gained += move.new - move.old
        elif move.new < move.old:
            self.losers += 1
            self.lost += move.old - move.new

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


class _Swap:
    """One swap set; losses are added up in minor units times ppm."""

    def __init__(self) -> None:
        self.customers = self.known = self.defaulted = 0
        self.old = self.new = self.loss_old = self.loss_new = 0

    def add(self, move: _Move, case: _Case) -> None:
        """Add one customer."""
        self.customers += 1
        self.old += move.old
        self.new += move.new
        self.loss_old += move.old * case.pd_old
        self.loss_new += move.new * case.pd_new
        if case.defaulted is not None:
            self.known += 1
            self.defaulted += case.defaulted

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


class _Risk:
    """Limits, and what can be lost on them by the probabilities of both strategies."""

    def __init__(self) -> None:
        self.old = self.new = self.known_old = self.known_new = 0
        self.defaulted_old = self.defaulted_new = 0
        self.old_by_old = self.new_by_new = self.old_by_new = self.new_by_old = 0

    def add(self, move: _Move, case: _Case) -> None:
        """Add one customer's limits."""
        self.old += move.old
        self.new += move.new
        self.old_by_old += move.old * case.pd_old
        self.new_by_new += move.new * case.pd_new
        self.old_by_new += move.old * case.pd_new
        self.new_by_old += move.new * case.pd_old
        if case.defaulted is not None:
            self.known_old += move.old
            self.known_new += move.new
            if case.defaulted:
                self.defaulted_old += move.old
                self.defaulted_new += move.new

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


class _Prices:
    """How prices move."""

    def __init__(self) -> None:
        self.only_old = self.only_new = self.sum_old = self.sum_new = 0
        self.moved: Counter[int] = Counter()

    def add(self, old: int | None, new: int | None) -> int:
        """Add one customer's prices; return by how much they move, 0 unless there are two."""
        if old is None or new is None:
            self.only_old += old is not None
            self.only_new += new is not None
            return 0
        self.sum_old += old
        self.sum_new += new
        size = divide(abs(new - old), MOVED_BAND_PPM, Rounding.UP) * MOVED_BAND_PPM
        self.moved[size if new > old else -size] += 1
        return new - old

    def figures(self) -> PriceMoveFigures:
        """Return the figures."""
        both = self.moved.total()
        return PriceMoveFigures(
            both=both,
            only_old=self.only_old,
            only_new=self.only_new,
            mean_old_ppm=_mean(self.sum_old, both) if both else None,
            mean_new_ppm=_mean(self.sum_new, both) if both else None,
            moved={str(band): self.moved[band] for band in sorted(self.moved)},
        )


class _Reasons:
    """Reasons that only the new strategy gives, only the old one, or both."""

    def __init__(self) -> None:
        self.appears: Counter[str] = Counter()
        self.vanishes: Counter[str] = Counter()
        self.stays: Counter[str] = Counter()

    def add(self, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        """Add what one customer is told."""
        if old == new:
            self.stays.update(new)
            return
        self.appears.update([code for code in new if code not in old])
        self.vanishes.update([code for code in old if code not in new])
        self.stays.update([code for code in new if code in old])

    def figures(self) -> dict[str, ReasonMoves]:
        """Return the figures by reason."""
        return {
            code: ReasonMoves(
                appears=self.appears[code],
                vanishes=self.vanishes[code],
                stays=self.stays[code],
            )
            for code in sorted({*self.appears, *self.vanishes, *self.stays})
        }


class _Example(NamedTuple):
    """A customer's line under both strategies."""

    case: _Case
    old: LineOutcome
    new: LineOutcome


class _Largest:
    """The customers who move most; of two who move alike the earlier in the book."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, _Example]] = []

    def add(self, size: int, example: _Example) -> None:
        """Keep a customer for as long as few move more; no row is added twice."""
        entry = (size, -example.case.row, example)
        if len(self._heap) < MOVERS:
            heapq.heappush(self._heap, entry)
        elif entry[:2] > self._heap[0][:2]:
            heapq.heapreplace(self._heap, entry)

    def figures(self, currency: str) -> tuple[Mover, ...]:
        """Return them, who moves most first."""
        in_order = sorted(self._heap, key=lambda entry: entry[:2], reverse=True)
        return tuple(_mover(example, currency) for _, _, example in in_order)


def _mover(example: _Example, currency: str) -> Mover:
    case, old, new = example
    return Mover(
        row=case.row,
        customer_id=case.customer_id,
        segment_old=case.segments[0],
        segment_new=case.segments[1],
        action_old=old.action.value,
        action_new=new.action.value,
        limit_old=format_money(old.effective_limit_minor, currency),
        limit_new=format_money(new.effective_limit_minor, currency),
        price_ppm_old=old.price_ppm,
        price_ppm_new=new.price_ppm,
        decided_by_old=_decided_by(old),
        decided_by_new=_decided_by(new),
    )


def _alike(old: LineOutcome, new: LineOutcome) -> bool:
    return (
        old.action is new.action
        and old.effective_limit_minor == new.effective_limit_minor
        and old.price_ppm == new.price_ppm
    )


def _decided_by(line: LineOutcome) -> str:
    """Return the gate that decides a line, else the restriction that holds it, else the term."""
    if line.gate:
        return line.gate
    if line.restrictions and line.effective_limit_minor < line.base_limit_minor:
        return line.restrictions[0]
    return line.binding


def _by_old(order: Sequence[str], counts: Counter[_Pair]) -> dict[str, dict[str, int]]:
    """Return counts by what the old strategy says, in order, then the most first."""
    found: dict[str, dict[str, int]] = {}
    for (old, new), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        found.setdefault(old, {})[new] = count
    return {old: found[old] for old in order if old in found}


def _by_segment(
    tallies: Mapping[_Pair, _Moves], currency: str
) -> dict[str, dict[str, MoveFigures]]:
    found: dict[str, dict[str, MoveFigures]] = {}
    for old, new in sorted(tallies):
        found.setdefault(old, {})[new] = tallies[old, new].figures(currency)
    return found


def _signed_band(by: int) -> int:
    """Return the band of a change: 1, 2 or 5 times a power of ten, with the change's sign."""
    if not by:
        return 0
    return one_two_five(by) if by > 0 else -one_two_five(-by)


def _mean(total: int, count: int) -> int:
    return divide(total, count, Rounding.HALF_UP) if count else 0


def _loss(minor_ppm: int, currency: str) -> str:
    return format_money(divide(minor_ppm * LGD_PPM, PPM * PPM, Rounding.HALF_UP), currency)
