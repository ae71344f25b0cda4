"""What a review says of itself: enough to make every decision again, and its figures."""

from __future__ import annotations

from datetime import date

import msgspec

from twinline.decision.law import LawValues
from twinline.portfolio.figures import Figures

RECORD_VERSION = 2


class BookFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Which book was reviewed; a book is known by its SHA-256, the path is where it lay."""

    path: str
    sha256: str
    rows: int
    currency: str
    as_of_on: date


class StrategyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Which strategy decided, and what its lists of amounts mean, in order."""

    name: str
    version: str
    owner: str
    logic_hash: str
    content_hash: str
    currency_scale: int
    scorecard: tuple[str, ...]
    joint_terms: tuple[str, ...]
    pay_later_terms: tuple[str, ...]
    cash_loan_terms: tuple[str, ...]
    pay_later_price_parts: tuple[str, ...]
    cash_loan_price_parts: tuple[str, ...]


class ReviewRecord(msgspec.Struct, frozen=True, kw_only=True):
    """summary.json.

    `decisions_digest` is over the content of the decisions and the same on every machine;
    `decisions_sha256` is over the file. `law_known_on` is the day on which the law's table was
    last held against its sources; None in a record from before this was kept.
    """

    record_version: int
    twinline_version: str
    book: BookFacts
    strategy: StrategyFacts
    decided_on: date
    law_known_on: date | None = None
    law: tuple[LawValues, ...]
    decisions_digest: str
    decisions_sha256: str
    figures: Figures
