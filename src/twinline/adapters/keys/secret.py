"""A new API key: shown once, kept as a hash."""

from __future__ import annotations

import secrets
from typing import Final

PREFIX: Final = "twl_"
"""Lets scanners of leaked secrets know a key of ours."""

_BYTES: Final = 32


def new_key() -> str:
    """Return 256 random bits as the text of a key."""
    return PREFIX + secrets.token_urlsafe(_BYTES)
