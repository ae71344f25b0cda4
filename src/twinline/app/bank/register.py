"""The lender's own records: merchants, funders, lending stops, applications, referrals, quotes.

A record is never overwritten: each change is a new version, and what stood before stays readable.
Only a refusal that was answered to a client's key is forgotten in time.
They are no part of any customer's journal; what of them bears on money is named there by its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@unique
class RecordKind(StrEnum):
    """What a record is about."""

    MERCHANT = "merchant"
    FUNDER = "funder"
    FUNDING = "funding"
    """Who funds which product from when."""

    LENDING_STOP = "lending_stop"
    APPLICATION = "application"
    CERTIFICATE = "certificate"
    """A strategy's decision on an application, whole, by the application's id."""

    REFERRAL = "referral"
    """An application that waits for a person, by its day and the application's id."""

    QUOTE = "quote"
    ANSWER = "answer"
    """What was answered to a client's key where the command is about no one customer."""


STOPS: Final = "stops"
"""The id of the one record of lending stops. Postings are held to its version."""

REFUSED: Final = '{"accepted":false'
"""How the document of an answer begins that is a no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One version of one record. `version` counts from 1; `document` is JSON text."""

    kind: RecordKind
    record_id: str
    version: int
    document: str
    written_at: datetime
    written_by: str


RecordName = tuple[RecordKind, str]
"""A record's kind and id."""

Records = tuple[Record | None, ...]
"""The latest versions of records in the order of the names asked for; None is one not there."""


class Register(Protocol):
    """The lender's records, every version of them. Safe under any concurrency."""

    async def record(self, kind: RecordKind, record_id: str) -> Record | None:
        """Return the latest version of a record, or None if there is none of that id."""
        ...

    async def latest(self, names: Sequence[RecordName]) -> Records:
        """Return the latest versions of some records as of one moment, in the order of the names.

        What anybody's `write` was answered before this is asked is seen by it, on every server.
        """
        ...

    async def write(self, records: Sequence[Record]) -> bool:
        """Write all of these or none; return whether they were written.

        Each must be the next version of its record, 1 for a new one; otherwise somebody was
        faster, and nothing is written. The same once more, to the byte, is written already.
        """
        ...

    async def forget_refusals(self, before: datetime, *, count: int = 1_000) -> int:
        """Forget answers with a no written before a moment, at most so many; return how many.

        They are the answers that begin with `REFUSED`. Any other record stays for ever.
        """
        ...

    async def records(
        self, kind: RecordKind, *, after: str = "", count: int = 100
    ) -> Sequence[Record]:
        """Return a page of the latest versions, in order of their ids, those after one."""
        ...
