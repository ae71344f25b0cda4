"""The challenger: boosted trees, monotone where the candidate says so, in whole points.

The raw margin is a sum of leaf values in the order of the trees, exact to the bit on every
machine; edges written as decimal text cut it into points of the scorecard's scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from twinline.training.quiet import lightgbm
from twinline.training.sample import Risk
from twinline.training.scale import FACTOR, OFFSET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from twinline.training.sample import Column, Sample

ROUNDS = 300
SETTINGS = {
    "objective": "binary",
    "learning_rate": 0.03,
    "num_leaves": 15,
    "lambda_l2": 10.0,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbose": -1,
}
ROWS_PER_LEAF_LEAST, LEAVES_OF_ALL = 20, 240
SIGNS = {Risk.RISES: 1, Risk.FALLS: -1, Risk.EITHER: 0}


@dataclass(frozen=True)
class Trees:
    """Boosted trees, as text in LightGBM's own format."""

    text: str

    @cached_property
    def _booster(self) -> lightgbm.Booster:
        return lightgbm.Booster(model_str=self.text)

    def margins(self, columns: Sequence[Column]) -> NDArray[np.float64]:
        """Return the raw margin of every customer: the log odds of bad."""
        margins = self._booster.predict(matrix(columns), raw_score=True, num_threads=1)
        return np.asarray(margins, dtype=np.float64)


def trees_of(sample: Sample, seed: int) -> Trees:
    """Learn trees; risk runs one way along a feature that declares which."""
    settings = SETTINGS | {
        "seed": seed,
        "min_data_in_leaf": max(ROWS_PER_LEAF_LEAST, sample.rows // LEAVES_OF_ALL),
        "monotone_constraints": [SIGNS[each.risk] for each in sample.candidates],
    }
    names = [candidate.name for candidate in sample.candidates]
    learned = lightgbm.Dataset(
        matrix(sample.columns), sample.bad.astype(np.int64), feature_name=names
    )
    booster = lightgbm.train(settings, learned, num_boost_round=ROUNDS)
    return Trees(booster.model_to_string())


def cuts(margins: NDArray[np.float64]) -> tuple[tuple[str, int], ...]:
    """Return the margins, as text, from which on a customer has a number of points; they fall.

    The first cut is the best customers' and holds below it, the last holds above it.
    """
    best, worst = (round(OFFSET - FACTOR * float(end)) for end in (margins.min(), margins.max()))
    points = range(best, worst - 1, -1)
    return tuple((f"{(OFFSET - 0.5 - each) / FACTOR:.6f}", each) for each in points)


def points(margins: NDArray[np.float64], table: Sequence[tuple[str, int]]) -> NDArray[np.int64]:
    """Return every customer's points: those of the last cut the margin reaches, or the first's."""
    edges = np.array([float(text) for text, _ in table])
    places = np.maximum(np.searchsorted(edges, margins, side="right") - 1, 0)
    return np.array([each for _, each in table], dtype=np.int64)[places]


def matrix(columns: Sequence[Column]) -> NDArray[np.float64]:
    """Return columns as LightGBM takes them: doubles, not a number where missing."""
    values = np.empty((columns[0].values.size, len(columns)))
    for place, column in enumerate(columns):
        values[:, place] = column.values
        values[column.missing, place] = np.nan
    return values
