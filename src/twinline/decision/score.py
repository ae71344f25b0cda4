"""A scorecard as the table it is: which of its rows a value belongs to."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinline.decision.strategy import Attribute


def bin_at(attribute: Attribute, value: int | None) -> int:
    """Return which row of the scorecard a feature's value belongs to."""
    if value is None:
        assert attribute.missing is not None
        return attribute.missing
    if value in attribute.specials:
        return attribute.specials[value]
    return attribute.bins[bisect_right(attribute.edges, value) - 1]
