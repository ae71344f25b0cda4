"""Broken rows: what each breaks, gathered by batch and listed in a side file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc

from twinline.adapters.batch.aside import Aside, faults_of
from twinline.app.fault import BrokenRowsFault, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from types import TracebackType

SOUND, UNSOUND, TWIN = 0, 1, 2
"""States of a row: nothing wrong, broken in itself, its id stands in another row too."""

HEADER = ("row", "customer_id", "column", "value", "rule")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong in one row; row 1 is the first row of data."""

    row: int
    customer_id: str
    column: str
    value: str
    rule: str


@dataclass(slots=True)
class Findings:
    """What is wrong in one batch; `rows` are the rows' numbers, `ids` their customers."""

    rows: Sequence[int]
    ids: pa.Array
    found: list[Finding] = field(default_factory=list)
    _broken: set[int] = field(default_factory=set)
    _excused: set[int] = field(default_factory=set)

    def excuse_broken(self) -> None:
        """Note nothing more of the rows already broken: what follows would only be an echo."""
        self._excused = set(self._broken)

    def add(self, broken: pa.Array, column: str, values: pa.Array, rule: str) -> None:
        """Note every row where `broken` is true, with what stands in `values` there."""
        for index in pc.indices_nonzero(pc.fill_null(broken, False)).to_pylist():  # noqa: FBT003
            if index in self._excused:
                continue
            self._broken.add(index)
            self.found.append(
                Finding(
                    row=self.rows[index],
                    customer_id=text_of(self.ids[index]),
                    column=column,
                    value=text_of(values[index]),
                    rule=rule,
                )
            )

    def sound(self) -> pa.Array:
        """Return true for every row in which nothing was found."""
        return pa.array([i not in self._broken for i in range(len(self.rows))], pa.bool_())


def text_of(scalar: pa.Scalar) -> str:
    """Return what stands in a cell as one short line; nothing for an empty cell."""
    try:
        value = scalar.as_py()
    except OverflowError:  # a day beyond the calendar has no Python value
        value = f"day {scalar.cast(pa.int32()).as_py()} of the epoch"
    return "" if value is None else shown(value)


class BrokenRows:
    """All broken rows of a table, and the side file that lists them.

    The file is begun at the first finding and put in its place by `keep`; `state` holds the
    state of every row, one byte each.
    """

    def __init__(self, path: Path) -> None:
        """Write nothing yet."""
        self.path = path
        self.first: Finding | None = None
        self.state = bytearray()
        self._aside: Aside | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._aside is not None:
            self._aside.__exit__(kind, error, trace)

    @property
    def count(self) -> int:
        """Return how many rows are broken."""
        return len(self.state) - self.state.count(SOUND)

    def saw(self, last_row: int) -> None:
        """Make room for the states of all rows up to `last_row`."""
        self.state.extend(bytes(max(0, last_row - len(self.state))))

    def write(self, found: Iterable[Finding], state: int = UNSOUND) -> None:
        """List findings in the order of their rows."""
        ordered = sorted(found, key=lambda finding: finding.row)
        if not ordered:
            return
        if self._aside is None:
            self._aside = Aside(self.path)
            self._append([HEADER])
        if self.first is None or ordered[0].row < self.first.row:
            self.first = ordered[0]
        self.saw(ordered[-1].row)
        for finding in ordered:
            self.state[finding.row - 1] = self.state[finding.row - 1] or state
        self._append((f.row, f.customer_id, f.column, f.value, f.rule) for f in ordered)

    def _append(self, lines: Iterable[tuple[object, ...]]) -> None:
        assert self._aside is not None
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(lines)
        with faults_of(self.path):
            self._aside.file.write(text.getvalue().encode())

    def keep(self) -> None:
        """Put the side file in its place; where nothing is broken, remove an earlier one."""
        if self._aside is not None:
            self._aside.keep()
        elif self.path.exists():
            with faults_of(self.path):
                self.path.unlink()

    def fault(self, table: Path) -> BrokenRowsFault:
        """Return the one error that stands for all broken rows."""
        assert self.first is not None
        column = f", column {self.first.column}" if self.first.column else ""
        return BrokenRowsFault(
            place=f"{table}, row {self.first.row}{column}",
            value=self.first.value or "empty",
            rule=self.first.rule,
            rows=self.count,
            listed_in=self.path,
        )
