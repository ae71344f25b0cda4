"""Check every row of a book, and say what a book holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from twinline.adapters.batch.book_check import BookCheck
from twinline.adapters.batch.book_file import BookReader
from twinline.adapters.batch.broken_row import TWIN, BrokenRows, Findings
from twinline.adapters.batch.id_twice import IdsSeen
from twinline.app.book_ports import BookSummary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from twinline.app.book_ports import Progress


def check_book(path: Path, broken_out: Path, progress: Progress) -> BookSummary:
    """Check every row of a book; raises `BrokenRowsFault` once all broken rows are listed."""
    reader = BookReader(path)
    with BrokenRows(broken_out) as broken:
        ids, check = IdsSeen(), BookCheck()
        for rows, batch in _numbered(reader, None):
            findings = Findings(rows, batch["customer_id"])
            check.check(batch, findings)
            ids.add(batch["customer_id"])
            broken.saw(rows[-1])
            broken.write(findings.found)
            progress(rows[-1], reader.rows)

        def reread() -> Iterator[tuple[range, pa.Array]]:
            """Yield the ids alone."""
            for rows, batch in _numbered(reader, ["customer_id"]):
                yield rows, batch["customer_id"]

        for found in ids.twins("customer_id", reread):
            broken.write(found, TWIN)
        broken.keep()
        if broken.count:
            raise broken.fault(path)
    return summary_of(reader)


def _numbered(
    reader: BookReader, columns: list[str] | None
) -> Iterator[tuple[range, pa.RecordBatch]]:
    """Yield the book's batches with the numbers of their rows."""
    first = 1
    for batch in reader.batches(columns):
        yield range(first, first + batch.num_rows), batch
        first += batch.num_rows


def summary_of(reader: BookReader) -> BookSummary:
    """Return what a sound book holds."""
    known = dict.fromkeys(("pay_later_limit_minor", "cash_loan_limit_minor", "defaulted"), 0)
    defaulted = 0
    for batch in reader.batches(list(known)):
        for name in known:
            known[name] += len(batch) - batch[name].null_count
        defaulted += pc.sum(batch["defaulted"], min_count=0).as_py()
    return BookSummary(
        path=reader.path,
        sha256=reader.sha256,
        rows=reader.rows,
        currency=reader.currency,
        as_of_on=reader.as_of_on,
        pay_later_lines=known["pay_later_limit_minor"],
        cash_loan_lines=known["cash_loan_limit_minor"],
        outcomes_known=known["defaulted"],
        defaulted=defaulted,
    )
