"""One book under a strategy in counts: what a monitor holds of it, in bounded memory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from twinline.decision.strategy import Action
from twinline.portfolio.bins import Apart, Count, Spectrum
from twinline.portfolio.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.decision.outcome import Outcome
    from twinline.portfolio.bins import Bins, Value

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
        self._population = [self.mixes[name] for name in mixes]
        self.doubts: Counter[str] = Counter()
        self.known: Counter[int] = Counter()
        self.bad: Counter[int] = Counter()
        self.outcome_known = self.defaulted = 0
        self.ranking = Ranking()

    def add(
        self,
        values: Sequence[Value],
        outcome: Outcome,
        *,
        mix: Sequence[str | None],
        defaulted: bool | None,
    ) -> None:
        """Add one customer: the features' values, the decision, and what came of it."""
        self.customers += 1
        for count, value in zip(self.features, values, strict=True):
            count.add(value)
        lines = (outcome.pay_later, outcome.cash_loan)
        score = Apart.MISSING if outcome.score is None else outcome.score
        numbers: list[Value] = [score, *(line.effective_limit_minor for line in lines)]
        numbers += [Apart.MISSING if line.price_ppm is None else line.price_ppm for line in lines]
        for count, value in zip(self.outcomes, numbers, strict=True):
            count.add(value)
        for name, line in zip(ACTIONS, lines, strict=True):
            self.mixes[name][line.action.value] += 1
        self.mixes[SEGMENT][outcome.segment] += 1
        for counter, category in zip(self._population, mix, strict=True):
            counter[category or ""] += 1
        self.referred += any(line.action is Action.REFER for line in lines)
        self.doubts.update(outcome.doubts)
        self._add_outcome(outcome, defaulted=defaulted)

    def _add_outcome(self, outcome: Outcome, *, defaulted: bool | None) -> None:
        if defaulted is None:
            return
        self.outcome_known += 1
        self.defaulted += defaulted
        if outcome.score is not None and outcome.pd_ppm is not None:
            self.ranking.add(outcome.score, bad=defaulted)
            self.known[outcome.pd_ppm] += 1
            self.bad[outcome.pd_ppm] += defaulted


def _counter(name: str, bins: Mapping[str, Bins]) -> Count | Spectrum:
    if name in bins:
        return Count(bins[name])
    return Spectrum((NO_LIMIT,) if name in LIMITS else ())
