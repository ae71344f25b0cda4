"""What verbs on a bank's book have in common: which book it is, and as of when it is read."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from twinline.adapters.cli.place import place_of
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from twinline.adapters.cli.place import Place
    from twinline.adapters.cli.words import Verbs
    from twinline.app.bank.store import Store

    OpenBook = Callable[[Place], AbstractAsyncContextManager[Store]]

SETTLED_AFTER: Final = timedelta(minutes=1)
"""What was booked longer ago than this has come to rest: a posting takes seconds at most."""

Given = TypeVar("Given")


def register(subparsers: Verbs) -> Verbs:
    """Add the group of verbs on a bank's book; return where to add them."""
    group = subparsers.add_parser("bank", help="load a bank's book, add it up, export its journal")
    return group.add_subparsers(dest="verb", required=True, metavar="VERB")


def with_book(
    arguments: argparse.Namespace,
    open_book: OpenBook,
    work: Callable[[Store], Awaitable[Given]],
) -> Given:
    """Return what comes of work on the book that the arguments name. Raises `InputFault`."""
    return asyncio.run(_with_book(open_book(place_of(arguments)), work))


async def _with_book(
    opened: AbstractAsyncContextManager[Store], work: Callable[[Store], Awaitable[Given]]
) -> Given:
    from twinline.app.bank.store import Unavailable  # noqa: PLC0415 - not for `--help`

    try:
        async with opened as store:
            return await work(store)
    except Unavailable as error:
        rule = "must be a book that runs and can be reached"
        raise InputFault(place="--database", value=error, rule=rule) from error
