"""`twinline db`: the bank's database, started, stopped, looked at, backed up, restored."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from twinline.adapters.cli.place import URL_VARIABLE, add_folder, default_folder, folder_of
from twinline.adapters.cli.words import moment

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.adapters.cli.words import Verbs
    from twinline.app.bank.database import Database, Server

NOT_RUNNING: Final = 3


def register(subparsers: Verbs, database: Callable[[], Database]) -> None:
    """Add the verbs; `database` is asked for only when one runs."""
    group = subparsers.add_parser(
        "db",
        help="start, stop, back up or restore the bank's database",
        description=f"A server of our own in a folder, or the one that ${URL_VARIABLE} names, "
        "which is never started or stopped.",
    )
    verbs = group.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add_start(verbs, database)
    _add_stop(verbs, database)
    _add_status(verbs, database)
    _add_migrate(verbs, database)
    _add_backup(verbs, database)
    _add_restore(verbs, database)


def _verb(verbs: Verbs, name: str, meaning: str) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=meaning)
    add_folder(verb)
    return verb


def _add_start(verbs: Verbs, database: Callable[[], Database]) -> None:
    verb = _verb(verbs, "start", "start the server, made if there is none, with the bank's book")
    verb.add_argument(
        "--archive", type=Path, help="keep its log in this folder, for a restore to any moment"
    )
    verb.set_defaults(run=lambda arguments: _start(arguments, database()))


def _start(arguments: argparse.Namespace, database: Database) -> int:
    server = database.start(folder_of(arguments), archive=arguments.archive)
    print(_said(server, "started" if server.started else "runs already"))
    return 0


def _add_stop(verbs: Verbs, database: Callable[[], Database]) -> None:
    verb = _verb(verbs, "stop", "stop the server; what is being posted is done first")
    verb.set_defaults(run=lambda arguments: _stop(arguments, database()))


def _stop(arguments: argparse.Namespace, database: Database) -> int:
    print("stopped" if database.stop(folder_of(arguments)) else "it did not run")
    return 0


def _add_status(verbs: Verbs, database: Callable[[], Database]) -> None:
    verb = _verb(
        verbs, "status", "say whether the server runs, and where (exit code 3: it does not)"
    )
    verb.add_argument("--url", action="store_true", help="print its address with the password")
    verb.set_defaults(run=lambda arguments: _status(arguments, database()))


def _status(arguments: argparse.Namespace, database: Database) -> int:
    folder = folder_of(arguments)
    server = database.status(folder)
    if server is None:
        database.require_book(folder)
        print("does not run", file=sys.stderr if arguments.url else sys.stdout)
        return NOT_RUNNING
    print(server.url if arguments.url else _said(server, "runs"))
    return 0


def _add_migrate(verbs: Verbs, database: Callable[[], Database]) -> None:
    verb = _verb(verbs, "migrate", "bring the book up to this release")
    verb.add_argument(
        "--contract",
        action="store_true",
        help="also take away what only older releases need; none may run any more",
    )
    verb.add_argument("--dry-run", action="store_true", help="try each step and undo it")
    verb.set_defaults(run=lambda arguments: _migrate(arguments, database()))


def _migrate(arguments: argparse.Namespace, database: Database) -> int:
    taken = 0
    for step in database.migrate(
        folder_of(arguments), contract=arguments.contract, dry_run=arguments.dry_run
    ):
        print(f"{step}: {'would do' if arguments.dry_run else 'done'}")
        taken += 1
    if not taken:
        print("nothing to do")
    return 0


def _add_backup(verbs: Verbs, database: Callable[[], Database]) -> None:
    verb = _verb(verbs, "backup", "copy the running server's files into a new folder")
    verb.add_argument("into", type=Path, metavar="BACKUP", help="the folder to make")
    verb.set_defaults(run=lambda arguments: _backup(arguments, database()))


def _backup(arguments: argparse.Namespace, database: Database) -> int:
    database.back_up(folder_of(arguments), arguments.into)
    print(f"backed up, and checked, in {arguments.into}")
    return 0


def _add_restore(verbs: Verbs, database: Callable[[], Database]) -> None:
    verb = _verb(verbs, "restore", "start a new server from a backup")
    verb.add_argument("backup", type=Path, metavar="BACKUP", help="what `db backup` made")
    verb.add_argument("--archive", type=Path, help="the log that was kept since")
    verb.add_argument(
        "--until",
        type=moment,
        metavar="INSTANT",
        help="no further than 2026-11-03T09:30:00+08:00, which is after the backup ended",
    )
    verb.set_defaults(run=lambda arguments: _restore(arguments, database()))


def _restore(arguments: argparse.Namespace, database: Database) -> int:
    folder = arguments.folder or default_folder()
    server = database.restore(
        folder, arguments.backup, archive=arguments.archive, until=arguments.until
    )
    print(_said(server, "restored and started"))
    return 0


def _said(server: Server, what: str) -> str:
    """Return where a server is, without its password."""
    address = urlsplit(server.url)
    where = f"{address.hostname}:{address.port}{address.path}"
    return f"{what}: PostgreSQL {server.version} at {where}"
