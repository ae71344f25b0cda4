"""`twinline verify`: whether a bank's book is true."""

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
from twinline.adapters.cli.words import counted
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from datetime import datetime

    from twinline.adapters.cli.bank import OpenBank
    from twinline.adapters.cli.words import Verbs
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.clock import Clock
    from twinline.app.bank.roots import Signing
    from twinline.app.bank.store import Store
    from twinline.app.bank.untrue import Untrue
    from twinline.app.bank.verify import Signed

TRUE, UNTRUE = 0, 1
MOST_SHOWN = 100


def register(
    subparsers: Verbs,
    open_bank: OpenBank,
    signing: Callable[[], Signing],
    clock: Callable[[], Clock],
) -> None:
    """Add the verb."""
    verb = subparsers.add_parser(
        "verify",
        help="read a bank's book again: does every balance, bound and chain hold",
        description="Exit code 0: the book is true; 1: it is not; 2: a fault. The bank may run.",
    )
    add_database(verb)
    verb.add_argument("--roots", type=Path, metavar="FILE", help="signed roots to hold it against")
    verb.add_argument("--key", type=Path, metavar="PEM", help="the public key that signed them")
    add_stop_lending(verb)
    verb.set_defaults(run=lambda arguments: _verify(arguments, open_bank, signing, clock()))


def _verify(
    arguments: argparse.Namespace,
    open_bank: OpenBank,
    signing: Callable[[], Signing],
    clock: Clock,
) -> int:
    signed = _signed(arguments, signing)

    async def work(bank: Bank) -> int:
        from twinline.app.bank.untrue import Untrue  # noqa: PLC0415 - not for `--help`

        found = Untrue()
        code = await _report(bank.store, clock.now() - SETTLED_AFTER, signed, found)
        if arguments.stop_lending:
            await _stop(bank, found, clock)
        return code

    return with_book(arguments, open_bank, work)


async def _stop(bank: Bank, found: Untrue, clock: Clock) -> None:
    from twinline.app.bank.untrue import VERIFIED, stop_new_use  # noqa: PLC0415 - as above

    stopped = await stop_new_use(bank, found, lambda: monitor_call(clock))
    for customer_id in stopped.customers:
        print(f"{customer_id}: no new use until its restrictions are ended")
    if stopped.lending:
        print(f"no new lending until two persons lift the stop {VERIFIED}")


def _signed(arguments: argparse.Namespace, signing: Callable[[], Signing]) -> Signed | None:
    from twinline.app.bank.verify import Signed  # noqa: PLC0415 - not for `--help`

    if arguments.roots is None and arguments.key is None:
        return None
    if arguments.roots is None or arguments.key is None:
        given, left = ("--key", "--roots") if arguments.roots is None else ("--roots", "--key")
        rule = f"needs {left} too: the roots that were signed, and the public key they are held to"
        raise InputFault(place=given, value="alone", rule=rule)
    files = signing()
    roots = files.roots(arguments.roots)
    if not roots:
        rule = "must hold the roots that `twinline roots sign` wrote"
        raise InputFault(place="--roots", value=arguments.roots, rule=rule)
    return Signed(roots=roots, key=files.key(arguments.key))


async def _report(store: Store, until: datetime, signed: Signed | None, found: Untrue) -> int:
    from twinline.app.bank.verify import verify  # noqa: PLC0415 - not for `--help`

    owners = entries = findings = 0
    with counter("owners read:") as one_more:

        def seen(_: str, read: int) -> None:
            """Count an owner and its entries."""
            nonlocal owners, entries
            owners, entries = owners + 1, entries + read
            one_more()

        async for finding in verify(store, until=until, signed=signed, seen=seen):
            findings += 1
            found.add(finding)
            if findings <= MOST_SHOWN:
                print(finding)
    if findings > MOST_SHOWN:
        print(f"… and {findings - MOST_SHOWN:,} more")
    against = f", {counted(len(signed.roots), 'signed root')}" if signed else ""
    what = counted(findings, "finding") if findings else "the book is true"
    print(f"{counted(owners, 'owner')}, {counted(entries, 'entry', 'entries')}{against}: {what}")
    return UNTRUE if findings else TRUE
