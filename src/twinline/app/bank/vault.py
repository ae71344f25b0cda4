"""Where personal data is kept, apart from every ledger: by customer, each field sealed.

The ledger knows a customer by an id that says nothing. Who that is stands here, under a data key
of its own, so that deleting the key deletes the person from every copy and backup.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@unique
class Field(StrEnum):
    """A field of personal data."""

    NAME = "name"
    RESIDENT_ID = "resident_id"
    MOBILE = "mobile"
    CARD = "card"
    APPLICATION = "application"
    """The id of the application these were checked for last. It is forgotten with the person."""


@unique
class Index(StrEnum):
    """A field by whose exact value a customer can be found, through a keyed hash of it."""

    RESIDENT_ID = "resident_id"
    MOBILE = "mobile"
    CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """That somebody read a person's data: who, when, what for, and which fields whole."""

    reader: str
    at: datetime
    purpose: str
    whole: tuple[Field, ...] = ()


class NoPersonalDataError(LookupError):
    """A customer whose data key was deleted, or who never had any."""

    def __init__(self, customer_id: str) -> None:
        """Name the customer."""
        super().__init__(f"customer {customer_id}: no personal data is kept, or none any more")


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A customer's data key as it is stored, and the name of the master key that wraps it."""

    master: str
    sealed: bytes


class Sealing(Protocol):
    """The lender's own keys at work: they wrap and use data keys, and blind what is found."""

    @property
    def current(self) -> str:
        """The master key that wraps new data keys."""
        ...

    def new_data_key(self, customer_id: str) -> WrappedKey:
        """Return a fresh data key, wrapped."""
        ...

    def rewrapped(self, customer_id: str, wrapped: WrappedKey) -> WrappedKey:
        """Return the same data key under the current master key."""
        ...

    def seal(self, customer_id: str, wrapped: WrappedKey, field: Field, text: str) -> bytes:
        """Return a field's text sealed for its customer."""
        ...

    def open(self, customer_id: str, wrapped: WrappedKey, field: Field, sealed: bytes) -> str:
        """Return what was sealed."""
        ...

    def blind(self, index: Index, text: str) -> bytes:
        """Return the keyed hash by which an exact text is found."""
        ...

    def keyed(self, said: bytes) -> bytes:
        """Return the keyed hash of what was said to the bank."""
        ...

    def mark(self) -> bytes:
        """Return what tells these keys from any others, and tells nothing else of them."""
        ...


class Vault(Protocol):
    """Personal data by customer. Safe under any concurrency."""

    def keyed(self, said: bytes) -> bytes:
        """Return a hash of what was said to the bank, which may name people.

        Without the key nobody can try out who it was about; the same gives the same for ever.
        """
        ...

    async def enrol(self, customer_id: str, fields: Mapping[Field, str]) -> str:
        """Keep a person's fields and return the customer's id.

        That is `customer_id`, unless a customer with this resident id is known: then it is that
        one, and what is kept of them stays as it is.
        """
        ...

    async def read(self, customer_id: str, reading: Reading) -> Mapping[Field, str]:
        """Return a customer's fields in clear, and keep for ever that they were read.

        Raises `NoPersonalDataError`.
        """
        ...

    async def readings(self, customer_id: str) -> tuple[Reading, ...]:
        """Return every reading of a customer's fields, also of one who was deleted, by time."""
        ...

    async def put(self, customer_id: str, fields: Mapping[Field, str]) -> None:
        """Replace some of a customer's fields. Raises `NoPersonalDataError`."""
        ...

    async def found(self, index: Index, text: str) -> tuple[str, ...]:
        """Return the ids of the customers whose field is this text, in order."""
        ...

    async def delete_key(self, customer_id: str) -> bool:
        """Destroy a customer's data key: nobody reads these fields again. Twice is once.

        Return whether there was one.
        """
        ...
