"""What a monitor says of itself: the books, the bins, every measure, and what a person may do."""

from __future__ import annotations

from datetime import date

import msgspec

from twinline.app.review_record import BookFacts
from twinline.portfolio.drift import Verdict
from twinline.portfolio.monitoring import MonitorFigures

RECORD_VERSION = 1


class StrategyName(msgspec.Struct, frozen=True, kw_only=True):
    """A strategy as a person finds it again: its folder's name and what it decides."""

    folder: str
    name: str
    version: str
    logic_hash: str
    content_hash: str


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """Which strategy the figures speak for, and why. A proposal: nothing reads it by itself.

    `tripped` is true where a measure asks to act and the strategy names a cautious one; `why`
    names the measures, the gravest first.
    """

    tripped: bool
    use: StrategyName
    why: tuple[str, ...]


class MonitorRecord(msgspec.Struct, frozen=True, kw_only=True):
    """monitor.json. `reference` is the SHA-256 of the record whose bins were used again."""

    record_version: int
    twinline_version: str
    then: BookFacts
    now: BookFacts
    strategy: StrategyName
    owner: str
    decided_on: date
    reference: str | None
    verdict: Verdict
    switch: Switch
    override_rate: None
    figures: MonitorFigures
