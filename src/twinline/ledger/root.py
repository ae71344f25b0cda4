"""A root: one hash over the heads of every chain as of a moment, to be signed and kept elsewhere.

Who could rewrite a whole book could make its chains anew; a root signed before and kept out of
reach says what they were. Roots hold on to one another, so none can be left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

VERSION: Final = "twinline-root-1"
"""First in the hash and in what is signed, so that neither can be taken for anything else."""

NO_ROOT: Final = bytes(32)
"""What stands for the root before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The heads of `owners` chains, each after its last entry booked at or before `until`.

    `previous` is the SHA-256 of the statement of the root before.
    """

    until: datetime
    owners: int
    heads_sha256: bytes
    previous: bytes = NO_ROOT

    @property
    def statement(self) -> bytes:
        """The bytes that are signed: a JSON array in ASCII."""
        members = [
            VERSION,
            self.until.astimezone(UTC).isoformat(timespec="microseconds"),
            self.owners,
            self.heads_sha256.hex(),
            self.previous.hex(),
        ]
        return json.dumps(members, separators=(",", ":")).encode("ascii")

    @property
    def hash(self) -> bytes:
        """What the next root holds on to."""
        return sha256(self.statement).digest()


class Heads:
    """The hash over the heads of chains, taken in one by one in order of owner."""

    def __init__(self) -> None:
        """Begin with none."""
        self._sha256 = sha256(VERSION.encode("ascii") + b"\0")
        self._last = ""
        self.owners = 0

    def add(self, owner: str, seq: int, head: bytes) -> None:
        """Take a chain in: length and letters of its owner, `seq` in 8 bytes, its head."""
        assert owner > self._last, "owners come in order, each once"
        name = owner.encode("ascii")
        self._sha256.update(len(name).to_bytes(2, "big") + name + seq.to_bytes(8, "big") + head)
        self._last = owner
        self.owners += 1

    def root(self, until: datetime, previous: bytes) -> Root:
        """Return the root of what was taken in."""
        return Root(
            until=until,
            owners=self.owners,
            heads_sha256=self._sha256.digest(),
            previous=previous,
        )
