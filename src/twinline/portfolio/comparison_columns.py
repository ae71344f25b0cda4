"""A chunk of customers decided by two strategies added to their comparison."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twinline.decision.columns.column import or_zero
from twinline.decision.columns.outcome import Words
from twinline.decision.strategy import Action
from twinline.kernel.money import format_money
from twinline.portfolio.compared import Mover
from twinline.portfolio.comparison import (
    GRANTED,
    IN_BOTH,
    MOVED_BAND_PPM,
    MOVERS,
    OUT_BOTH,
    REFERRED,
    SWAPPED_IN,
    SWAPPED_OUT,
    SWAPS,
    Moves,
    Pair,
    Prices,
    Risk,
    Swap,
)
from twinline.portfolio.counting import (
    POWERS,
    by_value,
    counts,
    first_of_each,
    present,
    product_totals,
    total,
    totals,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twinline.decision.columns.column import Codes, Ints, Truths
    from twinline.decision.columns.outcome import (
        LineColumns,
        OutcomeColumns,
        WordLists,
    )
    from twinline.portfolio.comparison import ComparisonTally, Largest, LineTally
    from twinline.portfolio.tally_columns import Known

ONE_TWO_FIVE = np.multiply.outer(POWERS, np.array([1, 2, 5], np.int64)).ravel()
"""1, 2 and 5 times the powers of ten, as far as 64 bits reach."""


@dataclass(frozen=True, slots=True)
class Customers:
    """Who is in a chunk: the number of its first row, and the id of each by its place."""

    first_row: int
    id_of: Callable[[int], str]
    known: Known


@dataclass(frozen=True, slots=True)
class _Pds:
    """Probabilities of default in ppm by each strategy, zero where there is none."""

    old: Ints
    new: Ints


@dataclass(frozen=True, slots=True)
class _Move:
    """Limits under the old strategy and under the new, and what else changes with them."""

    old: Ints
    new: Ints
    granted_old: Truths
    granted_new: Truths
    dearer: Truths
    cheaper: Truths


def add_columns(
    tally: ComparisonTally, old: OutcomeColumns, new: OutcomeColumns, customers: Customers
) -> None:
    """Add a chunk of customers decided by both strategies."""
    pds = _Pds(or_zero(old.pd_ppm), or_zero(new.pd_ppm))
    segment = _pairs(old.segment, new.segment)
    moves, alike = [], np.ones(old.rows, np.bool_)
    sides = (old.pay_later, new.pay_later), (old.cash_loan, new.cash_loan)
    for held, (was, now) in zip(tally.lines, sides, strict=True):
        line = _Line(was, now, currency=tally.currency)
        moves.append(line.move)
        line.add_to(held, pds, segment, customers)
        line.add_movers(held, old.segment, new.segment, customers)
        alike &= line.alike()
    one, other = moves
    both = _Move(
        old=one.old + other.old,
        new=one.new + other.new,
        granted_old=one.granted_old | other.granted_old,
        granted_new=one.granted_new | other.granted_new,
        dearer=one.dearer | other.dearer,
        cheaper=one.cheaper | other.cheaper,
    )
    tally.together.merge(_all_moves(both))
    tally.risk.merge(_risk(both, pds, customers.known))
    tally.alike += int(np.count_nonzero(alike))


class _Line:
    """One line of a chunk by both strategies."""

    def __init__(self, old: LineColumns, new: LineColumns, currency: str) -> None:
        self.old, self.new = old, new
        self._currency = currency
        self._priced = present(old.price_ppm) & present(new.price_ppm)
        prices = new.price_ppm.numbers - old.price_ppm.numbers
        self._dearer_by = np.where(self._priced, prices, 0)
        self.move = _Move(
            old=old.effective_limit_minor.numbers,
            new=new.effective_limit_minor.numbers,
            granted_old=_is_of(old.action, GRANTED),
            granted_new=_is_of(new.action, GRANTED),
            dearer=self._dearer_by > 0,
            cheaper=self._dearer_by < 0,
        )
        self._decided_by = _decided_by(old), _decided_by(new)

    def alike(self) -> Truths:
        """Return where action, limit and price are the same."""
        both_or_none = present(self.old.price_ppm) == present(self.new.price_ppm)
        same_action = self.old.action.codes == self.new.action.codes
        same_limit = self.move.old == self.move.new
        same: Truths = same_action & same_limit & both_or_none & (self._dearer_by == 0)
        return same

    def add_to(self, tally: LineTally, pds: _Pds, segment: _Pairs, customers: Customers) -> None:
        """Add all but the examples."""
        known, by = customers.known, self.move.new - self.move.old
        tally.moves.merge(_all_moves(self.move))
        tally.risk.merge(_risk(self.move, pds, known))
        for name, swap in zip(SWAPS, self._swaps(pds, known), strict=True):
            tally.swap[name].merge(swap)
        tally.actions.update(_pairs(self.old.action, self.new.action).counted())
        tally.limits_moved.update(by_value(_signed_bands(by)))
        tally.prices.merge(self._prices())
        sizes = -(-abs(self._dearer_by) // MOVED_BAND_PPM) * MOVED_BAND_PPM
        tally.prices_moved.update(by_value((np.sign(self._dearer_by) * sizes)[self._priced]))
        tally.decided_by.update(_pairs(*self._decided_by).counted())
        self._add_reasons(tally)
        for place, moves in _moves_by(segment.codes, len(segment.names), self.move):
            tally.segments[segment.names[place]].merge(moves)
        for by_name, group in zip(tally.groups, known.groups, strict=True):
            for place, moves in _moves_by(group.codes, len(group.names), self.move):
                by_name[group.names[place]].merge(moves)

    def add_movers(
        self, tally: LineTally, old_segment: Words, new_segment: Words, customers: Customers
    ) -> None:
        """Add the customers whose limit moves most, each way."""
        by = self.move.new - self.move.old

        def mover(place: int) -> Mover:
            prices = [
                None
                if each.missing is not None and each.missing[place]
                else int(each.values[place])
                for each in (self.old.price_ppm, self.new.price_ppm)
            ]
            return Mover(
                row=customers.first_row + place,
                customer_id=customers.id_of(place),
                segment_old=_word(old_segment, place),
                segment_new=_word(new_segment, place),
                action_old=_word(self.old.action, place),
                action_new=_word(self.new.action, place),
                limit_old=format_money(int(self.move.old[place]), self._currency),
                limit_new=format_money(int(self.move.new[place]), self._currency),
                price_ppm_old=prices[0],
                price_ppm_new=prices[1],
                decided_by_old=_word(self._decided_by[0], place),
                decided_by_new=_word(self._decided_by[1], place),
            )

        for most, size in ((tally.most_gained, by), (tally.most_lost, -by)):
            _add_largest(most, size, mover)

    def _swaps(self, pds: _Pds, known: Known) -> Iterator[Swap]:
        """Yield the swap sets in the order of `SWAPS`."""
        move, width = self.move, len(SWAPS)
        refers = _is_of(self.old.action, {Action.REFER}) | _is_of(self.new.action, {Action.REFER})
        holds = {
            REFERRED: refers,
            IN_BOTH: move.granted_old & move.granted_new,
            SWAPPED_IN: move.granted_new,
            SWAPPED_OUT: move.granted_old,
        }
        places = [np.int64(SWAPS.index(name)) for name in holds]
        keys = np.select(list(holds.values()), places, np.int64(SWAPS.index(OUT_BOTH)))
        columns = zip(
            counts(keys, width),
            totals(keys, present(known.defaulted).astype(np.int64), width),
            totals(keys, or_zero(known.defaulted), width),
            totals(keys, move.old, width),
            totals(keys, move.new, width),
            product_totals(keys, move.old, pds.old, width),
            product_totals(keys, move.new, pds.new, width),
            strict=True,
        )
        return (Swap(*sums) for sums in columns)

    def _prices(self) -> Prices:
        old, new = self.old.price_ppm, self.new.price_ppm
        priced = int(np.count_nonzero(self._priced))
        return Prices(
            only_old=int(np.count_nonzero(present(old))) - priced,
            only_new=int(np.count_nonzero(present(new))) - priced,
            sum_old=total(old.numbers[self._priced]),
            sum_new=total(new.numbers[self._priced]),
        )

    def _add_reasons(self, tally: LineTally) -> None:
        """Count the reasons that only one strategy gives, and those that both do."""
        names = tuple(dict.fromkeys([*self.old.reasons.names, *self.new.reasons.names]))
        rows = self.move.old.size
        old, new = (_given(each.reasons, names, rows) for each in (self.old, self.new))
        found = (tally.appears, new & ~old), (tally.vanishes, old & ~new), (tally.stays, old & new)
        for counter, holds in found:
            for name, count in zip(names, np.count_nonzero(holds, axis=0).tolist(), strict=True):
                if count:
                    counter[name] += count


@dataclass(frozen=True, slots=True)
class _Pairs:
    """What two strategies say of each customer: the place of the pair in `names`."""

    names: Sequence[Pair]
    codes: Ints

    def counted(self) -> Counter[Pair]:
        """Return how many customers each pair that occurs has."""
        found = Counter[Pair]()
        for name, count in zip(self.names, counts(self.codes, len(self.names)), strict=True):
            if count:
                found[name] += count
        return found


def _pairs(old: Words, new: Words) -> _Pairs:
    names = [(one, other) for one in map(str, old.names) for other in map(str, new.names)]
    return _Pairs(names, old.codes.astype(np.int64) * len(new.names) + new.codes)


def _word(words: Words, place: int) -> str:
    return str(words.names[words.codes[place]])


def _is_of(action: Words, actions: set[Action] | frozenset[Action]) -> Truths:
    wanted = np.array([name in actions for name in action.names], np.bool_)
    found: Truths = wanted[action.codes]
    return found


def _decided_by(line: LineColumns) -> Words:
    """Return the gate that decides a line, else the restriction that holds it, else the term."""
    gates, edges = len(line.gate.names), len(line.restrictions.names)
    found = line.binding.codes.astype(np.int64) + gates + edges
    rows, first = first_of_each(line.restrictions.codes, line.restrictions.starts)
    held = line.effective_limit_minor.numbers[rows] < line.base_limit_minor.numbers[rows]
    found[rows[held]] = first[held] + gates
    by_gate = np.array([bool(name) for name in line.gate.names], np.bool_)[line.gate.codes]
    names = (*line.gate.names, *line.restrictions.names, *line.binding.names)
    return Words(names, np.where(by_gate, line.gate.codes, found))


def _given(reasons: WordLists, names: Sequence[str], rows: int) -> Truths:
    """Return for every row and name whether the reason is given."""
    places = np.array([names.index(name) for name in reasons.names], np.int64)
    held = np.zeros((rows, len(names)), np.bool_)
    held[np.repeat(np.arange(rows), np.diff(reasons.starts)), places[reasons.codes]] = True
    return held


def _all_moves(move: _Move) -> Moves:
    """Return how all move."""
    ((_, moves),) = _moves_by(np.zeros(move.old.size, np.int64), 1, move)
    return moves


def _moves_by(keys: Ints | Codes, width: int, move: _Move) -> Iterator[tuple[int, Moves]]:
    """Yield how those of each key move who are there; a key below zero is none."""
    if keys.min(initial=0) < 0:
        some = keys >= 0
        keys = keys[some]
        move = _Move(*(getattr(move, name)[some] for name in _Move.__slots__))
    by = move.new - move.old
    up, down = by > 0, by < 0
    columns = zip(
        counts(keys, width),
        counts(keys[move.granted_old], width),
        counts(keys[move.granted_new], width),
        counts(keys[move.dearer], width),
        counts(keys[move.cheaper], width),
        counts(keys[up], width),
        counts(keys[down], width),
        totals(keys[up], by[up], width),
        totals(keys[down], -by[down], width),
        totals(keys, move.old, width),
        totals(keys, move.new, width),
        strict=True,
    )
    return ((key, Moves(*sums)) for key, sums in enumerate(columns) if sums[0])


def _risk(move: _Move, pds: _Pds, known: Known) -> Risk:
    is_known, bad = present(known.defaulted), or_zero(known.defaulted) != 0

    def loss(limits: Ints, pd_ppm: Ints) -> int:
        return product_totals(np.zeros(limits.size, np.int64), limits, pd_ppm, 1)[0]

    return Risk(
        old=total(move.old),
        new=total(move.new),
        known_old=total(move.old[is_known]),
        known_new=total(move.new[is_known]),
        defaulted_old=total(move.old[bad]),
        defaulted_new=total(move.new[bad]),
        old_by_old=loss(move.old, pds.old),
        new_by_new=loss(move.new, pds.new),
        old_by_new=loss(move.old, pds.new),
        new_by_old=loss(move.new, pds.old),
    )


def _signed_bands(by: Ints) -> Ints:
    """Return the band of each change: 1, 2 or 5 times a power of ten, with the change's sign."""
    reached = np.searchsorted(ONE_TWO_FIVE, abs(by), side="right") - 1
    bands: Ints = np.sign(by) * ONE_TWO_FIVE[np.maximum(reached, 0)]
    return bands


def _add_largest(most: Largest, size: Ints, mover: Callable[[int], Mover]) -> None:
    """Add the largest of a chunk, of two alike the earlier."""
    places = np.flatnonzero(size > 0)
    for place in places[np.argsort(-size[places], kind="stable")[:MOVERS]].tolist():
        most.add(int(size[place]), mover(place))
