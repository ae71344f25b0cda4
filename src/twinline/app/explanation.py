"""What there is to say of one customer's decision: what it saw and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from twinline.decision.advice import Advice
    from twinline.decision.law import LawValues
    from twinline.decision.outcome import Outcome
    from twinline.decision.strategy import Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a decision stands in: the amounts' currency, the customer's day, the law table's day.

    `law_known_on` is None for a review from before it was kept.
    """

    currency: str
    as_of_on: date
    law_known_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything a person needs to follow, check and contest one decision."""

    outcome: Outcome
    strategy: Strategy
    law: LawValues
    features: Mapping[str, int | None]
    advice: tuple[Advice, ...]
    frame: Frame
    decided_on: date

    @property
    def decided_beyond_law(self) -> date | None:
        """Return the last day whose law is known, where the decision is of a later one."""
        known_on = self.frame.law_known_on
        return known_on if known_on is not None and known_on < self.decided_on else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A customer's explanation, and what it is an example of, as `portfolio.firsts` names it."""

    kind: str
    explanation: Explanation
