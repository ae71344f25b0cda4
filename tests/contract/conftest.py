"""Every store there is, one test run for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twinline.adapters.memory.store import MemoryStore

if TYPE_CHECKING:
    from twinline.app.bank.store import Store


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture(params=["memory"])
def store() -> Store:
    """Return an empty store."""
    return MemoryStore()
