"""Small tables for tests: the public set's form, a lender's, and rows of the standard book."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from twinline.adapters.batch.book_schema import BOOK_SCHEMA, book_schema
from twinline.adapters.batch.broken_row import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinline.adapters.batch.broken_row import Finding

ROOT = Path(__file__).parents[1]
AS_OF_ON = date(2005, 9, 30)
MONTHS = range(1, 7)

UCI_HEADER = [
    "ID", "LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE",
    *(f"PAY_{month}" for month in MONTHS),
    *(f"BILL_AMT{month}" for month in MONTHS),
    *(f"PAY_AMT{month}" for month in MONTHS),
    "default_payment_next_month",
]  # fmt: skip


def uci_row(**changes: object) -> list[object]:
    """Return a sound row of the public set, with some cells changed."""
    sound: dict[str, object] = dict.fromkeys(UCI_HEADER, 0)
    sound |= {"ID": 1, "LIMIT_BAL": 50_000, "SEX": 2, "EDUCATION": 2, "MARRIAGE": 1, "AGE": 37}
    sound |= {f"BILL_AMT{month}": 1_000 * month for month in MONTHS}
    assert changes.keys() <= sound.keys()
    return list((sound | changes).values())


def write_csv(path: Path, header: Sequence[object], rows: Sequence[Sequence[object]]) -> Path:
    """Write a table as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def book_row(**changes: object) -> dict[str, object]:
    """Return a sound row of the standard book, with some cells changed."""
    sound: dict[str, object] = dict.fromkeys(BOOK_SCHEMA.names)
    sound |= {"customer_id": "1", "as_of_on": AS_OF_ON, "currency": "CNY", "licence": "CF"}
    sound |= {"pay_later_limit_minor": 500_000, "pay_later_balance_minor": 20_000}
    assert changes.keys() <= sound.keys()
    return sound | changes


def book_batch(*rows: dict[str, object]) -> pa.RecordBatch:
    """Return rows of the book as a batch."""
    return pa.RecordBatch.from_pylist(list(rows), schema=BOOK_SCHEMA)


def write_book(path: Path, *rows: dict[str, object]) -> Path:
    """Write rows as a book without looking at them."""
    batch = book_batch(*rows).replace_schema_metadata(book_schema("test", "").metadata)
    pq.write_table(pa.Table.from_batches([batch]), path)
    return path


def found_by(
    check: Callable[[pa.RecordBatch, Findings], None], *rows: dict[str, object]
) -> list[Finding]:
    """Return what a check finds in rows of the book."""
    batch = book_batch(*rows)
    findings = Findings(range(1, len(rows) + 1), batch["customer_id"])
    check(batch, findings)
    return findings.found
