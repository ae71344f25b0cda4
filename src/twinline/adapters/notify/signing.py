"""Signatures of Standard Webhooks: HMAC-SHA256 over id, timestamp and body."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode
from typing import Final

_SHOWN: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> tuple[bytes, str]:
    """Return a fresh secret, and the text that a subscriber's library takes."""
    secret = secrets.token_bytes(_BYTES)
    return secret, _SHOWN + b64encode(secret).decode()


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`, with its version."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
