"""What becomes of authorisations besides: one is read, and those past their time expire."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.authorisations import (
    AUTHORISATION_NOT_FOUND,
    AuthorisationOutcome,
    OfAuthorisation,
    authorisation_answer,
    given_back,
)
from twinline.app.bank.command import Command, Outcome, Request, Scope
from twinline.app.bank.posting import headroom_answer
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.store import Busy
from twinline.ledger.admission import Accepted
from twinline.ledger.event import Event
from twinline.servicing.fact import FactKind

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.store import Hold, Snapshot
    from twinline.servicing.fact import Fact


class ReadAuthorisationRefusal(Reason):
    """Why an authorisation cannot be read, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    AUTHORISATION_NOT_FOUND = AUTHORISATION_NOT_FOUND


async def _read(
    bank: Bank, request: OfAuthorisation, _call: Call
) -> AuthorisationOutcome | Refused:
    # The hold first: a capture between the two questions is then seen whole or not at all.
    hold = await bank.store.hold(request.customer_id, request.authorisation_id)
    snapshot = await bank.store.snapshot(request.customer_id)
    if snapshot is None:
        return refused(
            ReadAuthorisationRefusal.CUSTOMER_NOT_FOUND, "customer_id", request.customer_id
        )
    if hold is None:
        return refused(
            ReadAuthorisationRefusal.AUTHORISATION_NOT_FOUND,
            "authorisation_id",
            request.authorisation_id,
        )
    purchase = _purchase(snapshot, hold)
    if purchase is None and hold.held.resolved_by is not None:  # voided, or captured long ago
        purchase = _purchase(await bank.store.snapshot(request.customer_id, whole=True), hold)
    headroom = headroom_answer(snapshot.headroom, snapshot.customer.currency)
    return authorisation_answer(snapshot, hold, _state(hold, purchase), headroom, purchase)


def _purchase(snapshot: Snapshot | None, hold: Hold) -> Fact | None:
    """Return what was captured of an authorisation, None where none was or it still waited."""
    assert snapshot is not None, "a customer stays where it was"
    if hold.held.resolved_by is None:
        return None
    for facts in snapshot.facts.values():
        for fact in facts:
            if fact.kind is FactKind.PURCHASE and fact.cause == hold.group_id:
                return fact
    return None


def _state(hold: Hold, purchase: Fact | None) -> Literal["held", "captured", "voided", "expired"]:
    ended = hold.held.resolved_by
    if ended is None:
        return "held"
    if purchase is not None:
        return "captured"
    return "expired" if ended == _expiry_id(hold.group_id) else "voided"


class ExpireRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """End authorisations that nobody captured in time, at most `count` of them."""

    count: Annotated[int, Meta(ge=1, le=10_000)] = 1_000


class ExpireOutcome(Outcome, frozen=True, kw_only=True):
    """How many expired, and how many were left because their customer was busy or changed."""

    expired: int
    left: int


class ExpireRefusal(Reason):
    """A sweep is never refused: what it cannot end now, the next one ends."""


async def _expire(bank: Bank, request: ExpireRequest, call: Call) -> ExpireOutcome:
    """End overdue authorisations, each by a group of its own whose id stands for it for ever."""
    expired = left = 0
    for customer_id, group_id in await bank.store.overdue_holds(call.at, count=request.count):
        if await _expired(bank, customer_id, group_id, call):
            expired += 1
        else:
            left += 1
    return ExpireOutcome(expired=expired, left=left)


async def _expired(bank: Bank, customer_id: str, group_id: str, call: Call) -> bool:
    key = _expiry_id(group_id)
    own = replace(call, key=key, command_hash=sha256(key.encode()).digest())
    try:
        async with bank.turns.of(customer_id):
            snapshot = await bank.store.snapshot(customer_id)
            hold = None if snapshot is None else snapshot.holds.get(group_id)
            if snapshot is None or hold is None or call.at < hold.expires_at:
                return False
            posting = given_back(snapshot, own, hold, Event.HOLD_EXPIRED)
            return isinstance(await bank.store.post(posting), Accepted)
    except (Busy, TimeoutError):
        return False


def _expiry_id(group_id: str) -> str:
    """Return the id of the group that ends a hold in time: no caller's key has a colon."""
    return f"expire:{group_id}"


READ_AUTHORISATION = Command(
    name="read_authorisation",
    meaning="An authorisation as it stands.",
    method="GET",
    path="/v1/authorisations/{authorisation_id}",
    request=OfAuthorisation,
    outcome=AuthorisationOutcome,
    refusals=ReadAuthorisationRefusal,
    scope=Scope.PURCHASES,
    keyed=False,
    for_readers=("headroom",),
    run=_read,
)
EXPIRE = Command(
    name="expire_authorisations",
    meaning="Authorisations that nobody captured in time give back what they held.",
    method="POST",
    path="/v1/overdue-authorisations/expiry",
    request=ExpireRequest,
    outcome=ExpireOutcome,
    refusals=ExpireRefusal,
    scope=Scope.OPERATING,
    keyed=False,
    run=_expire,
)
COMMANDS = (READ_AUTHORISATION, EXPIRE)
