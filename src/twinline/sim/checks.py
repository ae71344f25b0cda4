"""Simulated twins of the identity register and of the banks: they answer as they are told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinline.app.bank.identity import CardBinding, Checked, IdentityCheck

if TYPE_CHECKING:
    from twinline.app.bank.identity import Person


@dataclass(slots=True)
class SimulatedIdentityCheck(IdentityCheck):
    """Every name fits its resident id, but for those that were named before."""

    otherwise: dict[str, Checked] = field(default_factory=dict)
    """What is answered instead, by resident id."""

    async def real_name(self, person: Person) -> Checked:
        """Return what is known of a resident id, else that it matches."""
        return self.otherwise.get(person.resident_id, Checked.MATCHES)


@dataclass(slots=True)
class SimulatedCardBinding(CardBinding):
    """Every card is its bearer's own, but for those that were named before."""

    otherwise: dict[str, Checked] = field(default_factory=dict)
    """What is answered instead, by card."""

    async def bind(self, person: Person) -> Checked:
        """Return what is known of a card, else that it matches."""
        return self.otherwise.get(person.card, Checked.MATCHES)
