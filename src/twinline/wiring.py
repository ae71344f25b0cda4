"""The only module that knows everything: it hands each adapter what it needs."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from twinline.adapters.cli import (
    bank,
    book,
    calc,
    db,
    decide,
    explain,
    general_ledger,
    key,
    keyring,
    load,
    monitor,
    review,
    roots,
    search,
    serve,
    strategy,
    train,
    verify,
)
from twinline.adapters.cli.place import address_of
from twinline.app.compare import Pages
from twinline.app.extra import extra
from twinline.app.fault import Fault
from twinline.sim.population import customers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from twinline.adapters.cli.general_ledger import NewTable
    from twinline.adapters.cli.keyring import Keyrings
    from twinline.adapters.cli.place import Place
    from twinline.adapters.cli.serve import Serving
    from twinline.app.bank.access import Keys
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.bulk import BulkStore
    from twinline.app.bank.clock import Clock
    from twinline.app.bank.database import Database
    from twinline.app.bank.load_ports import LoadShelf
    from twinline.app.bank.roots import Signing
    from twinline.app.bank.store import Store
    from twinline.app.book_ports import Books
    from twinline.app.monitor_ports import MonitorPage, Reports, SearchPage
    from twinline.app.review_ports import Shelf
    from twinline.app.train_ports import Cards, Train, Workshop

INPUT_FAULT = 2
OUTPUT_CLOSED = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. An interruption goes through to the caller."""
    parser = _parser()
    try:
        arguments = parser.parse_args(argv)
        if sys.stdin is None:  # closed by whoever started us: nothing to read
            sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - for good
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except Fault as fault:
        print(f"twinline: error: {fault}", file=sys.stderr)  # noqa: T201
        return INPUT_FAULT
    except BrokenPipeError:
        # Whoever read us has closed the pipe; what was asked for has been done.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OUTPUT_CLOSED
    except (PermissionError, IsADirectoryError, NotADirectoryError) as error:
        where, rule = error.filename or "a file", "must be a file, in folders"
        if isinstance(error, PermissionError):
            rule = "must be open to the user who runs this"
        reason = f"{error.strerror}: {rule}"
        print(f"twinline: error: {where}: {reason}", file=sys.stderr)  # noqa: T201
        return INPUT_FAULT
    except OSError as error:
        if error.filename is not None:
            raise
        reason = f"{error.strerror}: must be writable"
        print(f"twinline: error: standard output: {reason}", file=sys.stderr)  # noqa: T201
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INPUT_FAULT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="twinline", description="Two linked credit lines.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    book.register(commands, _books, customers)
    review.register(commands, _shelf, _pages)
    decide.register(commands, _shelf)
    explain.register(commands, _shelf)
    calc.register(commands)
    verbs = strategy.register(commands, _shelf)
    search.add_verb(verbs, _shelf, _reports, _search_page)
    train.register(commands, _shelf, _workshop, _trainer)
    monitor.register(commands, _shelf, _reports, _monitor_page)
    verify.register(commands, _bank_desk, _signing, _clock)
    roots.register(commands, _bank_book, _signing, _clock)
    serve.register(commands, _serve)
    key.register(commands, _keys, _new_key, _clock)
    keyring.register(commands, _keyrings)
    db.register(commands, _database)
    of_bank = bank.register(commands)
    load.add_verb(of_bank, load.Loading(_load_shelf, _bank_bulk, _database, _clock))
    general_ledger.add_verbs(of_bank, _bank_desk, _new_table, _clock)
    return parser


def _books() -> Books:
    from twinline.adapters.batch import books  # noqa: PLC0415 - Arrow takes long to load

    return books


def _shelf() -> Shelf:
    from twinline.adapters.batch import shelf  # noqa: PLC0415 - Arrow takes long to load

    return shelf


def _pages() -> Pages:
    from twinline.adapters.report.comparison import comparison_page  # noqa: PLC0415 - as below
    from twinline.adapters.report.review import review_page  # noqa: PLC0415 - Jinja takes long

    return Pages(review=review_page, comparison=comparison_page)


def _workshop() -> Workshop:
    from twinline.adapters.batch import workshop  # noqa: PLC0415 - Arrow takes long to load

    return workshop


def _trainer() -> tuple[Train, Cards]:
    from twinline.adapters.report.model_card import model_card  # noqa: PLC0415 - Jinja takes long

    with extra("train"):
        from twinline.app.train import train  # noqa: PLC0415 - an extra

    return train, model_card


def _reports() -> Reports:
    from twinline.adapters.batch import report_folder  # noqa: PLC0415 - as the shelf

    return report_folder


def _monitor_page() -> MonitorPage:
    from twinline.adapters.report.monitor import monitor_page  # noqa: PLC0415 - as the page

    return monitor_page


def _search_page() -> SearchPage:
    from twinline.adapters.report.search import search_page  # noqa: PLC0415 - as the page

    return search_page


def _bank_book(place: Place) -> AbstractAsyncContextManager[Store]:
    with extra("bank"):
        from twinline.adapters.postgres.store import PostgresStore  # noqa: PLC0415 - an extra

    return PostgresStore(address_of(place, _database))


@asynccontextmanager
async def _bank_desk(place: Place) -> AsyncIterator[Bank]:
    with extra("bank"):
        from twinline.bank_wiring import desk_at  # noqa: PLC0415 - an extra
    async with desk_at(address_of(place, _database)) as desk:
        yield desk


def _bank_bulk(url: str) -> AbstractAsyncContextManager[BulkStore]:
    with extra("bank"):
        from twinline.adapters.postgres.bulk import PostgresBulk  # noqa: PLC0415 - an extra

    return PostgresBulk(url)


def _load_shelf() -> LoadShelf:
    from twinline.adapters.batch import shelf  # noqa: PLC0415 - Arrow takes long to load

    return shelf


def _new_table() -> NewTable:
    from twinline.adapters.batch.new_table import new_table  # noqa: PLC0415 - one verb's

    return new_table


def _signing() -> Signing:
    with extra("bank"):
        from twinline.adapters.signing import ed25519, root_file  # noqa: PLC0415 - an extra
    from twinline.app.bank.roots import Signing  # noqa: PLC0415 - not for `--help`

    return Signing(
        roots=root_file.read_roots,
        add=root_file.append_root,
        signer=ed25519.signer_from,
        key=ed25519.key_from,
        make_keys=ed25519.make_keys,
    )


def _serve(serving: Serving) -> int:
    with extra("bank"):
        from twinline.bank_wiring import serve_bank  # noqa: PLC0415 - an extra

    return serve_bank(serving)


@asynccontextmanager
async def _keys(place: Place, in_memory: bool) -> AsyncIterator[Keys]:  # noqa: FBT001 - as asked
    from twinline.adapters.keys.files import FileKeys  # noqa: PLC0415 - one verb's

    if in_memory:
        yield FileKeys(place.folder)
        return
    with extra("bank"):
        from twinline.bank_wiring import keys_at  # noqa: PLC0415 - an extra
    async with keys_at(place) as keys:
        yield keys


def _keyrings() -> Keyrings:
    with extra("bank"):
        from twinline.bank_wiring import KeyringFiles  # noqa: PLC0415 - an extra

    return KeyringFiles()


def _new_key() -> str:
    from twinline.adapters.keys.secret import new_key  # noqa: PLC0415 - one verb's

    return new_key()


def _clock() -> Clock:
    from twinline.adapters.http.clock import SystemClock  # noqa: PLC0415 - one verb's

    return SystemClock()


def _database() -> Database:
    with extra("bank"):
        from twinline.adapters.postgres.database import PostgresDatabase  # noqa: PLC0415 - an extra

    return PostgresDatabase(os.environ)
