"""Tables as lenders hand them over: CSV or Parquet, read in batches of bounded memory."""

from __future__ import annotations

import hashlib
import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from twinline.adapters.batch.broken_row import Finding
from twinline.app.fault import InputFault, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from twinline.app.book_ports import Progress

ROWS_PER_BATCH = 2**16
CSV_BLOCK_BYTES = 2**23
PARQUET_MAGIC = b"PAR1"
MAGIC_BYTES_MAX = 8
READABLE = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_integer,
    pa.types.is_float32,
    pa.types.is_float64,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_date32,
    pa.types.is_timestamp,
    pa.types.is_null,
)
FOREIGN = {
    b"PK\x03\x04": "a spreadsheet or archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"\x1f\x8b": "compressed",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows of a table: their numbers, their cells, and the rows of the wrong length met."""

    rows: Sequence[int]
    cells: pa.RecordBatch
    ragged: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvForm:
    """How a CSV table is written."""

    encoding: str = "utf-8"
    delimiter: str = ","


PLAIN = CsvForm()


class Source(Protocol):
    """A table that can be read any number of times."""

    path: Path
    names: list[str]

    def reject_unreadable(self, names: Iterable[str], id_column: str) -> None:
        """Raise `InputFault` for a column whose cells are neither text, numbers nor days.

        Ids may not be doubles either, which lose the last digits of long ones.
        """

    def chunks(self, names: list[str], progress: Progress) -> Iterator[Chunk]:
        """Yield the rows of the named columns in order."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_source(path: Path, form: CsvForm = PLAIN) -> Source:
    """Open a CSV or Parquet table; what it is shows in its first bytes and must match its name."""
    head = first_bytes(path)
    if head.startswith(PARQUET_MAGIC):
        if path.suffix.lower() == ".csv":
            raise InputFault(place=str(path), value="Parquet", rule="a .csv name must hold CSV")
        return ParquetSource(path)
    if path.suffix.lower() in {".parquet", ".pq"}:
        raise InputFault(place=str(path), value=head, rule="a Parquet name must hold Parquet")
    for magic, what in FOREIGN.items():
        if head.startswith(magic) and form.encoding == PLAIN.encoding:
            rule = "save the table as CSV in UTF-8 or as Parquet"
            raise InputFault(place=str(path), value=what, rule=rule)
    return CsvSource(path, form)


def first_bytes(path: Path) -> bytes:
    """Return the first bytes of a file that exists, can be read and is not empty."""
    try:
        if path.exists() and not path.is_file():
            raise InputFault(place=str(path), value="not a file", rule="a file is needed")
        with path.open("rb") as file:
            head = file.read(MAGIC_BYTES_MAX)
    except FileNotFoundError as error:
        rule = "the file must exist"
        raise InputFault(place=str(path), value="nothing there", rule=rule) from error
    except OSError as error:
        raise InputFault(place=str(path), value=error.strerror, rule="must be readable") from error
    if not head:
        raise InputFault(place=str(path), value="empty", rule="the file must hold a table")
    return head


class ParquetSource:
    """A Parquet table."""

    def __init__(self, path: Path) -> None:
        """Read the file's footer."""
        self.path = path
        with arrow_faults(path), opened(path) as file:
            self._schema = file.schema_arrow
            self.names = list(self._schema.names)
            self.rows = file.metadata.num_rows

    def reject_unreadable(self, names: Iterable[str], id_column: str) -> None:
        """Raise `InputFault` for a column whose cells are neither text, numbers nor days.

        Ids may not be doubles either, which lose the last digits of long ones.
        """
        for name in names:
            kind = self._schema.field(name).type
            plain = kind.value_type if pa.types.is_dictionary(kind) else kind
            if not any(is_readable(plain) for is_readable in READABLE):
                place = f"{self.path}, column {name}"
                raise InputFault(place=place, value=kind, rule="text, numbers or days are needed")
            if name == id_column and pa.types.is_floating(plain):
                rule = "ids must be text or whole numbers; a double loses digits"
                raise InputFault(place=f"{self.path}, column {name}", value=kind, rule=rule)

    def chunks(self, names: list[str], progress: Progress) -> Iterator[Chunk]:
        """Yield the rows of the named columns in order."""
        first = 1
        with arrow_faults(self.path), opened(self.path) as file:
            for batch in file.iter_batches(ROWS_PER_BATCH, columns=names):
                batch.validate(full=True)
                yield Chunk(rows=range(first, first + batch.num_rows), cells=batch.select(names))
                first += batch.num_rows
                progress(first - 1, self.rows)
        reject_lost_rows(self.path, first - 1, self.rows)


def opened(path: Path) -> pq.ParquetFile:
    """Open a Parquet file for reading in batches; what has been read is let go.

    Arrow would otherwise fetch ahead by itself and hold all of the file until it is closed.
    """
    return pq.ParquetFile(path, pre_buffer=False)


def reject_lost_rows(path: Path, read: int, promised: int) -> None:
    """Raise `InputFault` where a Parquet file gives other than the rows its footer promises."""
    if read != promised:
        rule = f"the file must be whole; its footer promises {promised} rows"
        raise InputFault(place=str(path), value=f"{read} rows", rule=rule)


class CsvSource:
    """A CSV table; every cell is text until a reader makes something of it."""

    def __init__(self, path: Path, form: CsvForm) -> None:
        """Read the header."""
        self.path = path
        self._form = form
        with arrow_faults(path), pa.OSFile(str(path)) as file:
            self.names = list(_csv_reader(file, form, None, []).schema.names)

    def reject_unreadable(self, names: Iterable[str], id_column: str) -> None:
        """Accept every column: all cells are text."""

    def chunks(self, names: list[str], progress: Progress) -> Iterator[Chunk]:
        """Yield the rows of the named columns in order, with the rows of the wrong length."""
        total, numbers, ragged = self.path.stat().st_size, _Numbers(), list[Finding]()
        with arrow_faults(self.path), pa.OSFile(str(self.path)) as file:
            for batch in _csv_reader(file, self._form, names, ragged):
                found = tuple(ragged)
                ragged.clear()
                rows = numbers.take(batch.num_rows, (finding.row for finding in found))
                yield Chunk(rows=rows, cells=batch, ragged=found)
                progress(file.tell(), total)
            if ragged:
                yield Chunk(rows=(), cells=_no_cells(names), ragged=tuple(ragged))


def _csv_reader(
    file: pa.NativeFile, form: CsvForm, names: list[str] | None, ragged: list[Finding]
) -> pa.RecordBatchReader:
    """Return a reader of text columns that notes rows of the wrong length in `ragged`."""

    def note(row: pyarrow.csv.InvalidRow) -> str:
        """Note a row of the wrong length and go on."""
        rule = f"the header has {row.expected_columns} columns, this row {row.actual_columns}"
        ragged.append(Finding(row.number - 1, "", "", shown(row.text), rule))
        return "skip"

    return pyarrow.csv.open_csv(
        file,
        read_options=pyarrow.csv.ReadOptions(
            use_threads=False, block_size=CSV_BLOCK_BYTES, encoding=form.encoding
        ),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=form.delimiter, newlines_in_values=True, invalid_row_handler=note
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=names, column_types=dict.fromkeys(names or (), pa.string())
        ),
    )


class _Numbers:
    """The numbers of the rows that come through, while ragged rows ahead of them do not."""

    def __init__(self) -> None:
        self._last = 0
        self._ragged: set[int] = set()

    def take(self, count: int, ragged: Iterable[int]) -> Sequence[int]:
        """Return the numbers of the next rows; remember only ragged rows still to be passed."""
        self._ragged.update(ragged)
        if not self._ragged:
            rows: Sequence[int] = range(self._last + 1, self._last + 1 + count)
        else:
            ahead = (row for row in itertools.count(self._last + 1) if row not in self._ragged)
            rows = list(itertools.islice(ahead, count))
        self._last = rows[-1] if rows else self._last
        self._ragged = {row for row in self._ragged if row > self._last}
        while self._last + 1 in self._ragged:
            self._last += 1
            self._ragged.remove(self._last)
        return rows


def _no_cells(names: list[str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _ in names], names=names)


@contextmanager
def arrow_faults(path: Path) -> Iterator[None]:
    """Turn what Arrow says of a broken file into one fault in one line."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeError, OverflowError) as error:
        said = str(error).partition("\n")[0]
        rule = "the file must be whole and be what its name says, CSV in UTF-8"
        raise InputFault(place=str(path), value=said, rule=rule) from error
