"""What the bank's commands work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinline.app.bank.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """One lender's bank: where it is kept."""

    store: Store
