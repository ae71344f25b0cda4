"""`twinline key`: API keys made, listed and withdrawn."""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinline.app.bank.access import ApiKey, key_hash
from twinline.app.bank.command import Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinline.adapters.cli.words import Verbs
    from twinline.app.bank.access import Keys
    from twinline.app.bank.clock import Clock

_CLIENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_NOT_FOUND: Final = 1


def register(
    subparsers: Verbs,
    keys: Callable[[Path], Keys],
    new_key: Callable[[], str],
    clock: Callable[[], Clock],
) -> None:
    """Add the verbs; each is handed what it works with when it runs."""
    parser = subparsers.add_parser("key", help="make, list and withdraw API keys")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    verb = verbs.add_parser("add", help="make a key; it is shown this once")
    verb.add_argument("client", type=_client, help="whose it is")
    verb.add_argument(
        "--scopes",
        type=_scopes,
        default=frozenset(Scope),
        help=f"what it may do: {', '.join(Scope)} (default: everything)",
    )
    _add_folder(verb)
    verb.set_defaults(run=lambda given: _add(given, keys(given.folder), new_key(), clock()))

    verb = verbs.add_parser("list", help="list the valid keys")
    _add_folder(verb)
    verb.set_defaults(run=lambda given: _list(keys(given.folder)))

    verb = verbs.add_parser("withdraw", help="make all keys of a client invalid")
    verb.add_argument("client", type=_client, help="whose they are")
    _add_folder(verb)
    verb.set_defaults(run=lambda given: _withdraw(given, keys(given.folder), clock()))


def _add_folder(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--folder", type=Path, required=True, help="the server's folder")


def _add(given: argparse.Namespace, keys: Keys, key: str, clock: Clock) -> int:
    made = ApiKey(
        key_sha256=key_hash(key), client=given.client, scopes=given.scopes, made_at=clock.now()
    )
    asyncio.run(keys.add(made))
    print(key)
    return 0


def _list(keys: Keys) -> int:
    for key in asyncio.run(keys.all()):
        made_on = key.made_at.date().isoformat()
        scopes = ",".join(sorted(key.scopes))
        print(f"{key.client}  {made_on}  {scopes}  {key.key_sha256.hex()[:8]}")
    return 0


def _withdraw(given: argparse.Namespace, keys: Keys, clock: Clock) -> int:
    count = asyncio.run(keys.withdraw(given.client, clock.now()))
    print(f"{given.client}: {count} {'key' if count == 1 else 'keys'} withdrawn")
    return 0 if count else _NOT_FOUND


def _client(text: str) -> str:
    if not _CLIENT.fullmatch(text):
        message = f"{text!r} is not a name of letters, digits, '_', '.' and '-'"
        raise argparse.ArgumentTypeError(message)
    return text


def _scopes(text: str) -> frozenset[Scope]:
    try:
        return frozenset(Scope(each) for each in text.split(","))
    except ValueError:
        message = f"{text!r} is not of {', '.join(Scope)}, with commas between"
        raise argparse.ArgumentTypeError(message) from None
