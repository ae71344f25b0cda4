"""A book split in two by its customers' ids: one part to learn from, one to be judged on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from twinline.adapters.batch.book_file import BookReader, BookWriter
from twinline.adapters.batch.checking import check_book, summary_of
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from twinline.app.book_ports import BookSummary, Progress, SplitRequest

PERCENT = 100


def split_book(request: SplitRequest, progress: Progress) -> tuple[BookSummary, BookSummary]:
    """Write both parts, each in the book's order, or neither; the book is checked first.

    The ids are what is drawn by, so a customer falls on the same side in every book.
    """
    three = (request.book, request.out, request.rest)
    if len({path.resolve() for path in three}) < len(three):
        rule = "the book and its two parts are three files"
        raise InputFault(place="--out, --rest", value=request.out, rule=rule)
    check_book(request.book, request.book.with_name(request.book.name + ".broken.csv"), progress)
    reader = BookReader(request.book)
    named = f"{reader.source}, split {request.percent} % by seed {request.seed}"
    with (
        BookWriter(request.out, source=named, source_sha256=reader.source_sha256) as part,
        BookWriter(request.rest, source=named, source_sha256=reader.source_sha256) as rest,
    ):
        for batch in reader.batches():
            drawn = _drawn(batch["customer_id"], request)
            part.write(batch.filter(drawn))
            rest.write(batch.filter(pc.invert(drawn)))
        for written, path in ((part, request.out), (rest, request.rest)):
            if not written.rows:
                rule = f"{reader.rows:,} customers are too few to split {request.percent} %"
                raise InputFault(place=str(path), value="no customer", rule=rule)
        part.finish()
        rest.finish()
        part.keep()
        rest.keep()
    return summary_of(BookReader(request.out)), summary_of(BookReader(request.rest))


def _drawn(ids: pa.Array, request: SplitRequest) -> pa.Array:
    """Tell who belongs to the first part: SHA-256 of "seed:id", its first eight bytes mod 100."""
    return pa.array(
        [
            int.from_bytes(hashlib.sha256(f"{request.seed}:{each}".encode()).digest()[:8], "big")
            % PERCENT
            < request.percent
            for each in ids.to_pylist()
        ],
        pa.bool_(),
    )
