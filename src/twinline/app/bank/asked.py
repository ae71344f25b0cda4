"""What a command was asked with, as bytes that tell one request from another."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from twinline.app.bank.command import Request


def command_hash(name: str, request: Request) -> bytes:
    """Return the SHA-256 of a command's name and its request in canonical form.

    Members stand in the order of their names and defaults are filled in, so that the spelling of
    a request does not matter, and what it asks for does.
    """
    return sha256(name.encode() + b"\n" + msgspec.json.encode(request, order="sorted")).digest()
