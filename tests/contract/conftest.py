"""Every store there is, one test run for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.databases import empty
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.postgres.store import PostgresStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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
