"""What a review needs from the shell: a book's rows, a strategy's files, a folder to write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.compare_record import ComparisonRecord
    from twinline.app.explanation import Example
    from twinline.app.review_record import ReviewRecord
    from twinline.decision.columns.reading import Features
    from twinline.decision.law import LawValues
    from twinline.decision.outcome import Outcome
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.census import Census
    from twinline.portfolio.comparison import ComparisonTally
    from twinline.portfolio.tally import Tally

Cell = int | None
Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One row of a book as a decision and its figures need it.

    `cells` are the columns the strategy reads, in its order; dates are days since 1970-01-01.
    `defaulted` is None where the outcome is not known; `groups` are the protected attributes.
    """

    number: int
    customer_id: str
    licence: str
    cells: tuple[Cell, ...]
    defaulted: bool | None
    groups: tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """All it takes to decide a book's customers: who decides, on which day, under which law.

    By `against`, where there is one, they are decided too, to hold the strategy against it.
    """

    strategy: Strategy
    decided_on: date
    laws: tuple[LawValues, ...]
    as_of_on: date
    law_known_on: date | None = None
    against: Strategy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Some customers decided, in the book's order, and what they add to the figures.

    `decisions` have the form in which the shelf keeps them; `compared` holds them against those of
    another strategy, if there is one.
    """

    rows: int
    tally: Tally
    decisions: object
    compared: ComparisonTally | None = None


Lent = tuple[int, int | None]
"""What a line is lent: its effective limit in minor units, and its price a year in ppm if any."""


@dataclass(frozen=True, slots=True)
class Priced:
    """What some customers are lent under one strategy, pay-later and cash loan, and their PD."""

    lent: Sequence[tuple[Lent, Lent]]
    pd_ppm: Sequence[int | None]


class BookSource(Protocol):
    """A sound book, opened."""

    path: Path
    rows: int

    @property
    def location(self) -> str:
        """Where the book lies, so that it is found again from anywhere on this machine."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of the book's file."""

    @property
    def currency(self) -> str:
        """The currency of all its amounts."""

    @property
    def as_of_on(self) -> date:
        """The day it describes."""

    def decided(
        self, deciding: Deciding, jobs: int | None
    ) -> AbstractContextManager[Iterator[Decided]]:
        """Decide all customers in order, in chunks of bounded size, by so many processes.

        Without a number it is for the book to say how many are worth their start. Leaving the
        context ends them.
        """

    def counted(self, deciding: Deciding, census: Census) -> Iterator[int]:
        """Decide all customers and add them to a census; yield how many have been, by chunks."""

    def priced(
        self, deciding: Deciding, others: Sequence[Strategy], drawn: Callable[[str], bool]
    ) -> Iterator[tuple[int, Sequence[Priced]]]:
        """Decide customers by a strategy and by others that read the same columns, in order.

        Only those whose id is `drawn` are. Yield how many rows of the book were read, and by each
        strategy in turn what those of them who waited to be decided are lent, often none.
        """

    def features(self, strategy: Strategy) -> Iterator[tuple[Sequence[object], Features]]:
        """Yield all customers' ids and features in order, in chunks of bounded size."""

    def customers(self, columns: Sequence[str]) -> Iterator[Sequence[Customer]]:
        """Yield all customers in order, in chunks of bounded size, for whoever looks at each."""

    def customer(self, number: int, columns: Sequence[str]) -> Customer:
        """Return the customer of a row, 1 the first."""


class DecisionSink(Protocol):
    """A review's folder being written aside; nothing is there until it is kept."""

    def write(self, decided: Decided) -> None:
        """Write the next decisions."""

    def finish(self) -> tuple[str, str]:
        """Close the decisions; return the digest of their content and the file's SHA-256."""

    def keep(self, record: ReviewRecord, files: Mapping[str, bytes]) -> None:
        """Add the record and further files, and put the folder in its place."""


class Page(Protocol):
    """The page that shows a review to a person, complete in itself."""

    def __call__(
        self,
        record: ReviewRecord,
        strategy: Strategy,
        examples: Sequence[Example],
        lang: Language,
    ) -> bytes:
        """Return the page as HTML."""


class ComparisonPage(Protocol):
    """The page that shows a comparison to a person, complete in itself."""

    def __call__(
        self, record: ComparisonRecord, new: Strategy, old: Strategy, lang: Language
    ) -> bytes:
        """Return the page as HTML."""


class DecisionSource(Protocol):
    """The decisions of a finished review."""

    rows: int

    def outcome(self, customer_id: str) -> tuple[int, Outcome] | None:
        """Return the row number and stored outcome of a customer, or None."""

    def sha256(self) -> str:
        """Return the SHA-256 of the file."""

    def comparison(self) -> Comparison:
        """Begin to hold outcomes made again against these."""


class Comparison(Protocol):
    """Decisions made again held against the stored ones, in order, byte by byte."""

    def differences(self, decided: Decided) -> Sequence[tuple[int, str]]:
        """Return row and column of each difference in the next decisions."""

    def digest(self) -> str:
        """Return the digest of all outcomes made again."""


class Shelf(Protocol):
    """Where books, strategies and reviews lie."""

    def sound_book(self, path: Path, progress: Progress) -> BookSource:
        """Open a book after checking every row of it."""

    def book(self, path: Path) -> BookSource:
        """Open a book that was checked before."""

    def path(self, text: str) -> Path:
        """Return the path that a record names."""

    def strategy_files(self, folder: Path) -> Mapping[str, bytes]:
        """Return the files of a strategy by name."""

    def law_text(self) -> str:
        """Return the table of the law that this release ships."""

    def decisions_into(self, folder: Path) -> AbstractContextManager[DecisionSink]:
        """Begin a review's folder."""

    def record(self, folder: Path) -> ReviewRecord:
        """Return the record of a finished review."""

    def decisions(self, folder: Path) -> DecisionSource:
        """Open the decisions of a finished review."""

    def altered(self, folder: Path) -> Sequence[str]:
        """Return the files of a review's folder that are gone or not as they were written.

        Decisions and strategy are held to the hashes of the record and left to whoever does so.
        """

    def comparison(self, folder: Path) -> ComparisonRecord | None:
        """Return the record of a finished review's comparison, if it was made with one."""
