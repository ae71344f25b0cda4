"""The score alone: a strategy's scorecard as the table it is, looked up and added."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinline.decision.scalar import Row
    from twinline.decision.strategy import Attribute, Strategy


def bin_at(attribute: Attribute, value: int | None) -> int:
    """Return which row of the scorecard a feature's value belongs to."""
    if value is None:
        assert attribute.missing is not None
        return attribute.missing
    if value in attribute.specials:
        return attribute.specials[value]
    return attribute.bins[bisect_right(attribute.edges, value) - 1]


def scorer(strategy: Strategy) -> Callable[[Row], tuple[int, int]]:
    """Return the function from a customer's features to score and probability of default."""
    names = [feature.name for feature in strategy.features]
    card = [(each, names.index(each.feature)) for each in strategy.scorecard]

    def score_of(features: Row) -> tuple[int, int]:
        """Return score and probability of default in ppm."""
        points = (each.points[bin_at(each, features[place])] for each, place in card)
        score = strategy.score_base + sum(points)
        return score, strategy.pd.at(score)

    return score_of
