"""Where books, strategies and reviews lie: folders and files."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from twinline.adapters.batch.book_file import BookReader
from twinline.adapters.batch.checking import check_book
from twinline.adapters.batch.deciding import FRAME, BatchCounter, BatchPricer, plain_chunk_of
from twinline.adapters.batch.loading import rows_of_book, rows_of_review
from twinline.adapters.batch.review_folder import (
    Decisions,
    ReviewFolder,
    altered_files,
    read_comparison,
    read_record,
)
from twinline.adapters.batch.sharing import decided
from twinline.app.book import PROTECTED_COLUMNS
from twinline.app.fault import InputFault
from twinline.app.review_ports import Customer
from twinline.decision.columns.reading import ColumnReader
from twinline.decision.decide import day_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    from twinline.app.bank.loading import BookRow, DecidedRow
    from twinline.app.book_ports import Progress
    from twinline.app.compare_record import ComparisonRecord
    from twinline.app.review_ports import Decided, Deciding, Priced
    from twinline.app.review_record import ReviewRecord
    from twinline.decision.columns.reading import Features
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.census import Census

FILES_MAX = 200
PRICED_TOGETHER = 5_000
FILE_BYTES_MAX = 1_000_000
STRATEGY_SUFFIXES = {".toml", ".csv", ".jsonl", ".md"}


class Book:
    """A book's customers, as a decision needs them."""

    def __init__(self, path: Path) -> None:
        """Open the book."""
        self._reader = BookReader(path)
        self.path = path
        self.rows: int = self._reader.rows

    @property
    def location(self) -> str:
        """Return where the book lies, from the root."""
        return str(self.path.resolve())

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the file."""
        return self._reader.sha256

    @property
    def currency(self) -> str:
        """Return the currency of all amounts."""
        return self._reader.currency

    @property
    def as_of_on(self) -> date:
        """Return the day the book describes."""
        return self._reader.as_of_on

    def decided(
        self, deciding: Deciding, jobs: int | None
    ) -> AbstractContextManager[Iterator[Decided]]:
        """Decide all customers in order, in chunks of bounded size."""
        return decided(self._reader, deciding, jobs)

    def counted(self, deciding: Deciding, census: Census) -> Iterator[int]:
        """Decide all customers and add them to a census; yield how many, batch by batch."""
        counter, first_row = BatchCounter(deciding), 1
        for batch in self._reader.batches(counter.columns):
            counter.add(batch, first_row, census)
            first_row += batch.num_rows
            yield batch.num_rows

    def priced(
        self, deciding: Deciding, others: Sequence[Strategy], drawn: Callable[[str], bool]
    ) -> Iterator[tuple[int, Sequence[Priced]]]:
        """Decide the customers drawn by many strategies; yield rows read, and what they are lent.

        Of a small sample many batches are decided together: each strategy's steps cost a while
        however few rows they have.
        """
        pricer, first_row = BatchPricer(deciding, others), 1
        waiting: list[pa.RecordBatch] = []
        numbers: list[int] = []
        for batch in self._reader.batches(pricer.columns):
            ids = batch["customer_id"].to_pylist()
            places = [place for place, each in enumerate(ids) if drawn(each)]
            waiting.append(
                batch if len(places) == len(ids) else batch.take(pa.array(places, pa.int64()))
            )
            numbers += [first_row + place for place in places]
            first_row += batch.num_rows
            is_last = first_row > self.rows
            if numbers and (is_last or len(numbers) >= PRICED_TOGETHER):
                rows = pa.Table.from_batches(waiting).combine_chunks().to_batches()[0]
                yield batch.num_rows, pricer.priced(rows, numbers)
                waiting, numbers = [], []
            else:
                yield batch.num_rows, ()

    def features(self, strategy: Strategy) -> Iterator[tuple[pa.Array, Features]]:
        """Yield all customers' ids and features in order, batch by batch."""
        reader, as_of_day = ColumnReader(strategy), day_number(self.as_of_on)
        for batch in self._reader.batches(["customer_id", *strategy.columns]):
            chunk = plain_chunk_of(strategy, batch)
            yield batch["customer_id"], reader.features(chunk, as_of_day)

    def customers(self, columns: Sequence[str]) -> Iterator[list[Customer]]:
        """Yield all customers in order, in chunks of bounded size."""
        number = 1
        names = list(dict.fromkeys([*FRAME, *columns]))
        for batch in self._reader.batches(names):
            yield _customers(batch, columns, number)
            number += batch.num_rows

    def customer(self, number: int, columns: Sequence[str]) -> Customer:
        """Return the customer of a row, 1 the first."""
        names = list(dict.fromkeys([*FRAME, *columns]))
        row = self._reader.row(number)
        schema = pa.schema([self._reader.schema.field(name) for name in names])
        batch = pa.RecordBatch.from_pylist([{name: row[name] for name in names}], schema=schema)
        return _customers(batch, columns, number)[0]


def _customers(batch: pa.RecordBatch, columns: Sequence[str], number: int) -> list[Customer]:
    cells = zip(*(_numbers(batch[name]) for name in columns), strict=True)
    groups = zip(*(batch[name].to_pylist() for name in PROTECTED_COLUMNS), strict=True)
    frame = zip(*(batch[name].to_pylist() for name in FRAME[:3]), cells, groups, strict=True)
    return [
        Customer(
            number=each,
            customer_id=customer_id,
            licence=licence,
            cells=row,
            defaulted=defaulted,
            groups=group,
        )
        for each, (customer_id, licence, defaulted, row, group) in enumerate(frame, number)
    ]


def _numbers(column: pa.Array) -> list[int | None]:
    """Return a column as whole numbers; a date as days since 1970-01-01."""
    if pa.types.is_date32(column.type):
        column = column.view(pa.int32())
    numbers: list[int | None] = column.to_pylist()
    return numbers


def sound_book(path: Path, progress: Progress) -> Book:
    """Open a book after checking every row of it."""
    check_book(path, path.with_name(path.name + ".broken.csv"), progress)
    return Book(path)


def book(path: Path) -> Book:
    """Open a book that was checked before."""
    return Book(path)


def path(text: str) -> Path:
    """Return the path that a record names."""
    return Path(text)


def strategy_files(folder: Path) -> dict[str, bytes]:
    """Return the files of a strategy by name, sub-folders included."""
    if not folder.is_dir():
        raise InputFault(place=str(folder), value="no folder", rule="a strategy is a folder")
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in STRATEGY_SUFFIXES and not path.name.startswith(".")
    )
    if len(paths) > FILES_MAX:
        rule = f"a strategy has at most {FILES_MAX} files"
        raise InputFault(place=str(folder), value=f"{len(paths)} files", rule=rule)
    files = {}
    for path in paths:
        if path.stat().st_size > FILE_BYTES_MAX:
            rule = f"a strategy's file has at most {FILE_BYTES_MAX:,} bytes"
            raise InputFault(place=str(path), value=f"{path.stat().st_size:,} bytes", rule=rule)
        try:
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
        except OSError as error:
            raise InputFault(
                place=str(path), value=error.strerror, rule="the file must be readable"
            ) from error
    return files


def law_text() -> str:
    """Return the table of the law that this release ships."""
    return (resources.files("twinline.compliance") / "params" / "china.toml").read_text("utf-8")


def decisions_into(folder: Path) -> ReviewFolder:
    """Begin a review's folder."""
    return ReviewFolder(folder)


def record(folder: Path) -> ReviewRecord:
    """Return the record of a finished review."""
    return read_record(folder)


def decisions(folder: Path) -> Decisions:
    """Open the decisions of a finished review."""
    return Decisions(folder)


def altered(folder: Path) -> list[str]:
    """Return the files of a review's folder that are gone or not as they were written."""
    return altered_files(folder)


def comparison(folder: Path) -> ComparisonRecord | None:
    """Return the record of a finished review's comparison, if it was made with one."""
    return read_comparison(folder)


def book_rows(book: Path, *, after: int) -> Iterator[BookRow]:
    """Yield the rows of a book behind one, as the bank takes them in."""
    return rows_of_book(book, after)


def decided_rows(review: Path, *, after: int) -> Iterator[DecidedRow]:
    """Yield what a review decided of the rows behind one, as the bank takes it in."""
    return rows_of_review(review, after)
