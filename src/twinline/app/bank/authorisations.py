"""Authorisations: a purchase is held, captured in whole or part, given up, or runs out of time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, OfCustomer, Outcome, Scope
from twinline.app.bank.deciding import Deciding, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import Identifier, Money, money, positive_minor
from twinline.app.bank.funding import BEARING, Lender, lending_in
from twinline.app.bank.limits import followed
from twinline.app.bank.merchant import merchant_account, merchant_in
from twinline.app.bank.owing import recorded, running_contract_of
from twinline.app.bank.posting import (
    HeadroomAnswer,
    group_of,
    headroom_after,
    headroom_answer,
    told,
)
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.register import RecordKind
from twinline.app.bank.store import Hold, Posting
from twinline.app.bank.use import Use, inactive, use_refused
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.ledger.group import Held, Resolution
from twinline.lines.moves import used
from twinline.servicing.fact import Fact, FactKind
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.funding import Lending
    from twinline.app.bank.merchant import Merchant
    from twinline.app.bank.register import RecordName, Records
    from twinline.app.bank.store import Snapshot


class HoldDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept with a hold beside its money: who will have lent it, None the line's lender."""

    merchant_id: str
    order: str
    lender: Lender | None = None


class AuthorisationOutcome(Outcome, frozen=True, kw_only=True):
    """An authorisation as it stands, and what is left of every limit."""

    customer_id: str
    authorisation_id: str
    state: Literal["held", "captured", "voided", "expired"]
    merchant_id: str
    order: str
    amount: Money
    captured: Money
    expires_at: datetime
    purchase_id: str | None
    headroom: HeadroomAnswer


class AuthoriseRefusal(Reason):
    """Why a purchase is declined, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    CUSTOMER_NOT_ACTIVE = reason.CUSTOMER_NOT_ACTIVE
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    MERCHANT_NOT_FOUND = ("merchant_not_found", Family.MISSING, "a merchant that is registered")
    MERCHANT_NOT_ACCEPTED = (
        "merchant_not_accepted",
        Family.RULE,
        "a merchant on the acceptance list, in the customer's currency",
    )
    LENDING_STOPPED = reason.LENDING_STOPPED
    NO_CREDIT = reason.NO_CREDIT
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    LINE_PENDING_EFFECTIVE = reason.LINE_PENDING_EFFECTIVE
    LINE_FROZEN = reason.LINE_FROZEN
    LINE_SUSPENDED = reason.LINE_SUSPENDED
    LINE_DORMANT = reason.LINE_DORMANT
    LINE_CLOSED = reason.LINE_CLOSED
    LINE_STOPPED = reason.LINE_STOPPED
    LICENCE_CAP = reason.LICENCE_CAP
    OWN_SPENDING_CAP = reason.OWN_SPENDING_CAP
    PAY_LATER_HEADROOM = reason.PAY_LATER_HEADROOM
    JOINT_HEADROOM = reason.JOINT_HEADROOM
    PERSON_CAP = reason.PERSON_CAP
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class AuthoriseRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merchant asks whether a purchase will be paid. `order` is the merchant's own number."""

    merchant_id: Identifier
    order: Identifier
    amount: Money


@dataclass(frozen=True, slots=True)
class Shop:
    """What a purchase is decided on beside the customer."""

    merchant: Merchant | None
    lending: Lending
    hold_days: int


def _bearing(request: AuthoriseRequest) -> tuple[RecordName, ...]:
    return (RecordKind.MERCHANT, request.merchant_id), *BEARING


async def _shop(bank: Bank, _request: AuthoriseRequest, _call: Call, records: Records) -> Shop:
    merchant, *bearing = records
    return Shop(
        merchant=merchant_in(merchant),
        lending=lending_in(bank, *bearing),
        hold_days=bank.house.hold_days,
    )


def authorise(
    snapshot: Snapshot, request: AuthoriseRequest, call: Call, shop: Shop
) -> Posting | Refused:
    """Return the hold of a purchase, or the first reason against it."""
    customer = snapshot.customer
    amount = positive_minor(request.amount, customer.currency)
    if (no := inactive(snapshot, AuthoriseRefusal)) is not None:
        return no
    if amount is None:
        return refused(AuthoriseRefusal.AMOUNT_NOT_POSITIVE, "amount", request.amount)
    if shop.merchant is None:
        return refused(AuthoriseRefusal.MERCHANT_NOT_FOUND, "merchant_id", request.merchant_id)
    if not shop.merchant.accepted or shop.merchant.currency != customer.currency:
        return refused(AuthoriseRefusal.MERCHANT_NOT_ACCEPTED, "merchant_id", request.merchant_id)
    use = Use(
        product=Product.PAY_LATER, amount_minor=amount, on=call.business_on, lending=shop.lending
    )
    return use_refused(snapshot, use, AuthoriseRefusal) or _held(
        snapshot, request, call, (amount, shop)
    )


def _held(
    snapshot: Snapshot, request: AuthoriseRequest, call: Call, of: tuple[int, Shop]
) -> Posting:
    amount, shop = of
    customer = snapshot.customer
    place = Place(customer=customer.customer_id, currency=customer.currency)
    amounts = {"line": amount, "joint": amount, "person": amount}
    transfers = transfers_of(Event.HOLD_PLACED, amounts, place)
    group = group_of(customer.customer_id, call, Event.HOLD_PLACED, transfers)
    document = HoldDocument(
        merchant_id=request.merchant_id,
        order=request.order,
        lender=shop.lending.fundings.on(Product.PAY_LATER, call.business_on),
    )
    hold = Hold(
        group_id=call.key,
        amount_minor=amount,
        placed_at=call.at,
        expires_at=call.at + timedelta(days=shop.hold_days),
        held=Held(group.pending),
        document=text(document),
    )
    headroom = headroom_answer(headroom_after(snapshot, group), customer.currency)
    answer = authorisation_answer(snapshot, hold, "held", headroom)
    line = snapshot.lines[Product.PAY_LATER]
    after = used(line, call.business_on)
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        lines=() if after == line else (after,),
        hold=hold,
        events=told(customer.customer_id, call, EventKind.AUTHORISATION_HELD, answer),
        stops_seen=shop.lending.stops_seen,
    )


AUTHORISATION_NOT_FOUND: reason.Written = (
    "authorisation_not_found",
    Family.MISSING,
    "the customer has no authorisation of this id",
)
HOLD_RESOLVED: reason.Written = (
    "hold_resolved",
    Family.CONFLICT,
    "an authorisation is captured, voided or expires once",
)


class CaptureRefusal(Reason):
    """Why an authorisation is not captured, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    AUTHORISATION_NOT_FOUND = AUTHORISATION_NOT_FOUND
    HOLD_RESOLVED = HOLD_RESOLVED
    AUTHORISATION_EXPIRED = (
        "authorisation_expired",
        Family.CONFLICT,
        "an authorisation is captured before it expires",
    )
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    HOLD_EXCEEDED = ("hold_exceeded", Family.LIMIT, "at most the amount that is held")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class OfAuthorisation(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request about one authorisation."""

    authorisation_id: Identifier


class CaptureRequest(OfAuthorisation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods were handed over. Without `amount` all that is held is captured; the rest is freed."""

    amount: Money | None = None


async def hold_of(
    bank: Bank, request: OfAuthorisation, _call: Call, _records: Records
) -> Hold | None:
    """Return the authorisation that a request is about, waiting or ended."""
    return await bank.store.hold(request.customer_id, request.authorisation_id)


def capture(
    snapshot: Snapshot, request: CaptureRequest, call: Call, hold: Hold | None
) -> Posting | Refused:
    """Return the capture of an authorisation: within its hold headroom never refuses it."""
    if hold is None:
        return refused(
            CaptureRefusal.AUTHORISATION_NOT_FOUND, "authorisation_id", request.authorisation_id
        )
    if hold.held.resolved_by is not None:
        return refused(CaptureRefusal.HOLD_RESOLVED, "authorisation_id", request.authorisation_id)
    if call.at >= hold.expires_at:
        return refused(
            CaptureRefusal.AUTHORISATION_EXPIRED, "expires_at", hold.expires_at.isoformat()
        )
    asked = request.amount
    amount = hold.amount_minor
    if asked is not None:
        minor = positive_minor(asked, snapshot.customer.currency)
        if minor is None:
            return refused(CaptureRefusal.AMOUNT_NOT_POSITIVE, "amount", asked)
        amount = minor
    if amount > hold.amount_minor:
        value = f"{asked}, held {money(hold.amount_minor, snapshot.customer.currency)}"
        return refused(CaptureRefusal.HOLD_EXCEEDED, "amount", value)
    return _captured(snapshot, call, hold, amount)


def contract_unseen(snapshot: Snapshot, _request: CaptureRequest, hold: Hold | None) -> bool:
    """Return whether a snapshot has not the contract of a hold's lender, be it for its age."""
    if hold is None or hold.held.resolved_by is not None:
        return False
    lender = msgspec.json.decode(hold.document, type=HoldDocument).lender
    contract = running_contract_of(snapshot, lender, snapshot.customer.opened_on)
    return contract.contract_id not in snapshot.contracts


def _captured(snapshot: Snapshot, call: Call, hold: Hold, amount: int) -> Posting:
    customer, document = snapshot.customer, msgspec.json.decode(hold.document, type=HoldDocument)
    customer_id = customer.customer_id
    contract = running_contract_of(snapshot, document.lender, call.business_on)
    purchase = Fact(
        fact_id=call.key,
        contract_id=contract.contract_id,
        kind=FactKind.PURCHASE,
        value_on=call.business_on,
        booked_at=call.at,
        amount_minor=amount,
        cause=hold.group_id,
    )
    merchant = merchant_account(document.merchant_id)
    change = recorded(snapshot, contract, (purchase,), merchant=merchant)
    transfers = change.transfers
    group = replace(
        group_of(customer_id, call, Event.PURCHASE_CAPTURED, transfers, hold.group_id),
        resolves=Resolution(hold.group_id, (amount,) * len(hold.held.transfers)),
    )
    headroom = headroom_answer(headroom_after(snapshot, group, hold.held), customer.currency)
    answer = authorisation_answer(snapshot, hold, "captured", headroom, purchase)
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        contracts=(change.after,),
        facts=change.facts,
        events=told(customer_id, call, EventKind.AUTHORISATION_CAPTURED, answer),
    )


class VoidRefusal(Reason):
    """Why an authorisation is not given up, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    AUTHORISATION_NOT_FOUND = AUTHORISATION_NOT_FOUND
    HOLD_RESOLVED = HOLD_RESOLVED
    PERIOD_LOCKED = reason.PERIOD_LOCKED


def void(
    snapshot: Snapshot, request: OfAuthorisation, call: Call, hold: Hold | None
) -> Posting | Refused:
    """Return the end of an authorisation that nobody captures: all of it comes back."""
    if hold is None:
        return refused(
            VoidRefusal.AUTHORISATION_NOT_FOUND, "authorisation_id", request.authorisation_id
        )
    if hold.held.resolved_by is not None:
        return refused(VoidRefusal.HOLD_RESOLVED, "authorisation_id", request.authorisation_id)
    return given_back(snapshot, call, hold, Event.HOLD_VOIDED)


def given_back(snapshot: Snapshot, call: Call, hold: Hold, event: Event) -> Posting:
    """Return the posting that gives a whole hold back, because it was voided or has expired."""
    customer = snapshot.customer
    group = replace(
        group_of(customer.customer_id, call, event, (), hold.group_id),
        resolves=Resolution(hold.group_id, (0,) * len(hold.held.transfers)),
    )
    headroom = headroom_answer(headroom_after(snapshot, group, hold.held), customer.currency)
    voided = event is Event.HOLD_VOIDED
    state: Literal["voided", "expired"] = "voided" if voided else "expired"
    kind = EventKind.AUTHORISATION_VOIDED if voided else EventKind.AUTHORISATION_EXPIRED
    answer = authorisation_answer(snapshot, hold, state, headroom)
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        events=told(customer.customer_id, call, kind, answer),
    )


def authorisation_answer(
    snapshot: Snapshot,
    hold: Hold,
    state: Literal["held", "captured", "voided", "expired"],
    headroom: HeadroomAnswer,
    purchase: Fact | None = None,
) -> AuthorisationOutcome:
    """Return an authorisation as it is answered."""
    customer = snapshot.customer
    document = msgspec.json.decode(hold.document, type=HoldDocument)
    return AuthorisationOutcome(
        customer_id=customer.customer_id,
        authorisation_id=hold.group_id,
        state=state,
        merchant_id=document.merchant_id,
        order=document.order,
        amount=money(hold.amount_minor, customer.currency),
        captured=money(0 if purchase is None else purchase.amount_minor, customer.currency),
        expires_at=hold.expires_at,
        purchase_id=None if purchase is None else purchase.fact_id,
        headroom=headroom,
    )


AUTHORISE = Command(
    name="authorise",
    meaning="A merchant asks whether a purchase will be paid; headroom is set aside for it.",
    method="POST",
    path="/v1/authorisations",
    request=AuthoriseRequest,
    outcome=AuthorisationOutcome,
    refusals=AuthoriseRefusal,
    scope=Scope.PURCHASES,
    keyed=True,
    for_readers=("headroom",),
    run=Deciding(
        reasons=AuthoriseRefusal,
        outcome=AuthorisationOutcome,
        records=_bearing,
        look_up=_shop,
        decide=authorise,
        first=followed,
    ),
    success=201,
)
CAPTURE = Command(
    name="capture",
    meaning="Goods were handed over: the customer owes, the merchant is owed.",
    method="POST",
    path="/v1/authorisations/{authorisation_id}/capture",
    request=CaptureRequest,
    outcome=AuthorisationOutcome,
    refusals=CaptureRefusal,
    scope=Scope.PURCHASES,
    keyed=True,
    for_readers=("headroom",),
    run=Deciding(
        reasons=CaptureRefusal,
        outcome=AuthorisationOutcome,
        look_up=hold_of,
        decide=capture,
        asks_whole=contract_unseen,
    ),
)
VOID = Command(
    name="void",
    meaning="The merchant gives an authorisation up: all that it held comes back.",
    method="POST",
    path="/v1/authorisations/{authorisation_id}/void",
    request=OfAuthorisation,
    outcome=AuthorisationOutcome,
    refusals=VoidRefusal,
    scope=Scope.PURCHASES,
    keyed=True,
    for_readers=("headroom",),
    run=Deciding(reasons=VoidRefusal, outcome=AuthorisationOutcome, look_up=hold_of, decide=void),
)
COMMANDS = (AUTHORISE, CAPTURE, VOID)
