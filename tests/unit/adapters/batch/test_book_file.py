from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.tables import AS_OF_ON, book_batch, book_row, write_book
from twinline.adapters.batch import book_file, books
from twinline.adapters.batch.book_file import BookReader, BookWriter
from twinline.adapters.batch.book_schema import BOOK_SCHEMA, VERSION_KEY, book_schema
from twinline.app.book_ports import silent
from twinline.app.fault import BrokenRowsFault, Fault, InputFault

if TYPE_CHECKING:
    from pathlib import Path


def rewritten(path: Path, table: pa.Table) -> Path:
    """Write a table in the place of a book."""
    pq.write_table(table, path)
    return path


def test_a_written_book_is_read_again(tmp_path: Path) -> None:
    """Rows come back in order, with the book's facts."""
    rows = [book_row(customer_id=str(number)) for number in range(5)]
    with BookWriter(tmp_path / "b", source="test", source_sha256="ab") as writer:
        writer.write(book_batch(*rows[:2]))
        writer.write(book_batch(*rows[2:]))
        writer.keep()

    reader = BookReader(tmp_path / "b")

    assert (reader.rows, reader.currency, reader.as_of_on) == (5, "CNY", AS_OF_ON)
    assert (reader.source, reader.source_sha256) == ("test", "ab")
    assert [reader.row(number)["customer_id"] for number in range(1, 6)] == list("01234")
    (batch,) = reader.batches(["licence", "customer_id"])
    assert batch.schema.names == ["licence", "customer_id"]


def test_bytes_do_not_depend_on_how_rows_arrive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row groups are of one size, so the same rows are the same file."""
    monkeypatch.setattr(book_file, "ROWS_PER_BATCH", 4)
    rows = [book_row(customer_id=str(number)) for number in range(11)]
    for name, step in (("one", 1), ("five", 5), ("all", 11)):
        with BookWriter(tmp_path / name, source="test", source_sha256="") as writer:
            for first in range(0, 11, step):
                writer.write(book_batch(*rows[first : first + step]))
            writer.keep()

    contents = {(tmp_path / name).read_bytes() for name in ("one", "five", "all")}
    assert len(contents) == 1
    with pq.ParquetFile(tmp_path / "one") as file:
        assert [file.metadata.row_group(group).num_rows for group in range(3)] == [4, 4, 3]
    assert BookReader(tmp_path / "one").row(10)["customer_id"] == "9"


def test_a_row_outside_the_book_is_refused(tmp_path: Path) -> None:
    """A row number that the book does not have is a fault, not the nearest row."""
    reader = BookReader(write_book(tmp_path / "b", book_row()))

    for number in (0, 2):
        with pytest.raises(InputFault, match="a row from 1 to 1"):
            reader.row(number)


def test_what_is_no_book_is_refused(tmp_path: Path) -> None:
    """A Parquet file without the book's mark is not read as one."""
    path = rewritten(tmp_path / "b", pa.table({"a": [1]}))

    with pytest.raises(InputFault, match="not a standard book: make it a book first"):
        BookReader(path)


def test_another_version_is_refused(tmp_path: Path) -> None:
    """A book of another version says which versions are at odds."""
    table = pa.Table.from_batches([book_batch(book_row())])
    path = rewritten(tmp_path / "b", table.replace_schema_metadata({VERSION_KEY: b"99"}))

    with pytest.raises(InputFault, match="b: 99: this program reads version 1"):
        BookReader(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop_columns(["licence"]), "licence: the column is missing"),
        (lambda table: table.append_column("x", [[1]]), "x: no column of the standard book"),
        (lambda table: table.append_column("licence", [["CF"]]), "licence: a column may stand"),
        (
            lambda table: table.set_column(4, "pay_later_limit_minor", [pa.array([1.5])]),
            "column pay_later_limit_minor: double: the type must be int64",
        ),
    ],
)
def test_other_columns_are_refused(tmp_path: Path, change: object, message: str) -> None:
    """A missing, unknown, repeated or mistyped column is named."""
    assert callable(change)
    table = pa.Table.from_batches([book_batch(book_row())])
    marked = change(table).replace_schema_metadata(book_schema("test", "").metadata)

    with pytest.raises(InputFault, match=message):
        BookReader(rewritten(tmp_path / "b", marked))


def test_an_empty_book_is_refused(tmp_path: Path) -> None:
    """A book without a customer has no day and no currency."""
    with pytest.raises(InputFault, match="a book has a customer"):
        BookReader(write_book(tmp_path / "b"))


def test_check_lists_broken_rows_beside_the_book(tmp_path: Path) -> None:
    """Checking a book by hand finds broken rows and twins, and lists them all."""
    path = write_book(
        tmp_path / "b", book_row(), book_row(customer_id="2", months_on_book=-1), book_row()
    )

    with pytest.raises(BrokenRowsFault, match="3 rows are broken"):
        books.check(path, progress=silent)

    lines = (tmp_path / "b.broken.csv").read_text().splitlines()
    assert lines[1:] == [
        "2,2,months_on_book,-1,at least 0",
        "1,1,customer_id,1,an id may stand in one row only",
        "3,1,customer_id,1,an id may stand in one row only",
    ]


@pytest.mark.parametrize("name", ["currency", "as_of_on"])
def test_a_book_without_its_frame_is_a_fault(tmp_path: Path, name: str) -> None:
    """Where the first row has no currency or day, asking for it is a fault."""
    schema = BOOK_SCHEMA.set(
        BOOK_SCHEMA.get_field_index(name), BOOK_SCHEMA.field(name).with_nullable(nullable=True)
    ).with_metadata(book_schema("test", "").metadata)
    table = pa.Table.from_pylist([book_row(**{name: None})], schema=schema)
    reader = BookReader(rewritten(tmp_path / "b", table))

    with pytest.raises(Fault, match="empty: may not be empty"):
        getattr(reader, name)


def test_a_row_with_a_day_beyond_the_calendar_is_a_fault(tmp_path: Path) -> None:
    """A day that no calendar has cannot be handed on, and is not a traceback."""
    table = pa.Table.from_batches([book_batch(book_row())])
    days = pa.array([2**31 - 1], pa.int32()).cast(pa.date32())
    at = table.schema.get_field_index("external_score_on")
    broken = table.set_column(at, table.schema.field(at), days)
    marked = broken.replace_schema_metadata(book_schema("test", "").metadata)
    path = rewritten(tmp_path / "b", marked)

    with pytest.raises(InputFault, match="the file must be whole"):
        BookReader(path).row(1)
    with pytest.raises(BrokenRowsFault, match="day 2147483647 of the epoch"):
        books.check(path, progress=silent)


def test_reading_a_book_holds_a_few_batches_of_it(tmp_path: Path) -> None:
    """However long a book is, what was read of it is let go: here some of twenty megabytes."""
    groups, rows, letters = 40, 500, 1_000
    dice, path = Random(1), tmp_path / "b"
    with pq.ParquetWriter(path, book_schema("test", ""), compression="zstd") as file:
        for _ in range(groups):
            ids = [dice.randbytes(letters // 2).hex() for _ in range(rows)]
            file.write_batch(book_batch(*(book_row(customer_id=each) for each in ids)))
    before, most = pa.total_allocated_bytes(), 0
    for _ in BookReader(path).batches(["customer_id"], rows_per_batch=rows):
        most = max(most, pa.total_allocated_bytes() - before)

    assert path.stat().st_size > groups * rows * letters // 2
    assert most < 8 * rows * letters
