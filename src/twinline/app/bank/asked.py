"""What a command was asked with, as bytes that tell one request from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from twinline.app.bank.command import Request
    from twinline.app.bank.vault import Vault


def command_hash(name: str, request: Request, vault: Vault) -> bytes:
    """Return the vault's keyed hash of a command's name and its request in canonical form.

    Members stand in the order of their names and defaults are filled in, so that the spelling of
    a request does not matter, and what it asks for does. A request may name a person, and it is
    kept with what it did: so nobody without the key can find out whom by trying.
    """
    return vault.keyed(name.encode() + b"\n" + msgspec.json.encode(request, order="sorted"))
