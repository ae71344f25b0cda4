"""The decision: one customer's row, the strategy, the law and the day into an outcome."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from twinline.decision.judge import Measured, judge_line, plan_line, score_reasons, unknown_terms
from twinline.decision.outcome import DATA_MISSING, LineOutcome, Outcome
from twinline.decision.scalar import compile_scalar
from twinline.decision.strategy import PPM, Action
from twinline.terms.product import Product

if TYPE_CHECKING:
    from datetime import date

    from twinline.decision.law import LawValues
    from twinline.decision.scalar import Row
    from twinline.decision.strategy import Strategy
    from twinline.terms.licence import Licence

EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Return a date as days since 1970-01-01, the form features hold it in."""
    return day.toordinal() - EPOCH_ORDINAL


def is_challenger(strategy: Strategy, customer_id: str) -> bool:
    """Tell whether the experiment's hash draws this customer as a challenger.

    The first eight bytes of SHA-256 over "salt:customer", as a number modulo one million, below
    the challengers' share in ppm.
    """
    salted = f"{strategy.experiment.salt}:{customer_id}".encode()
    drawn = int.from_bytes(hashlib.sha256(salted).digest()[:8], "big") % PPM
    return drawn < strategy.experiment.challenger_ppm


class Decider:
    """A strategy compiled for the day of the decision: rows in, outcomes out. Pure."""

    def __init__(self, strategy: Strategy, decided_on: date) -> None:
        """Compile; raises `NotInForceError` where a dated value has not begun."""
        self.strategy = strategy
        self.decided_on = decided_on
        self._read, self._measure = compile_scalar(strategy)
        self._dated = tuple(each.dated.on(decided_on) for each in strategy.dated)
        self._given_by_licence: dict[Licence, tuple[LawValues, tuple[int, ...]]] = {}
        names = [feature.name for feature in strategy.features]
        self._idle = frozenset(names.index(name) for name in strategy.idle)
        self._now = [names.index(strategy.limits[product].now) for product in Product]
        self._plans = [plan_line(strategy, product) for product in Product]
        self._now_columns = [
            strategy.columns.index(column) if column is not None else None
            for column in (strategy.features[index].column for index in self._now)
        ]

    def decide(self, customer_id: str, row: Row, law: LawValues, as_of_day: int) -> Outcome:
        """Return the outcome for one row of the book's columns `strategy.columns`."""
        challenger = is_challenger(self.strategy, customer_id)
        doubts, features = self._read(row, as_of_day, challenger)
        if doubts and (doubts := self.that_matter(doubts)):
            names = tuple([self.strategy.features[index].name for index in doubts])
            now = [None if place is None else row[place] for place in self._now_columns]
            return self._referred(customer_id, law, now, names)
        return self._decided(customer_id, features, law, as_of_day, challenger)

    def read(self, customer_id: str, row: Row, as_of_day: int) -> tuple[tuple[int, ...], Row]:
        """Return which features are in doubt, read by anything or not, and every value."""
        return self._read(row, as_of_day, is_challenger(self.strategy, customer_id))

    def that_matter(self, doubts: tuple[int, ...]) -> tuple[int, ...]:
        """Return the features in doubt that the decision reads."""
        return tuple([place for place in doubts if place not in self._idle])

    def decide_features(
        self, customer_id: str, features: Row, law: LawValues, as_of_day: int
    ) -> Outcome:
        """Return the outcome for features that are known and in range."""
        challenger = is_challenger(self.strategy, customer_id)
        return self._decided(customer_id, features, law, as_of_day, challenger)

    def _decided(
        self, customer_id: str, features: Row, law: LawValues, as_of_day: int, challenger: int
    ) -> Outcome:
        measured = Measured(*self._measure(features, self._given(law), as_of_day, challenger))
        lost = score_reasons(self.strategy, measured)
        pay_later, cash_loan = (
            judge_line(self.strategy, plan, features[now], measured, lost)
            for plan, now in zip(self._plans, self._now, strict=True)
        )
        card = self.strategy.scorecard
        joint_amounts, joint = measured.limits[0]
        return Outcome(
            customer_id=customer_id,
            licence=law.licence,
            challenger=bool(challenger),
            score=measured.score,
            pd_ppm=measured.pd_ppm,
            segment=self.strategy.segments[measured.segment].name,
            points=tuple([each.points[at] for each, at in zip(card, measured.bins, strict=True)]),
            joint_limit_minor=joint.limit_minor,
            joint_terms=joint_amounts,
            joint_binding=self.strategy.joint.terms[joint.binding].name,
            pay_later=pay_later,
            cash_loan=cash_loan,
            doubts=unknown_terms(self.strategy, measured),
        )

    def _given(self, law: LawValues) -> tuple[int, ...]:
        """Return law and dated values in order, checked once for each licence."""
        known = self._given_by_licence.get(law.licence)
        if known is None or known[0] is not law:
            known = law, law.in_order() + self._dated
            self._given_by_licence[law.licence] = known
        return known[1]

    def _referred(
        self,
        customer_id: str,
        law: LawValues,
        now: list[int | None],
        doubts: tuple[str, ...],
    ) -> Outcome:
        """Return the outcome where a person looks first: nothing moves, nothing is priced."""
        lines = [
            LineOutcome(
                action=Action.REFER,
                limit_now_minor=each,
                base_limit_minor=each or 0,
                effective_limit_minor=each or 0,
                terms=(),
                binding="",
                without_minor=None,
                price_ppm=None,
                price_parts=(),
                price_binding="",
                gate="",
                restrictions=(),
                reasons=(DATA_MISSING,),
            )
            for each in now
        ]
        return Outcome(
            customer_id=customer_id,
            licence=law.licence,
            challenger=is_challenger(self.strategy, customer_id),
            score=None,
            pd_ppm=None,
            segment="",
            points=(),
            joint_limit_minor=None,
            joint_terms=(),
            joint_binding="",
            pay_later=lines[0],
            cash_loan=lines[1],
            doubts=doubts,
        )
