"""What verbs on a bank's book have in common: which book it is, and as of when it is read."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeVar

from twinline.adapters.cli.place import place_of
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from twinline.adapters.cli.place import Place
    from twinline.adapters.cli.words import Verbs
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.clock import Clock
    from twinline.app.bank.command import Call
    from twinline.app.bank.store import Store

    OpenBook = Callable[[Place], AbstractAsyncContextManager[Store]]
    OpenBank = Callable[[Place], AbstractAsyncContextManager[Bank]]
    """The same book, with all that commands on it need but the keys of personal data."""

SETTLED_AFTER: Final = timedelta(minutes=1)
"""What was booked longer ago than this has come to rest: a posting takes seconds at most."""

Given = TypeVar("Given")
Opened = TypeVar("Opened")


def register(subparsers: Verbs) -> Verbs:
    """Add the group of verbs on a bank's book; return where to add them."""
    group = subparsers.add_parser("bank", help="load a bank's book, add it up, export its journal")
    return group.add_subparsers(dest="verb", required=True, metavar="VERB")


def with_book(
    arguments: argparse.Namespace,
    open_book: Callable[[Place], AbstractAsyncContextManager[Opened]],
    work: Callable[[Opened], Awaitable[Given]],
) -> Given:
    """Return what comes of work on the book that the arguments name. Raises `InputFault`."""
    return asyncio.run(_with_book(open_book(place_of(arguments)), work))


async def _with_book(
    opened: AbstractAsyncContextManager[Opened], work: Callable[[Opened], Awaitable[Given]]
) -> Given:
    from twinline.app.bank.store import Unavailable  # noqa: PLC0415 - not for `--help`

    try:
        async with opened as book:
            return await work(book)
    except Unavailable as error:
        rule = "must be a book that runs and can be reached"
        raise InputFault(place="--database", value=error, rule=rule) from error


def add_stop_lending(verb: argparse.ArgumentParser) -> None:
    """Let a verb that looks whether a book is true protect customers where it is not."""
    verb.add_argument(
        "--stop-lending",
        action="store_true",
        help="where the book is not true, stop the new use that it bears on; persons lift it",
    )


def monitor_call(clock: Clock) -> Call:
    """Return a call by the ledger's own monitor, under a new key."""
    from twinline.app.bank.clock import business_day  # noqa: PLC0415 - not for `--help`
    from twinline.app.bank.command import Call  # noqa: PLC0415 - as above
    from twinline.app.bank.untrue import MONITOR  # noqa: PLC0415 - as above

    at, key = clock.now(), clock.new_id()
    # A day by a server's later cut-off is the same or the next, on which a stop of this one holds.
    return Call(
        client=MONITOR,
        key=key,
        command_hash=sha256(key.encode()).digest(),
        at=at,
        business_on=business_day(at),
        request_id=key,
    )
