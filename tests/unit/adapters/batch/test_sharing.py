from __future__ import annotations

import multiprocessing
import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.one_by_one import add
from tests.standard import FOLDER, standard, standard_files
from tests.tables import ROOT
from twinline.adapters.batch import book_file, shelf
from twinline.adapters.batch.decision_schema import DECISION_SCHEMA, batch_of
from twinline.adapters.batch.digest import Digest
from twinline.adapters.batch.sharing import LostProcessError
from twinline.app.book import PROTECTED_COLUMNS
from twinline.app.book_ports import silent
from twinline.app.fault import NoLawFault
from twinline.app.review import (
    ReviewRequest,
    decider_on,
    laws_of,
    laws_on,
    review,
    usable_strategy,
)
from twinline.app.review_ports import Deciding
from twinline.compliance.law import read_law
from twinline.decision.decide import day_number
from twinline.portfolio.comparison import ComparisonTally
from twinline.portfolio.tally import Tally
from twinline.wiring import main

if TYPE_CHECKING:
    from twinline.app.review_record import ReviewRecord
    from twinline.decision.law import LawValues
    from twinline.portfolio.compared import ComparisonFigures
    from twinline.portfolio.figures import Figures

DAY = date(2026, 11, 1)
REAL = "uci_credit_card.train.parquet"
CUSTOMERS, PER_GROUP = 700, 100


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a made book of several row groups."""
    folder = tmp_path_factory.mktemp("book")
    once, book = folder / "once.parquet", folder / "book.parquet"
    size = ["--customers", str(CUSTOMERS), "--seed", "5"]
    assert main(["book", "make", *size, "--out", str(once)]) == 0
    pq.write_table(pq.read_table(once), book, row_group_size=PER_GROUP)
    return book


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every row group a part of its own."""
    monkeypatch.setattr(book_file, "ROWS_PER_BATCH", PER_GROUP)


def deciding(laws: tuple[LawValues, ...] | None = None) -> Deciding:
    """Return what decides the book; by all laws if none are given."""
    if laws is None:
        laws = tuple(laws_on(read_law(shelf.law_text()), DAY, "CNY").values())
    return Deciding(strategy=standard(), decided_on=DAY, laws=laws, as_of_on=DAY)


def reviewed(book: Path, out: Path, jobs: int) -> ReviewRecord:
    """Return the record of a review by so many processes."""
    request = ReviewRequest(book=book, strategy=FOLDER, out=out, decided_on=DAY, jobs=jobs)
    return review(request, shelf, lambda *_: b"", silent)


@pytest.mark.slow
def test_processes_change_nothing_in_a_review(book: Path, tmp_path: Path) -> None:
    """One process and three write the same bytes and the same record."""
    alone = reviewed(book, tmp_path / "alone", 1)
    shared = reviewed(book, tmp_path / "shared", 3)

    assert shared == alone
    assert multiprocessing.active_children() == []


def compared(book: Path, jobs: int) -> ComparisonFigures:
    """Return what so many processes find of the standard strategy against the cautious one."""
    folder = ROOT / "strategies" / "challengers" / "cautious"
    cautious = usable_strategy(folder, shelf.strategy_files(folder), 1)
    tally = ComparisonTally("CNY", PROTECTED_COLUMNS)
    both = replace(deciding(), against=cautious)
    with shelf.book(book).decided(both, jobs) as parts:
        for part in parts:
            assert part.compared is not None
            tally.merge(part.compared)
    return tally.figures()


def test_processes_change_nothing_in_a_comparison(book: Path) -> None:
    """One process and two find the same figures, examples included."""
    alone = compared(book, 1)

    assert compared(book, 2) == alone
    assert alone.alike < alone.customers == CUSTOMERS


def one_by_one(book: Path, record: ReviewRecord) -> tuple[str, Figures]:
    """Return digest and figures of deciding and adding one customer of the book at a time."""
    source = shelf.book(book)
    strategy = usable_strategy(FOLDER, standard_files(), record.strategy.currency_scale)
    decider = decider_on(strategy, record.decided_on)
    laws = {law.licence.value: law for law in record.law}
    tally = Tally(source.currency, PROTECTED_COLUMNS, strategy.limits)
    digest = Digest(DECISION_SCHEMA)
    day = day_number(source.as_of_on)
    for customers in source.customers(strategy.columns):
        decided = []
        for each in customers:
            outcome = decider.decide(each.customer_id, each.cells, laws_of(laws, each), day)
            add(tally, outcome, row=each.number, defaulted=each.defaulted, groups=each.groups)
            decided.append((each.number, outcome))
        digest.add(batch_of(decided))
    return digest.hexdigest(), tally.figures()


def test_a_review_in_columns_is_the_review_one_by_one(book: Path, tmp_path: Path) -> None:
    """The digest and every figure are those of deciding and adding one customer at a time."""
    record = reviewed(book, tmp_path / "review", 1)

    assert (record.decisions_digest, record.figures) == one_by_one(book, record)


def test_the_real_book_in_columns_is_the_real_book_one_by_one(tmp_path: Path) -> None:
    """The same holds of the public credit-card set, whose customers nobody made up."""
    table = Path(os.environ.get("TWINLINE_BOOKS", ROOT / "books")) / REAL
    if not table.is_file():
        pytest.skip(f"{REAL} is not here; set TWINLINE_BOOKS to the folder that holds it")
    book = tmp_path / "book.parquet"
    assert main(["book", "import", "uci", str(table), "--out", str(book)]) == 0

    record = reviewed(book, tmp_path / "review", 1)

    assert (record.decisions_digest, record.figures) == one_by_one(book, record)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_row_without_law_is_named(book: Path, jobs: int) -> None:
    """The fault is the same in this process and from another."""
    source = shelf.book(book)

    with (
        pytest.raises(NoLawFault, match="row 1, column licence: "),
        source.decided(deciding(laws=()), jobs) as parts,
    ):
        next(parts)
    assert multiprocessing.active_children() == []


def test_a_process_that_is_killed_is_missed(book: Path) -> None:
    """Whoever waits for a process that is gone is told, and the others are ended."""
    with shelf.book(book).decided(deciding(), 2) as parts:
        for child in multiprocessing.active_children():
            child.kill()
        with pytest.raises(LostProcessError, match="ended with code -9"):
            list(parts)
    assert multiprocessing.active_children() == []


def test_leaving_early_ends_all_processes(book: Path) -> None:
    """Processes that wait for their results to be taken do not outlive the context."""
    with shelf.book(book).decided(deciding(), 2) as parts:
        first = next(parts)

    assert first.rows == PER_GROUP
    assert isinstance(first.decisions, pa.RecordBatch)
    assert first.decisions.schema == DECISION_SCHEMA
    assert multiprocessing.active_children() == []
