"""A review with a second strategy beside it: who would get what by either, from one reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from twinline.app.book import PROTECTED_COLUMNS
from twinline.app.compare_record import (
    AGAINST,
    COMPARISON,
    COMPARISON_VERSION,
    ComparisonRecord,
    digest_of,
)
from twinline.app.explaining import examples_of
from twinline.app.replay import (
    first_differences,
    kept_strategy,
    recorded_book,
    recorded_strategy,
)
from twinline.app.review import (
    REPORT,
    deciding_of,
    review_record,
    scale_of,
    strategy_facts,
    usable_strategy,
)
from twinline.app.review_ports import Deciding
from twinline.compliance.law import read_law
from twinline.portfolio.comparison import ComparisonTally
from twinline.portfolio.tally import Tally

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.replay import Difference
    from twinline.app.review import ReviewRequest
    from twinline.app.review_ports import ComparisonPage, Page, Shelf
    from twinline.app.review_record import ReviewRecord
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.compared import ComparisonFigures

COMPARISON_PAGE = "comparison.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The records of a review and of its comparison."""

    review: ReviewRecord
    comparison: ComparisonRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages of a review and of its comparison."""

    review: Page
    comparison: ComparisonPage


def compare(
    request: ReviewRequest, against: Path, shelf: Shelf, pages: Pages, progress: Progress
) -> Compared:
    """Decide every customer by both strategies, write the folder and return its records.

    The folder's decisions are those of the request's strategy; `against` is what it is compared
    with. Raises `Fault` as a review does.
    """
    law = read_law(shelf.law_text())
    files, files_against = (shelf.strategy_files(folder) for folder in (request.strategy, against))
    book = shelf.sound_book(request.book, progress)
    scale = scale_of(law, book)
    new = usable_strategy(request.strategy, files, scale)
    old = usable_strategy(against, files_against, scale)
    deciding = deciding_of(request, new, old, law, book)
    tally = Tally(book.currency, PROTECTED_COLUMNS, new.limits)
    comparing = ComparisonTally(book.currency, PROTECTED_COLUMNS)
    with (
        shelf.decisions_into(request.out) as sink,
        book.decided(deciding, request.jobs) as parts,
    ):
        done = 0
        for part in parts:
            sink.write(part)
            tally.merge(part.tally)
            assert part.compared is not None
            comparing.merge(part.compared)
            done += part.rows
            progress(done, book.rows)
        record = review_record(deciding, book, sink.finish(), tally.figures())
        comparison = _comparison_record(record, old, comparing.figures())
        examples = examples_of(record.figures.examples, deciding, book)
        sink.keep(
            record,
            {
                **{f"strategy/{name}": content for name, content in files.items()},
                **{f"{AGAINST}/{name}": content for name, content in files_against.items()},
                REPORT: pages.review(record, new, examples, request.lang),
                COMPARISON: msgspec.json.format(msgspec.json.encode(comparison), indent=2) + b"\n",
                COMPARISON_PAGE: pages.comparison(comparison, new, old, request.lang),
            },
        )
    return Compared(review=record, comparison=comparison)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recompared:
    """What came of a comparison made again: where its figures differ, and their digest."""

    differences: tuple[Difference, ...]
    digest: str


def recompare(
    folder: Path, book_path: Path | None, shelf: Shelf, progress: Progress, jobs: int | None = None
) -> Recompared | None:
    """Make a comparison again and hold its figures to those stored; None where there is none.

    Raises `Fault` as a replay does.
    """
    stored = shelf.comparison(folder)
    if stored is None:
        return None
    record = shelf.record(folder)
    old = kept_strategy(folder / AGAINST, stored.old, shelf)
    deciding = Deciding(
        strategy=recorded_strategy(folder, record, shelf),
        decided_on=record.decided_on,
        law_known_on=record.law_known_on,
        laws=record.law,
        as_of_on=record.book.as_of_on,
        against=old,
    )
    book = recorded_book(record, book_path, shelf)
    comparing = ComparisonTally(book.currency, PROTECTED_COLUMNS)
    done = 0
    with book.decided(deciding, jobs) as parts:
        for part in parts:
            assert part.compared is not None
            comparing.merge(part.compared)
            done += part.rows
            progress(done, book.rows)
    again = _comparison_record(record, old, comparing.figures())
    differences = first_differences(stored, again, "")
    return Recompared(differences=differences, digest=again.figures_digest)


def _comparison_record(
    record: ReviewRecord, old: Strategy, figures: ComparisonFigures
) -> ComparisonRecord:
    return ComparisonRecord(
        comparison_version=COMPARISON_VERSION,
        twinline_version=record.twinline_version,
        book=record.book,
        decided_on=record.decided_on,
        new=record.strategy,
        old=strategy_facts(old),
        same_logic=record.strategy.logic_hash == old.logic_hash,
        decisions_digest=record.decisions_digest,
        figures_digest=digest_of(figures),
        figures=figures,
    )
