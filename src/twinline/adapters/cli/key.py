"""`twinline key`: API keys made, listed and withdrawn."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from typing import TYPE_CHECKING, Final

from twinline.adapters.cli.place import add_place, place_of
from twinline.app.bank.access import ApiKey, key_hash
from twinline.app.bank.command import Scope
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

    from twinline.adapters.cli.place import Place
    from twinline.adapters.cli.words import Verbs
    from twinline.app.bank.access import Keys
    from twinline.app.bank.clock import Clock

    OpenKeys = Callable[[Place, bool], AbstractAsyncContextManager[Keys]]

_CLIENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_NOT_FOUND: Final = 1


def register(
    subparsers: Verbs,
    keys: OpenKeys,
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
        default=frozenset(Scope) - {Scope.PERSONAL_DATA},
        help=f"what it may do: {', '.join(Scope)} (default: all but {Scope.PERSONAL_DATA})",
    )
    add_place(verb)
    verb.set_defaults(
        run=lambda given: _run(_add(given, _opened(keys, given), new_key(), clock()))
    )

    verb = verbs.add_parser("list", help="list the valid keys")
    add_place(verb)
    verb.set_defaults(run=lambda given: _run(_list(_opened(keys, given))))

    verb = verbs.add_parser("withdraw", help="make all keys of a client invalid")
    verb.add_argument("client", type=_client, help="whose they are")
    add_place(verb)
    verb.set_defaults(run=lambda given: _run(_withdraw(given, _opened(keys, given), clock())))


def _opened(keys: OpenKeys, given: argparse.Namespace) -> AbstractAsyncContextManager[Keys]:
    if given.memory and given.folder is None:
        rule = "the folder that the server in memory was given"
        raise InputFault(place="--folder", value="nothing", rule=rule)
    if given.memory and not given.folder.is_dir():
        rule = "must be the one that `twinline serve --memory --folder` was given"
        raise InputFault(place=str(given.folder), value="there is no such folder", rule=rule)
    return keys(place_of(given), given.memory)


def _run(done: Coroutine[None, None, int]) -> int:
    from twinline.app.bank.store import Unavailable  # noqa: PLC0415 - not for `--help`

    try:
        return asyncio.run(done)
    except Unavailable as error:
        rule = "must be a book that runs and can be reached"
        raise InputFault(place="database", value=error, rule=rule) from error


async def _add(
    given: argparse.Namespace, opened: AbstractAsyncContextManager[Keys], key: str, clock: Clock
) -> int:
    made = ApiKey(
        key_sha256=key_hash(key), client=given.client, scopes=given.scopes, made_at=clock.now()
    )
    async with opened as keys:
        await keys.add(made)
    print(key)
    return 0


async def _list(opened: AbstractAsyncContextManager[Keys]) -> int:
    async with opened as keys:
        valid = await keys.all()
    if not valid:
        print("no valid keys", file=sys.stderr)
    for key in valid:
        made_on = key.made_at.date().isoformat()
        scopes = ",".join(sorted(key.scopes))
        print(f"{key.client}  {made_on}  {scopes}  {key.key_sha256.hex()[:8]}")
    return 0


async def _withdraw(
    given: argparse.Namespace, opened: AbstractAsyncContextManager[Keys], clock: Clock
) -> int:
    async with opened as keys:
        count = await keys.withdraw(given.client, clock.now())
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
        message = f"{text!r} is no list of scopes, such as purchases,reading: {', '.join(Scope)}"
        raise argparse.ArgumentTypeError(message) from None
