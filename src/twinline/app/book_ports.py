"""What the command line asks of books: requests, answers, and the ports that do the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from twinline.terms.licence import Licence

Progress = Callable[[int, int], None]
"""Told again and again how much is done, of how much."""

Columns = Mapping[str, Sequence[object]]
"""Some rows of the standard book as columns of plain values; `None` is an empty cell."""


def silent(done: int, total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """A table to turn into a standard book.

    `broken_out` names the side file of broken rows; `leave_out_broken` makes the book of the
    sound rows instead of refusing.
    """

    source: Path
    out: Path
    leave_out_broken: bool = False

    @property
    def broken_out(self) -> Path:
        """Return where the broken rows are listed: beside the book."""
        return self.out.with_name(self.out.name + ".broken.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRequest:
    """A synthetic book: how many customers, which seed, as of when, under which licence."""

    out: Path
    customers: int
    seed: int
    as_of_on: date
    licence: Licence


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRequest:
    """A book to split in two by its customers' ids: so many percent into `out`, the others."""

    book: Path
    out: Path
    rest: Path
    percent: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSummary:
    """What a book holds, for a person who has just made or checked it."""

    path: Path
    sha256: str
    rows: int
    currency: str
    as_of_on: date
    pay_later_lines: int
    cash_loan_lines: int
    outcomes_known: int
    defaulted: int
    left_out: int = 0
    broken_out: Path | None = None


class Books(Protocol):
    """The work behind `twinline book`; each call raises `Fault` for what a person can mend."""

    def import_uci(
        self, request: ImportRequest, *, as_of_on: date, progress: Progress
    ) -> BookSummary:
        """Turn the public credit-card set into a book."""

    def import_mapped(
        self, request: ImportRequest, *, mapping: Path, progress: Progress
    ) -> BookSummary:
        """Turn any table into a book, as a mapping file says."""

    def check(self, book: Path, *, progress: Progress) -> BookSummary:
        """Check every row of a book."""

    def make(
        self, request: MakeRequest, rows: Iterable[Columns], *, progress: Progress
    ) -> BookSummary:
        """Write a synthetic book from the rows of a population."""

    def split(
        self, request: SplitRequest, *, progress: Progress
    ) -> tuple[BookSummary, BookSummary]:
        """Split a book in two by its customers' ids."""

    def fetch_uci(self, out: Path, *, progress: Progress) -> Path:
        """Get the public credit-card set, verified by its checksum; return the file."""
