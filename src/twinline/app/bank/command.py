"""One command of the catalogue: declared once, reached over HTTP, the command line and a console.

Routes, the OpenAPI page, verbs, permission tests and the reference are derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

import msgspec

from twinline.app.bank.fields import CustomerId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date, datetime

    from twinline.app.bank.bank import Bank


@unique
class Family(StrEnum):
    """What sort of no: a caller treats them differently, so they never share a code."""

    RULE = "rule"
    """A rule of the product, the lender or the law."""

    LIMIT = "limit"
    """Too little headroom."""

    MISSING = "missing"
    """Something asked for is not there, or not known yet."""

    CONFLICT = "conflict"
    """Another use of the key, or a state that no longer allows it."""

    TIME_OUT = "time_out"
    """Not answered in time; nothing was done."""


@unique
class Scope(StrEnum):
    """What an API key may do."""

    OPENING = "opening"
    """Open customers, change their lines."""

    PURCHASES = "purchases"
    """Authorise, capture, void, refund: a merchant's side."""

    LOANS = "loans"
    """Quote and draw cash loans."""

    REPAYMENTS = "repayments"
    READING = "reading"
    """Read accounts, contracts and the journal."""

    PERSONAL_DATA = "personal_data"
    """Read who a customer is, and delete it."""

    OPERATING = "operating"
    """Merchants, funders, the lending stop, corrections."""

    MONITORING = "monitoring"
    """Set lending stops, and lift none: a monitor's side."""


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a command is asked with: path, query and body members in one value."""


class OfCustomer(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request about one customer."""

    customer_id: CustomerId


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a command answers."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected no.

    `reason` is a member of the command's refusals; `field`, `value` and `rule` say what it is
    about, in words a person can act on. `available` is what would have been accepted, as decimal
    text, where too little was available; it is the customer's own affair, so it stands apart.
    """

    reason: StrEnum
    family: Family
    rule: str
    field: str = ""
    value: str = ""
    available: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls, and when. Time and identity are arguments here, never looked up.

    `key` is the caller's idempotency key, empty for what moves nothing; `command_hash` the keyed
    hash of the command's name and canonical request. `business_on` is the business day of `at` by
    the stored cut-off, in Asia/Shanghai. `new_ids` are fresh identifiers, used from the first on.
    """

    client: str
    key: str
    command_hash: bytes
    at: datetime
    business_on: date
    request_id: str
    new_ids: tuple[str, ...] = ()
    second_person: str = ""


Asked = TypeVar("Asked", bound=Request)
Answered = TypeVar("Answered", bound=Outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[Asked, Answered]):
    """A command: what it is called, what it takes and gives, who may call it, and what runs it.

    `refusals` lists every reason in the order the checks run. A `keyed` command moves money or
    limits and needs an idempotency key. `for_readers` are members of the outcome that are the
    customer's own affair: a key that may not also read is not told them, nor what is available.
    """

    name: str
    meaning: str
    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    request: type[Asked]
    outcome: type[Answered]
    refusals: type[StrEnum]
    scope: Scope
    keyed: bool
    run: Callable[[Bank, Asked, Call], Awaitable[Answered | Refused]]
    needs_second_person: bool = False
    success: int = 200
    for_readers: tuple[str, ...] = ()
