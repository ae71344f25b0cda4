from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from twinline.decision.bounds import INT64_MAX, INT64_MIN, Bounds
from twinline.decision.columns.arithmetic import annuity_principal, banding, quotient
from twinline.decision.table import Table
from twinline.kernel import annuity
from twinline.kernel.rounding import Rounding, divide

NEAR = st.integers(-100, 100)
NUMERATORS = st.one_of(
    NEAR, st.integers(INT64_MIN, INT64_MAX), st.sampled_from([INT64_MIN, INT64_MAX])
)
DENOMINATORS = st.one_of(NEAR, st.integers(-(2**62), 2**62)).filter(bool)


@pytest.mark.parametrize("rounding", Rounding)
@given(numerators=st.lists(NUMERATORS, min_size=1), denominator=DENOMINATORS)
def test_a_quotient_is_rounded_as_one_number_is(
    rounding: Rounding, numerators: list[int], denominator: int
) -> None:
    """Columns divide as `kernel.rounding.divide` does, from the least to the greatest number."""
    assume(denominator != -1 or INT64_MIN not in numerators)  # refused: it overflows
    column = np.array(numerators, np.int64)

    found = quotient(column, np.array(denominator, np.int64), rounding, positive=denominator > 0)

    assert found.tolist() == [divide(each, denominator, rounding) for each in numerators]


@given(
    payments=st.lists(st.integers(0, 10**8), min_size=1),
    rate_ppm=st.integers(0, annuity.RATE_MAX_PPM),
    months=st.integers(1, annuity.MONTHS_MAX),
)
def test_an_annuity_is_that_of_one_number(payments: list[int], rate_ppm: int, months: int) -> None:
    """Columns of payments repay what each payment alone repays."""
    found = annuity_principal(np.array(payments, np.int64), np.array(rate_ppm, np.int64), months)

    assert found.tolist() == [
        annuity.annuity_principal(each, rate_ppm, months) for each in payments
    ]


@pytest.mark.parametrize("greatest", [400, 10**12])
@given(edges=st.sets(st.integers(-50, 400)), keys=st.lists(st.integers(-50, 400), min_size=1))
def test_a_key_falls_into_the_band_of_the_table(
    greatest: int, edges: set[int], keys: list[int]
) -> None:
    """By a table of all keys, where there are few, and by search the band is the same."""
    lower = (-50, *sorted(edges - {-50}))
    table = Table(name="t", edges=lower, columns=1, cells=tuple(range(len(lower))))

    found = banding(lower, Bounds(-50, greatest))(np.array(keys, np.int64))

    assert found.tolist() == [table.at(key) for key in keys]
