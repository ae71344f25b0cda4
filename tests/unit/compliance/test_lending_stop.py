"""Which new credit a stop refuses, since when, until when, and which stop is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from twinline.compliance.lending_stop import LendingStop, lifted, stopped
from twinline.lines.line import Cause
from twinline.terms.licence import Licence
from twinline.terms.product import Product

DAY = date(2026, 11, 22)
STOP = LendingStop(
    stop_id="s1",
    cause=Cause.REGULATORY,
    reason="LEVERAGE",
    from_on=DAY,
    set_by="monitor:leverage",
)


def found(*stops: LendingStop, on: date = DAY) -> LendingStop | None:
    """Return the stop of a cash loan of the consumer finance company, funded by bank-a."""
    return stopped(stops, Product.CASH_LOAN, Licence.CONSUMER_FINANCE, "bank-a", on)


@pytest.mark.parametrize(
    ("stop", "holds"),
    [
        (STOP, True),
        (replace(STOP, product=Product.CASH_LOAN), True),
        (replace(STOP, product=Product.PAY_LATER), False),
        (replace(STOP, licence=Licence.CONSUMER_FINANCE), True),
        (replace(STOP, licence=Licence.MICRO_LOAN), False),
        (replace(STOP, funder="bank-a"), True),
        (replace(STOP, funder="bank-b"), False),
        (replace(STOP, product=Product.CASH_LOAN, funder="bank-b"), False),
    ],
)
def test_r74_a_stop_covers_what_it_names(stop: LendingStop, *, holds: bool) -> None:
    """What it does not name it covers whole; what it names must all be so (R74, R75)."""
    assert found(stop) == (stop if holds else None)


def test_a_stop_holds_from_its_day_until_lifted() -> None:
    """From the first day on, to before the day it is lifted; who lifted it is kept."""
    end = date(2026, 11, 25)
    ended = lifted(STOP, end, "person:chief-risk-officer")

    assert [found(STOP, on=date(2026, 11, day)) is None for day in (21, 22, 30)] == [
        True,
        False,
        False,
    ]
    assert [found(ended, on=date(2026, 11, day)) is None for day in (24, 25)] == [False, True]
    assert ended.lifted_by == "person:chief-risk-officer"


def test_a_stop_lifted_before_it_began_never_holds() -> None:
    """And one that was lifted keeps its end and who ended it."""
    early = lifted(STOP, date(2026, 11, 1), "a")
    again = lifted(early, date(2026, 12, 1), "b")

    assert found(early) is None
    assert again == early
    assert again.lifted_by == "a"


def test_the_oldest_stop_is_named_and_the_others_stay() -> None:
    """Lifting one leaves the rest in force."""
    older = replace(STOP, stop_id="s9", from_on=date(2026, 11, 1))
    other = replace(STOP, stop_id="s0")

    assert found(STOP, other, older) == older
    assert found(STOP, other, lifted(older, DAY, "a")) == other
    assert found() is None
