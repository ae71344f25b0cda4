"""Where a page of a list ends and the next begins, as text that nobody should read into.

A request names the `cursor` that the page before gave as `next`. Where a list ends, `next` is
empty; where it goes on growing, as events do, `next` is given also when there is no more yet.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Annotated, Final

from msgspec import Meta

_CHECK_BYTES: Final = 4
_POSITION: Final = re.compile(r"[0-9]{1,18}")

Count = Annotated[int, Meta(ge=1, le=1_000, description="How many a page has at most.")]
Cursor = Annotated[
    str,
    Meta(max_length=400, description="`next` of the page before; empty for the first page."),
]


def cursor_of(listed: str, last: str) -> str:
    """Return the cursor behind the last item of a page; `listed` names the list it is of."""
    said = f"{listed}\n{last}".encode()
    return urlsafe_b64encode(sha256(said).digest()[:_CHECK_BYTES] + last.encode()).decode()


def last_of(listed: str, cursor: str) -> str | None:
    """Return the item a cursor stands behind, or None if it is no cursor of this list.

    >>> last_of("entries", cursor_of("entries", "42")), last_of("entries", "nonsense")
    ('42', None)
    """
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii"))
        last = raw[_CHECK_BYTES:].decode()
    except (ValueError, binascii.Error):
        return None
    return last if cursor_of(listed, last) == cursor else None


def position_of(listed: str, cursor: str) -> int | None:
    """Return the position a cursor stands behind, 0 without one, None if it is none of this list.

    >>> position_of("entries", cursor_of("entries", "42")), position_of("entries", "")
    (42, 0)
    """
    if not cursor:
        return 0
    last = last_of(listed, cursor) or ""
    return int(last) if _POSITION.fullmatch(last) else None
