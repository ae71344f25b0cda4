"""`twinline keyring`: the keys that seal personal data, made and rotated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from twinline.adapters.cli.place import KEYRING_VARIABLE, add_database, default_keyring, place_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.adapters.cli.place import Place
    from twinline.adapters.cli.words import Verbs


class Rotated(NamedTuple):
    """The master key that wraps from now on, and how many data keys it took over."""

    master: str
    wrapped: int


class Keyrings(Protocol):
    """What makes and rotates keyrings. Everything raises `InputFault`."""

    def make(self, path: Path) -> None:
        """Make new keys in a new file."""
        ...

    def rotate(self, path: Path, place: Place) -> Rotated:
        """Add a master key to a file, and put every data key of a database under it."""
        ...


def register(subparsers: Verbs, keyrings: Callable[[], Keyrings]) -> None:
    """Add the verbs; `keyrings` is asked for only when one runs."""
    group = subparsers.add_parser("keyring", help="make and rotate the keys of personal data")
    verbs = group.add_subparsers(dest="verb", required=True, metavar="VERB")

    verb = verbs.add_parser("make", help="make new keys in a new file, for a new book")
    add_keyring(verb)
    verb.set_defaults(run=lambda given: _make(given, keyrings()))

    verb = verbs.add_parser("rotate", help="put all personal data under a new master key")
    add_keyring(verb)
    add_database(verb)
    verb.set_defaults(run=lambda given: _rotate(given, keyrings()))


def add_keyring(verb: argparse.ArgumentParser) -> None:
    """Let a verb be told where the keys of personal data are."""
    verb.add_argument(
        "--keyring",
        type=Path,
        default=default_keyring(),
        help="the file of the keys that seal personal data; keep it apart from the database and "
        f"its backups (default: ${KEYRING_VARIABLE}, else %(default)s)",
    )


def _make(given: argparse.Namespace, keyrings: Keyrings) -> int:
    keyrings.make(given.keyring)
    print(f"made {given.keyring}: keep a copy, never with a backup")
    return 0


def _rotate(given: argparse.Namespace, keyrings: Keyrings) -> int:
    rotated = keyrings.rotate(given.keyring, place_of(given))
    keys = "data key" if rotated.wrapped == 1 else "data keys"
    print(f"{rotated.wrapped} {keys} under {rotated.master} now, and every new one")
    print("keep the old master keys for as long as a backup from before is kept")
    return 0
