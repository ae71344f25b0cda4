"""Who a person is and where their money goes: two questions that only others can answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Protocol


@unique
class Checked(StrEnum):
    """What a register or a bank says of a person."""

    MATCHES = "matches"
    DIFFERS = "differs"
    """Asked and answered: this is not so."""

    SILENT = "silent"
    """No answer in time; nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Person:
    """A person as they name themselves. Never logged, never in the ledger, never shown by repr."""

    name: str
    resident_id: str
    mobile: str
    card: str


class IdentityCheck(Protocol):
    """The register that knows whether a name belongs to a resident id (实名认证)."""

    async def real_name(self, person: Person) -> Checked:
        """Return whether name and resident id are one living person's."""
        ...


class CardBinding(Protocol):
    """The bank that knows whose card it is."""

    async def bind(self, person: Person) -> Checked:
        """Return whether the card is the person's own, with this mobile number."""
        ...
