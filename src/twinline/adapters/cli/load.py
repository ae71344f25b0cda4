"""`twinline bank load`: a reviewed book's customers, with what they owe, into the bank."""

from __future__ import annotations

import argparse
import asyncio
import gc
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twinline.adapters.cli.place import add_database, address_of, place_of
from twinline.adapters.cli.progress import progress_bar
from twinline.app.fault import InputFault
from twinline.kernel.rate import parse_decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from fractions import Fraction

    from twinline.adapters.cli.words import Verbs
    from twinline.app.bank.bulk import BulkStore
    from twinline.app.bank.clock import Clock
    from twinline.app.bank.database import Database
    from twinline.app.bank.load import Loaded, LoadRequest
    from twinline.app.bank.load_ports import LoadShelf

WEIGHT_MOST: Final = 100
_PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Loading:
    """What a load works with; each is asked for only when the verb runs."""

    shelf: Callable[[], LoadShelf]
    bulk: Callable[[str], AbstractAsyncContextManager[BulkStore]]
    database: Callable[[], Database]
    clock: Callable[[], Clock]


def add_verb(verbs: Verbs, loading: Loading) -> None:
    """Add the verb to those of a bank's book."""
    verb = verbs.add_parser(
        "load",
        help="load a reviewed book: customers, lines as decided, what is owed",
        description="A load that was ended anywhere goes on where it was; the bank may run. Loaded"
        " customers owe and repay, and cannot draw until they are opened.",
    )
    verb.add_argument("book", type=Path, help="a standard book (Parquet)")
    verb.add_argument(
        "--decisions", type=Path, required=True, metavar="FOLDER", help="what `review` wrote of it"
    )
    add_database(verb)
    verb.add_argument(
        "--funder", default="own", help="whose money the book's loans are (default: %(default)s)"
    )
    verb.add_argument(
        "--instalment-weight",
        type=_weight,
        required=True,
        metavar="W",
        help="what an instalment's principal counts for in both lines' joint limit, as the "
        "strategy weighs it: 1.5 in the standard one, 1 where it weighs none",
    )
    verb.set_defaults(run=lambda arguments: _load(arguments, loading))


def _load(arguments: argparse.Namespace, loading: Loading) -> int:
    from twinline.app.bank.load import LoadRequest  # noqa: PLC0415 - not for `--help`

    request = LoadRequest(
        book=arguments.book,
        decisions=arguments.decisions,
        funder=arguments.funder,
        weight=arguments.instalment_weight,
    )
    url = address_of(place_of(arguments), loading.database)
    with _uncollected():
        loaded = asyncio.run(_loaded(request, url, loading))
    before = loaded.rows - loaded.added
    if not loaded.added:
        print(f"already loaded: {loaded.rows:,} customers")
    elif before:
        print(f"{loaded.added:,} customers loaded, {before:,} before")
    else:
        print(f"{loaded.added:,} customers loaded")
    return 0


async def _loaded(request: LoadRequest, url: str, loading: Loading) -> Loaded:
    from twinline.app.bank.load import load  # noqa: PLC0415 - not for `--help`
    from twinline.app.bank.store import Unavailable  # noqa: PLC0415 - as above

    try:
        async with loading.bulk(url) as bulk:
            with progress_bar("loading") as progress:
                return await load(request, loading.shelf(), bulk, loading.clock(), progress)
    except Unavailable as error:
        rule = "must be a book that runs and can be reached; the same command goes on"
        raise InputFault(place="the database", value=error, rule=rule) from error


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector of cycles rest: a load makes millions of values and no cycle of them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _weight(text: str) -> Fraction:
    weight = parse_decimal(text)
    if weight is None or not 1 <= weight <= WEIGHT_MOST or (weight * _PPM).denominator != 1:
        message = f"{text!r} is not a weight from 1 to {WEIGHT_MOST} with 6 decimals at most"
        raise argparse.ArgumentTypeError(message)
    return weight
