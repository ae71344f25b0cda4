"""Where a page of a list ends and the next begins, as text that nobody should read into."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Annotated, Final

from msgspec import Meta

_CHECK_BYTES: Final = 4

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
