"""The files of a strategy as they are written: their shapes, and reading them with findings.

Each TOML file has a struct here, each CSV a tuple of column names. Reading checks shape and type
only; what the words mean is checked when the strategy is put together.
"""

from __future__ import annotations

import csv
import io
import tomllib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from twinline.decision.fault import Finding
from twinline.decision.strategy import Basis, Cause, FeatureType, Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.decision.fault import ExpressionFault

CELL_MAX = 2_000


class _Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a TOML file; a key that is not listed is refused."""


class ExperimentSheet(_Sheet, frozen=True):
    """`[experiment]` of strategy.toml."""

    salt: str
    challenger_ppm: int


class TableSheet(_Sheet, frozen=True):
    """One entry of `[tables]` of strategy.toml: a file, and `yuan`, `ppm` or `number`."""

    file: str
    unit: str


class DatedSheet(_Sheet, frozen=True):
    """One entry of `[dated]` of strategy.toml."""

    least: int
    greatest: int
    values: dict[str, int]


class StrategySheet(_Sheet, frozen=True):
    """strategy.toml."""

    name: str
    version: str
    owner: str
    score_base: int
    experiment: ExperimentSheet
    amounts: dict[str, str] = {}
    tables: dict[str, TableSheet] = {}
    dated: dict[str, DatedSheet] = {}


class FeatureSheet(_Sheet, frozen=True):
    """One table of features.toml."""

    type: FeatureType
    range: tuple[int, int]
    basis: Basis
    zh: str
    en: str
    reads: str | None = None
    value: str | None = None
    months: int | None = None
    missing: str = "refer"
    outside: str = "refer"
    act: str | None = None


class TermSheet(_Sheet, frozen=True):
    """One of `[[….terms]]` of limits.toml."""

    name: str
    amount: str
    reason: str
    zh: str = ""
    role: Role = Role.CAP
    by_score: bool = False
    if_missing: str | None = None


class LimitSheet(_Sheet, frozen=True):
    """A limit of limits.toml; amounts in yuan."""

    step: str
    terms: list[TermSheet]
    least: str = "0"
    now: str = ""
    raise_at_least_ppm: int = 0
    cut_at_least_ppm: int = 0


class PriceSheet(_Sheet, frozen=True):
    """A price of prices.toml."""

    step_ppm: int
    floor: str
    ceiling: str
    parts: dict[str, str]


class ReasonSheet(_Sheet, frozen=True):
    """One table of reasons.toml."""

    cause: Cause
    zh: str
    en: str
    help_zh: str = ""
    help_en: str = ""
    ends_zh: str = ""
    ends_en: str = ""


SCORECARD_COLUMNS = ("feature", "special", "from", "below", "points", "reason")
SEGMENT_COLUMNS = ("segment", "when", "reason", "zh", "en")
GATE_COLUMNS = ("gate", "when", "lines", "action", "reason")
EDGE_COLUMNS = ("edge", "when", "lines", "effect", "size", "reason")

T = TypeVar("T")
Row = dict[str, str]


class Findings:
    """What was found wrong so far, and the names that cannot be used because of it."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self.found: list[Finding] = []
        self.broken: set[str] = set()

    def add(self, place: str, value: object, rule: str) -> None:
        """Record one finding."""
        self.found.append(Finding(place, str(value) or "nothing", rule))

    def add_fault(self, place: str, fault: ExpressionFault) -> None:
        """Record an expression's fault at its place, unless it follows from an earlier one."""
        if fault.value not in self.broken:
            self.add(place, fault.value, fault.rule)


class Sheets:
    """The files of one strategy by name, read with findings."""

    def __init__(self, files: Mapping[str, bytes], findings: Findings) -> None:
        """Keep the files and where to report."""
        self._files = files
        self._findings = findings

    def text(self, name: str) -> str | None:
        """Return a file as text, or None with a finding."""
        content = self._files.get(name)
        if content is None:
            self._findings.add(name, "is not there", "a strategy needs this file")
            return None
        try:
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            self._findings.add(name, f"byte {error.start}", "is not UTF-8 text")
            return None

    def toml(self, name: str, shape: type[T]) -> T | None:
        """Return a TOML file in its shape, or None with a finding."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return msgspec.convert(tomllib.loads(text), shape)
        except tomllib.TOMLDecodeError as error:
            self._findings.add(name, error, "must be TOML")
        except RecursionError:
            self._findings.add(name, "nesting", "is too deep")
        except msgspec.ValidationError as error:
            said = str(error).replace("`", "")
            what, _, where = said.partition(" - at ")
            self._findings.add(name, where.lstrip("$.") or "the file", what)
        except ValueError:  # what else Python does not read is a number of thousands of digits
            self._findings.add(name, "a number", "has too many digits")
        return None

    def rows(self, name: str, columns: Sequence[str]) -> list[tuple[str, Row]]:
        """Return a CSV's rows with their places, or nothing with findings."""
        text = self.text(name)
        if text is None:
            return []
        lines = self._lines(name, text)
        if not lines:
            self._findings.add(name, "the file", f"is empty; its columns are {', '.join(columns)}")
            return []
        _, header = lines[0]
        if tuple(header) != tuple(columns):
            rule = f"the columns are {','.join(columns)}"
            self._findings.add(f"{name} row 1", ",".join(header), rule)
            return []
        return [
            (place, dict(zip(columns, cells, strict=True)))
            for place, cells in lines[1:]
            if self._full(place, cells, len(columns))
        ]

    def grid(self, name: str) -> list[tuple[str, list[str]]]:
        """Return all rows of a CSV table, the header first, each as long as the header."""
        text = self.text(name)
        lines = [] if text is None else self._lines(name, text)
        if not lines[1:]:
            if text is not None:
                self._findings.add(name, "the file", "needs a header and at least one row")
            return []
        width = len(lines[0][1])
        return [(place, cells) for place, cells in lines if self._full(place, cells, width)]

    def _lines(self, name: str, text: str) -> list[tuple[str, list[str]]]:
        reader = csv.reader(io.StringIO(text), strict=True)
        lines: list[tuple[str, list[str]]] = []
        try:
            for cells in reader:
                stripped = [cell.strip() for cell in cells]
                if any(stripped) and not stripped[0].startswith("#"):
                    lines.append((f"{name} row {reader.line_num}", stripped))
        except csv.Error as error:
            self._findings.add(f"{name} row {reader.line_num}", error, "must be CSV")
            return []
        return lines

    def _full(self, place: str, cells: list[str], width: int) -> bool:
        if len(cells) == width and all(len(cell) <= CELL_MAX for cell in cells):
            return True
        rule = f"{width} cells wanted, each at most {CELL_MAX} characters"
        self._findings.add(place, f"{len(cells)} cells", rule)
        return False
