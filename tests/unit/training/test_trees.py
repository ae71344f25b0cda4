from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from twinline.training.quiet import lightgbm
from twinline.training.sample import Candidate, Column, Risk, Sample
from twinline.training.trees import cuts, points, trees_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.training.trees import Trees

ROWS = 2_000


@pytest.fixture(scope="module")
def sample() -> Sample:
    """Return customers with one feature that may miss and one that does not."""
    draws = np.random.RandomState(2)
    late, used = draws.randint(0, 6, ROWS), draws.randint(0, 1_000, ROWS)
    missing = draws.random_sample(ROWS) < 0.2
    bad = draws.random_sample(ROWS) < 0.05 + 0.1 * late + 0.0002 * used
    return Sample.of(
        [candidate("late", Risk.RISES), candidate("used", Risk.EITHER)],
        [
            Column(late.astype(np.int64), np.zeros(ROWS, np.bool_)),
            Column(used.astype(np.int64), missing),
        ],
        bad.tolist(),
    )


@pytest.fixture(scope="module")
def trees(sample: Sample) -> Trees:
    """Return trees learned from the sample."""
    return trees_of(sample, seed=0)


def candidate(name: str, risk: Risk) -> Candidate:
    """Return a candidate of 0 to 1,000."""
    return Candidate(
        name=name, risk=risk, least=0, greatest=1_000, unit=1, may_miss=True, specials=()
    )


def test_the_same_sample_and_seed_give_the_same_text(sample: Sample, trees: Trees) -> None:
    """Learning again gives every byte again."""
    assert trees_of(sample, seed=0).text == trees.text
    assert trees_of(sample, seed=1).text != trees.text


@pytest.mark.slow
def test_a_margin_is_the_leaves_added_in_the_order_of_the_trees(
    sample: Sample, trees: Trees
) -> None:
    """Walking the trees by hand and adding gives the margin to the last bit, missing or not."""
    model = lightgbm.Booster(model_str=trees.text).dump_model()
    margins = trees.margins(sample.columns)

    for row in range(0, ROWS, 40):
        values = [
            None if column.missing[row] else float(column.values[row]) for column in sample.columns
        ]
        assert sum(leaves(model, values)) == margins[row]


def leaves(model: dict[str, Any], values: list[float | None]) -> Iterator[float]:
    """Yield the value of the leaf that each tree leads to, in order."""
    for tree in json.loads(json.dumps(model["tree_info"])):
        node = tree["tree_structure"]
        while "leaf_value" not in node:
            value = values[node["split_feature"]]
            assert node["decision_type"] == "<="
            left = node["default_left"] if value is None else value <= node["threshold"]
            node = node["left_child" if left else "right_child"]
        yield node["leaf_value"]


def test_risk_never_falls_along_a_feature_that_declares_it_rises(trees: Trees) -> None:
    """With all else equal, one month later is never a smaller margin."""
    late = Column(np.arange(6, dtype=np.int64), np.zeros(6, np.bool_))
    for used in (0, 300, 999):
        other = Column(np.full(6, used, np.int64), np.zeros(6, np.bool_))
        assert (np.diff(trees.margins([late, other])) >= 0).all()


def test_points_are_the_margin_on_the_scale(sample: Sample, trees: Trees) -> None:
    """Cuts ascend in margin and fall by one point; each margin gets the points next to it."""
    margins = trees.margins(sample.columns)
    table = cuts(margins)
    exact = 487.122876 - 28.853901 * margins

    found = points(margins, table)

    assert all(
        float(low[0]) < float(high[0]) and low[1] == high[1] + 1 for low, high in pairwise(table)
    )
    assert (np.abs(found - exact) <= 0.5001).all()
    assert points(np.array([-99.0, 99.0]), table).tolist() == [table[0][1], table[-1][1]]
