"""The system's clock, and identifiers that sort by when they were made."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS: Final = tuple(range(120, -1, -10))
_RANDOM_BYTES: Final = 10


class SystemClock:
    """What time it is here."""

    def now(self) -> datetime:
        """Return the moment, in UTC."""
        return datetime.fromtimestamp(time.time_ns() / 1e9, UTC)

    def new_id(self) -> str:
        """Return a ULID: 48 bits of milliseconds, then 80 random ones, in Crockford's base 32."""
        random = int.from_bytes(os.urandom(_RANDOM_BYTES), "big")
        return ulid(time.time_ns() // 1_000_000, random)


def ulid(milliseconds: int, random: int) -> str:
    """Return a ULID's text.

    >>> ulid(1469918176385, 0)
    '01ARYZ6S410000000000000000'
    """
    value = milliseconds << 80 | random
    return "".join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])
