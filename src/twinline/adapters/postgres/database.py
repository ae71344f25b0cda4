"""A book's server: named by TWINLINE_DATABASE_URL, or our own in a folder."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg

from twinline.adapters.postgres import backup as backups
from twinline.adapters.postgres.address import AddressFault, reason
from twinline.adapters.postgres.binaries import find_binaries
from twinline.adapters.postgres.launcher import Launcher
from twinline.adapters.postgres.migrate import Phase, make_book, migrate, pending, steps
from twinline.app.bank.database import Database, NoBookFault, Server
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

NAMED: Final = "TWINLINE_DATABASE_URL"
PRODUCTION: Final = "TWINLINE_PRODUCTION"
VERSION_DIGITS: Final = 10_000


class PostgresDatabase(Database):
    """The database that an environment asks for.

    In production (TWINLINE_PRODUCTION=1) the wheel's server is refused.
    """

    def __init__(self, environment: Mapping[str, str], *, url: str = "") -> None:
        """Take what the environment says; an address that was given goes before its own."""
        self._named = url or environment.get(NAMED, "")
        self._named_by = "--database" if url else NAMED
        self._wheel = environment.get(PRODUCTION, "") in ("", "0")

    @property
    def is_named(self) -> bool:
        """Whether somebody named a server."""
        return bool(self._named)

    def require_book(self, folder: Path) -> None:
        """Refuse a folder without a book, unless somebody named a server."""
        if not self._named and not self._launcher(folder).made:
            raise NoBookFault(folder)

    @contextmanager
    def serving(self, folder: Path) -> Iterator[Server]:
        """Yield the server with a book of this release; in the end stop what was started."""
        if self._named:
            server = self._named_server()
            _require_book(server.url)
        else:
            server = self.start(folder)
        try:
            yield server
        finally:
            if server.started:
                self.stop(folder)

    def start(self, folder: Path, *, archive: Path | None = None) -> Server:
        """Return the running server with a book of this release in it."""
        if self._named:
            if archive is not None:
                rule = f"{NAMED} is set: that server keeps its own archive"
                raise InputFault(place="--archive", value=archive, rule=rule)
            server = self._named_server()
        else:
            launcher = self._launcher(folder)
            goes_on = launcher.is_recovering
            server = launcher.start(self._archiving(launcher, archive))
            if goes_on:
                backups.wait_until_replayed(server.url)
        if not make_book(server.url):
            for _ in migrate(server.url):
                pass
        return server

    def stop(self, folder: Path) -> bool:
        """Stop the folder's own server; return whether it ran."""
        if self._named:
            rule = f"{NAMED} is set: that server is not ours to stop"
            raise InputFault(place="stop", value=folder, rule=rule)
        self.require_book(folder)
        return self._launcher(folder).stop()

    def status(self, folder: Path) -> Server | None:
        """Return the server if it runs."""
        return self._named_server() if self._named else self._launcher(folder).status()

    def back_up(self, folder: Path, into: Path) -> None:
        """Copy a running server's files, as of one moment, into a new folder."""
        server = self._running(folder)
        programs = find_binaries(version=server.version, wheel=self._wheel)
        backups.back_up(server.url, programs, into)
        if not self._named:
            self._launcher(folder).copy_password(into)

    def restore(
        self, folder: Path, backup: Path, *, archive: Path | None, until: datetime | None
    ) -> Server:
        """Return a server in a new folder, started from a backup."""
        launcher = self._launcher(folder)
        return backups.restore(launcher, backup, archive=archive, until=until)

    def migrate(self, folder: Path, *, contract: bool, dry_run: bool) -> Iterator[str]:
        """Take the steps to this release that are left; yield what each is called, once done."""
        for step in migrate(self._running(folder).url, contract=contract, dry_run=dry_run):
            yield str(step)

    def _launcher(self, folder: Path) -> Launcher:
        return Launcher(folder, wheel=self._wheel)

    def _running(self, folder: Path) -> Server:
        self.require_book(folder)
        server = self.status(folder)
        if server is None:
            rule = f"start it with `twinline db start --folder {folder}`"
            raise InputFault(place=str(folder), value="no server", rule=rule)
        return server

    def _named_server(self) -> Server:
        try:
            with psycopg.connect(self._named) as connection:
                version = connection.info.server_version // VERSION_DIGITS
        except psycopg.ProgrammingError:
            raise AddressFault(self._named_by) from None
        except psycopg.OperationalError as error:
            rule = "must name a server that runs and lets its user in"
            raise InputFault(place=self._named_by, value=reason(error), rule=rule) from error
        return Server(self._named, version, started=False)

    @staticmethod
    def _archiving(launcher: Launcher, archive: Path | None) -> Mapping[str, str]:
        kept = launcher.archive()
        if archive is not None and archive.absolute() != kept:
            if launcher.status() is not None:
                rule = "the server runs without it: stop it first"
                raise InputFault(place="--archive", value=archive, rule=rule)
            kept = archive
        if kept is None:
            return {}
        settings = backups.archiving(launcher, kept)
        launcher.remember_archive(kept)  # not before it will do: it is asked for at each start
        return settings


def _require_book(url: str) -> None:
    """Refuse a database that a service of this release cannot use yet."""
    try:
        left = pending(url, steps(), (Phase.EXPAND,))
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        rule = f"has to be made: {NAMED}=… twinline db start, as a user who may make roles"
        raise InputFault(place="database", value="no book", rule=rule) from None
    if left:
        rule = f"has to be migrated: {NAMED}=… twinline db migrate, as who made it"
        raise InputFault(place="database", value=f"without {left[0]}", rule=rule)
