"""What the cells of one customer must keep together, in a book's row and in a request alike.

A rule is a value: here for one customer in plain numbers; the batch adapter works the same rules
out over columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.app.book import COLUMNS
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class AtMost:
    """Where both are known, a cell is at most another; another below zero counts as zero."""

    column: str
    other: str
    rule: str

    def broken(self, cells: Mapping[str, int | None]) -> bool:
        """Tell whether a customer breaks it."""
        value, most = cells.get(self.column), cells.get(self.other)
        return value is not None and most is not None and value > max(most, 0)


@dataclass(frozen=True, slots=True)
class Needs:
    """A cell is empty where another is."""

    column: str
    other: str
    rule: str

    def broken(self, cells: Mapping[str, int | None]) -> bool:
        """Tell whether a customer breaks it."""
        return cells.get(self.column) is not None and cells.get(self.other) is None


@dataclass(frozen=True, slots=True)
class NotZero:
    """A cell that is known is not zero where another is above zero."""

    column: str
    other: str
    rule: str

    def broken(self, cells: Mapping[str, int | None]) -> bool:
        """Tell whether a customer breaks it."""
        return cells.get(self.column) == 0 and (cells.get(self.other) or 0) > 0


RowRule = AtMost | Needs | NotZero
"""A rule names the column it blames; `{other}` in its words stands for the other one."""


def _absent_lines() -> Iterator[RowRule]:
    for product in Product:
        limit = f"{product.value}_limit_minor"
        for column in COLUMNS:
            if column.name.startswith(product.value) and column.name != limit:
                yield Needs(column.name, limit, "empty where {other} is (no such line)")


ROW_RULES: Mapping[str, tuple[RowRule, ...]] = {
    "An external score stands with its day, and the day with its score.": (
        Needs("external_score", "external_score_on", "a score needs its day, {other}"),
        Needs("external_score_on", "external_score", "a day of a score needs {other}"),
    ),
    "An external score was known on the day of the book.": (
        AtMost("external_score_on", "as_of_on", "not after {other}"),
    ),
    "Where a line's limit is empty there is no line, so all of its columns are empty.": tuple(
        _absent_lines()
    ),
    "What is repaid by instalments is part of what is owed.": tuple(
        AtMost(
            f"{product.value}_instalment_minor",
            f"{product.value}_balance_minor",
            "at most what is owed, {other}",
        )
        for product in Product
    ),
    "A customer cannot have been inactive for longer than on book.": (
        AtMost("months_inactive", "months_on_book", "at most {other}"),
    ),
    "Debt with other lenders needs another lender.": (
        NotZero("lenders_elsewhere", "debt_elsewhere_minor", "at least 1 where {other} is"),
    ),
}
"""All rules, each group under the sentence that says it."""
