"""One line of a strategy judged over a chunk, its reasons included."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twinline.decision.columns.column import NO_VALUE, Column, or_zero, where_missing
from twinline.decision.columns.found import listed
from twinline.decision.columns.judge import ACTIONS, CODE, Facts, Restriction, judge
from twinline.decision.columns.outcome import LineColumns, WordLists, Words
from twinline.decision.columns.reasons import NO_REASON, Ranked
from twinline.decision.columns.settle import PRICE_BOUNDS
from twinline.decision.judge import plan_line
from twinline.decision.outcome import DATA_MISSING
from twinline.decision.strategy import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.columns.column import Codes, Ints, Truths
    from twinline.decision.columns.found import Found
    from twinline.decision.columns.measure import Measures
    from twinline.decision.columns.reasons import ReasonCodes
    from twinline.decision.strategy import Strategy
    from twinline.terms.product import Product


class Why(NamedTuple):
    """Reasons that both lines share: the scorecard's, most points lost first; the segment's."""

    lost: Sequence[Codes]
    segment: Codes


class Line:
    """One line of a strategy, with what its judgement needs made ready."""

    def __init__(self, strategy: Strategy, product: Product, reasons: ReasonCodes) -> None:
        self._plan = plan_line(strategy, product)
        self._reasons = reasons
        terms = self._plan.limit.terms
        self._terms = [term.name for term in terms]
        self._first = reasons.table(["" if term.by_score else term.reason for term in terms])
        self._last = reasons.table([term.reason for term in terms])
        self._gates = reasons.table([gate.reason for _, gate in self._plan.gates])
        names = [feature.name for feature in strategy.features]
        self._now = names.index(self._plan.limit.now)
        column = strategy.features[self._now].column
        places = {name: place for place, name in enumerate(strategy.columns)}
        self._now_cell = None if column is None else places[column]

    def judged(self, found: Found, slots: Measures, why: Why, unknown: Truths) -> LineColumns:
        """Return the outcome of the line in every row."""
        plan, price = self._plan, slots.prices[self._plan.place]
        limit = slots.limits[plan.place + 1]
        now = found.column(slots.features[self._now])
        facts = Facts(
            now=or_zero(now),
            settled=found.numbers(limit.limit),
            amounts=[found.column(slot) for slot in limit.amounts],
            gates=[found.truths(slots.gates[at]) for at, _ in plan.gates],
            restrictions=[
                Restriction(
                    edge, found.truths(slots.edges[at].holds), found.numbers(slots.edges[at].size)
                )
                for at, edge in plan.edges
            ],
            unknown=unknown,
        )
        verdict = judge(plan, facts)
        limit_now = self._limit_now(found, now)
        kept = or_zero(limit_now)
        return LineColumns(
            action=Words(
                tuple(ACTIONS), found.or_else(verdict.action, CODE[Action.REFER]).astype(np.int16)
            ),
            limit_now_minor=limit_now,
            base_limit_minor=Column(found.or_else(verdict.base, kept)),
            effective_limit_minor=Column(found.or_else(verdict.effective, kept)),
            terms=found.lists(facts.amounts),
            binding=found.words(self._terms, found.numbers(limit.binding)),
            without_minor=found.shown(found.column(limit.without)),
            price_ppm=found.shown(found.column(price.price), where=verdict.offered),
            price_parts=found.lists([found.column(slot) for slot in price.parts]),
            price_binding=found.words(PRICE_BOUNDS, found.numbers(price.bound)),
            gate=found.words([gate.name for _, gate in plan.gates], verdict.gate),
            restrictions=self._restrictions(found, facts.restrictions),
            reasons=self._why(found, facts, verdict.gate, found.numbers(limit.cause), why),
        )

    def _limit_now(self, found: Found, now: Column) -> Column:
        """Return today's limit; in doubt as the book has it, in range or not."""
        if found.doubt is None:
            return found.full(now)
        cell = NO_VALUE if self._now_cell is None else found.chunk.cells[self._now_cell]
        numbers = np.where(found.doubt, cell.numbers, now.numbers)
        return found.full(
            Column(numbers, np.where(found.doubt, where_missing(cell), where_missing(now)))
        )

    def _restrictions(self, found: Found, restrictions: Sequence[Restriction]) -> WordLists:
        """Return the names of the edges that hold."""
        names = [each.edge.name for each in restrictions]
        holds = [each.holds for each in restrictions]
        if found.doubt is not None:
            holds = [each & ~found.doubt for each in holds]
        return listed(names, holds, found.rows)

    def _why(self, found: Found, facts: Facts, gate: Ints, cause: Ints, why: Why) -> WordLists:
        """Return the top reasons; see `decision.judge`."""
        reasons, rows = self._reasons, found.rows
        ranked = Ranked(rows)
        if facts.unknown.any():
            ranked.add(reasons.where(facts.unknown, DATA_MISSING, rows))
        ranked.add(self._gates[gate])
        for edge, holds, _ in facts.restrictions:
            if holds.any():
                ranked.add(reasons.where(holds, edge.reason, rows))
        for code in (self._first[cause], *why.lost, why.segment, self._last[cause]):
            ranked.add(code)
        first, *others = ranked.codes
        if found.doubt is not None:
            first = np.where(found.doubt, reasons.place(DATA_MISSING), first)
            others = [np.where(found.doubt, NO_REASON, each) for each in others]
        grid = np.stack([first, *others], axis=1)
        held = grid != NO_REASON
        starts = np.zeros(rows + 1, np.int64)
        np.cumsum(np.count_nonzero(held, axis=1), out=starts[1:])
        return WordLists(reasons.names, grid[held], starts)
