"""What a comparison says of itself: which strategies, on what, and its figures with a digest."""

from __future__ import annotations

import hashlib
from datetime import date

import msgspec

from twinline.app.review_record import BookFacts, StrategyFacts
from twinline.portfolio.compared import ComparisonFigures

COMPARISON_VERSION = 1
COMPARISON = "comparison.json"
AGAINST = "against"
"""Where a review's folder keeps the files of the strategy it is compared with."""


class ComparisonRecord(msgspec.Struct, frozen=True, kw_only=True):
    """comparison.json: the `new` strategy is the review's, the `old` one what it is held against.

    `decisions_digest` is that of the review's decisions, `figures_digest` is over the figures.
    """

    comparison_version: int
    twinline_version: str
    book: BookFacts
    decided_on: date
    new: StrategyFacts
    old: StrategyFacts
    same_logic: bool
    decisions_digest: str
    figures_digest: str
    figures: ComparisonFigures


def digest_of(figures: ComparisonFigures) -> str:
    """Return the SHA-256 of figures as JSON without spaces, in the order of their fields."""
    return hashlib.sha256(msgspec.json.encode(figures)).hexdigest()
