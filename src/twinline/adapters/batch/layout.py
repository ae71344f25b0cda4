"""How one kind of table becomes rows of the standard book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from twinline.adapters.batch.broken_row import Findings


class Layout(Protocol):
    """Reads the cells of one kind of table."""

    path: Path
    """The table."""
    name: str
    """What the book's metadata calls the source."""
    id_column: str
    """The source column that holds the customer's id."""
    columns: list[str]
    """The source columns that are read, each once."""

    @property
    def source_of(self) -> Mapping[str, str]:
        """Return the source column behind each column of the book that has exactly one."""

    def convert(self, cells: pa.RecordBatch, findings: Findings) -> pa.RecordBatch:
        """Return the cells as rows of the book, noting every cell that cannot be read."""


def reject_repeated(path: Path, names: list[str], used: Iterable[str]) -> None:
    """Raise `InputFault` where a column that is read stands in the table twice."""
    for name in used:
        if names.count(name) > 1:
            raise InputFault(
                place=f"{path}, header", value=name, rule="a column may stand there only once"
            )
