from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.one_by_one import add_amount
from twinline.portfolio.counting import total, totals
from twinline.portfolio.tally import Amounts
from twinline.portfolio.tally_columns import add_amounts

INT64 = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.one_of(st.integers(0, 2_000), st.integers(0, 10**15))))
def test_a_column_of_amounts_counts_as_each_alone(amounts: list[int]) -> None:
    """Totals, the largest and what is told apart are those of adding one amount at a time."""
    alone, together = Amounts(), Amounts()
    for each in amounts:
        add_amount(alone, each)
    add_amounts(together, np.array(amounts, np.int64))

    assert vars(together) == vars(alone)


@given(st.lists(st.tuples(st.integers(0, 3), INT64)))
def test_sums_of_columns_are_exact_beyond_64_bits(pairs: list[tuple[int, int]]) -> None:
    """A column's sum, and its sum by key, is Python's."""
    keys = np.array([key for key, _ in pairs], np.int64)
    values = np.array([value for _, value in pairs], np.int64)

    assert total(values) == sum(value for _, value in pairs)
    assert totals(keys, values, 4) == [
        sum(value for key, value in pairs if key == wanted) for wanted in range(4)
    ]
