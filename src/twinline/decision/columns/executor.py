"""A chunk of a book decided: columns of the book in, columns of the outcome out. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from twinline.decision.columns.column import Column, across, either
from twinline.decision.columns.found import Found, listed
from twinline.decision.columns.line import Line, Why
from twinline.decision.columns.measure import compile_columns
from twinline.decision.columns.outcome import OutcomeColumns
from twinline.decision.columns.reasons import ReasonCodes
from twinline.decision.law import LAW_BOUNDS
from twinline.decision.strategy import PPM
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from twinline.decision.columns.column import Truths
    from twinline.decision.columns.found import Chunk
    from twinline.decision.columns.outcome import WordLists
    from twinline.decision.strategy import Strategy


def challengers(strategy: Strategy, customer_ids: Sequence[bytes]) -> Truths:
    """Tell which customers the experiment draws; see `decision.decide.is_challenger`.

    The ids are in UTF-8.
    """
    share = strategy.experiment.challenger_ppm
    if share in {0, PPM}:
        return np.full(len(customer_ids), share == PPM)
    salt, sha256 = f"{strategy.experiment.salt}:".encode(), hashlib.sha256
    digests = b"".join([sha256(salt + each).digest() for each in customer_ids])
    first = np.frombuffer(digests, ">u8")[:: sha256().digest_size // 8]
    return first % PPM < share


class ColumnDecider:
    """A strategy compiled for the day of the decision: chunks in, outcomes out."""

    def __init__(self, strategy: Strategy, decided_on: date) -> None:
        """Compile; raises `NotInForceError` where a dated value has not begun."""
        self.strategy = strategy
        self._measures = compile_columns(strategy)
        self._dated = {each.name: each.dated.on(decided_on) for each in strategy.dated}
        self._reasons = ReasonCodes(strategy)
        self._limits = (strategy.joint, *(strategy.limits[product] for product in Product))
        self._lines = tuple(Line(strategy, product, self._reasons) for product in Product)
        self._read = tuple(
            place
            for place, feature in enumerate(strategy.features)
            if feature.name not in strategy.idle
        )
        self._doubts = (
            *(strategy.features[place].name for place in self._read),
            *(
                f"{name} {limit.terms[place].name}"
                for name, limit in zip(("joint", *Product), self._limits, strict=True)
                for place in limit.needed
            ),
        )

    def decide(self, chunk: Chunk, as_of_day: int) -> OutcomeColumns:
        """Return the outcome of every row; equal to `Decider.decide` field by field."""
        slots = self._measures
        found = Found(slots.plan.run(self._given(chunk, as_of_day)), chunk)
        in_doubt = [found.truths(slots.doubts[place]) for place in self._read]
        doubt = either(in_doubt)
        found.doubt = np.ascontiguousarray(across(doubt, chunk.rows)) if doubt.any() else None
        needed = [
            [found.missing(each.amounts[place]) for place in limit.needed]
            for limit, each in zip(self._limits, slots.limits, strict=True)
        ]
        unknown = [either(each) for each in needed]
        segments = self.strategy.segments
        segment = found.numbers(slots.segment)
        lost = self._reasons.lost([found.column(slot) for slot in slots.bins], chunk.rows)
        why = Why(lost, self._reasons.table([each.reason for each in segments])[segment])
        pay_later, cash_loan = (
            line.judged(found, self._measures, why, unknown[0] | unknown[place + 1])
            for place, line in enumerate(self._lines)
        )
        joint = slots.limits[0]
        points = [
            Column(np.array(attribute.points, np.int64)[found.numbers(slot)])
            for attribute, slot in zip(self.strategy.scorecard, slots.bins, strict=True)
        ]
        return OutcomeColumns(
            rows=chunk.rows,
            challenger=Column(chunk.challenger),
            score=found.shown(found.column(slots.score)),
            pd_ppm=found.shown(found.column(slots.pd_ppm)),
            segment=found.words([each.name for each in segments], segment),
            points=found.lists(points),
            joint_limit_minor=found.shown(found.column(joint.limit)),
            joint_terms=found.lists([found.column(slot) for slot in joint.amounts]),
            joint_binding=found.words(
                [term.name for term in self.strategy.joint.terms], found.numbers(joint.binding)
            ),
            pay_later=pay_later,
            cash_loan=cash_loan,
            doubts=self._in_doubt(found, in_doubt, [each for some in needed for each in some]),
        )

    def _given(self, chunk: Chunk, as_of_day: int) -> Mapping[int, Column]:
        """Return the columns that the steps start from."""
        given = self._measures.given
        laws = np.array([law.in_order() for law in chunk.laws], np.int64)
        law = chunk.law if len(chunk.laws) > 1 else np.zeros((), np.int64)
        columns = {
            "as_of_day": Column(np.asarray(as_of_day, np.int64)),
            "challenger": Column(chunk.challenger),
            **{name: Column(laws[law, place]) for place, name in enumerate(LAW_BOUNDS)},
            **{name: Column(np.asarray(value, np.int64)) for name, value in self._dated.items()},
        }
        frame = {slot: columns[name] for name, slot in given.items()}
        return frame | dict(zip(self._measures.cells, chunk.cells, strict=True))

    def _in_doubt(
        self, found: Found, in_doubt: Sequence[Truths], needed: Sequence[Truths]
    ) -> WordLists:
        """Return the features in doubt, or else the terms whose amount is not known."""
        known = True if found.doubt is None else ~found.doubt
        return listed(self._doubts, [*in_doubt, *(each & known for each in needed)], found.rows)
