"""Write a synthetic book from the rows of a population."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from twinline.adapters.batch.book_check import BookCheck
from twinline.adapters.batch.book_file import BookReader, BookWriter
from twinline.adapters.batch.book_schema import BOOK_SCHEMA
from twinline.adapters.batch.broken_row import Findings
from twinline.adapters.batch.checking import summary_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinline.app.book_ports import BookSummary, Columns, MakeRequest, Progress


def make_book(request: MakeRequest, rows: Iterable[Columns], progress: Progress) -> BookSummary:
    """Write the rows as they come; a population that breaks a check of the book is a bug."""
    source = f"synthetic, seed {request.seed}"
    with BookWriter(request.out, source=source, source_sha256="") as book:
        check = BookCheck()
        for columns in rows:
            batch = pa.RecordBatch.from_arrays(
                [pa.array(columns[field.name], field.type) for field in BOOK_SCHEMA],
                schema=BOOK_SCHEMA,
            )
            findings = Findings(range(book.rows + 1, book.rows + 1 + len(batch)), batch[0])
            check.check(batch, findings)
            assert not findings.found, findings.found[0]
            book.write(batch)
            progress(book.rows, request.customers)
        book.keep()
    return summary_of(BookReader(request.out))
