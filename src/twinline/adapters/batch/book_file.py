"""The standard book as a Parquet file: opened with schema and version checked, written whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.parquet as pq

from twinline.adapters.batch.aside import Aside, faults_of
from twinline.adapters.batch.book_schema import (
    BOOK_SCHEMA,
    SOURCE_KEY,
    SOURCE_SHA256_KEY,
    VERSION_KEY,
    book_schema,
)
from twinline.adapters.batch.broken_row import text_of
from twinline.adapters.batch.lane import ahead
from twinline.adapters.batch.source import (
    PARQUET_MAGIC,
    ROWS_PER_BATCH,
    arrow_faults,
    first_bytes,
    opened,
    reject_lost_rows,
    sha256_of,
)
from twinline.app.book import BOOK_VERSION
from twinline.app.fault import InputFault
from twinline.kernel.money import DIGITS_BY_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType


@dataclass(frozen=True, slots=True)
class Part:
    """Some row groups of a book, next to each other; `first_row` is their first row's number."""

    first_row: int
    rows: int
    groups: tuple[int, ...]


class BookReader:
    """A book, opened: its facts, and its rows in batches of bounded memory.

    Opening checks what the file says of itself; what its rows say is for `checking.check_book`.
    """

    def __init__(self, path: Path) -> None:
        """Open a book; raises `InputFault` for what is no book of this version."""
        self.path = path
        if not first_bytes(path).startswith(PARQUET_MAGIC):
            raise InputFault(place=str(path), value="not Parquet", rule="a book is a Parquet file")
        with arrow_faults(path), opened(path) as file:
            schema = file.schema_arrow
            self.schema = schema
            self.rows: int = file.metadata.num_rows
        metadata = schema.metadata or {}
        _reject_other_version(path, metadata.get(VERSION_KEY))
        _reject_other_columns(path, schema)
        if not self.rows:
            raise InputFault(place=str(path), value="no rows", rule="a book has a customer")
        self.source = metadata.get(SOURCE_KEY, b"").decode("utf-8", "replace")
        self.source_sha256 = metadata.get(SOURCE_SHA256_KEY, b"").decode("utf-8", "replace")

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the file: the name a review knows the book by."""
        return sha256_of(self.path)

    @cached_property
    def currency(self) -> str:
        """Return the currency of all amounts."""
        return str(self._first["currency"])

    @cached_property
    def as_of_on(self) -> date:
        """Return the day the book describes."""
        day = self._first["as_of_on"]
        assert isinstance(day, date)
        return day

    @cached_property
    def _first(self) -> dict[str, object]:
        batch = next(self.batches(["currency", "as_of_on"], rows_per_batch=1))
        found: dict[str, object] = {}
        for name in batch.schema.names:
            text = text_of(batch[name][0])
            place = f"{self.path}, row 1, column {name}"
            if not text:
                raise InputFault(place=place, value="empty", rule="may not be empty")
            if name == "currency" and text not in DIGITS_BY_CURRENCY:
                raise InputFault(place=place, value=text, rule="a currency known here")
            if name == "as_of_on" and len(text) > len("2005-09-30"):
                raise InputFault(place=place, value=text, rule="a day of the calendar")
            found[name] = batch[name][0].as_py()
        return found

    def batches(
        self, columns: Sequence[str] | None = None, *, rows_per_batch: int = ROWS_PER_BATCH
    ) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, the chosen columns in the order chosen, reading ahead."""
        names = list(BOOK_SCHEMA.names if columns is None else columns)
        with arrow_faults(self.path), opened(self.path) as file:
            batches = file.iter_batches(rows_per_batch, columns=names)
            yield from ahead(self._whole(batches, names, self.rows))

    def part_batches(self, part: Part, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a part in order; by one thread, since parts share the cores."""
        with arrow_faults(self.path), opened(self.path) as file:
            batches = file.iter_batches(
                ROWS_PER_BATCH, row_groups=part.groups, columns=columns, use_threads=False
            )
            yield from self._whole(batches, columns, part.rows)

    def parts(self) -> list[Part]:
        """Return the book's row groups, in order, in parts of some size."""
        parts: list[Part] = []
        first, groups, rows = 1, [], 0
        with arrow_faults(self.path), opened(self.path) as file:
            sizes = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
        for group, size in enumerate(sizes):
            groups.append(group)
            rows += size
            if rows >= ROWS_PER_BATCH or group == len(sizes) - 1:
                parts.append(Part(first, rows, tuple(groups)))
                first, groups, rows = first + rows, [], 0
        return parts

    def _whole(
        self, batches: Iterator[pa.RecordBatch], names: Sequence[str], rows: int
    ) -> Generator[pa.RecordBatch]:
        """Yield batches found sound, and make sure that no row was lost."""
        read = 0
        for batch in batches:
            batch.validate(full=True)
            read += batch.num_rows
            if batch.num_rows:
                yield batch.select(list(names))
        reject_lost_rows(self.path, read, rows)

    def row(self, number: int) -> dict[str, object]:
        """Return one row by its number, 1 the first, reading only the row group that holds it."""
        if not 1 <= number <= self.rows:
            rule = f"a row from 1 to {self.rows}"
            raise InputFault(place=str(self.path), value=number, rule=rule)
        before = number - 1
        with arrow_faults(self.path), opened(self.path) as file:
            for group in range(file.num_row_groups):
                held = file.metadata.row_group(group).num_rows
                if before < held:
                    for found in file.read_row_group(group).slice(before, 1).to_pylist():
                        return dict(found)
                before -= held
        raise InputFault(place=str(self.path), value=f"no row {number}", rule="must be whole")


def _reject_other_version(path: Path, version: bytes | None) -> None:
    if version is None:
        rule = "make it a book first, with `twinline book import`"
        raise InputFault(place=str(path), value="not a standard book", rule=rule)
    if version != str(BOOK_VERSION).encode():
        rule = f"this program reads version {BOOK_VERSION} of the standard book"
        raise InputFault(place=str(path), value=version, rule=rule)


def _reject_other_columns(path: Path, schema: pa.Schema) -> None:
    for name in schema.names:
        if schema.names.count(name) > 1:
            raise InputFault(place=str(path), value=name, rule="a column may stand there once")
        if name not in BOOK_SCHEMA.names:
            raise InputFault(place=str(path), value=name, rule="no column of the standard book")
    for field in BOOK_SCHEMA:
        if field.name not in schema.names:
            raise InputFault(place=str(path), value=field.name, rule="the column is missing")
        kind = schema.field(field.name).type
        if kind != field.type:
            place = f"{path}, column {field.name}"
            raise InputFault(place=place, value=kind, rule=f"the type must be {field.type}")


class BookWriter:
    """A book being written aside; `keep` puts it in place. The same rows give the same bytes."""

    def __init__(self, path: Path, *, source: str, source_sha256: str) -> None:
        """Begin the file beside its place."""
        self._aside = Aside(path)
        self._schema = book_schema(source, source_sha256)
        self._held: list[pa.RecordBatch] = []
        self._rows_held = 0
        self.rows = 0
        self._file = pq.ParquetWriter(self._aside.file, self._schema, compression="zstd")

    @property
    def part(self) -> Path:
        """Return where the book lies until it is kept."""
        return self._aside.part

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._close_quietly()
        finally:
            self._aside.__exit__(kind, error, trace)

    def write(self, rows: pa.RecordBatch) -> None:
        """Write rows; row groups are of one size however the rows arrive."""
        self._held.append(rows)
        self._rows_held += rows.num_rows
        self.rows += rows.num_rows
        if self._rows_held >= ROWS_PER_BATCH:
            self._write_groups(least=ROWS_PER_BATCH)

    def finish(self) -> None:
        """Write what is held and the footer; the book can be read where it lies aside."""
        self._write_groups(least=1)
        with faults_of(self._aside.path):
            self._file.close()
            self._aside.file.flush()

    def keep(self) -> None:
        """Put the book in its place."""
        self.finish()
        self._aside.keep()

    def _write_groups(self, least: int) -> None:
        table = pa.Table.from_batches(self._held, self._schema)
        with faults_of(self._aside.path):
            while table.num_rows >= least:
                self._file.write_table(table.slice(0, ROWS_PER_BATCH), ROWS_PER_BATCH)
                table = table.slice(ROWS_PER_BATCH)
        self._held, self._rows_held = table.to_batches(), table.num_rows

    def _close_quietly(self) -> None:
        """Close an unfinished file; what cannot be written of it no longer matters."""
        try:
            self._file.close()
        except (OSError, ValueError):
            return
