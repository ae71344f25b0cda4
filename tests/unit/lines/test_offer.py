"""An offer for a customer's lines, accepted: what changes, what stays, and what is too late."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lines import OPEN, TODAY, day, restriction
from twinline.lines.line import LineState, RestrictionKind
from twinline.lines.moves import Grant, MoveRefusal
from twinline.lines.offer import accept_offer, bases_of
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.lines.line import Line

OFFER = Grant(
    product=Product.CASH_LOAN,
    currency="CNY",
    licence="BK",
    funder="trust",
    decision_id="d4",
    base_limit_minor=1_200_000,
    price_ppm=120_000,
)


def after(line: Line | None, offer: Grant = OFFER) -> tuple[Line, ...] | MoveRefusal:
    """Return the lines after an offer that was made on the line as it is."""
    standing = {} if line is None else {line.product: line}
    return accept_offer(standing, (offer,), bases_of(standing), TODAY)


@given(st.integers(0, 5_000_000), st.sampled_from([None, RestrictionKind.CAP]))
def test_a_line_that_is_there_takes_the_limit_and_keeps_the_rest(
    minor: int, kind: RestrictionKind | None
) -> None:
    """Limit, version, decision and price are the offer's; lender, funder, restrictions stay."""
    laid = () if kind is None else (restriction(kind),)
    line = replace(OPEN, restrictions=laid)
    assert after(line, replace(OFFER, base_limit_minor=minor)) == (
        replace(
            line,
            base_limit_minor=minor,
            base_version=4,
            decision_id="d4",
            price_ppm=120_000,
        ),
    )


def test_a_line_that_is_not_there_or_closed_is_granted() -> None:
    """It is opened as the offer says; an offer of nothing opens nothing."""
    assert after(None, replace(OFFER, base_limit_minor=0)) == ()
    closed = replace(OPEN, state=LineState.CLOSED)
    for before, version in ((None, 1), (closed, 4)):
        granted = after(before)
        assert isinstance(granted, tuple)
        (line,) = granted
        assert (line.state, line.funder, line.base_version) == (LineState.OPEN, "trust", version)


@pytest.mark.parametrize(
    ("offer", "state"),
    [
        (OFFER, LineState.OPEN),
        (replace(OFFER, effective_from_on=TODAY), LineState.OPEN),
        (replace(OFFER, effective_from_on=day(1)), LineState.PENDING_EFFECTIVE),
        (replace(OFFER, on_condition=True), LineState.PENDING_EFFECTIVE),
    ],
)
def test_a_delayed_offer_makes_the_line_wait(offer: Grant, state: LineState) -> None:
    """A day ahead or a condition delays a line that is there as it does a new one."""
    for before in (OPEN, None):
        lines = after(before, offer)
        assert isinstance(lines, tuple)
        assert [line.state for line in lines] == [state]


def test_what_speaks_against_an_offer_changes_no_line() -> None:
    """Another decision since, the same decision again, a raise of a line that is frozen."""
    assert accept_offer({OPEN.product: OPEN}, (OFFER,), bases_of({}), TODAY) is (
        MoveRefusal.BASE_CHANGED
    )
    assert after(OPEN, replace(OFFER, decision_id="d3")) is MoveRefusal.SAME_DECISION
    frozen = replace(OPEN, state=LineState.FROZEN)
    assert after(frozen) is MoveRefusal.LINE_STATE
    cut = after(frozen, replace(OFFER, base_limit_minor=1, on_condition=True))
    assert isinstance(cut, tuple)
    assert cut[0].state is LineState.FROZEN
