"""What every row of a book must keep; a check is a function, its name in a tuple, and a test."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from twinline.adapters.batch.broken_row import Findings, text_of
from twinline.app.book import COLUMNS, DAY_GREATEST, DAY_LEAST, Kind
from twinline.terms.product import Product

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
    """A day is a plausible one, and the external score was known on the day of the book."""
    rule = f"a day from {DAY_LEAST} to {DAY_GREATEST}"
    for name in ("as_of_on", "external_score_on"):
        beyond = pc.or_(pc.less(rows[name], DAY_LEAST), pc.greater(rows[name], DAY_GREATEST))
        findings.add(beyond, name, rows[name], rule)
    future = pc.greater(rows["external_score_on"], rows["as_of_on"])
    findings.add(future, "external_score_on", rows["external_score_on"], "not after as_of_on")


def scores(rows: pa.RecordBatch, findings: Findings) -> None:
    """An external score stands with its day, and the day with its score."""
    score, day = rows["external_score"], rows["external_score_on"]
    undated = pc.and_(pc.is_valid(score), pc.is_null(day))
    findings.add(undated, "external_score", score, "a score needs its day, external_score_on")
    unscored = pc.and_(pc.is_null(score), pc.is_valid(day))
    findings.add(unscored, "external_score_on", day, "a day of a score needs external_score")


def absent_lines(rows: pa.RecordBatch, findings: Findings) -> None:
    """Where a line's limit is empty there is no line, so all of its columns are empty."""
    for product in Product:
        limit = rows[f"{product.value}_limit_minor"]
        if not limit.null_count:
            continue
        absent = pc.is_null(limit)
        rule = f"empty where {product.value}_limit_minor is (no such line)"
        for column in COLUMNS:
            values = rows[column.name]
            if column.name.startswith(product.value) and values.null_count < len(values):
                stray = pc.and_(absent, pc.is_valid(values))
                findings.add(stray, column.name, values, rule)


def instalments(rows: pa.RecordBatch, findings: Findings) -> None:
    """What is repaid by instalments is part of what is owed."""
    for product in Product:
        name = f"{product.value}_instalment_minor"
        owed = pc.max_element_wise(rows[f"{product.value}_balance_minor"], 0, skip_nulls=False)
        findings.add(
            pc.greater(rows[name], owed),
            name,
            rows[name],
            f"at most what is owed, {product.value}_balance_minor",
        )


def activity(rows: pa.RecordBatch, findings: Findings) -> None:
    """A customer cannot have been inactive for longer than on book."""
    inactive = rows["months_inactive"]
    longer = pc.greater(inactive, rows["months_on_book"])
    findings.add(longer, "months_inactive", inactive, "at most months_on_book")


def debt_elsewhere(rows: pa.RecordBatch, findings: Findings) -> None:
    """Debt with other lenders needs another lender."""
    lenders = rows["lenders_elsewhere"]
    nobody = pc.and_(pc.equal(lenders, 0), pc.greater(rows["debt_elsewhere_minor"], 0))
    findings.add(nobody, "lenders_elsewhere", lenders, "at least 1 where debt_elsewhere_minor is")


CELL_CHECKS: tuple[Check, ...] = (required_columns, ranges, choices, days)
ROW_CHECKS: tuple[Check, ...] = (scores, absent_lines, instalments, activity, debt_elsewhere)
"""Checks of several cells together; a row with a broken cell is excused from them."""


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
        for check in ROW_CHECKS:
            check(rows, findings)

    def _the_same(self, name: str, values: pa.Array, findings: Findings) -> None:
        known = values.drop_null()
        if name not in self._first and len(known):
            self._first[name] = known[0]
        if name in self._first:
            first = self._first[name]
            rule = f"the same in the whole book, {text_of(first)}"
            findings.add(pc.not_equal(values, first), name, values, rule)
