"""One customer of a review explained: the stored outcome, what it saw, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.app.explaining import explain_customer
from twinline.app.explanation import Frame
from twinline.app.fault import InputFault
from twinline.app.replay import recorded_book, recorded_strategy
from twinline.app.review import decider_on, laws_of

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.explanation import Explanation
    from twinline.app.review_ports import Shelf


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
