"""Where a server keeps what it has: the database it is told, its own, or memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinline.adapters.cli.db import default_folder

if TYPE_CHECKING:
    import argparse

KEYRING_VARIABLE: Final = "TWINLINE_KEYRING"
CONFIGURATION: Final = "XDG_CONFIG_HOME"


@dataclass(frozen=True, slots=True)
class Place:
    """A database: the address somebody gave, empty if none, and the folder of one of our own."""

    url: str
    folder: Path


def add_place(verb: argparse.ArgumentParser) -> None:
    """Let a verb be told where the bank is."""
    where = verb.add_mutually_exclusive_group()
    where.add_argument(
        "--database",
        metavar="URL",
        default="",
        help="the database: postgresql://… (default: $TWINLINE_DATABASE_URL, else one of our own)",
    )
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


def place_of(arguments: argparse.Namespace) -> Place:
    """Return the database that arguments name."""
    return Place(arguments.database, arguments.folder or default_folder())


def default_keyring() -> Path:
    """Return where the keyring is if nobody says: among the user's configuration."""
    if named := os.environ.get(KEYRING_VARIABLE):
        return Path(named)
    home = os.environ.get(CONFIGURATION) or Path.home() / ".config"
    return Path(home) / "twinline" / "keyring.json"
