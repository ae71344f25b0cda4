"""A scorecard learned: logistic regression on WOE, written as whole points.

Score = base + points of each feature's bin; 600 points stand for 50 goods to 1 bad, and 20 points
more double the odds. The worst bin of a feature has 0 points.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from twinline.training.binning import bins_of
from twinline.training.scale import FACTOR, OFFSET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from twinline.training.binning import Bins
    from twinline.training.sample import Flags, Places, Sample

IV_LEAST = 0.02
"""Below it a feature says too little to be worth a customer's data."""


@unique
class LeftOut(StrEnum):
    """Why a candidate is not in the card, in the order the checks run."""

    NOT_FOR_THE_CARD = "for the challenger alone"
    ALIKE = "the same for nearly all"
    WEAK = "weak"
    AGAINST_ITS_TREND = "against its trend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A feature's part of the card: points for each of its bins, in the order of the bins."""

    bins: Bins
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A scorecard: base, parts, and why the other candidates are not in it."""

    base: int
    parts: tuple[Part, ...]
    left_out: Mapping[str, LeftOut]

    @property
    def least(self) -> int:
        """Return the least score the card can give."""
        return self.base + sum(min(part.points) for part in self.parts)

    def scores(self, sample: Sample) -> NDArray[np.int64]:
        """Return every customer's score."""
        columns = dict(zip((each.name for each in sample.candidates), sample.columns, strict=True))
        scores = np.full(sample.rows, self.base, dtype=np.int64)
        for part in self.parts:
            places = part.bins.places(columns[part.bins.candidate.name])
            scores += np.array(part.points, dtype=np.int64)[places]
        return scores


def card_of(sample: Sample, binned: Sequence[Bins] | None = None) -> Card:
    """Learn a card; `binned` are the candidates' bins where they are known already.

    A feature whose weight would turn its own trend round, beside the others, is left out, the
    worst first, until none is.
    """
    if binned is None:
        pairs = zip(sample.candidates, sample.columns, strict=True)
        binned = [bins_of(candidate, column, sample.bad) for candidate, column in pairs]
    left_out = {bins.candidate.name: why for bins in binned if (why := _unfit(bins))}
    kept = [
        (bins, bins.places(column))
        for bins, column in zip(binned, sample.columns, strict=True)
        if bins.candidate.name not in left_out
    ]
    while kept:
        intercept, weights = _regression(kept, sample.bad)
        worst = int(np.argmax(weights))
        if weights[worst] < 0:
            return _in_points(intercept, weights, [bins for bins, _ in kept], left_out)
        bins, _ = kept.pop(worst)
        left_out[bins.candidate.name] = LeftOut.AGAINST_ITS_TREND
    return Card(base=round(OFFSET), parts=(), left_out=left_out)


def _unfit(bins: Bins) -> LeftOut | None:
    if not bins.candidate.in_card:
        return LeftOut.NOT_FOR_THE_CARD
    held = [goods + bads for goods, bads in zip(bins.goods, bins.bads, strict=True)]
    if max(held) == sum(held):
        return LeftOut.ALIKE
    return LeftOut.WEAK if bins.iv < IV_LEAST else None


def _regression(
    kept: Sequence[tuple[Bins, Places]], bad: Flags
) -> tuple[float, NDArray[np.float64]]:
    """Return the intercept and weights of the log odds of bad on WOE."""
    woe = np.stack([np.array(bins.woe)[places] for bins, places in kept], axis=1)
    with threadpool_limits(1):  # sums in one order, so that the same book gives the same bytes
        model = LogisticRegression(max_iter=1000).fit(woe, bad)
    return float(model.intercept_[0]), model.coef_[0]


def _in_points(
    intercept: float,
    weights: NDArray[np.float64],
    binned: Sequence[Bins],
    left_out: Mapping[str, LeftOut],
) -> Card:
    base = OFFSET - FACTOR * intercept
    parts = []
    for weight, bins in zip(weights, binned, strict=True):
        exact = [-FACTOR * float(weight) * woe for woe in bins.woe]
        base += min(exact)
        points = tuple(round(each - min(exact)) for each in exact)
        parts.append(Part(bins=bins, points=points))
    return Card(base=round(base), parts=tuple(parts), left_out=left_out)
