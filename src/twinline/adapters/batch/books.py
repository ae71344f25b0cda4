"""The work behind `twinline book`, over files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.batch import fetching
from twinline.adapters.batch.checking import check_book
from twinline.adapters.batch.importing import import_book
from twinline.adapters.batch.making import make_book
from twinline.adapters.batch.mapped import MappedLayout
from twinline.adapters.batch.mapping import read_mapping
from twinline.adapters.batch.source import open_source
from twinline.adapters.batch.splitting import split_book
from twinline.adapters.batch.uci import UciLayout
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from twinline.app.book_ports import (
        BookSummary,
        Columns,
        ImportRequest,
        MakeRequest,
        Progress,
        SplitRequest,
    )


def import_uci(request: ImportRequest, *, as_of_on: date, progress: Progress) -> BookSummary:
    """Turn the public credit-card set into a book."""
    source = open_source(request.source)
    layout = UciLayout(request.source, source.names, as_of_on)
    return import_book(request, source, layout, progress)


def import_mapped(request: ImportRequest, *, mapping: Path, progress: Progress) -> BookSummary:
    """Turn any table into a book, as a mapping file says."""
    read = read_mapping(mapping)
    if request.out.exists() and request.out.samefile(mapping):
        rule = "the mapping may not be overwritten"
        raise InputFault(place="--out", value=request.out, rule=rule)
    source = open_source(request.source, read.form)
    layout = MappedLayout(read, request.source, source.names)
    return import_book(request, source, layout, progress)


def check(book: Path, *, progress: Progress) -> BookSummary:
    """Check every row of a book."""
    return check_book(book, book.with_name(book.name + ".broken.csv"), progress)


def make(request: MakeRequest, rows: Iterable[Columns], *, progress: Progress) -> BookSummary:
    """Write a synthetic book from the rows of a population."""
    return make_book(request, rows, progress)


def split(request: SplitRequest, *, progress: Progress) -> tuple[BookSummary, BookSummary]:
    """Split a book in two by its customers' ids."""
    return split_book(request, progress)


def fetch_uci(out: Path, *, progress: Progress) -> Path:
    """Get the public credit-card set, verified by its checksum; return the file."""
    folder = os.environ.get("TWINLINE_BOOKS")
    return fetching.fetch_uci(out, Path(folder) if folder else None, progress)
