"""Who may call: API keys, and the record of what was called with them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twinline.app.bank.command import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is kept: never itself, only its SHA-256. `client` is whose it is."""

    key_sha256: bytes
    client: str
    scopes: frozenset[Scope]
    made_at: datetime


def key_hash(key: str) -> bytes:
    """Return what is kept of a key. It is 256 random bits, so a plain hash cannot be guessed."""
    return sha256(key.encode()).digest()


class Keys(Protocol):
    """The keys that are valid."""

    async def find(self, key_sha256: bytes) -> ApiKey | None:
        """Return the key of a hash, or None if there is none such, or it was withdrawn."""
        ...

    async def add(self, key: ApiKey) -> None:
        """Keep a key from now on."""
        ...

    async def withdraw(self, client: str, at: datetime) -> int:
        """Make all keys of a client invalid; return how many there were."""
        ...

    async def all(self) -> Sequence[ApiKey]:
        """Return the valid keys in the order they were made."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One request: who asked what of whom, and how it was answered. No personal data.

    `client` is empty for a caller without a valid key, `customer_id` where the command names no
    customer or somebody who is none, `command` for an address that stands for none.
    """

    at: datetime
    request_id: str
    client: str
    command: str
    customer_id: str
    status: int
    reason: str = ""


class AccessRecord(Protocol):
    """Where every access is recorded."""

    async def record(self, access: Access) -> None:
        """Keep an access."""
        ...
