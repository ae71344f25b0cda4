"""Any table as a book, read as its mapping file says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from twinline.adapters.batch import cell
from twinline.adapters.batch.book_schema import BOOK_SCHEMA
from twinline.adapters.batch.layout import reject_repeated
from twinline.adapters.batch.mapping import ID, Unit
from twinline.adapters.batch.source import sha256_of
from twinline.app.book import COLUMN_BY_NAME, Kind
from twinline.app.fault import InputFault, InputFaults
from twinline.kernel.money import DIGITS_BY_CURRENCY

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.adapters.batch.broken_row import Findings
    from twinline.adapters.batch.mapping import Entry, TableMapping
    from twinline.app.book import Column

DIGITS_UNKNOWN = max(DIGITS_BY_CURRENCY.values())


class MappedLayout:
    """Reads the columns a mapping names."""

    def __init__(self, mapping: TableMapping, path: Path, names: list[str]) -> None:
        """Find the columns; raises `InputFaults` for every one that is missing or repeated."""
        self.path = path
        self.name = f"mapping {sha256_of(mapping.path)}"
        self._mapping = mapping
        self._entries = {entry.book: entry for entry in mapping.entries}
        self.source_of = {
            entry.book: entry.source for entry in mapping.entries if entry.source is not None
        }
        self.columns = list(dict.fromkeys(self.source_of.values()))
        self.id_column = self.source_of[ID]
        missing = [
            InputFault(
                place=f"{mapping.path}, columns.{book}",
                value=source,
                rule=f"{path} has no such column",
            )
            for book, source in self.source_of.items()
            if source not in names
        ]
        if missing:
            raise InputFaults(missing)
        reject_repeated(path, names, self.columns)
        self._digits: int | None = None
        self._fixed: dict[str, pa.Scalar] = {}

    def convert(self, cells: pa.RecordBatch, findings: Findings) -> pa.RecordBatch:
        """Return the cells as rows of the book, noting every cell that cannot be read."""
        if self._digits is None:
            self._digits = self._digits_of(cells)
            self._fix()
        return pa.RecordBatch.from_arrays(
            [self._column(field, cells, findings) for field in BOOK_SCHEMA], schema=BOOK_SCHEMA
        )

    def _column(self, field: pa.Field, cells: pa.RecordBatch, findings: Findings) -> pa.Array:
        """Return one column of the book."""
        entry = self._entries.get(field.name)
        fixed = self._fixed.get(field.name)
        if entry is None:
            return pa.nulls(cells.num_rows, field.type)
        if entry.source is None:
            return pa.repeat(fixed, cells.num_rows)
        raw = self._emptied(cells[entry.source])
        read = self._read(entry, raw)
        findings.add(read.unread, entry.source, cells[entry.source], read.rule)
        values = read.values.cast(field.type)
        return values if fixed is None else pc.if_else(pc.is_null(raw), fixed, values)

    def _emptied(self, raw: pa.Array) -> pa.Array:
        """Return a column with the texts that mean an empty cell made empty."""
        if not self._mapping.empty and not pa.types.is_string(raw.type):
            return raw
        text = cell.as_text(raw)
        empty = pc.is_in(text, pa.array(self._mapping.empty, pa.string()))
        return pc.if_else(empty, pa.scalar(None, pa.string()), text)

    def _read(self, entry: Entry, raw: pa.Array) -> Read:
        """Return a source column read as its column of the book asks."""
        assert self._digits is not None
        column = COLUMN_BY_NAME[entry.book]
        meant, unknown = raw, None
        if entry.values:
            meant, unknown = cell.coded(cell.as_text(raw), entry.values)
        values, unread, rule = _by_kind(column, entry, meant, self._digits)
        if unknown is None:
            return Read(values, unread, rule)
        codes = f"one of the codes {', '.join(entry.values)}, with a meaning that is {rule}"
        return Read(values, pc.or_(unread, unknown), codes)

    def _digits_of(self, cells: pa.RecordBatch) -> int:
        """Return the minor digits of the book's currency: the first one that is known."""
        entry = self._entries["currency"]
        names = [entry.constant]
        if entry.source is not None:
            text = cell.as_text(cells[entry.source])
            names = (cell.coded(text, entry.values)[0] if entry.values else text).to_pylist()
        known = (DIGITS_BY_CURRENCY[name] for name in names if name in DIGITS_BY_CURRENCY)
        return next(known, DIGITS_UNKNOWN)

    def _fix(self) -> None:
        """Read constants and defaults; raises `InputFaults` for what their columns cannot hold."""
        faults = []
        for entry in self._entries.values():
            key, text = (
                ("constant", entry.constant)
                if entry.source is None
                else ("default", entry.default)
            )
            if text is None:
                continue
            read = self._read(replace(entry, values={}), pa.array([text]))
            value = read.values[0]
            if not value.is_valid or not _allowed(COLUMN_BY_NAME[entry.book], value.as_py()):
                place = f"{self._mapping.path}, {entry.book}, {key}"
                faults.append(InputFault(place=place, value=text, rule=f"must be {read.rule}"))
            self._fixed[entry.book] = value.cast(BOOK_SCHEMA.field(entry.book).type)
        if faults:
            raise InputFaults(faults)


class Read(NamedTuple):
    """A column that was read, which of its cells could not be, and the rule they break."""

    values: pa.Array
    unread: pa.Array
    rule: str


def _by_kind(column: Column, entry: Entry, raw: pa.Array, digits: int) -> Read:
    """Return a column read as its kind is."""
    match column.kind:
        case Kind.TEXT:
            rule = f"one of {', '.join(sorted(column.choices))}" if column.choices else "text"
            return Read(cell.as_text(raw), pa.repeat(pa.scalar(False), len(raw)), rule)  # noqa: FBT003
        case Kind.DATE:
            return Read(*cell.day(raw), cell.DATE_RULE)
        case Kind.TRUTH:
            return Read(*cell.truth(raw), cell.TRUTH_RULE)
        case Kind.MINOR:
            decimals = digits if entry.unit is Unit.MAJOR else 0
            return Read(*cell.scaled(raw, decimals), cell.amount_rule(decimals))
        case Kind.COUNT | Kind.SCORE:
            return _counted(column, entry, raw)


def _counted(column: Column, entry: Entry, raw: pa.Array) -> Read:
    """Return whole numbers within the bounds of their column; days become begun months."""
    counts, unread = cell.whole(raw)
    each = entry.days_each or 1
    rule = f"a whole number from {column.least} to {column.greatest * each}, without separators"
    below, above = pc.less(counts, column.least), pc.greater(counts, column.greatest * each)
    beyond = pc.fill_null(pc.or_(below, above), False)  # noqa: FBT003
    kept = pc.if_else(beyond, pa.scalar(None, pa.int64()), counts)
    return Read(pc.divide(pc.add(kept, each - 1), each), pc.or_(unread, beyond), rule)


def _allowed(column: Column, value: object) -> bool:
    """Return whether a constant is within the choices and bounds of its column."""
    if isinstance(value, int) and column.kind is Kind.MINOR:
        return column.least <= value <= column.greatest
    return not column.choices or value in column.choices
