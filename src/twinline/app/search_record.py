"""What a search says of itself: the table, the assumptions, every candidate, the frontier."""

from __future__ import annotations

from datetime import date

import msgspec

from twinline.app.monitor_record import StrategyName
from twinline.app.review_record import BookFacts
from twinline.portfolio.frontier import Assumptions

RECORD_VERSION = 1


class CandidateFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate over the whole book; money as decimal text, a year, scaled up from a sample.

    What was done is in words in `says` and in parts in `shift`, `by` and `rule`. Number 0 is the
    strategy in force. `profit_change_error` is the standard error of the change of profit that
    the sample leaves, 0 over the whole book. `differing` counts the customers of the sample whose
    profit differs. `fault` says why a candidate was left out; then it has no figures.
    """

    number: int
    says: str
    shift: int = 0
    by: str = ""
    rule: str = ""
    on_frontier: bool = False
    expected_profit: str = ""
    expected_loss: str = ""
    profit_change: str = ""
    profit_change_error: str = ""
    loss_change: str = ""
    limits: str = ""
    unpriced: int = 0
    differing: int = 0
    fault: str = ""


class SearchRecord(msgspec.Struct, frozen=True, kw_only=True):
    """search.json. Proposals for a person; none is published."""

    record_version: int
    twinline_version: str
    book: BookFacts
    strategy: StrategyName
    owner: str
    decided_on: date
    table: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    assumptions: Assumptions
    seed: int
    sampled: int
    candidates: tuple[CandidateFigures, ...]
