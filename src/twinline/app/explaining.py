"""One customer's decision made again with what it saw and what would help, and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.app.explanation import Example, Explanation, Frame
from twinline.decision.advice import advise
from twinline.decision.decide import Decider, day_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.review_ports import BookSource, Customer, Deciding
    from twinline.decision.law import LawValues


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


def examples_of(
    rows: Mapping[str, int], deciding: Deciding, book: BookSource
) -> tuple[Example, ...]:
    """Return the examples that figures name by their rows, each decided and explained again."""
    frame = Frame(
        currency=book.currency, as_of_on=deciding.as_of_on, law_known_on=deciding.law_known_on
    )
    decider = Decider(deciding.strategy, deciding.decided_on)
    laws = {values.licence.value: values for values in deciding.laws}
    columns = deciding.strategy.columns
    customers = {kind: book.customer(row, columns) for kind, row in rows.items()}
    return tuple(
        Example(
            kind=kind,
            explanation=explain_customer(decider, customer, laws[customer.licence], frame),
        )
        for kind, customer in customers.items()
    )
