"""Where a server keeps what it has: the database it is told, its own, or memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinline.app.fault import InputFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.app.bank.database import Database

URL_VARIABLE: Final = "TWINLINE_DATABASE_URL"
KEYRING_VARIABLE: Final = "TWINLINE_KEYRING"
CONFIGURATION: Final = "XDG_CONFIG_HOME"
HOME: Final = "XDG_DATA_HOME"


@dataclass(frozen=True, slots=True)
class Place:
    """A database: the address somebody gave, empty if none, and the folder of one of our own."""

    url: str
    folder: Path


def add_database(verb: argparse.ArgumentParser) -> None:
    """Let a verb be told its database."""
    _add_url(verb)
    add_folder(verb)


def add_folder(verb: argparse.ArgumentParser) -> None:
    """Let a verb be told the folder of a database of our own."""
    verb.add_argument(
        "--folder", type=Path, help=f"where our own database is (default: {default_folder()})"
    )


def add_place(verb: argparse.ArgumentParser) -> None:
    """Let a verb be told where a server keeps what it has, which may be memory."""
    where = verb.add_mutually_exclusive_group()
    _add_url(where)
    where.add_argument(
        "--memory",
        action="store_true",
        help="everything is in memory: for trying out, nothing outlives the server",
    )
    verb.add_argument(
        "--folder",
        type=Path,
        help=f"where our own database is (default: {default_folder()}); with --memory, where keys "
        "and the record of accesses are",
    )


def _add_url(where: argparse._ActionsContainer) -> None:
    where.add_argument(
        "--database",
        metavar="URL",
        default="",
        help=f"the database: postgresql://… (default: ${URL_VARIABLE}, else one of our own)",
    )


def place_of(arguments: argparse.Namespace) -> Place:
    """Return the database that arguments name. Raises `InputFault` where they name two."""
    if getattr(arguments, "memory", False):
        return Place("", arguments.folder or default_folder())
    return Place(arguments.database, folder_of(arguments, arguments.database))


def folder_of(arguments: argparse.Namespace, url: str = "") -> Path:
    """Return the folder of our own database.

    Raises `InputFault` where somebody has named a server too: nothing is done to the wrong one.
    """
    named = "--database" if url else URL_VARIABLE if os.environ.get(URL_VARIABLE) else ""
    if arguments.folder is not None and named:
        rule = f"{named} names another server: leave one of them out"
        raise InputFault(place="--folder", value=arguments.folder, rule=rule)
    return arguments.folder or default_folder()


def default_folder() -> Path:
    """Return where the database is if nobody says: the user's folder for data."""
    home = os.environ.get(HOME) or Path.home() / ".local" / "share"
    return Path(home) / "twinline" / "db"


def address_of(place: Place, database: Callable[[], Database]) -> str:
    """Return a book's address: the one that is named, else that of the folder's own server.

    A server that does not run is not started: whoever only reads would make an empty book of a
    folder's name that was mistyped. Raises `InputFault`.
    """
    if place.url:
        return place.url
    server = database().status(place.folder)
    if server is None:
        database().require_book(place.folder)
        rule = f"start it with `twinline db start --folder {place.folder}`, or name a book by"
        raise InputFault(place=str(place.folder), value="no server", rule=f"{rule} --database")
    return server.url


def default_keyring() -> Path:
    """Return where the keyring is if nobody says: among the user's configuration."""
    if named := os.environ.get(KEYRING_VARIABLE):
        return Path(named)
    home = os.environ.get(CONFIGURATION) or Path.home() / ".config"
    return Path(home) / "twinline" / "keyring.json"
