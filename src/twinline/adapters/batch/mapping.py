"""A mapping file: which columns of a lender's table become which columns of the book.

docs/reference/mapping.md explains the form. Everything wrong with a file is found at once.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, unique
from typing import TYPE_CHECKING, TypeGuard

from twinline.adapters.batch.source import CsvForm
from twinline.app.book import COLUMN_BY_NAME, COLUMNS, MONTHS, Kind
from twinline.app.fault import InputFault, InputFaults

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BOOK_KEYS = frozenset({"currency", "licence", "as_of_on", "unit"})
TABLE_KEYS = frozenset({"encoding", "delimiter", "empty"})
ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc-kr", "cp1252")
DELIMITERS = (",", ";", "\t", "|")
COLUMN_KEYS = frozenset(
    {"column", "columns", "constant", "unit", "values", "default", "days_each"}
)
FRAME = ("currency", "licence", "as_of_on")
SERIES = frozenset(
    column.name.removesuffix("_1") for column in COLUMNS if column.name.endswith("_1")
)
"""Names that stand for months 1 to 6 of a column."""
DAYS_EACH = range(1, 367)
ID = "customer_id"


@unique
class Unit(Enum):
    """What the numbers of an amount column count."""

    MAJOR = "major"
    MINOR = "minor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where one column of the book comes from: a source column, or a constant.

    `values` gives the meanings of codes; `default` stands in for an empty cell; `days_each` turns
    days into months of so many days, a month begun counting as one.
    """

    book: str
    source: str | None = None
    constant: str | None = None
    unit: Unit = Unit.MAJOR
    values: Mapping[str, str] = field(default_factory=dict)
    default: str | None = None
    days_each: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableMapping:
    """A mapping file, understood: how the table is written, and where each column comes from."""

    path: Path
    form: CsvForm
    entries: tuple[Entry, ...]
    empty: tuple[str, ...]


def read_mapping(path: Path) -> TableMapping:
    """Read a mapping file; raises `InputFaults` with everything that is wrong with it."""
    try:
        with path.open("rb") as file:
            tree = tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        rule = "a mapping file must be readable TOML"
        raise InputFault(place=str(path), value=error, rule=rule) from error
    reader = _Reader(path)
    mapping = reader.mapping(tree)
    if reader.faults:
        raise InputFaults(reader.faults)
    return mapping


class _Reader:
    """Reads one mapping file, gathering faults as it goes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[InputFault] = []
        self._unit = Unit.MAJOR

    def mapping(self, tree: Mapping[str, object]) -> TableMapping:
        """Return what the file says, as far as it can be understood."""
        self._known_keys("top", tree, frozenset({"book", "columns", "table"}))
        book = self._table("book", tree.get("book", {}))
        columns = self._table("columns", tree.get("columns", {}))
        table = self._table("table", tree.get("table", {}))
        self._known_keys("table", table, TABLE_KEYS)
        self._known_keys("book", book, BOOK_KEYS)
        self._unit = self._unit_of("book.unit", book.get("unit"), Unit.MAJOR)
        entries = [
            Entry(book=name, constant=str(book[name]))
            for name in FRAME
            if book.get(name) is not None
        ]
        for name, written in columns.items():
            entries += self._entries(name, written)
        self._each_once(entries)
        return TableMapping(
            path=self.path,
            form=CsvForm(
                encoding=self._one_of("table.encoding", table.get("encoding"), ENCODINGS),
                delimiter=self._one_of("table.delimiter", table.get("delimiter"), DELIMITERS),
            ),
            entries=tuple(entries),
            empty=self._texts("table.empty", table.get("empty", [])),
        )

    def _entries(self, name: str, written: object) -> list[Entry]:
        """Return the entries of one line under [columns]: one column, or one for each month."""
        place = f"columns.{name}"
        if name not in COLUMN_BY_NAME and name not in SERIES:
            self._fault(place, name, "no column of the standard book")
            return []
        options = written if isinstance(written, dict) else {}
        self._known_keys(place, options, COLUMN_KEYS)
        if isinstance(written, str):
            options = {"column": written}
        elif isinstance(written, list):
            options = {"columns": written}
        elif not isinstance(written, dict):
            self._fault(place, written, "a column's name, a list of names, or a table")
            return []
        ways = sorted({"column", "columns", "constant"} & options.keys())
        if len(ways) != 1:
            self._fault(place, ", ".join(ways) or "none", "one of column, columns, constant")
            return []
        return (
            self._from_months(name, options) if name in SERIES else self._from_one(name, options)
        )

    def _from_months(self, name: str, options: Mapping[str, object]) -> list[Entry]:
        place = f"columns.{name}"
        sources = self._texts(place, options.get("columns", options.get("column")))
        if not 1 <= len(sources) <= MONTHS:
            self._fault(place, len(sources), f"one to {MONTHS} columns, the latest month first")
            return []
        for source, times in Counter(sources).items():
            if times > 1:
                self._fault(place, source, "one column cannot be two months")
        return [
            self._entry(f"{name}_{month}", source, None, options)
            for month, source in enumerate(sources, start=1)
        ]

    def _from_one(self, name: str, options: Mapping[str, object]) -> list[Entry]:
        place = f"columns.{name}"
        if "columns" in options:
            self._fault(place, "columns", "one column; only months are a list")
            return []
        source = options.get("column")
        if source is not None and not isinstance(source, str):
            self._fault(place, source, "a column's name")
            return []
        if name == ID and (source is None or options.keys() != {"column"}):
            self._fault(place, ", ".join(options), "a plain column: ids are taken as they are")
        return [self._entry(name, source, options.get("constant"), options)]

    def _entry(
        self, name: str, source: str | None, constant: object, options: Mapping[str, object]
    ) -> Entry:
        place, kind = f"columns.{name}", COLUMN_BY_NAME[name].kind
        if "unit" in options and kind is not Kind.MINOR:
            self._fault(place, "unit", "only amounts have a unit")
        days_each = options.get("days_each")
        if "days_each" in options and (kind is not Kind.COUNT or not _is_whole(days_each)):
            rule = f"days a month, {DAYS_EACH[0]} to {DAYS_EACH[-1]}, and only for months"
            self._fault(place, days_each, rule)
        values = self._table(f"{place}.values", options.get("values", {}))
        default = options.get("default")
        return Entry(
            book=name,
            source=source,
            constant=None if constant is None else _plain(constant),
            unit=self._unit_of(f"{place}.unit", options.get("unit"), self._unit),
            values={code: _plain(meaning) for code, meaning in values.items()},
            default=None if default is None else _plain(default),
            days_each=days_each if _is_whole(days_each) else None,
        )

    def _each_once(self, entries: list[Entry]) -> None:
        counts = Counter(entry.book for entry in entries)
        for name, times in counts.items():
            if times > 1:
                self._fault(f"columns.{name}", name, "given twice")
        for column in COLUMNS:
            if column.required and column.name not in counts:
                where = " or [book]" if column.name in FRAME else ""
                self._fault("columns", column.name, f"missing; give it in [columns]{where}")

    def _known_keys(self, place: str, table: Mapping[str, object], known: frozenset[str]) -> None:
        for key in table:
            if key not in known:
                self._fault(place, key, f"unknown key; known are {', '.join(sorted(known))}")

    def _table(self, place: str, value: object) -> Mapping[str, object]:
        if isinstance(value, dict):
            return value
        self._fault(place, value, "a table of keys and values")
        return {}

    def _texts(self, place: str, value: object) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self._fault(place, value, "a list of texts")
        return ()

    def _unit_of(self, place: str, value: object, otherwise: Unit) -> Unit:
        if value is None:
            return otherwise
        return Unit(self._one_of(place, value, tuple(unit.value for unit in Unit)))

    def _one_of(self, place: str, value: object, choices: tuple[str, ...]) -> str:
        """Return a text that is one of the choices; the first of them where there is none."""
        if value is None:
            return choices[0]
        if isinstance(value, str) and value in choices:
            return value
        self._fault(place, value, f"one of {', '.join(map(repr, choices))}")
        return choices[0]

    def _fault(self, place: str, value: object, rule: str) -> None:
        self.faults.append(InputFault(place=f"{self.path}, {place}", value=value, rule=rule))


def _is_whole(days: object) -> TypeGuard[int]:
    return isinstance(days, int) and not isinstance(days, bool) and days in DAYS_EACH


def _plain(value: object) -> str:
    """Return a value of TOML as the text a table would hold."""
    return str(value).lower() if isinstance(value, bool) else str(value)
