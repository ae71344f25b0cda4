"""Where a server keeps what it has: the database it is told, its own, or memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinline.adapters.cli.db import default_folder
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.app.bank.database import Database

URL_VARIABLE: Final = "TWINLINE_DATABASE_URL"
KEYRING_VARIABLE: Final = "TWINLINE_KEYRING"
CONFIGURATION: Final = "XDG_CONFIG_HOME"


@dataclass(frozen=True, slots=True)
class Place:
    """A database: the address somebody gave, empty if none, and the folder of one of our own."""

    url: str
    folder: Path


def add_database(verb: argparse.ArgumentParser) -> None:
    """Let a verb be told its database."""
    _add_url(verb)
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
    """Return the database that arguments name."""
    return Place(arguments.database, arguments.folder or default_folder())


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
