"""`twinline bank trial-balance | export`: a bank's book for the general ledger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.cli.bank import (
    SETTLED_AFTER,
    add_stop_lending,
    monitor_call,
    with_book,
)
from twinline.adapters.cli.place import add_database
from twinline.adapters.cli.progress import counter
from twinline.adapters.cli.words import day, moment
from twinline.app.fault import InputFault
from twinline.kernel.money import format_money

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from twinline.adapters.cli.bank import OpenBank
    from twinline.adapters.cli.words import Verbs
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.clock import Clock
    from twinline.app.bank.trial_balance import Foot, Total

    NewTable = Callable[
        [Path, Sequence[str]], AbstractContextManager[Callable[[Sequence[str]], None]]
    ]
    """A new file with a head, in its place once it is whole; yields what adds a row."""

EVEN, UNEVEN = 0, 1
HEAD = ("", "account", "licence", "funder", "debit", "credit", "pending")
WORDS = 4
"""How many columns of a trial balance are words; the others are amounts."""


def add_verbs(
    verbs: Verbs,
    open_bank: OpenBank,
    new_table: Callable[[], NewTable],
    clock: Callable[[], Clock],
) -> None:
    """Add both verbs to those of a bank's book."""
    balance = verbs.add_parser(
        "trial-balance",
        help="add up all accounts by kind: debits equal credits",
        description="As of one moment, while the bank runs. Limits know only when they were "
        "booked. Exit code 0: it sums to zero; 1: it does not, so run `twinline verify`; 2: a "
        "fault.",
    )
    add_database(balance)
    _add_booked_until(balance, "now")
    balance.add_argument(
        "--value-until", type=day, metavar="DAY", help="as counted by this day, itself included"
    )
    add_stop_lending(balance)
    balance.set_defaults(run=lambda arguments: _balance(arguments, open_bank, clock()))
    export = verbs.add_parser(
        "export",
        help="write the journal to a new CSV file, one row for each movement of an account",
        description="Exports whose spans of booking follow one another hold every row once. The "
        "bank may run.",
    )
    add_database(export)
    export.add_argument("--out", type=Path, required=True, metavar="CSV", help="the file to make")
    export.add_argument(
        "--booked-after", type=moment, metavar="INSTANT", help="where an earlier export ended"
    )
    _add_booked_until(export, "a minute ago")
    export.set_defaults(
        run=lambda arguments: _export(arguments, open_bank, new_table(), clock().now())
    )


def _add_booked_until(verb: argparse.ArgumentParser, default: str) -> None:
    verb.add_argument(
        "--booked-until",
        type=moment,
        metavar="INSTANT",
        help=f"as booked by then, itself included: 2026-11-03T09:30:00+08:00 (default: {default})",
    )


def _balance(arguments: argparse.Namespace, open_bank: OpenBank, clock: Clock) -> int:
    from twinline.app.bank.trial_balance import footed, trial_balance  # noqa: PLC0415 - as below
    from twinline.app.bank.untrue import BALANCED, stop_lending  # noqa: PLC0415 - as below

    async def work(bank: Bank) -> int:
        totals = await trial_balance(
            bank.store, booked_until=arguments.booked_until, value_until=arguments.value_until
        )
        uneven = _told(totals, footed(totals))
        if uneven and arguments.stop_lending:
            seen = "parts_uneven", uneven
            await stop_lending(bank, BALANCED, seen, monitor_call(clock))
            print(f"no new lending until two persons lift the stop {BALANCED}")
        return UNEVEN if uneven else EVEN

    return with_book(arguments, open_bank, work)


def _told(totals: Sequence[Total], feet: Sequence[Foot]) -> int:
    """Print a trial balance; return how many of its parts do not sum to zero."""
    if not totals:
        print("no account has moved")
    else:
        _print_table([HEAD, *map(_line, totals)])
    for foot in feet:
        print(_said(foot))
    return sum(not foot.is_even for foot in feet)


def _line(total: Total) -> tuple[str, ...]:
    minor = total.debit_minor, total.credit_minor, total.pending_minor
    amounts = (_amount(each, total.currency) if each else "" for each in minor)
    return total.currency, total.kind.value, total.licence, total.funder, *amounts


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.ljust(width) if place < WORDS else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())


def _said(foot: Foot) -> str:
    currency = foot.currency
    debits, credits_ = _amount(foot.debit_minor, currency), _amount(foot.credit_minor, currency)
    head = f"{currency}, {foot.part}: debits {debits}, credits {credits_}"
    if foot.is_even:
        return f"{head}: sums to zero"
    apart = _amount(foot.debit_minor - foot.credit_minor, currency)
    return f"{head}: {apart} apart, {_amount(foot.pending_minor, currency)} pending"


def _amount(minor: int, currency: str) -> str:
    return format_money(minor, currency, grouped=True)


def _export(
    arguments: argparse.Namespace, open_bank: OpenBank, new_table: NewTable, now: datetime
) -> int:
    from twinline.app.bank.export import COLUMNS, journal_rows  # noqa: PLC0415 - not for `--help`

    after, until = _span(arguments, now - SETTLED_AFTER)

    async def work(bank: Bank) -> int:
        written = 0
        with new_table(arguments.out, COLUMNS) as add, counter("rows written:") as one_more:
            async for row in journal_rows(bank.store, booked_after=after, booked_until=until):
                add(row)
                one_more()
                written += 1
        return written

    written = with_book(arguments, open_bank, work)
    print(f"{arguments.out}: {written:,} rows, booked until {until.isoformat()}")
    return 0


def _span(arguments: argparse.Namespace, settled: datetime) -> tuple[datetime | None, datetime]:
    """Return the span of booking to export, all of it at rest. Raises `InputFault`."""
    after, until = arguments.booked_after, arguments.booked_until or settled
    if until > settled:
        rule = "at least a minute ago: what is being booked may still be on its way"
        raise InputFault(place="--booked-until", value=until.isoformat(), rule=rule)
    if after is not None and after >= until:
        rule = f"before the end of the span, {until.isoformat()}"
        raise InputFault(place="--booked-after", value=after.isoformat(), rule=rule)
    return after, until
