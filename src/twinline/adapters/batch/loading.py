"""Books and reviews as rows that the bank takes in, read in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.batch.book_file import BookReader
from twinline.adapters.batch.review_folder import Decisions
from twinline.app.bank.loading import BookLine, BookRow, DecidedLine, DecidedRow
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

    import pyarrow as pa

_BOOK = (
    "customer_id",
    "licence",
    "months_on_book",
    "months_inactive",
    *(
        f"{product}_{name}_minor"
        for product in Product
        for name in ("limit", "balance", "instalment")
    ),
)
_DECIDED = (
    "customer_id",
    "segment",
    "joint_limit_minor",
    *(f"{product}_{name}" for product in Product for name in DecidedLine._fields),
)


def rows_of_book(book: Path, after: int) -> Iterator[BookRow]:
    """Yield the rows of a book behind one, in order."""
    rows = _rows(BookReader(book).batches(_BOOK), _BOOK, after)
    for number, (customer_id, licence, on_book, inactive, *cells) in enumerate(rows, after + 1):
        pay_later = None if cells[0] is None else BookLine(*cells[:3])
        cash_loan = None if cells[3] is None else BookLine(*cells[3:])
        yield BookRow(number, customer_id, licence, on_book, inactive, pay_later, cash_loan)


def rows_of_review(review: Path, after: int) -> Iterator[DecidedRow]:
    """Yield what a review decided of the rows behind one, in order."""
    count = len(DecidedLine._fields)
    for row in _rows(Decisions(review).batches(_DECIDED), _DECIDED, after):
        customer_id, segment, joint, *cells = row
        pay_later, cash_loan = DecidedLine(*cells[:count]), DecidedLine(*cells[count:])
        yield DecidedRow(customer_id, segment, joint, pay_later, cash_loan)


def _rows(
    batches: Iterator[pa.RecordBatch], names: Sequence[str], after: int
) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of the rows behind one, of the columns named."""
    for batch in batches:
        if after < batch.num_rows:
            wanted = batch.slice(after)
            yield from zip(*(wanted[name].to_pylist() for name in names), strict=True)
        after = max(0, after - batch.num_rows)
