"""Keys and accesses in two files of JSON lines, which only their owner may read.

Both are only ever added to: a withdrawn key leaves a line too. A running server sees a key that
another process adds or withdraws with the next request.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.app.bank.access import AccessRecord, ApiKey, Keys
from twinline.app.bank.command import Scope
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twinline.app.bank.access import Access

KEYS: Final = "keys.jsonl"
ACCESSES: Final = "accesses.jsonl"

_ONLY_OWNER: Final = 0o600


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that was made; without one, all keys of the client are withdrawn."""

    client: str
    at: datetime
    key_sha256: str = ""
    scopes: tuple[Scope, ...] = ()


class FileKeys(Keys):
    """The keys of a folder. Raises `InputFault` for a file that is not one of ours."""

    def __init__(self, folder: Path) -> None:
        """Read them."""
        self._path = folder / KEYS
        self._keys: dict[bytes, ApiKey] = {}
        self._read: tuple[int, int] | None = None
        self._refresh()

    async def find(self, key_sha256: bytes) -> ApiKey | None:
        """Return the key of a hash, or None."""
        self._refresh()
        return self._keys.get(key_sha256)

    async def add(self, key: ApiKey) -> None:
        """Keep a key from now on."""
        line = _Line(
            client=key.client,
            at=key.made_at,
            key_sha256=key.key_sha256.hex(),
            scopes=tuple(sorted(key.scopes)),
        )
        _append(self._path, msgspec.json.encode(line), durably=True)

    async def withdraw(self, client: str, at: datetime) -> int:
        """Make all keys of a client invalid; return how many there were."""
        self._refresh()
        count = sum(key.client == client for key in self._keys.values())
        if count:
            _append(self._path, msgspec.json.encode(_Line(client=client, at=at)), durably=True)
        return count

    async def all(self) -> Sequence[ApiKey]:
        """Return the valid keys in the order they were made."""
        self._refresh()
        return tuple(self._keys.values())

    def _refresh(self) -> None:
        """Read the file again if it has changed."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._keys, self._read = {}, None
            return
        read = status.st_mtime_ns, status.st_size
        if read != self._read:
            self._keys, self._read = _keys(self._path), read


def _keys(path: Path) -> dict[bytes, ApiKey]:
    keys: dict[bytes, ApiKey] = {}
    for number, text in enumerate(path.read_bytes().splitlines(), 1):
        try:
            line = msgspec.json.decode(text, type=_Line)
            key_sha256 = bytes.fromhex(line.key_sha256)
        except ValueError as fault:
            place = f"{path}, line {number}"
            raise InputFault(place=place, value=text, rule=f"a key's line ({fault})") from None
        if key_sha256:
            keys[key_sha256] = ApiKey(
                key_sha256=key_sha256,
                client=line.client,
                scopes=frozenset(line.scopes),
                made_at=line.at,
            )
        else:
            keys = {each: key for each, key in keys.items() if key.client != line.client}
    return keys


class FileAccesses(AccessRecord):
    """The accesses of a folder, one line each, in the order they were answered."""

    def __init__(self, folder: Path) -> None:
        """Go on where the file ends."""
        self._path = folder / ACCESSES

    async def record(self, access: Access) -> None:
        """Keep an access."""
        _append(self._path, msgspec.json.encode(access), durably=False)


def _append(path: Path, line: bytes, *, durably: bool) -> None:
    """Add a line in one write, so that lines of several processes do not mix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _ONLY_OWNER)
    try:
        os.write(file, line + b"\n")
        if durably:
            os.fsync(file)
    finally:
        os.close(file)
