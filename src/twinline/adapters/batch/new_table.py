"""A new table as a CSV file: in its place once it is whole, and never in the place of another."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twinline.adapters.batch.aside import Aside, faults_of
from twinline.app.fault import OutputFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


@contextmanager
def new_table(path: Path, head: Sequence[str]) -> Iterator[Callable[[Sequence[str]], None]]:
    """Yield what adds a row below the head; without an error the file is kept at the end.

    Raises `OutputFault`, before any work where a file is there already.
    """
    _reject_earlier(path)
    with Aside(path) as aside:
        text = io.TextIOWrapper(aside.file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")

        def add(row: Sequence[str]) -> None:
            """Add a row."""
            with faults_of(path):
                writer.writerow(row)

        add(head)
        yield add
        with faults_of(path):
            text.flush()
        _reject_earlier(path)
        aside.keep()


def _reject_earlier(path: Path) -> None:
    if path.exists() or path.is_symlink():
        rule = "nothing is written over: name a new file"
        raise OutputFault(place=str(path), value="is there already", rule=rule)
