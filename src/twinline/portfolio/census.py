"""One book under a strategy in counts: what a monitor holds of it, in bounded memory.

A chunk of customers is added by `portfolio.census_columns`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from twinline.portfolio.bins import Count, Spectrum
from twinline.portfolio.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.portfolio.bins import Bins

SCORE = "score"
LIMITS = ("pay_later limit", "cash_loan limit")
PRICES = ("pay_later price", "cash_loan price")
ACTIONS = ("pay_later action", "cash_loan action")
SEGMENT = "segment"
OUTCOMES = (SCORE, *LIMITS, *PRICES)
"""Numbers of the decision that are counted in bins."""

NO_LIMIT = 0


class Census:
    """A book so far. `bins` are frozen already; a number without any is kept to choose them."""

    def __init__(
        self, features: Sequence[str], bins: Mapping[str, Bins], mixes: Sequence[str]
    ) -> None:
        """Start with nobody; `mixes` names the categories of the population."""
        self.customers = self.referred = 0
        self.features = [_counter(name, bins) for name in features]
        self.outcomes = [_counter(name, bins) for name in OUTCOMES]
        self.mixes: dict[str, Counter[str]] = {
            name: Counter() for name in (SEGMENT, *ACTIONS, *mixes)
        }
        self.population = [self.mixes[name] for name in mixes]
        self.doubts: Counter[str] = Counter()
        self.known: Counter[int] = Counter()
        self.bad: Counter[int] = Counter()
        self.outcome_known = self.defaulted = 0
        self.ranking = Ranking()


def _counter(name: str, bins: Mapping[str, Bins]) -> Count | Spectrum:
    if name in bins:
        return Count(bins[name])
    return Spectrum((NO_LIMIT,) if name in LIMITS else ())
