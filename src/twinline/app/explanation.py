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
class Explanation:
    """Everything a person needs to follow, check and contest one decision."""

    outcome: Outcome
    strategy: Strategy
    law: LawValues
    features: Mapping[str, int | None]
    advice: tuple[Advice, ...]
    currency: str
    as_of_on: date
    decided_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A customer's explanation, and what it is an example of, as `portfolio.firsts` names it."""

    kind: str
    explanation: Explanation
