"""Keys and accesses that last as long as the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.app.bank.access import AccessRecord, Keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twinline.app.bank.access import Access, ApiKey


class MemoryKeys(Keys):
    """Keys by their hash."""

    def __init__(self) -> None:
        """Begin without any."""
        self._keys: dict[bytes, ApiKey] = {}

    async def find(self, key_sha256: bytes) -> ApiKey | None:
        """Return the key of a hash, or None."""
        return self._keys.get(key_sha256)

    async def add(self, key: ApiKey) -> None:
        """Keep a key from now on."""
        self._keys[key.key_sha256] = key

    async def withdraw(self, client: str, _at: datetime) -> int:
        """Make all keys of a client invalid; return how many there were."""
        kept = {each: key for each, key in self._keys.items() if key.client != client}
        withdrawn, self._keys = len(self._keys) - len(kept), kept
        return withdrawn

    async def all(self) -> Sequence[ApiKey]:
        """Return the valid keys in the order they were made."""
        return tuple(self._keys.values())


class MemoryAccesses(AccessRecord):
    """Accesses in the order they came."""

    def __init__(self) -> None:
        """Begin without any."""
        self.accesses: list[Access] = []

    async def record(self, access: Access) -> None:
        """Keep an access."""
        self.accesses.append(access)
