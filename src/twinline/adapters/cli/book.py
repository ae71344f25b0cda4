"""`twinline book`: import, check, split, make and fetch standard books."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.cli.progress import progress_bar
from twinline.app.book import DAY_GREATEST, DAY_LEAST
from twinline.app.book_ports import ImportRequest, MakeRequest, SplitRequest
from twinline.app.fault import InputFault
from twinline.kernel.money import DIGITS_BY_CURRENCY
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from twinline.adapters.cli.words import Verbs
    from twinline.app.book_ports import Books, BookSummary, Columns

UCI = "uci"
UCI_AS_OF_ON = date(2005, 9, 30)
"""The last day of the public set's latest month."""
MADE_AS_OF_ON = date(2026, 10, 31)
"""A fixed day, not today: the same command makes the same book for ever."""
CUSTOMERS_MAX = 100_000_000
PERCENT_MAX = 99


def register(
    subparsers: Verbs,
    books: Callable[[], Books],
    population: Callable[[MakeRequest], Iterable[Columns]],
) -> None:
    """Add the verbs; `books` is asked for its work only when a verb runs."""
    book = subparsers.add_parser(
        "book", help="import, check, split, make or fetch a book of customers"
    )
    verbs = book.add_subparsers(dest="verb", required=True, metavar="VERB")
    _register_import(verbs, books)
    _register_check(verbs, books)
    _register_split(verbs, books)
    _register_make(verbs, books, population)
    _register_fetch(verbs, books)


def _register_import(verbs: Verbs, books: Callable[[], Books]) -> None:
    verb = verbs.add_parser("import", help="turn a CSV or Parquet table into a book")
    verb.add_argument("layout", help="`uci`, or a mapping file (MAPPING.toml)")
    verb.add_argument("source", type=Path, help="the table")
    verb.add_argument("--out", type=Path, required=True, help="the book to write (Parquet)")
    verb.add_argument("--as-of", type=_day, help="the day the rows describe (uci: 2005-09-30)")
    verb.add_argument(
        "--leave-out-broken", action="store_true", help="make the book of the sound rows"
    )
    verb.set_defaults(run=lambda arguments: _import(arguments, books()))


def _register_check(verbs: Verbs, books: Callable[[], Books]) -> None:
    verb = verbs.add_parser("check", help="check every row of a book")
    verb.add_argument("book", type=Path)
    verb.set_defaults(run=lambda arguments: _check(arguments, books()))


def _register_split(verbs: Verbs, books: Callable[[], Books]) -> None:
    verb = verbs.add_parser(
        "split", help="split a book in two: one part to learn from, one to be judged on"
    )
    verb.add_argument("book", type=Path)
    verb.add_argument("--out", type=Path, required=True, help="the first part (Parquet)")
    verb.add_argument("--rest", type=Path, required=True, help="the other customers (Parquet)")
    verb.add_argument(
        "--percent", type=int, default=80, help="of customers in --out; default: %(default)s"
    )
    verb.add_argument(
        "--seed", type=int, default=0, help="the same puts a customer on the same side"
    )
    verb.set_defaults(run=lambda arguments: _split(arguments, books()))


def _register_make(
    verbs: Verbs,
    books: Callable[[], Books],
    population: Callable[[MakeRequest], Iterable[Columns]],
) -> None:
    verb = verbs.add_parser("make", help="make a synthetic book, the same for the same seed")
    verb.add_argument("--customers", type=int, required=True, metavar="N")
    verb.add_argument("--seed", type=int, required=True, metavar="S")
    verb.add_argument("--as-of", type=_day, default=MADE_AS_OF_ON, help="default: %(default)s")
    verb.add_argument("--licence", type=_licence, default=Licence.CONSUMER_FINANCE)
    verb.add_argument("--out", type=Path, required=True, help="the book to write (Parquet)")
    verb.set_defaults(run=lambda arguments: _make(arguments, books(), population))


def _register_fetch(verbs: Verbs, books: Callable[[], Books]) -> None:
    verb = verbs.add_parser("fetch", help="get a public set to try things on")
    verb.add_argument("name", choices=[UCI], help="uci: 30,000 credit cards, Taiwan 2005")
    verb.add_argument("--out", type=Path, required=True, help="a file or a folder")
    verb.set_defaults(run=lambda arguments: _fetch(arguments, books()))


def _import(arguments: argparse.Namespace, books: Books) -> int:
    request = ImportRequest(
        source=arguments.source,
        out=arguments.out,
        leave_out_broken=arguments.leave_out_broken,
    )
    with progress_bar("importing") as progress:
        if arguments.layout == UCI:
            as_of_on = arguments.as_of or UCI_AS_OF_ON
            summary = books.import_uci(request, as_of_on=as_of_on, progress=progress)
        elif arguments.as_of is None:
            summary = books.import_mapped(
                request, mapping=Path(arguments.layout), progress=progress
            )
        else:
            rule = "with a mapping file, the day stands there, as as_of_on"
            raise InputFault(place="--as-of", value=arguments.as_of, rule=rule)
    _print_summary(summary)
    return 0


def _check(arguments: argparse.Namespace, books: Books) -> int:
    with progress_bar("checking") as progress:
        summary = books.check(arguments.book, progress=progress)
    _print_summary(summary)
    return 0


def _split(arguments: argparse.Namespace, books: Books) -> int:
    if not 1 <= arguments.percent <= PERCENT_MAX:
        rule = f"a whole number from 1 to {PERCENT_MAX}"
        raise InputFault(place="--percent", value=arguments.percent, rule=rule)
    request = SplitRequest(
        book=arguments.book,
        out=arguments.out,
        rest=arguments.rest,
        percent=arguments.percent,
        seed=arguments.seed,
    )
    with progress_bar("splitting") as progress:
        summaries = books.split(request, progress=progress)
    for summary in summaries:
        _print_summary(summary)
    return 0


def _make(
    arguments: argparse.Namespace,
    books: Books,
    population: Callable[[MakeRequest], Iterable[Columns]],
) -> int:
    if not 1 <= arguments.customers <= CUSTOMERS_MAX:
        rule = f"a number of customers from 1 to {CUSTOMERS_MAX:,}"
        raise InputFault(place="--customers", value=arguments.customers, rule=rule)
    request = MakeRequest(
        out=arguments.out,
        customers=arguments.customers,
        seed=arguments.seed,
        as_of_on=arguments.as_of,
        licence=arguments.licence,
    )
    with progress_bar("making") as progress:
        summary = books.make(request, population(request), progress=progress)
    _print_summary(summary)
    return 0


def _fetch(arguments: argparse.Namespace, books: Books) -> int:
    with progress_bar("fetching") as progress:
        path = books.fetch_uci(arguments.out, progress=progress)
    print(f"{path}: Default of Credit Card Clients, I-Cheng Yeh 2009, CC BY 4.0, checksum right")
    print(f"  next       twinline book import uci {path} --out BOOK.parquet")
    return 0


def _print_summary(summary: BookSummary) -> None:
    """Say what a book holds, for a person."""
    digits = DIGITS_BY_CURRENCY[summary.currency]
    print(f"{summary.path}: a sound book of {summary.rows:,} customers on {summary.as_of_on}")
    print(f"  amounts    {summary.currency}, {digits} decimals, kept in minor units")
    lines = f"{summary.pay_later_lines:,} pay-later, {summary.cash_loan_lines:,} cash-loan"
    print(f"  lines      {lines}")
    if summary.outcomes_known:
        print(f"  outcome    known of {summary.outcomes_known:,}, defaulted {summary.defaulted:,}")
    else:
        print("  outcome    not known")
    print(f"  sha256     {summary.sha256[:16]}…")
    if summary.left_out:
        rows = "row" if summary.left_out == 1 else "rows"
        print(f"  left out   {summary.left_out:,} broken {rows}, listed in {summary.broken_out}")


def _licence(text: str) -> Licence:
    try:
        return Licence(text)
    except ValueError as error:
        rule = f"one of {', '.join(licence.value for licence in Licence)}"
        raise InputFault(place="--licence", value=text, rule=rule) from error


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputFault(place="--as-of", value=text, rule="a day such as 2005-09-30") from error
    if not DAY_LEAST <= day <= DAY_GREATEST:
        rule = f"a day from {DAY_LEAST} to {DAY_GREATEST}"
        raise InputFault(place="--as-of", value=text, rule=rule)
    return day
