"""Changes of limits as ledger amounts: by which event, with which amounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.lines import OPEN, TODAY
from twinline.ledger.control import Control
from twinline.ledger.event import Event
from twinline.lines.changes import limits_changed, limits_on, opening_amounts
from twinline.lines.line import LineState
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.ledger.control import Headroom

BEFORE: Headroom = (100, 200, 250, 900)


@pytest.mark.parametrize(
    ("after", "event", "line", "amounts"),
    [
        ((100, 230, 250, 900), Event.LIMIT_RAISED, Control.CASH_LOAN, {"line": 30}),
        (
            (100, 230, 260, 901),
            Event.LIMIT_RAISED,
            Control.CASH_LOAN,
            {"line": 30, "joint": 10, "person": 1},
        ),
        ((60, 200, 250, 900), Event.LIMIT_CUT, Control.PAY_LATER, {"line": 40}),
        ((100, 200, 250, 800), Event.LIMIT_CUT, Control.PAY_LATER, {"person": 100}),
        (
            (110, 190, 250, 900),
            Event.LINE_CHANGED,
            Control.PAY_LATER,
            {"pay_later_raised": 10, "cash_loan_cut": 10},
        ),
        (
            (110, 210, 270, 900),
            Event.LINE_CHANGED,
            Control.PAY_LATER,
            {"pay_later_raised": 10, "cash_loan_raised": 10, "joint_raised": 20},
        ),
        (
            (100, 190, 260, 900),
            Event.LINE_CHANGED,
            Control.PAY_LATER,
            {"cash_loan_cut": 10, "joint_raised": 10},
        ),
    ],
)
def test_a_change_is_booked_by_what_it_is(
    after: Headroom, event: Event, line: Control, amounts: dict[str, int]
) -> None:
    """One line up or down has its own event; what goes both ways is a change of line."""
    found = limits_changed(BEFORE, after)

    assert found is not None
    assert (found.event, found.line, found.amounts) == (event, line, amounts)


def test_nothing_is_booked_where_no_limit_moves() -> None:
    """A freeze changes a line and no limit."""
    assert limits_changed(BEFORE, BEFORE) is None


def test_the_limits_of_a_day_are_the_lines_effective_limits() -> None:
    """A line that is not there or not effective yet counts for nothing."""
    pending = replace(OPEN, product=Product.PAY_LATER, state=LineState.PENDING_EFFECTIVE)
    lines = {Product.PAY_LATER: pending, Product.CASH_LOAN: OPEN}

    assert limits_on(lines, TODAY, joint_minor=5, person_minor=6) == (0, 1_000_000, 5, 6)
    assert limits_on({}, TODAY, joint_minor=5, person_minor=6) == (0, 0, 5, 6)


def test_first_limits_open_a_customer() -> None:
    """Each control has its limit; one of zero needs no entry."""
    assert opening_amounts((0, 7, 5, 6)) == {"cash_loan": 7, "joint": 5, "person": 6}
