"""What the bank's commands work with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinline.app.bank.turns import Turns

if TYPE_CHECKING:
    from twinline.app.bank.house import House
    from twinline.app.bank.identity import CardBinding, IdentityCheck
    from twinline.app.bank.register import Register
    from twinline.app.bank.store import Store
    from twinline.app.bank.underwriting import Underwriting
    from twinline.app.bank.vault import Vault
    from twinline.compliance.law import Law


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """One lender's bank: where it is kept, whom it asks, what it goes by."""

    store: Store
    register: Register
    vault: Vault
    identity: IdentityCheck
    cards: CardBinding
    law: Law
    house: House
    underwriting: Underwriting | None = None
    turns: Turns = field(default_factory=Turns)
