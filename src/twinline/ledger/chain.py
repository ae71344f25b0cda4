"""The audit chain: each entry's bytes, and how one entry holds on to the one before it.

The bytes name accounts and amounts, no person: an owner's id says nothing outside the book.
A reader without our code needs SHA-256 and JSON.
"""

from __future__ import annotations

import json
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from twinline.ledger.group import Group

VERSION: Final = "twinline-journal-1"
"""First member of every entry's bytes; a change of the form is a new version."""

_JSON: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))
_quick = msgspec.json.Encoder()
"""Writes the same of ASCII, but for the character 127, in a fraction of the time."""

_DELETE: Final = b"\x7f"


def content(group: Group) -> bytes:
    """Return a group's canonical bytes: a JSON array of its members in a fixed order, in ASCII."""
    resolves = group.resolves
    members = [
        VERSION,
        group.owner,
        group.group_id,
        group.event.value,
        group.admission.value,
        group.command_hash.hex(),
        group.value_on.isoformat(),
        group.booked_at.astimezone(UTC).isoformat(timespec="microseconds"),
        group.cause,
        None if resolves is None else [resolves.group_id, list(resolves.posted_minor)],
        [
            [transfer.debit.name, transfer.credit.name, transfer.amount_minor, transfer.pending]
            for transfer in group.transfers
        ],
    ]
    quick = _quick.encode(members)
    if quick.isascii() and _DELETE not in quick:
        return quick
    return _JSON.encode(members).encode("ascii")


def content_hash(group: Group) -> bytes:
    """Return the SHA-256 of a group's canonical bytes."""
    return sha256(content(group)).digest()


def genesis(owner: str) -> bytes:
    """Return the head of an owner's empty chain."""
    return sha256(f"{VERSION} {owner}".encode("ascii")).digest()


def chained(head: bytes, seq: int, content_sha256: bytes) -> bytes:
    """Return the chain's head after entry `seq`: SHA-256 of head, seq in 8 bytes, content hash."""
    return sha256(head + seq.to_bytes(8, "big") + content_sha256).digest()
