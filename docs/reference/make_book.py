"""Write book.md, the reference page of the standard book, from its one declaration.

Run `python docs/reference/make_book.py` after a change of src/twinline/app/book.py; a test holds
the page to what this would write.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.batch.book_check import CELL_CHECKS
from twinline.adapters.batch.book_schema import (
    BOOK_SCHEMA,
    SOURCE_KEY,
    SOURCE_SHA256_KEY,
    VERSION_KEY,
)
from twinline.app.book import (
    BOOK_VERSION,
    COLUMNS,
    DAY_GREATEST,
    DAY_LEAST,
    MONTHS,
    Kind,
)
from twinline.app.book_rules import ROW_RULES

if TYPE_CHECKING:
    from twinline.app.book import Column

PAGE = Path(__file__).with_name("book.md")
BOUNDED = {Kind.MINOR, Kind.COUNT, Kind.SCORE}

HEAD = f"""\
# The standard book, version {BOOK_VERSION}

One row per customer as of a day, in a Parquet file. This page is made by `make_book.py` from the
declaration in `src/twinline/app/book.py`; edit that.

`twinline book import` makes a book from a lender's table, `twinline book make` a synthetic one,
and `twinline book check` checks one that came from elsewhere. `twinline book split` makes two of
one: by SHA-256 of "seed:customer_id", its first eight bytes as a number modulo 100, a customer
falls on the same side in every book.

- Amounts are whole numbers of minor units (fen, cents) of the book's one currency.
- Month 1 is the latest, month {MONTHS} the earliest. A statement is that line's balance when the
  month closed, and a payment what was paid in that month.
- An empty cell means *not known*; where a line's limit is empty there is no such line, and all
  of its columns are empty.
- Columns that begin with `protected_` serve the fairness report alone: no strategy may read them.

## Columns

| column | type | empty? | what stands there | bounds |
|---|---|---|---|---|
"""


def page() -> str:
    """Return the whole page."""
    lines = [HEAD.rstrip("\n")]
    lines += [_line(column) for column in COLUMNS if not re.search("_[2-9]$", column.name)]
    lines += ["", "## What every row must keep", ""]
    lines += [f"- {_first_line(check.__doc__)}" for check in CELL_CHECKS]
    lines += [f"- {said}" for said in ROW_RULES]
    lines += [
        "- All rows have one currency and one day.",
        "- An id stands in one row only.",
        "",
        "A credit balance (below zero) is no breach, nor is a statement above the limit.",
        "",
        "## The file's metadata",
        "",
        f"`{VERSION_KEY.decode()}` is the version. `{SOURCE_KEY.decode()}` says what the book",
        f"was made from, and `{SOURCE_SHA256_KEY.decode()}` is the SHA-256 of that table,",
        "empty for a synthetic book. The same table gives the same bytes.",
    ]
    return "\n".join(lines) + "\n"


def _line(column: Column) -> str:
    """Return a column's line; months 1 to 6 share one."""
    name, about = f"`{column.name}`", column.about
    if column.name.endswith("_1"):
        name = f"`{column.name}` … `_{MONTHS}`"
        about = about.replace("month 1 (1 is the latest)", "month n").replace("month 1", "month n")
    empty = "no" if column.required else "yes"
    kind = BOOK_SCHEMA.field(column.name).type
    return f"| {name} | {kind} | {empty} | {about} | {_bounds(column)} |"


def _bounds(column: Column) -> str:
    if column.choices:
        return ", ".join(sorted(column.choices))
    if column.kind in BOUNDED:
        return f"{column.least:,} to {column.greatest:,}"
    return f"{DAY_LEAST} to {DAY_GREATEST}" if column.kind is Kind.DATE else ""


def _first_line(doc: str | None) -> str:
    assert doc is not None
    return doc.partition("\n")[0]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
