"""Turn a lender's table into a standard book: read, convert, check, and write it whole or not."""

from __future__ import annotations

from bisect import bisect_left
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from twinline.adapters.batch.aside import reject_unwritable
from twinline.adapters.batch.book_check import BookCheck
from twinline.adapters.batch.book_file import BookReader, BookWriter
from twinline.adapters.batch.broken_row import (
    SOUND,
    TWIN,
    UNSOUND,
    BrokenRows,
    Findings,
    text_of,
)
from twinline.adapters.batch.cell import as_text
from twinline.adapters.batch.checking import summary_of
from twinline.adapters.batch.id_twice import IdsSeen
from twinline.adapters.batch.source import arrow_faults, sha256_of
from twinline.app.book_ports import silent
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinline.adapters.batch.broken_row import Finding
    from twinline.adapters.batch.layout import Layout
    from twinline.adapters.batch.source import Chunk, Source
    from twinline.app.book_ports import BookSummary, ImportRequest, Progress


def import_book(
    request: ImportRequest, source: Source, layout: Layout, progress: Progress
) -> BookSummary:
    """Import a table; raises `BrokenRowsFault` unless broken rows are to be left out.

    The book is written aside while the rows are read. Broken rows go to the side file, all of
    them; only then is it known whether there will be a book.
    """
    for written in (request.out, request.broken_out):
        reject_unwritable(written)
        if written.exists() and written.samefile(request.source):
            rule = "the table it is made from may not be overwritten"
            raise InputFault(place="--out", value=written, rule=rule)
    digest = sha256_of(request.source)
    with BrokenRows(request.broken_out) as broken, ExitStack() as stack:
        book = stack.enter_context(
            BookWriter(request.out, source=layout.name, source_sha256=digest)
        )
        source.reject_unreadable(layout.columns, layout.id_column)
        ids, check = IdsSeen(), BookCheck()
        for chunk in source.chunks(layout.columns, progress):
            ids.add(as_text(chunk.cells[layout.id_column]))
            book.write(_sound_rows(chunk, layout, check, broken))
        _note_twins(source, layout, ids, broken)
        if broken.count and not request.leave_out_broken:
            broken.keep()
            raise broken.fault(request.source)
        if broken.state.count(TWIN):
            book.finish()
            book = stack.enter_context(_without_twins(request, book, broken))
        if not book.rows:
            broken.keep()
            rule = "a book needs a sound row"
            raise InputFault(place=str(request.source), value="no rows", rule=rule)
        broken.keep()
        book.keep()
    listed_in = request.broken_out if broken.count else None
    summary = summary_of(BookReader(request.out))
    return replace(summary, left_out=broken.count, broken_out=listed_in)


def _sound_rows(
    chunk: Chunk, layout: Layout, check: BookCheck, broken: BrokenRows
) -> pa.RecordBatch:
    """Return the rows of a chunk in which nothing is wrong; what is goes to the side file."""
    if chunk.rows:
        broken.saw(chunk.rows[-1])
    ids = as_text(chunk.cells[layout.id_column])
    findings = Findings(chunk.rows, ids)
    with arrow_faults(layout.path):
        rows = layout.convert(chunk.cells, findings)
    unread = list(findings.found)
    check.check(rows, findings)
    known = {(finding.row, finding.column) for finding in unread}
    checked = [_at_source(finding, chunk, layout) for finding in findings.found[len(unread) :]]
    fresh = [finding for finding in checked if (finding.row, finding.column) not in known]
    broken.write([*chunk.ragged, *unread, *fresh])
    return rows.filter(findings.sound()) if findings.found else rows


def _at_source(finding: Finding, chunk: Chunk, layout: Layout) -> Finding:
    """Return a finding of the book as one of the table it came from, where a column did."""
    column = layout.source_of.get(finding.column)
    if column is None:
        return finding
    index = bisect_left(chunk.rows, finding.row)
    rule = f"{finding.column}: {finding.rule}"
    return replace(finding, column=column, value=text_of(chunk.cells[column][index]), rule=rule)


def _note_twins(source: Source, layout: Layout, ids: IdsSeen, broken: BrokenRows) -> None:
    """List every row whose id stands in another row too: nobody can say which is right."""

    def reread() -> Iterator[tuple[Sequence[int], pa.Array]]:
        """Yield the ids alone."""
        for chunk in source.chunks([layout.id_column], silent):
            yield chunk.rows, as_text(chunk.cells[layout.id_column])

    for found in ids.twins(layout.id_column, reread):
        broken.write(found, TWIN)


def _without_twins(request: ImportRequest, book: BookWriter, broken: BrokenRows) -> BookWriter:
    """Return a book begun anew with the rows of `book` whose ids stand there once."""
    written = BookReader(book.part)
    states = bytes(broken.state).translate(None, delete=bytes([UNSOUND]))
    again = BookWriter(request.out, source=written.source, source_sha256=written.source_sha256)
    first = 0
    for rows in written.batches():
        own = states[first : first + rows.num_rows]
        again.write(rows.filter(pa.array([state == SOUND for state in own])))
        first += rows.num_rows
    return again
