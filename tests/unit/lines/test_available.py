"""What may be used, with the term that binds and what the next one would give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.lines import OPEN, TODAY, restriction, under
from twinline.lines.available import Controls, availability, availability_by_line
from twinline.lines.effective import UseRefusal
from twinline.lines.least import TermKind
from twinline.lines.line import Cause, LineState, RestrictionKind
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.lines.line import Line

CONTROLS = Controls(
    limits=(1_500_000, 1_000_000, 2_000_000, 20_000_000),
    headroom=(1_300_000, 600_000, 1_000_000, 19_400_000),
)
"""Used: 2,000 yuan of pay-later, 4,000 of the cash loan, 10,000 of both together."""


def test_the_line_binds_and_both_together_are_next() -> None:
    """Of the line's 10,000 yuan 4,000 are used; without it the joint limit would leave 10,000."""
    found = availability(OPEN, CONTROLS, TODAY)

    assert (found.available_minor, found.limit_minor, found.used_minor) == (
        600_000,
        1_000_000,
        400_000,
    )
    assert (found.least.binding.kind, found.least.next_minor) == (TermKind.BASE, 1_000_000)
    assert {term.kind: term.amount_minor for term in found.least.terms} == {
        TermKind.BASE: 600_000,
        TermKind.JOINT: 1_000_000,
        TermKind.PERSON: 19_400_000,
    }


@pytest.mark.parametrize(
    ("headroom", "own", "binding", "available"),
    [
        ((1_300_000, 600_000, 500_000, 19_400_000), None, TermKind.JOINT, 500_000),
        ((1_300_000, 600_000, 1_000_000, 300_000), None, TermKind.PERSON, 300_000),
        ((1_300_000, 600_000, 1_000_000, 300_000), 100_000, TermKind.OWN_SPENDING, 100_000),
        ((1_300_000, 600_000, 600_000, 600_000), 600_000, TermKind.BASE, 600_000),
        ((1_300_000, -100, -300, 600_000), None, TermKind.JOINT, 0),
    ],
)
def test_whatever_is_least_binds(
    headroom: tuple[int, int, int, int], own: int | None, binding: TermKind, available: int
) -> None:
    """Both together, the person, the customer's own spending; below zero leaves nothing."""
    controls = replace(CONTROLS, headroom=headroom)
    found = availability(OPEN, controls, TODAY, own_spending_minor=own)

    assert (found.least.binding.kind, found.available_minor) == (binding, available)


def test_a_restriction_is_named_with_what_it_leaves() -> None:
    """Half the limit less what is used, and who would bind without it."""
    half = restriction(RestrictionKind.FACTOR, ppm=500_000)
    own = restriction(RestrictionKind.CAP, name="own", minor=450_000, cause=Cause.CUSTOMER)
    found = availability(under(half), CONTROLS, TODAY)
    wished = availability(under(half, own), CONTROLS, TODAY)

    assert (found.available_minor, found.least.binding.restriction) == (100_000, half)
    assert found.least.next_minor == 600_000
    assert (wished.available_minor, wished.least.binding.kind) == (50_000, TermKind.OWN_CAP)


@pytest.mark.parametrize(
    ("line", "refusal", "kind", "upon_end"),
    [
        (
            under(restriction(RestrictionKind.STOP)),
            UseRefusal.LINE_STOPPED,
            TermKind.STOP,
            600_000,
        ),
        (
            under(restriction(RestrictionKind.STOP, cause=Cause.CUSTOMER)),
            UseRefusal.NO_CREDIT,
            TermKind.NO_CREDIT,
            600_000,
        ),
        (
            replace(OPEN, state=LineState.FROZEN),
            UseRefusal.LINE_FROZEN,
            TermKind.STATE,
            600_000,
        ),
        (
            replace(OPEN, state=LineState.PENDING_EFFECTIVE),
            UseRefusal.LINE_PENDING_EFFECTIVE,
            TermKind.STATE,
            600_000,
        ),
    ],
)
def test_what_refuses_new_use_binds_whatever_is_left(
    line: Line, refusal: UseRefusal, kind: TermKind, upon_end: int
) -> None:
    """Nothing is available, and the next term says what would be without the stop."""
    found = availability(line, CONTROLS, TODAY)
    over = availability(line, replace(CONTROLS, headroom=(0, -5, -9, 0)), TODAY)

    assert (found.available_minor, found.refusal, found.least.binding.kind) == (0, refusal, kind)
    assert found.least.next_minor == upon_end
    assert (over.least.binding.kind, over.least.next_minor) == (kind, -9)


def test_each_line_there_is_has_its_availability() -> None:
    """Pay-later before cash loan, and no word of a line that is not there."""
    pay_later = replace(OPEN, product=Product.PAY_LATER, base_limit_minor=1_500_000)
    lines = {Product.CASH_LOAN: OPEN, Product.PAY_LATER: pay_later}
    found = availability_by_line(lines, CONTROLS, TODAY)

    assert list(found) == [Product.PAY_LATER, Product.CASH_LOAN]
    assert [each.available_minor for each in found.values()] == [1_000_000, 600_000]
    assert list(availability_by_line({Product.CASH_LOAN: OPEN}, CONTROLS, TODAY)) == [
        Product.CASH_LOAN
    ]
