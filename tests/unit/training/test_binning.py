from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.training.binning import bins_of, rounded_down, trend_of
from twinline.training.quiet import OptimalBinning
from twinline.training.sample import Candidate, Column, Risk

SPECIAL = 7


def candidate(risk: Risk = Risk.RISES, unit: int = 1) -> Candidate:
    """Return a candidate of 0 to a million, which may be missing and has a special value."""
    return Candidate(
        name="used",
        risk=risk,
        least=0,
        greatest=1_000_000,
        unit=unit,
        may_miss=True,
        specials=(SPECIAL,),
    )


def book(peak: int = 1_000_000, rows: int = 4_000) -> tuple[Column, np.typing.NDArray[np.bool_]]:
    """Return values and outcomes whose risk rises up to a peak and falls behind it."""
    draws = np.random.RandomState(1)
    values = draws.randint(0, 1_000_000, rows).astype(np.int64)
    risk = np.where(values < peak, values / peak, (1_000_000 - values) / (1_000_000 - peak + 1))
    bad = draws.random_sample(rows) < 0.05 + 0.5 * risk
    missing = draws.random_sample(rows) < 0.1
    values[draws.random_sample(rows) < 0.1] = SPECIAL
    values[missing] = 0
    return Column(values, missing), bad


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1), st.sampled_from([1, 100, 400]))
def test_rounding_down_keeps_order_and_goes_no_further_than_two_digits(
    values: list[int], unit: int
) -> None:
    """A rounded value is a whole number of units, not above its own, and order is kept."""
    ordered = np.array(sorted(values), dtype=np.int64)

    rounded = rounded_down(ordered, unit)

    assert (rounded % unit == 0).all()
    assert (rounded <= ordered).all()
    assert (np.diff(rounded) >= 0).all()
    assert (np.diff(rounded_down(rounded, unit)) == np.diff(rounded)).all()
    assert all(len(str(abs(each) // unit).rstrip("0")) <= 2 for each in rounded.tolist())


@pytest.mark.parametrize("unit", [1, 400])
def test_weights_equal_those_of_optbinning_for_every_row(unit: int) -> None:
    """On missing and special values too, each row's WOE is what optbinning's transform says."""
    column, bad = book()
    bins = bins_of(candidate(unit=unit), column, bad)
    ours = np.array(bins.woe)[bins.places(column)]

    theirs = OptimalBinning(
        user_splits=list(bins.edges[1:]),
        user_splits_fixed=[True] * (len(bins.edges) - 1),
        special_codes=[SPECIAL],
        min_bin_size=None,
    )
    values = np.where(column.missing, np.nan, column.values.astype(np.float64))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(values, bad.astype(np.int64))
        woe = theirs.transform(
            values, metric="woe", metric_special="empirical", metric_missing="empirical"
        )

    assert len(bins.edges) > 3
    assert np.allclose(ours, woe, rtol=0, atol=1e-9)


@pytest.mark.parametrize(("risk", "sign"), [(Risk.RISES, -1), (Risk.FALLS, 1)])
def test_bins_run_the_way_that_was_asked_for(risk: Risk, sign: int) -> None:
    """Whatever the data say, WOE never turns against the declared risk."""
    column, bad = book(peak=500_000)

    bins = bins_of(candidate(risk), column, bad)

    assert (np.diff(bins.woe[: len(bins.edges)]) * sign > 0).all()


def test_a_trend_that_turns_round_is_reported_with_both_values() -> None:
    """The information value lost by going one way stands beside the one kept."""
    column, bad = book(peak=500_000)

    trend = trend_of(candidate(Risk.EITHER), column, bad)

    assert not trend.monotone
    assert trend.iv_automatic > trend.iv_fixed + 0.05


def test_a_trend_that_runs_one_way_is_found_without_being_declared() -> None:
    """Where the data may say, they say that risk rises, and nothing is lost by asking for it."""
    column, bad = book()

    trend = trend_of(candidate(Risk.EITHER), column, bad)

    assert trend.monotone
    assert trend.risk is Risk.RISES
    assert trend.iv_fixed == pytest.approx(trend.iv_automatic)


def test_a_special_bin_nobody_is_in_says_nothing() -> None:
    """Without goods or bads a bin has WOE 0: the weight of the average customer."""
    column, bad = book()
    column.values[column.values == SPECIAL] = 8
    column.missing[:] = False

    bins = bins_of(candidate(), column, bad)

    assert bins.woe[-2:] == (0.0, 0.0)


def test_a_constant_has_one_bin() -> None:
    """There is nothing to cut, and no fault either."""
    column = Column(np.full(500, 5, np.int64), np.zeros(500, np.bool_))

    bins = bins_of(candidate(), column, np.arange(500) % 3 == 0)

    assert bins.edges == (0,)
    assert bins.iv == 0
