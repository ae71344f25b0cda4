"""What every row of a book must keep, worked out over columns.

A check of single cells is a function, its name in a tuple, and a test; what cells must keep
together are the rules of `app/book_rules.py`, from which a row with a broken cell is excused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

import pyarrow as pa
import pyarrow.compute as pc

from twinline.adapters.batch.broken_row import Findings, text_of
from twinline.app.book import COLUMNS, DAY_GREATEST, DAY_LEAST, Kind
from twinline.app.book_rules import ROW_RULES, AtMost, Needs, NotZero

if TYPE_CHECKING:
    from twinline.app.book_rules import RowRule

Check = Callable[[pa.RecordBatch, Findings], None]


def required_columns(rows: pa.RecordBatch, findings: Findings) -> None:
    """A required cell is not empty, and no text is blank."""
    for column in COLUMNS:
        values = rows[column.name]
        if column.required and values.null_count:
            findings.add(pc.is_null(values), column.name, values, "may not be empty")
        if column.kind is Kind.TEXT:
            blank = pc.equal(pc.utf8_trim_whitespace(values), "")
            findings.add(blank, column.name, values, "may not be blank")


def ranges(rows: pa.RecordBatch, findings: Findings) -> None:
    """A number lies within the bounds of its column."""
    for column in COLUMNS:
        if column.kind not in {Kind.MINOR, Kind.COUNT, Kind.SCORE}:
            continue
        values = rows[column.name]
        found = pc.min_max(values).as_py()
        if found["min"] is None:
            continue
        if found["min"] < column.least:
            findings.add(
                pc.less(values, column.least), column.name, values, f"at least {column.least}"
            )
        if found["max"] > column.greatest:
            findings.add(
                pc.greater(values, column.greatest),
                column.name,
                values,
                f"at most {column.greatest}",
            )


def choices(rows: pa.RecordBatch, findings: Findings) -> None:
    """A text with a list of choices is one of them."""
    for column in COLUMNS:
        if column.choices:
            allowed = sorted(column.choices)
            other = pc.invert(pc.is_in(rows[column.name], pa.array(allowed)))
            unknown = pc.and_(pc.is_valid(rows[column.name]), other)
            findings.add(unknown, column.name, rows[column.name], f"one of {', '.join(allowed)}")


def days(rows: pa.RecordBatch, findings: Findings) -> None:
    """A day is a plausible one."""
    rule = f"a day from {DAY_LEAST} to {DAY_GREATEST}"
    for name in ("as_of_on", "external_score_on"):
        beyond = pc.or_(pc.less(rows[name], DAY_LEAST), pc.greater(rows[name], DAY_GREATEST))
        findings.add(beyond, name, rows[name], rule)


CELL_CHECKS: tuple[Check, ...] = (required_columns, ranges, choices, days)


def row_rules(rows: pa.RecordBatch, findings: Findings) -> None:
    """Note what several cells of a row break together."""
    for rules in ROW_RULES.values():
        for rule in rules:
            values, others = rows[rule.column], rows[rule.other]
            kept = isinstance(rule, Needs) and not others.null_count
            if kept or values.null_count == len(values):
                continue  # seen at once, and so for most rules of most books
            said = rule.rule.format(other=rule.other)
            findings.add(_broken(rule, values, others), rule.column, values, said)


def _broken(rule: RowRule, values: pa.Array, others: pa.Array) -> pa.Array:
    """Return which rows break a rule, as its `broken` says it of one."""
    match rule:
        case AtMost():
            most = pc.max_element_wise(_number(others), 0, skip_nulls=False)
            return pc.greater(_number(values), most)
        case Needs():
            return pc.and_(pc.is_valid(values), pc.is_null(others))
        case NotZero():
            return pc.and_(pc.equal(values, 0), pc.greater(others, 0))
        case _:
            assert_never(rule)


def _number(values: pa.Array) -> pa.Array:
    """Return numbers as they are, days as days since 1970-01-01."""
    return values.view(pa.int32()) if pa.types.is_date32(values.type) else values


class BookCheck:
    """All checks of a book, batch by batch; currency and day are held to those of the first."""

    def __init__(self) -> None:
        """Know nothing of the book yet."""
        self._first: dict[str, pa.Scalar] = {}

    def check(self, rows: pa.RecordBatch, findings: Findings) -> None:
        """Note everything wrong in a batch of the book's rows."""
        for check in CELL_CHECKS:
            check(rows, findings)
        for name in ("currency", "as_of_on"):
            self._the_same(name, rows[name], findings)
        findings.excuse_broken()
        row_rules(rows, findings)

    def _the_same(self, name: str, values: pa.Array, findings: Findings) -> None:
        known = values.drop_null()
        if name not in self._first and len(known):
            self._first[name] = known[0]
        if name in self._first:
            first = self._first[name]
            rule = f"the same in the whole book, {text_of(first)}"
            findings.add(pc.not_equal(values, first), name, values, rule)
