"""The standard book: one row per customer as of a day, the same columns for every lender.

This table is the one declaration of the book. The file format, the importers, the checks, the
synthetic book and docs/reference/book.md follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum, unique

from twinline.kernel.money import DIGITS_BY_CURRENCY
from twinline.terms.licence import Licence

BOOK_VERSION = 1
MONTHS = 6
"""How many months of statements, payments and lateness a book holds; month 1 is the latest."""

MINOR_MAX = 10**15
"""The largest amount a book may hold, in minor units: ten thousand billion."""

DAY_LEAST = date(1990, 1, 1)
DAY_GREATEST = date(2199, 12, 31)
"""Days outside are slips, such as the first day a system can count or the last one."""


@unique
class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    DATE = "date"
    MINOR = "minor units"
    COUNT = "count"
    SCORE = "score"
    TRUTH = "true or false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the standard book.

    `least` and `greatest` bound what may stand there; `required` columns may not be empty;
    `choices` lists the only texts allowed. `about` is the sentence of the reference page.
    """

    name: str
    kind: Kind
    about: str
    required: bool = False
    least: int = 0
    greatest: int = MINOR_MAX
    choices: frozenset[str] = frozenset()


def _text(name: str, about: str, choices: frozenset[str] = frozenset()) -> Column:
    return Column(name=name, kind=Kind.TEXT, about=about, required=True, choices=choices)


def _minor(name: str, about: str, *, least: int = 0) -> Column:
    return Column(name=name, kind=Kind.MINOR, about=about, least=least)


def _count(name: str, about: str, greatest: int) -> Column:
    return Column(name=name, kind=Kind.COUNT, about=about, greatest=greatest)


def _line(line: str, word: str) -> tuple[Column, ...]:
    """Return the columns of one line; all are empty where the customer has no such line."""
    columns = [
        _minor(f"{line}_limit_minor", f"limit of the {word} line; empty: no such line"),
        _minor(
            f"{line}_balance_minor",
            f"owed on the {word} line, instalments included; below zero: a credit balance",
            least=-MINOR_MAX,
        ),
        _minor(
            f"{line}_instalment_minor",
            f"principal of the {word} line still to be repaid by instalments, part of the balance",
        ),
    ]
    months = range(1, MONTHS + 1)
    columns += [
        _minor(
            f"{line}_statement_minor_{month}",
            f"statement balance of the {word} line, month {month} (1 is the latest)",
            least=-MINOR_MAX,
        )
        for month in months
    ]
    columns += [
        _minor(f"{line}_payment_minor_{month}", f"paid on the {word} line in month {month}")
        for month in months
    ]
    columns += [
        _count(
            f"{line}_lateness_{month}",
            f"months past due on the {word} line at the end of month {month}, begun ones counted",
            99,
        )
        for month in months
    ]
    return tuple(columns)


COLUMNS: tuple[Column, ...] = (
    _text("customer_id", "the lender's own id of the customer, unique in the book"),
    Column(
        name="as_of_on",
        kind=Kind.DATE,
        about="the day the row describes, the same in the whole book",
        required=True,
    ),
    _text(
        "currency",
        "ISO 4217 code of all amounts, the same in the whole book",
        frozenset(DIGITS_BY_CURRENCY),
    ),
    _text(
        "licence",
        "licence of the lender: BK bank, CF consumer finance, ML micro-loan company",
        frozenset(licence.value for licence in Licence),
    ),
    *_line("pay_later", "pay-later"),
    *_line("cash_loan", "cash-loan"),
    _count("months_on_book", "months since the first line was opened", 1_200),
    _count("months_inactive", "months since the customer last used a line", 1_200),
    _minor("income_minor", "income a month, where known"),
    _minor("debt_elsewhere_minor", "total debt with other lenders, where known"),
    _count("lenders_elsewhere", "number of other lenders, where known", 1_000),
    Column(
        name="external_score",
        kind=Kind.SCORE,
        about="score of a licensed bureau, where known",
        greatest=10_000,
    ),
    Column(name="external_score_on", kind=Kind.DATE, about="the day of that score"),
    Column(name="protected_sex", kind=Kind.TEXT, about="for the fairness report alone"),
    Column(name="protected_age_band", kind=Kind.TEXT, about="for the fairness report alone"),
    Column(name="protected_marriage", kind=Kind.TEXT, about="for the fairness report alone"),
    Column(name="protected_education", kind=Kind.TEXT, about="for the fairness report alone"),
    Column(
        name="defaulted",
        kind=Kind.TRUTH,
        about="whether the customer defaulted in the months that followed, where known",
    ),
)

COLUMN_BY_NAME = {column.name: column for column in COLUMNS}
PROTECTED_PREFIX = "protected_"
"""Columns that no strategy may read; they serve the fairness report alone."""

PROTECTED_COLUMNS = tuple(
    column.name for column in COLUMNS if column.name.startswith(PROTECTED_PREFIX)
)

UNREADABLE = frozenset({"customer_id", "currency", "licence", "as_of_on", "defaulted"})
"""Columns that are no feature either: names, the frame of the decision, and the outcome."""


def readable_columns() -> frozenset[str]:
    """Return the columns a strategy's features may read."""
    return frozenset(
        column.name
        for column in COLUMNS
        if column.kind is not Kind.TEXT and column.name not in UNREADABLE
    )
