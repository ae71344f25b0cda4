"""One customer of a review explained: the stored outcome, what it saw, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.app.fault import InputFault
from twinline.app.replay import recorded_book, recorded_strategy
from twinline.app.review import decider_on, laws_of
from twinline.decision.advice import advise
from twinline.decision.decide import day_number

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from twinline.app.review_ports import Customer, Shelf
    from twinline.decision.advice import Advice
    from twinline.decision.decide import Decider
    from twinline.decision.law import LawValues
    from twinline.decision.outcome import Outcome
    from twinline.decision.strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a decision stands in: the amounts' currency, the customer's day, the law table's day.

    `law_known_on` is None for a review from before it was kept.
    """

    currency: str
    as_of_on: date
    law_known_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything a person needs to follow, check and contest one decision."""

    outcome: Outcome
    strategy: Strategy
    law: LawValues
    features: Mapping[str, int | None]
    advice: tuple[Advice, ...]
    frame: Frame
    decided_on: date

    @property
    def decided_beyond_law(self) -> date | None:
        """Return the last day whose law is known, where the decision is of a later one."""
        known_on = self.frame.law_known_on
        return known_on if known_on is not None and known_on < self.decided_on else None


def explain(folder: Path, customer_id: str, book_path: Path | None, shelf: Shelf) -> Explanation:
    """Return the explanation of a customer's stored decision.

    The decision is made again on the way; raises `InputFault` where the customer is not in the
    review or the stored decision is not the one that comes out.
    """
    record = shelf.record(folder)
    strategy = recorded_strategy(folder, record, shelf)
    book = recorded_book(record, book_path, shelf)
    found = shelf.decisions(folder).outcome(customer_id)
    if found is None:
        rule = "no customer of this review has that id"
        raise InputFault(place=f"{folder}, --customer", value=customer_id, rule=rule)
    number, stored = found
    customer = book.customer(number, strategy.columns)
    laws = {values.licence.value: values for values in record.law}
    explanation = explain_customer(
        decider_on(strategy, record.decided_on),
        customer,
        laws_of(laws, customer),
        Frame(
            currency=record.book.currency,
            as_of_on=record.book.as_of_on,
            law_known_on=record.law_known_on,
        ),
    )
    if explanation.outcome != stored:
        rule = "the stored decision is not the one its inputs give; run `twinline replay`"
        raise InputFault(place=f"{folder}, customer {customer_id}", value="altered", rule=rule)
    return explanation


def explain_customer(
    decider: Decider, customer: Customer, law: LawValues, frame: Frame
) -> Explanation:
    """Return one customer's decision with what it saw and what would help."""
    as_of_day = day_number(frame.as_of_on)
    outcome = decider.decide(customer.customer_id, customer.cells, law, as_of_day)
    doubts, features = decider.read(customer.customer_id, customer.cells, as_of_day)
    names = [feature.name for feature in decider.strategy.features]
    doubted = {names[place] for place in doubts}
    referred = decider.that_matter(doubts)
    advice = () if referred else advise(decider, customer.customer_id, features, law, as_of_day)
    return Explanation(
        outcome=outcome,
        strategy=decider.strategy,
        law=law,
        features={
            name: None if name in doubted else value
            for name, value in zip(names, features, strict=True)
        },
        advice=advice,
        frame=frame,
        decided_on=decider.decided_on,
    )
