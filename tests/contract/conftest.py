"""Every store there is, one test run for each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.banks import KEYRING, World, new_world
from tests.databases import empty
from twinline.adapters.memory.bulk import MemoryBulk
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.postgres.bulk import PostgresBulk
from twinline.adapters.postgres.connections import Connections
from twinline.adapters.postgres.register import PostgresRegister
from twinline.adapters.postgres.store import PostgresStore
from twinline.adapters.postgres.vault import PostgresVault

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twinline.app.bank.bulk import BulkStore
    from twinline.app.bank.store import Store


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture(params=["memory", "postgres", "postgres one by one"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Yield an empty store: each kind, and PostgreSQL by each of its two ways of posting."""
    if request.param == "memory":
        yield MemoryStore()
        return
    url: str = request.getfixturevalue("book")
    empty(url)
    async with PostgresStore(url, together=request.param == "postgres") as opened:
        yield opened


@dataclass
class Whole:
    """A whole bank, and what adds to its book in bulk; `url` is empty in memory."""

    world: World
    bulk: BulkStore
    url: str = ""


@pytest.fixture(params=["memory", "postgres"])
async def whole(request: pytest.FixtureRequest) -> AsyncIterator[Whole]:
    """Yield an empty bank of each kind."""
    world = new_world()
    if request.param == "memory":
        assert isinstance(world.bank.store, MemoryStore)
        yield Whole(world, MemoryBulk(world.bank.store))
        return
    url: str = request.getfixturevalue("book")
    empty(url)
    async with (
        PostgresStore(url) as store,
        PostgresBulk(url) as bulk,
        Connections(url, 2) as connections,
    ):
        bank = replace(
            world.bank,
            store=store,
            register=PostgresRegister(connections),
            vault=PostgresVault(connections, lambda: KEYRING),
        )
        yield Whole(World(bank), bulk, url)
