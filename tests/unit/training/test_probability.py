from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from twinline.training.probability import pd_at, pd_table, pds_at

OUTCOMES = st.lists(st.tuples(st.integers(-50, 900), st.booleans()), min_size=1, max_size=300)


@given(OUTCOMES)
def test_probability_falls_strictly_from_band_to_band(outcomes: list[tuple[int, bool]]) -> None:
    """Whatever the outcomes, bands ascend, probabilities fall and lie within 0 and one million."""
    table = pd_table(outcomes)

    assert all(low[0] < high[0] and low[1] > high[1] for low, high in pairwise(table))
    assert all(0 <= pd <= 1_000_000 for _, pd in table)
    assert table[0][0] <= min(score for score, _ in outcomes)


@given(OUTCOMES, st.lists(st.integers(-100, 1_000)))
def test_a_column_of_scores_has_the_probability_of_each(
    outcomes: list[tuple[int, bool]], scores: list[int]
) -> None:
    """Looked up at once, scores below, within and above the table have what each has alone."""
    table = pd_table(outcomes)

    assert pds_at(table, np.array(scores, np.int64)).tolist() == [
        pd_at(table, score) for score in scores
    ]


def test_many_outcomes_outweigh_the_scale() -> None:
    """With ten thousand customers on a score, its probability is their bad rate."""
    outcomes = [(560, place % 10 == 0) for place in range(10_000)]

    assert abs(pd_at(pd_table(outcomes), 560) - 100_000) < 300


def test_few_outcomes_leave_the_scale_its_say() -> None:
    """Three customers who all paid do not make a score free of risk."""
    assert pd_at(pd_table([(600, False)] * 3), 600) > 10_000
