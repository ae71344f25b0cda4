"""API keys and the record of accesses in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.postgres.gathering import Gathering
from twinline.app.bank.access import Access, AccessRecord, ApiKey, Keys
from twinline.app.bank.command import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twinline.adapters.postgres.connections import Connections
    from twinline.adapters.postgres.row import Row


class PostgresKeys(Keys):
    """The keys of a book. Every question is asked anew: a withdrawn key is so at once."""

    def __init__(self, connections: Connections) -> None:
        """Take the connections to work over; only the owner's rights add and withdraw."""
        self._connections = connections
        self._finding = Gathering(self._find_all)

    async def find(self, key_sha256: bytes) -> ApiKey | None:
        """Return the key of a hash, or None."""
        return await self._finding.ask(key_sha256)

    async def _find_all(self, hashes: Sequence[bytes]) -> Sequence[ApiKey | None]:
        rows = await self._connections.rows("find_keys", {"hashes": list(set(hashes))})
        found = {key.key_sha256: key for key in map(_key_of, rows)}
        return [found.get(key_sha256) for key_sha256 in hashes]

    async def add(self, key: ApiKey) -> None:
        """Keep a key from now on."""
        asked = {
            "key_sha256": key.key_sha256,
            "client": key.client,
            "scopes": sorted(key.scopes),
            "made_at": key.made_at,
        }
        await self._connections.rows("add_key", asked)

    async def withdraw(self, client: str, at: datetime) -> int:
        """Make all keys of a client invalid; return how many there were."""
        return len(await self._connections.rows("withdraw_keys", {"client": client, "at": at}))

    async def all(self) -> Sequence[ApiKey]:
        """Return the valid keys in the order they were made."""
        return tuple(map(_key_of, await self._connections.rows("keys")))


def _key_of(row: Row) -> ApiKey:
    key_sha256, client, scopes, made_at = row
    return ApiKey(
        key_sha256=key_sha256,
        client=client,
        scopes=frozenset(map(Scope, scopes)),
        made_at=made_at,
    )


class PostgresAccesses(AccessRecord):
    """The accesses of a book. Those that come while some are being written go together next."""

    def __init__(self, connections: Connections) -> None:
        """Take the connections to work over."""
        self._connections = connections
        self._keeping = Gathering(self._keep_all)

    async def record(self, access: Access) -> None:
        """Keep an access; return once it is kept. Raises `Unavailable`."""
        await self._keeping.ask(access)

    async def _keep_all(self, accesses: Sequence[Access]) -> Sequence[Row]:
        return await self._connections.rows("keep_accesses", _columns(accesses))

    async def all(self) -> Sequence[Access]:
        """Return every access in the order they came."""
        rows = await self._connections.rows("accesses")
        members = ("at", "request_id", "client", "command", "customer_id", "status", "reason")
        return tuple(Access(**dict(zip(members, row, strict=True))) for row in rows)


def _columns(accesses: Sequence[Access]) -> dict[str, object]:
    return {
        "at": [each.at for each in accesses],
        "request_ids": [each.request_id for each in accesses],
        "clients": [each.client for each in accesses],
        "commands": [each.command for each in accesses],
        "customers": [each.customer_id for each in accesses],
        "statuses": [each.status for each in accesses],
        "reasons": [each.reason for each in accesses],
    }
