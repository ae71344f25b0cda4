"""What the command line asks of the database: a server of our own, its book, its backups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its address with the password, and its major release.

    `started` says that it was started now, and not found running.
    """

    url: str
    version: int
    started: bool


class NoBookFault(InputFault):
    """A folder without a book, which only what makes one may go on from."""

    def __init__(self, folder: Path) -> None:
        """Name the folder and what would make a book."""
        super().__init__(
            place=str(folder),
            value="no book",
            rule="must be a book's folder; only `twinline serve` and `twinline db start` make one",
        )


class Database(Protocol):
    """A book's server in a folder, or the one that TWINLINE_DATABASE_URL names.

    Everything raises `InputFault` where a person can put it right.
    """

    @property
    def is_named(self) -> bool:
        """Whether somebody named a server, so that it is not ours to start, stop or migrate."""
        ...

    def require_book(self, folder: Path) -> None:
        """Raise `NoBookFault` where no server is named and the folder has no book."""
        ...

    def serving(self, folder: Path) -> AbstractContextManager[Server]:
        """Yield the server with a book of this release, for as long as it is needed.

        One of our own is started, and brought up to this release, if need be; in the end it is
        stopped if it was started here. One that is named is only looked at.
        """
        ...

    def start(self, folder: Path, *, archive: Path | None = None) -> Server:
        """Return the running server with a book of this release in it.

        `archive` is where it keeps every piece of its log for a restore, from now on.
        """
        ...

    def stop(self, folder: Path) -> bool:
        """Stop the folder's own server; return whether it ran."""
        ...

    def status(self, folder: Path) -> Server | None:
        """Return the server if it runs."""
        ...

    def back_up(self, folder: Path, into: Path) -> None:
        """Copy a running server's files, as of one moment, into a new folder."""
        ...

    def restore(
        self, folder: Path, backup: Path, *, archive: Path | None, until: datetime | None
    ) -> Server:
        """Return a server in a new folder, started from a backup.

        With the archive, all that was booked later comes too, until a moment if one is named.
        """
        ...

    def migrate(self, folder: Path, *, contract: bool, dry_run: bool) -> Iterator[str]:
        """Take the steps to this release that are left; yield what each is called, once done."""
        ...
