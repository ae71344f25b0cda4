"""The journal: what was accepted, in the order it was, one for each owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An accepted group as the journal keeps it: its place, headroom and chain head after it."""

    seq: int
    group: Group
    headroom: Headroom
    chain: bytes
