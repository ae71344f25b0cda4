"""Rates of flows: against the flows themselves, and against what others compute."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy_financial
import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from twinline.kernel.daycount import DayCount
from twinline.kernel.decimals import ONE, PRECISE
from twinline.pricing.conventions import Flow, irr_periodic, worth_on, xirr
from twinline.pricing.irr import RateRefusal
from twinline.pricing.reg_z import UnitOf, UnitPeriod, annual_percentage_rate

START = date(2026, 1, 15)
PAYMENTS = st.lists(st.integers(1, 10**8), min_size=1, max_size=60)
ROWS = st.lists(st.tuples(st.integers(500, 10**7), st.integers(5, 70)), min_size=1, max_size=30)
MIXED = st.lists(st.integers(-1_000, 1_000), min_size=2, max_size=9)


def dated(amounts: list[int], gaps: list[int]) -> list[Flow]:
    """Return flows at growing distances from the start."""
    flows, on = [], START
    for amount, gap in zip(amounts, gaps, strict=True):
        on += timedelta(days=gap)
        flows.append(Flow(on=on, amount_minor=amount))
    return flows


def net_at(amounts: list[int], rate: Decimal) -> Decimal:
    """Return what equally spaced flows are worth at a rate: the naive sum."""
    growth = PRECISE.add(ONE, rate)
    return sum(
        (PRECISE.divide(Decimal(a), PRECISE.power(growth, n)) for n, a in enumerate(amounts)),
        Decimal(0),
    )


@given(st.integers(1, 10**9), PAYMENTS)
def test_a_loan_has_one_rate_and_is_worth_nothing_at_it(principal: int, paid: list[int]) -> None:
    """One advance and its payments: the rate found makes them worth nothing, to 20 digits."""
    amounts = [principal, *(-payment for payment in paid)]
    found = irr_periodic(amounts)
    if isinstance(found, RateRefusal):
        assert found is RateRefusal.NO_RATE
        low, high = net_at(amounts, Decimal("-0.999999")), net_at(amounts, Decimal(1000))
        assert (low >= 0) == (high >= 0)
        return

    size = Decimal(sum(map(abs, amounts)))
    stretched = PRECISE.power(PRECISE.divide(ONE, ONE + found), len(amounts))
    assert abs(net_at(amounts, found)) <= size * Decimal("1e-20") * max(ONE, stretched)


@given(MIXED)
def test_turning_every_sign_changes_nothing(amounts: list[int]) -> None:
    """Either sign convention is taken."""
    assert irr_periodic(amounts) == irr_periodic([-amount for amount in amounts])


@given(st.lists(st.integers(-30, 30), min_size=2, max_size=6).filter(any))
def test_roots_are_counted_right(amounts: list[int]) -> None:
    """There is a rate exactly where the polynomial of the flows has one root in the interval."""
    roots = [1 / root for root in np.roots(amounts[::-1]) if abs(root) > 1e-9]
    clear = all(abs(root.imag) > 1e-3 or abs(root.imag) < 1e-9 for root in roots)
    growths = sorted(root.real for root in roots if abs(root.imag) < 1e-9)
    assume(clear and all(later - one > 1e-3 for one, later in pairwise(growths)))
    assume(all(abs(growth) > 1e-4 for growth in growths))
    rates = [growth - 1 for growth in growths if 1e-6 < growth < 1001]
    found = irr_periodic(amounts)

    match len(rates):
        case 0:
            assert found is RateRefusal.NO_RATE
        case 1:
            assert isinstance(found, Decimal)
            assert float(found) == pytest.approx(rates[0], rel=1e-6, abs=1e-6)
        case _:
            assert found is RateRefusal.SEVERAL_RATES


@pytest.mark.parametrize(
    ("amounts", "rate"),
    [
        ([-100, 220, -121], "0.1"),
        ([-100, 110], "0.1"),
        ([100, -50, -60, 20, -20], "0.05759036095"),
        ([-100000, -1, 3, -1, 100000], "0.00000250000"),
        ([-1, 1], "0"),
    ],
)
def test_one_root_among_many_signs(amounts: list[int], rate: str) -> None:
    """Flows that turn more than once may still have one rate, and a touching root is one."""
    found = irr_periodic(amounts)

    assert isinstance(found, Decimal)
    assert abs(found - Decimal(rate)) < Decimal("1e-10")


@pytest.mark.parametrize(
    ("amounts", "refusal"),
    [
        ([-100, 230, -132], RateRefusal.SEVERAL_RATES),
        ([-1000, 3600, -4310, 1716], RateRefusal.SEVERAL_RATES),
        ([-100, 220, -122], RateRefusal.NO_RATE),
        ([1, 2], RateRefusal.NO_RATE),
        ([0, 0], RateRefusal.NO_RATE),
        ([5], RateRefusal.NO_RATE),
        ([1, -2000], RateRefusal.NO_RATE),
    ],
)
def test_no_rate_or_several(amounts: list[int], refusal: RateRefusal) -> None:
    """Without exactly one rate in the interval there is none to give."""
    assert irr_periodic(amounts) is refusal


@given(st.integers(10_000, 10**8), st.lists(st.integers(500, 10**7), min_size=2, max_size=40))
def test_agrees_with_numpy_financial(principal: int, paid: list[int]) -> None:
    """The periodic rate is numpy-financial's, to the digits that floats have."""
    assume(sum(paid) > principal)
    found = irr_periodic([principal, *(-payment for payment in paid)])
    other = numpy_financial.irr([principal, *(-payment for payment in paid)])
    assume(other == other)  # noqa: PLR0124 - not a number where it gives up

    assert isinstance(found, Decimal)
    assert float(found) == pytest.approx(other, rel=1e-6, abs=1e-9)


@given(ROWS, st.fractions("0.4", "0.99", max_denominator=1000))
def test_agrees_with_pyxirr(paid: list[tuple[int, int]], share: Fraction) -> None:
    """The annual rate of dated flows is pyxirr's, to the digits that floats have."""
    principal = int(share * sum(amount for amount, _ in paid))
    flows = dated([principal, *(-a for a, _ in paid)], [0, *(gap for _, gap in paid)])
    found = xirr(flows)
    other = pyxirr.xirr([f.on for f in flows], [f.amount_minor for f in flows])
    assume(isinstance(found, Decimal) and other is not None)

    assert isinstance(found, Decimal)
    assert float(found) == pytest.approx(other, rel=1e-7, abs=1e-9)


@given(ROWS, st.fractions("0.4", "0.99", max_denominator=1000), st.sampled_from(list(DayCount)))
def test_flows_are_worth_nothing_at_their_rate(
    paid: list[tuple[int, int]], share: Fraction, day_count: DayCount
) -> None:
    """The worth of flows on their first day, at the rate found, is nothing in minor units."""
    principal = int(share * sum(amount for amount, _ in paid))
    flows = dated([principal, *(-a for a, _ in paid)], [0, *(gap for _, gap in paid)])
    found = xirr(flows, day_count)
    assume(isinstance(found, Decimal))
    assert isinstance(found, Decimal)

    assert abs(worth_on(flows, Fraction(found), START, day_count)) < Fraction(1, 10**6)


@given(st.integers(10_000, 10**8), PAYMENTS)
def test_whole_unit_periods_are_the_periodic_rate(principal: int, paid: list[int]) -> None:
    """Without odd days the annual percentage rate is twelve times the monthly rate."""
    amounts = [principal, *(-payment for payment in paid)]
    months = [date(2026 + n // 12, n % 12 + 1, 15) for n in range(len(amounts))]
    flows = [Flow(on=on, amount_minor=a) for on, a in zip(months, amounts, strict=True)]
    found = annual_percentage_rate(flows, UnitPeriod(count=1, unit=UnitOf.MONTHS))
    periodic = irr_periodic(amounts)

    if isinstance(found, RateRefusal) or isinstance(periodic, RateRefusal):
        assert found is periodic
        return
    assert abs(found.unit_rate - periodic) < Decimal("1e-25")
