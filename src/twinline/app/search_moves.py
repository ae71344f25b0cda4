"""Candidates for one table of a strategy: its cells scaled, its bands shifted, a threshold moved.

Each candidate is the whole file anew, only the cells asked for changed; comments, spaces and the
order of rows stay as they are.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import pairwise
from typing import TYPE_CHECKING

from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RULES = {"gates.csv": "when", "segments.csv": "when", "linkage.csv": "when"}
SCORECARD = "scorecard.csv"
STEP_MAX = 1_000_000
SMALL = 100
"""Below this a threshold moves by one, from here on by a tenth."""
THRESHOLD = re.compile(r"(?P<op><=|>=|==|!=|<|>)(?P<space>\s*)(?P<number>-?\d[\d_]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step: a factor, or a number added where `added`."""

    by: Decimal
    added: bool

    def of(self, value: Decimal) -> Decimal:
        """Return the value moved, a whole number where it was one."""
        moved = value + self.by if self.added else value * self.by
        whole = value == value.to_integral_value()
        unit = Decimal(1) if whole else Decimal(1).scaleb(int(value.as_tuple().exponent))
        return moved.quantize(unit, ROUND_HALF_UP)

    def __str__(self) -> str:
        return f"{self.by:+}" if self.added else f"×{self.by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which table, which of its rows and columns, by which steps, shifted by how many bands."""

    table: str
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    by: tuple[Move, ...] = ()
    shifts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The table anew, and what was done: bands shifted, cells moved, or a threshold replaced.

    `fault` says why it would not be a sound table.
    """

    content: bytes
    shift: int = 0
    by: str = ""
    rule: str = ""
    fault: str = ""

    @property
    def says(self) -> str:
        """Return in words what was done."""
        bands = "band" if abs(self.shift) == 1 else "bands"
        shifted = f"shifted by {self.shift:+} {bands}" if self.shift else ""
        return ", ".join(part for part in (shifted, self.by, self.rule) if part)


def read_moves(text: str) -> tuple[Move, ...]:
    """Return steps as written: `0.9,1.1` are factors, `+1,-1` are added."""
    moves = []
    for part in text.split(","):
        word = part.strip()
        try:
            by = Decimal(word)
        except InvalidOperation:
            by = Decimal("NaN")
        added = word[:1] in {"+", "-"}
        if not by.is_finite() or (not added and by <= 0) or not -STEP_MAX <= by <= STEP_MAX:
            rule = "factors above 0 such as 0.9,1.1 or steps such as +1,-1, none above a million"
            raise InputFault(place="--by", value=part, rule=rule)
        moves.append(Move(by=by, added=added))
    return tuple(moves)


def candidates(selection: Selection, content: bytes) -> list[Candidate]:
    """Return every candidate of a table; raises `InputFault` where nothing is selected."""
    name = selection.table
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputFault(place=name, value="bytes", rule="must be UTF-8 text") from error
    grid = [_cells(line) for line in lines]
    heads = [place for place, cells in enumerate(grid) if cells]
    if len(heads) < 2:  # noqa: PLR2004 - a header and a row
        raise InputFault(place=name, value="no rows", rule="a table needs a header and rows")
    sheet = _Sheet(name, lines, grid, heads)
    if name in RULES:
        return list(_thresholds(sheet, selection))
    if selection.shifts and name == SCORECARD:
        rule = "points are scaled; bands are shifted in tables by score"
        raise InputFault(place="--shift", value=name, rule=rule)
    return list(_scaled(sheet, selection))


class _Sheet:
    """A CSV file, its lines as they are and its cells."""

    def __init__(
        self, name: str, lines: list[str], grid: list[list[str]], heads: list[int]
    ) -> None:
        self.name, self.lines, self.grid = name, lines, grid
        self.header = grid[heads[0]]
        self.rows = [place for place in heads[1:] if len(grid[place]) == len(self.header)]

    def column(self, name: str) -> int:
        if name not in self.header:
            rule = f"a column of {self.name}: {', '.join(self.header)}"
            raise InputFault(place="--columns", value=name, rule=rule)
        return self.header.index(name)

    def chosen(self, wanted: Sequence[str]) -> list[int]:
        """Return the lines of the rows that are named by their first cell, or all."""
        known = {self.grid[place][0] for place in self.rows}
        for name in wanted:
            if name not in known:
                rule = f"the first cell of a row of {self.name}: {', '.join(sorted(known))}"
                raise InputFault(place="--rows", value=name, rule=rule)
        return [place for place in self.rows if not wanted or self.grid[place][0] in wanted]

    def written(self, changed: dict[tuple[int, int], str]) -> bytes:
        """Return the file with some cells changed, other lines byte for byte as they were."""
        lines = list(self.lines)
        for line in {line for line, _ in changed}:
            cells = [
                changed.get((line, column), cell) for column, cell in enumerate(self.grid[line])
            ]
            buffer = io.StringIO()
            csv.writer(buffer, lineterminator="").writerow(cells)
            lines[line] = buffer.getvalue()
        return ("\n".join(lines) + "\n").encode()


def _cells(line: str) -> list[str]:
    """Return a line's cells, none for an empty line or a comment."""
    found = next(csv.reader([line]), [])
    stripped = [cell.strip() for cell in found]
    return stripped if any(stripped) and not stripped[0].startswith("#") else []


def _scaled(sheet: _Sheet, selection: Selection) -> Iterator[Candidate]:
    """Yield a matrix, or a scorecard's points, scaled and shifted."""
    if sheet.name == SCORECARD:
        columns = [sheet.column("points")]
    else:
        names = selection.columns or tuple(sheet.header[1:])
        columns = [sheet.column(name) for name in names]
        if 0 in columns:
            rule = "the first column holds the bands; use --shift to move them"
            raise InputFault(place="--columns", value=sheet.header[0], rule=rule)
    rows = sheet.chosen(selection.rows)
    base = {(row, column): _number(sheet, row, column) for row in rows for column in columns}
    one = Move(by=Decimal(1), added=False)
    for shift in dict.fromkeys((0, *selection.shifts)):
        for move in dict.fromkeys((one, *selection.by)):
            if not shift and move == one:
                continue
            changed = {
                (row, column): move.of(base[rows[_from(place, shift, len(rows))], column])
                for place, row in enumerate(rows)
                for column in columns
            }
            texts = {at: f"{value:f}" for at, value in changed.items() if value != base[at]}
            if not texts:
                continue
            yield Candidate(
                shift=shift,
                by="" if move == one else str(move),
                content=sheet.written(texts),
                fault=_unordered(sheet, columns, changed),
            )


def _from(place: int, shift: int, count: int) -> int:
    """Return the band whose cells a band takes: with +1 it takes those of the band below."""
    return min(max(place - shift, 0), count - 1)


def _number(sheet: _Sheet, row: int, column: int) -> Decimal:
    text = sheet.grid[row][column].replace("_", "")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        place = f"{sheet.name} row {row + 1}"
        raise InputFault(place=place, value=text, rule="must be a number to be moved") from error


def _unordered(
    sheet: _Sheet, columns: Sequence[int], changed: dict[tuple[int, int], Decimal]
) -> str:
    """Return where a column that ran one way no longer does; "" where all still do."""
    if sheet.name == SCORECARD:
        return ""
    for column in columns:
        before = [_number(sheet, row, column) for row in sheet.rows]
        after = [
            changed.get((row, column), value)
            for row, value in zip(sheet.rows, before, strict=True)
        ]
        for runs in (_rises, _falls):
            if runs(before) and not runs(after):
                return f"column {sheet.header[column]} would no longer run one way"
    return ""


def _rises(values: Sequence[Decimal]) -> bool:
    return all(low <= high for low, high in pairwise(values))


def _falls(values: Sequence[Decimal]) -> bool:
    return all(low >= high for low, high in pairwise(values))


def _thresholds(sheet: _Sheet, selection: Selection) -> Iterator[Candidate]:
    """Yield rules with one threshold moved by one step."""
    if selection.shifts or selection.columns:
        rule = "rules have thresholds, which --by moves; --rows chooses rules"
        raise InputFault(place="--columns, --shift", value=sheet.name, rule=rule)
    column = sheet.column(RULES[sheet.name])
    found = False
    for row in sheet.chosen(selection.rows):
        when = sheet.grid[row][column]
        for match in THRESHOLD.finditer(when):
            found = True
            number = Decimal(match["number"].replace("_", ""))
            for move in selection.by or _usual(number):
                moved = move.of(number)
                if moved != number:
                    yield _rule(sheet, (row, column), match, moved)
    if not found:
        rule = "a rule that compares something with a whole number"
        value = ", ".join(selection.rows) or sheet.name
        raise InputFault(place="--rows", value=value, rule=rule)


def _usual(number: Decimal) -> tuple[Move, ...]:
    """Return the steps for a threshold where none are asked for: one, or a tenth of it."""
    return read_moves("-1,+1" if abs(number) < SMALL else "0.9,1.1")


def _rule(sheet: _Sheet, at: tuple[int, int], match: re.Match[str], moved: Decimal) -> Candidate:
    when = match.string
    written = f"{int(moved):_}" if "_" in match["number"] else f"{int(moved)}"
    changed = when[: match.start("number")] + written + when[match.end("number") :]
    name = sheet.grid[at[0]][0]
    return Candidate(
        rule=f"{name}: {match['op']} {match['number']} → {match['op']} {written}",
        content=sheet.written({at: changed}),
    )
