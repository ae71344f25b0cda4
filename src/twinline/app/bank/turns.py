"""One customer's commands take turns within a process, so that none decides on what is changing.

The store keeps the truth between processes; taking turns here spares it the commands that would
have to be decided again, and lets the same request sent twice wait for its first answer.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WAIT_SECONDS: Final = 2


class Turns:
    """Who is next, by customer. Nothing is kept of a customer for whom nobody waits."""

    def __init__(self, wait_seconds: float = WAIT_SECONDS) -> None:
        """Begin with nobody waiting."""
        self._wait_seconds = wait_seconds
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, owner: str) -> AsyncIterator[None]:
        """Hold an owner's turn. Raises `TimeoutError` if it does not come in time."""
        lock, waiting = self._locks.get(owner, (asyncio.Lock(), 0))
        self._locks[owner] = lock, waiting + 1
        try:
            if waiting:
                async with asyncio.timeout(self._wait_seconds):
                    await lock.acquire()
            else:  # it is free: nothing has to be timed
                await lock.acquire()
            try:
                yield
            finally:
                lock.release()
        finally:
            lock, waiting = self._locks[owner]
            if waiting == 1:
                del self._locks[owner]
            else:
                self._locks[owner] = lock, waiting - 1

    def waiting(self, owner: str) -> int:
        """Return how many hold an owner's turn or wait for it."""
        return self._locks[owner][1] if owner in self._locks else 0
