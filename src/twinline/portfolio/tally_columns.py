"""A chunk of outcomes in columns added to a tally: the same figures as adding each outcome."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from twinline.decision.columns.column import or_zero
from twinline.decision.strategy import Action
from twinline.portfolio.counting import (
    POWERS,
    by_name,
    by_value,
    counts,
    first_of_each,
    grid,
    present,
    total,
    totals,
)
from twinline.portfolio.firsts import Kind
from twinline.portfolio.tally import DIGITS, SCORE_BAND
from twinline.portfolio.waterfall_columns import add_lines

if TYPE_CHECKING:
    from collections import defaultdict
    from collections.abc import Sequence

    from twinline.decision.columns.column import Codes, Column, Ints, Truths
    from twinline.decision.columns.outcome import LineColumns, OutcomeColumns, Words
    from twinline.portfolio.firsts import Firsts
    from twinline.portfolio.ranking import Ranking
    from twinline.portfolio.tally import Amounts, GroupTally, LineTally, Pair, Tally

PAIRS = tuple((one.value, other.value) for one, other in product(Action, repeat=2))
"""What can become of the two lines, a place for each."""

_Name = TypeVar("_Name", str, int | None)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a chunk of customers besides their outcome.

    `defaulted` is 1 or 0, missing where it is not known; `groups` are the protected attributes,
    a code below zero where a customer's is not known.
    """

    defaulted: Column
    groups: Sequence[Words]


def add_columns(tally: Tally, outcomes: OutcomeColumns, known: Known, first_row: int) -> None:
    """Add a chunk of customers; what comes of it is what adding each would give."""
    lines = outcomes.pay_later, outcomes.cash_loan
    _add_firsts(tally.firsts, lines, first_row)
    actions = tuple(line.action for line in lines)
    tally.customers += outcomes.rows
    refers = [each.codes == each.names.index(Action.REFER) for each in actions]
    tally.referred += int(np.count_nonzero(refers[0] | refers[1]))
    tally.challengers += int(np.count_nonzero(outcomes.challenger.truths))
    tally.joint_minor += total(or_zero(outcomes.joint_limit_minor))
    pd_ppm = or_zero(outcomes.pd_ppm)
    for held, line in zip(tally.lines, lines, strict=True):
        _add_lines(held, line, pd_ppm)
    pairs = actions[0].codes.astype(np.int64) * len(Action) + actions[1].codes
    tally.together.update(_some(PAIRS, counts(pairs, len(PAIRS))))
    customers = _Customers(outcomes, known, pairs)
    customers.add_to(tally.segments, outcomes.segment.codes, outcomes.segment.names)
    scored = present(outcomes.score)
    band = np.where(scored, outcomes.score.numbers // SCORE_BAND, 0)
    first = int(band.min(initial=0))
    bands: list[int | None] = list(range(first, int(band.max(initial=0)) + 1))
    codes = np.where(scored, band - first, len(bands))
    customers.add_to(tally.scores, codes, [*bands, None])
    for tallies, group in zip(tally.groups, known.groups, strict=True):
        customers.add_to(tallies, group.codes, group.names)
    rank(tally.ranking, outcomes.score, known.defaulted)


def _add_firsts(firsts: Firsts, lines: tuple[LineColumns, LineColumns], first_row: int) -> None:
    """Add the first customers of each kind."""

    def acted(action: Action) -> Truths:
        one, other = (line.action.codes == line.action.names.index(action) for line in lines)
        either: Truths = one | other
        return either

    linked = [each.restrictions.starts[1:] > each.restrictions.starts[:-1] for each in lines]
    cash_loan = lines[1].action
    found = {
        Kind.RAISED: acted(Action.RAISE),
        Kind.CUT: acted(Action.CUT),
        Kind.RESTRICTED: acted(Action.STOP) | linked[0] | linked[1],
        Kind.REFUSED: cash_loan.codes == cash_loan.names.index(Action.DECLINE),
    }
    for kind, holds in found.items():
        rows = np.flatnonzero(holds)[: len(Kind)] + first_row
        firsts.extend(kind, rows.tolist())


def _add_lines(tally: LineTally, line: LineColumns, pd_ppm: Ints) -> None:
    """Add a chunk of customers' lines."""
    now, base = or_zero(line.limit_now_minor), line.base_limit_minor.numbers
    effective, action = line.effective_limit_minor.numbers, line.action
    add_lines(tally.waterfall, line)
    tally.actions.update({Action(name): n for name, n in by_name(action).items()})
    tally.base += total(base)
    add_amounts(tally.limits_before, now)
    add_amounts(tally.limits, effective)
    tally.lost_before += total(now * pd_ppm)
    tally.lost += total(effective * pd_ppm)
    moved = totals(action.codes, base - now, len(action.names))
    tally.raised += moved[action.names.index(Action.RAISE)]
    tally.cut -= moved[action.names.index(Action.CUT)]
    tally.invited += moved[action.names.index(Action.INVITE)]
    tally.binding.update({name: n for name, n in by_name(line.binding).items() if name})
    rows, first = first_of_each(line.reasons.codes, line.reasons.starts)
    names = line.reasons.names
    found = grid(action.codes[rows], first, len(names), len(action.names))
    for of, by_reason in zip(Action, found, strict=True):
        for name, count in zip(names, by_reason, strict=True):
            if count:
                tally.reasons[of.value, name] += count
    priced = present(line.price_ppm)
    tally.prices.update(by_value(line.price_ppm.numbers[priced]))
    tally.price_bounds.update(by_name(line.price_binding, priced))


def add_amounts(amounts: Amounts, minor: Ints) -> None:
    """Add a chunk of amounts, none below zero."""
    held = minor[minor != 0]
    amounts.none += minor.size - held.size
    if not held.size:
        return
    beyond = np.searchsorted(POWERS, held, side="right") - DIGITS  # digits behind the first
    scale = POWERS[np.maximum(beyond, 0)]
    keys = np.maximum(beyond, 0) * 10**DIGITS + held // scale
    width = int(keys.max()) + 1
    sums = totals(keys, held, width)
    for key, count in enumerate(counts(keys, width)):
        if count:
            alike = key % 10**DIGITS * 10 ** (key // 10**DIGITS)
            amounts.counts[alike] += count
            amounts.sums[alike] += sums[key]
            amounts.total += sums[key]
    amounts.largest = max(amounts.largest, int(held.max()))


def rank(ranking: Ranking, score: Column, bad: Column) -> None:
    """Rank the customers who have a score and whose outcome is known."""
    ranked = present(score) & present(bad)
    scores, bads = score.numbers[ranked], bad.numbers[ranked] != 0
    ranking.goods.update(by_value(scores[~bads]))
    ranking.bads.update(by_value(scores[bads]))


class _Customers:
    """A chunk of customers to be added to the groups they are in."""

    def __init__(self, outcomes: OutcomeColumns, known: Known, pairs: Ints) -> None:
        self._score = or_zero(outcomes.score)
        self._scored = present(outcomes.score).astype(np.int64)
        self._known = present(known.defaulted).astype(np.int64)
        self._defaulted = or_zero(known.defaulted)
        self._pairs = pairs

    def add_to(
        self, tallies: defaultdict[_Name, GroupTally], codes: Ints | Codes, names: Sequence[_Name]
    ) -> None:
        """Add each customer to the tally that its code names; a code below zero is none."""
        where = slice(None) if codes.min(initial=0) >= 0 else codes >= 0
        keys, width = codes[where], len(names)
        columns = [
            totals(keys, each[where], width)
            for each in (self._score, self._scored, self._known, self._defaulted)
        ]
        actions = grid(keys, self._pairs[where], len(PAIRS), width)
        for place, customers in enumerate(counts(keys, width)):
            if customers:
                tally = tallies[names[place]]
                tally.customers += customers
                tally.score += columns[0][place]
                tally.scored += columns[1][place]
                tally.known += columns[2][place]
                tally.defaulted += columns[3][place]
                tally.actions.update(_some(PAIRS, actions[place]))


def _some(pairs: Sequence[Pair], found: Sequence[int]) -> dict[Pair, int]:
    """Return the counts of the pairs that occur."""
    return {pair: count for pair, count in zip(pairs, found, strict=True) if count}
