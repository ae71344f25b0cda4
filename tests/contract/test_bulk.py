"""Many customers at once: what is written is what posting one after another writes, or nothing."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
import pytest
from psycopg import sql

from tests.databases import empty
from tests.loads import BOOK, LOAD, SOME, chunk
from tests.postings import opening
from twinline.adapters.memory.bulk import MemoryBulk
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.postgres.bulk import PostgresBulk
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.bulk import Begun, LoadedMeanwhile, OwnersThere
from twinline.app.bank.verify import verify
from twinline.app.fault import InputFault
from twinline.ledger.account import HOUSE
from twinline.ledger.admission import Accepted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twinline.app.bank.bulk import BulkStore
    from twinline.app.bank.store import Store

pytestmark = pytest.mark.anyio
TABLES = ("customer", "journal", "line", "contract", "fact", "outbox", "hold", "refused")


class Kept(NamedTuple):
    """A store, and what adds to it in bulk."""

    store: Store
    bulk: BulkStore


@asynccontextmanager
async def in_postgres(url: str) -> AsyncIterator[Kept]:
    """Yield an empty book in PostgreSQL."""
    empty(url)
    async with PostgresStore(url) as store, PostgresBulk(url) as bulk:
        yield Kept(store, bulk)


@pytest.fixture(params=["memory", "postgres"])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Kept]:
    """Yield an empty book of each kind."""
    if request.param == "memory":
        store = MemoryStore()
        yield Kept(store, MemoryBulk(store))
        return
    async with in_postgres(request.getfixturevalue("book")) as opened:
        yield opened


async def everything(store: Store) -> dict[str, Any]:
    """Return all that a store says of the customers loaded, and of the house."""
    owners = [row.customer_id for row, _ in SOME]
    said: dict[str, Any] = {"owners": [owner async for owner in store.owners()]}
    for owner in (*owners, HOUSE):
        entries = list(await store.entries(owner))
        said[owner] = (
            await store.snapshot(owner),
            await store.standing(owner),
            await store.balances(owner),
            entries,
            [await store.answer(owner, entry.group.group_id) for entry in entries],
        )
    said["events"] = list(await store.events())
    return said


async def post_all(store: Store) -> None:
    """Post what the chunk holds, one after another."""
    for postings in chunk().customers:
        for posting in postings:
            assert isinstance(await store.post(posting), Accepted)


def rows_of(url: str) -> dict[str, list[Any]]:
    """Return every row of the book but for the numbers of its transactions."""
    with psycopg.connect(url, options="-c search_path=twinline") as connection:
        return {
            table: connection.execute(
                sql.SQL("SELECT to_jsonb(t) - 'xact' FROM {} AS t ORDER BY 1").format(
                    sql.Identifier(table)
                )
            ).fetchall()
            for table in TABLES
        }


async def test_bulk_writes_what_posting_writes(kept: Kept) -> None:
    """Snapshots, journals, chains, balances and answers are those of a store posted to."""
    posted = MemoryStore()
    await post_all(posted)
    await kept.bulk.begin(LOAD)
    await kept.bulk.add(chunk())

    assert await everything(kept.store) == await everything(posted)


async def test_bulk_writes_the_rows_that_posting_writes(book: str) -> None:
    """In PostgreSQL every table has the same rows, to the byte of every document."""
    async with in_postgres(book) as kept:
        await post_all(kept.store)
    posted = rows_of(book)
    async with in_postgres(book) as kept:
        await kept.bulk.begin(LOAD)
        await kept.bulk.add(chunk())

    assert rows_of(book) == posted
    assert len(posted["journal"]) == 12


async def test_a_loaded_book_is_true(kept: Kept) -> None:
    """Books, bounds, chains and contracts hold after a load."""
    await kept.bulk.begin(LOAD)
    await kept.bulk.add(chunk())

    assert [finding async for finding in verify(kept.store, until=LOAD.begun_at)] == []


async def test_the_planner_knows_what_was_loaded(book: str) -> None:
    """After a load the planner knows the size of each table without waiting for a vacuum."""
    async with in_postgres(book) as kept:
        await kept.bulk.begin(LOAD)
        await kept.bulk.add(chunk())
        await kept.bulk.settle()
    with psycopg.connect(book) as connection:
        found = connection.execute(
            "SELECT relname, reltuples FROM pg_class WHERE oid IN"
            " ('twinline.customer'::regclass, 'twinline.journal'::regclass) ORDER BY relname"
        ).fetchall()
    assert found == [("customer", len(SOME)), ("journal", 12)]


async def test_a_load_begins_once(kept: Kept) -> None:
    """Whoever begins a load again is told how it was begun, and how far it is."""
    assert await kept.bulk.begun(BOOK) is None
    assert await kept.bulk.begin(LOAD) == Begun(load=LOAD, last_row=0)
    await kept.bulk.add(chunk(1, 3))

    again = await kept.bulk.begin(replace(LOAD, terms="{}"))
    assert again == await kept.bulk.begun(BOOK) == Begun(load=LOAD, last_row=3)


async def test_a_chunk_comes_once_and_in_its_turn(kept: Kept) -> None:
    """A chunk that is there already, or comes before one that it follows, is not written."""
    await kept.bulk.begin(LOAD)
    with pytest.raises(LoadedMeanwhile, match="rows 4 to 7"):
        await kept.bulk.add(chunk(4))
    await kept.bulk.add(chunk(1, 3))
    with pytest.raises(LoadedMeanwhile, match="rows 1 to 3"):
        await kept.bulk.add(chunk(1, 3))
    await kept.bulk.add(chunk(4))

    begun = await kept.bulk.begun(BOOK)
    assert begun is not None
    assert begun.last_row == len(SOME)
    assert [owner async for owner in kept.store.customers()] == [
        row[0].customer_id for row in SOME
    ]


async def test_an_owner_who_is_there_keeps_the_chunk_out(kept: Kept) -> None:
    """Where one customer is in the bank already, nobody of the chunk is added."""
    await kept.store.post(opening("C4"))
    await kept.bulk.begin(LOAD)
    assert list(await kept.bulk.there(["C3", "C4"])) == ["C4"]
    with pytest.raises(OwnersThere) as found:
        await kept.bulk.add(chunk())

    assert found.value.owners == ("C4",)
    assert [owner async for owner in kept.store.owners()] == ["C4"]
    begun = await kept.bulk.begun(BOOK)
    assert begun is not None
    assert begun.last_row == 0


async def test_an_owner_twice_in_a_chunk_is_a_mistake_of_the_caller(book: str) -> None:
    """What is not an owner's being there is told as the database tells it."""
    twice = replace(chunk(1, 1), customers=[*chunk(1, 1).customers, *chunk(1, 1).customers])
    async with in_postgres(book) as kept:
        await kept.bulk.begin(LOAD)
        with pytest.raises(psycopg.errors.UniqueViolation):
            await kept.bulk.add(twice)


async def test_a_database_without_a_book_is_named(database_server: str) -> None:
    """Where no book is, a person is told what to do."""
    with pytest.raises(InputFault, match="must hold a bank's book of this release"):
        async with PostgresBulk(database_server):
            pass
