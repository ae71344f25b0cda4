"""A review with a second strategy beside it: who would get what by either, from one reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from twinline import __version__
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
    book_facts,
    day_of_decision,
    decider_on,
    laws_of,
    laws_on,
    scale_of,
    strategy_facts,
    usable_strategy,
)
from twinline.app.review_ports import Decided
from twinline.app.review_record import RECORD_VERSION, ReviewRecord
from twinline.compliance.law import read_law
from twinline.decision.decide import day_number
from twinline.portfolio.comparison import ComparisonTally
from twinline.portfolio.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.replay import Difference
    from twinline.app.review import ReviewRequest
    from twinline.app.review_ports import BookSource, Cell, ComparisonPage, Customer, Page, Shelf
    from twinline.decision.law import LawValues
    from twinline.decision.outcome import Outcome
    from twinline.decision.strategy import Strategy

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two strategies on one day under one law."""

    new: Strategy
    old: Strategy
    decided_on: date
    laws: Mapping[str, LawValues]
    law_known_on: date | None = None

    def decided(self, book: BookSource) -> Iterator[Sequence[tuple[Customer, Outcome, Outcome]]]:
        """Yield each customer with the new outcome and the old, in chunks, from one reading."""
        new, old = (decider_on(each, self.decided_on) for each in (self.new, self.old))
        columns = tuple(dict.fromkeys([*self.new.columns, *self.old.columns]))
        of_new, of_old = (
            [columns.index(name) for name in each.columns] for each in (self.new, self.old)
        )
        as_of_day = day_number(book.as_of_on)
        for customers in book.customers(columns):
            decided = []
            for each in customers:
                law = laws_of(self.laws, each)
                one = new.decide(each.customer_id, _at(each.cells, of_new), law, as_of_day)
                other = old.decide(each.customer_id, _at(each.cells, of_old), law, as_of_day)
                decided.append((each, one, other))
            yield decided


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
    decided_on = day_of_decision(request.decided_on, book.as_of_on, law)
    pair = Pair(
        new=usable_strategy(request.strategy, files, scale),
        old=usable_strategy(against, files_against, scale),
        decided_on=decided_on,
        law_known_on=law.known_on,
        laws=laws_on(law, decided_on, book.currency),
    )
    tally = Tally(book.currency, PROTECTED_COLUMNS, pair.new.limits)
    comparing = ComparisonTally(book.currency, PROTECTED_COLUMNS)
    with shelf.decisions_into(request.out) as sink:
        done = 0
        for decided in pair.decided(book):
            for each, new, _ in decided:
                tally.add(new, row=each.number, defaulted=each.defaulted, groups=each.groups)
            _add(comparing, decided)
            outcomes = [(each.number, new) for each, new, _ in decided]
            kept = shelf.decisions_of(outcomes)
            sink.write(Decided(rows=len(outcomes), tally=tally, decisions=kept))
            done += len(decided)
            progress(done, book.rows)
        record = _review_record(pair, book, sink.finish(), tally)
        comparison = _comparison_record(pair, record, comparing)
        decider = decider_on(pair.new, decided_on)
        examples = examples_of(
            record.figures.examples, decider, pair.laws, book, pair.law_known_on
        )
        sink.keep(
            record,
            {
                **{f"strategy/{name}": content for name, content in files.items()},
                **{f"{AGAINST}/{name}": content for name, content in files_against.items()},
                REPORT: pages.review(record, pair.new, examples, request.lang),
                COMPARISON: msgspec.json.format(msgspec.json.encode(comparison), indent=2) + b"\n",
                COMPARISON_PAGE: pages.comparison(comparison, pair.new, pair.old, request.lang),
            },
        )
    return Compared(review=record, comparison=comparison)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recompared:
    """What came of a comparison made again: where its figures differ, and their digest."""

    differences: tuple[Difference, ...]
    digest: str


def recompare(
    folder: Path, book_path: Path | None, shelf: Shelf, progress: Progress
) -> Recompared | None:
    """Make a comparison again and hold its figures to those stored; None where there is none.

    Raises `Fault` as a replay does.
    """
    stored = shelf.comparison(folder)
    if stored is None:
        return None
    record = shelf.record(folder)
    pair = Pair(
        new=recorded_strategy(folder, record, shelf),
        old=kept_strategy(folder / AGAINST, stored.old, shelf),
        decided_on=record.decided_on,
        law_known_on=record.law_known_on,
        laws={values.licence.value: values for values in record.law},
    )
    book = recorded_book(record, book_path, shelf)
    comparing = ComparisonTally(book.currency, PROTECTED_COLUMNS)
    done = 0
    for decided in pair.decided(book):
        _add(comparing, decided)
        done += len(decided)
        progress(done, book.rows)
    again = _comparison_record(pair, record, comparing)
    differences = first_differences(stored, again, "")
    return Recompared(differences=differences, digest=again.figures_digest)


def _at(cells: Sequence[Cell], places: Sequence[int]) -> tuple[Cell, ...]:
    return tuple([cells[place] for place in places])


def _add(tally: ComparisonTally, decided: Sequence[tuple[Customer, Outcome, Outcome]]) -> None:
    for each, new, old in decided:
        tally.add(old, new, row=each.number, defaulted=each.defaulted, groups=each.groups)


def _review_record(
    pair: Pair, book: BookSource, digests: tuple[str, str], tally: Tally
) -> ReviewRecord:
    digest, sha256 = digests
    return ReviewRecord(
        record_version=RECORD_VERSION,
        twinline_version=__version__,
        book=book_facts(book),
        strategy=strategy_facts(pair.new),
        decided_on=pair.decided_on,
        law_known_on=pair.law_known_on,
        law=tuple(pair.laws.values()),
        decisions_digest=digest,
        decisions_sha256=sha256,
        figures=tally.figures(),
    )


def _comparison_record(
    pair: Pair, record: ReviewRecord, tally: ComparisonTally
) -> ComparisonRecord:
    figures = tally.figures()
    return ComparisonRecord(
        comparison_version=COMPARISON_VERSION,
        twinline_version=record.twinline_version,
        book=record.book,
        decided_on=record.decided_on,
        new=record.strategy,
        old=strategy_facts(pair.old),
        same_logic=pair.new.logic_hash == pair.old.logic_hash,
        decisions_digest=record.decisions_digest,
        figures_digest=digest_of(figures),
        figures=figures,
    )
