"""API keys and the record of accesses, wherever they are kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.banks import START
from tests.databases import empty
from twinline.adapters.keys.files import FileKeys
from twinline.adapters.keys.memory import MemoryKeys
from twinline.adapters.postgres.access import PostgresAccesses, PostgresKeys
from twinline.adapters.postgres.connections import ACCESSES, OWNER, Connections
from twinline.app.bank.access import Access, ApiKey, key_hash
from twinline.app.bank.command import Scope
from twinline.app.bank.store import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from twinline.app.bank.access import Keys

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "files", "postgres"])
async def keys(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Keys]:
    """Yield each kind of keys, of which there are none yet."""
    match request.param:
        case "memory":
            yield MemoryKeys()
        case "files":
            yield FileKeys(tmp_path)
        case _:
            url: str = request.getfixturevalue("book")
            empty(url)
            async with Connections(url, 1, session=OWNER) as connections:
                yield PostgresKeys(connections)


def key(text: str, client: str, *scopes: Scope) -> ApiKey:
    """Return a key as it is kept."""
    return ApiKey(
        key_sha256=key_hash(text), client=client, scopes=frozenset(scopes), made_at=START
    )


async def test_a_key_is_found_by_its_hash_until_it_is_withdrawn(keys: Keys) -> None:
    """All keys of a client are withdrawn at once, nobody else's, and a new one may come."""
    mine = [key("a", "shop", Scope.PURCHASES), key("b", "shop", *Scope)]
    other = key("c", "desk", Scope.READING)
    for each in (*mine, other):
        await keys.add(each)
    assert await keys.all() == (*mine, other)
    assert await keys.find(key_hash("b")) == mine[1]
    assert await keys.find(key_hash("d")) is None

    assert await keys.withdraw("shop", START) == 2
    assert await keys.withdraw("shop", START) == 0
    assert await keys.find(key_hash("b")) is None
    await keys.add(key("e", "shop"))
    assert [each.client for each in await keys.all()] == ["desk", "shop"]


async def test_every_access_is_kept_as_it_was(book: str) -> None:
    """Many at once are written together, none is lost, and each is as it was said."""
    empty(book)
    first = Access(
        at=START,
        request_id="r",
        client="shop",
        command="draw",
        customer_id="C1",
        status=422,
        reason="joint_headroom",
    )
    asked = [
        replace(first, request_id=f"r{number}", at=START + timedelta(seconds=number))
        for number in range(40)
    ]
    async with Connections(book, 1, session=ACCESSES) as connections:
        accesses = PostgresAccesses(connections)
        await asyncio.gather(*map(accesses.record, asked))
        assert await accesses.all() == tuple(asked)


async def test_whoever_is_not_recorded_hears_of_it() -> None:
    """Where the database is away, each of those written together is told."""
    access = Access(at=START, request_id="r", client="", command="", customer_id="", status=200)
    async with Connections("postgresql://127.0.0.1:1/none", 1) as connections:
        accesses = PostgresAccesses(connections)
        said = await asyncio.gather(
            *(accesses.record(access) for _ in range(3)), return_exceptions=True
        )
    assert [type(each) for each in said] == [Unavailable] * 3
