"""Acceptance: a person takes an offer up, and both lines are open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from twinline.app.bank import reason
from twinline.app.bank.answers import LineAnswer, line_answer
from twinline.app.bank.command import Command, Family, Outcome, Refused, Request, Scope
from twinline.app.bank.deciding import Answers, answering, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import Identifier
from twinline.app.bank.limits import lawful_person_minor
from twinline.app.bank.lines import BASE_CHANGED, LINE_STATE, SAME_DECISION
from twinline.app.bank.opening import Application, ApplyRefusal, grants_of, limit_minor
from twinline.app.bank.owing import running_contract
from twinline.app.bank.posting import (
    HeadroomAnswer,
    group_of,
    headroom_after,
    headroom_answer,
    told,
)
from twinline.app.bank.reason import Reason, reason_like, refused
from twinline.app.bank.register import RecordKind
from twinline.app.bank.store import Customer, CustomerStatus, Posting
from twinline.app.bank.vault import Field, NoPersonalDataError, Reading
from twinline.compliance.person_control import lawful_joint_minor, person_cap
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.lines.changes import limits_on, line_changed, opening_amounts
from twinline.lines.moves import MoveRefusal
from twinline.lines.offer import accept_offer, bases_of
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call
    from twinline.app.bank.store import Snapshot
    from twinline.app.bank.underwriting import Decision
    from twinline.lines.line import Line
    from twinline.servicing.fact import Contract


class AcceptRefusal(Reason):
    """Why an offer cannot be accepted, in the order the checks run."""

    APPLICATION_NOT_FOUND = (
        "application_not_found",
        Family.MISSING,
        "there is no application of this id",
    )
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    CUSTOMER_EXISTS = (
        "customer_exists",
        Family.CONFLICT,
        "an offer is accepted once; this customer's lines are open",
    )
    NOT_IMPORTED = ApplyRefusal.NOT_IMPORTED.written
    NOT_OFFERED = ("not_offered", Family.RULE, "an application that came to an offer")
    OFFER_EXPIRED = ("offer_expired", Family.RULE, "an offer of the last days; apply again")
    OFFER_REPLACED = (
        "offer_replaced",
        Family.CONFLICT,
        "the offer of the last application of, or for, this customer; apply again",
    )
    LINE_STATE = LINE_STATE
    SAME_DECISION = SAME_DECISION
    BASE_CHANGED = BASE_CHANGED
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class AcceptRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person accepts what was offered."""

    application_id: Identifier


class AcceptOutcome(Outcome, frozen=True, kw_only=True):
    """A customer with open lines."""

    customer_id: str
    opened_on: date
    lines: tuple[LineAnswer, ...]
    headroom: HeadroomAnswer


async def _accept(bank: Bank, request: AcceptRequest, call: Call) -> AcceptOutcome | Refused:
    record = await bank.register.record(RecordKind.APPLICATION, request.application_id)
    if record is None:
        return refused(
            AcceptRefusal.APPLICATION_NOT_FOUND, "application_id", request.application_id
        )
    application = msgspec.json.decode(record.document, type=Application)
    answers = Answers(bank.store, application.customer_id, AcceptRefusal, AcceptOutcome)
    return await answering(
        bank, answers, call, lambda: _accepted(bank, request, call, application, answers)
    )


async def _accepted(
    bank: Bank,
    request: AcceptRequest,
    call: Call,
    application: Application,
    answers: Answers[AcceptOutcome],
) -> AcceptOutcome | Refused | None:
    snapshot = await bank.store.snapshot(application.customer_id)
    no = _not_acceptable(bank, snapshot, application, (request, call))
    no = no or await _replaced(bank, application, (request, call))
    if no is not None:
        return await answers.keep(no, call)
    decision = application.decision
    assert decision is not None, "refused before as NOT_OFFERED"
    if snapshot is None:
        return await answers.post(opened(bank, application, decision, call), call)
    posting = verified(bank, snapshot, application, decision, call)
    if isinstance(posting, Refused):
        return await answers.keep(posting, call)
    return await answers.post(posting, call)


def _not_acceptable(
    bank: Bank,
    snapshot: Snapshot | None,
    application: Application,
    asked: tuple[AcceptRequest, Call],
) -> Refused | None:
    """Refuse an offer to a customer who is open, one not made, too old or replaced."""
    request, call = asked
    if snapshot is not None and (no := not_openable(snapshot.customer)) is not None:
        return no
    if application.decision is None:
        return refused(AcceptRefusal.NOT_OFFERED, "application_id", request.application_id)
    offered_on = application.offered_on or application.applied_on
    if (call.business_on - offered_on).days > bank.house.offer_days:
        return refused(AcceptRefusal.OFFER_EXPIRED, "offered_on", offered_on)
    if snapshot is not None and snapshot.customer.application_id != request.application_id:
        return refused(AcceptRefusal.OFFER_REPLACED, "application_id", request.application_id)
    return None


def not_openable(customer: Customer) -> Refused | None:
    """Refuse an offer to a customer who is there, unless it is one of a loaded book."""
    match customer.status:
        case CustomerStatus.IMPORTED:
            return None
        case CustomerStatus.ACTIVE:
            return refused(AcceptRefusal.CUSTOMER_EXISTS)
        case CustomerStatus.STOPPED | CustomerStatus.MERGED | CustomerStatus.DELETED as status:
            return refused(AcceptRefusal.NOT_IMPORTED, "status", status)


async def _replaced(
    bank: Bank, application: Application, asked: tuple[AcceptRequest, Call]
) -> Refused | None:
    """Refuse an offer after another application: of the person, or of who this customer is."""
    request, call = asked
    try:
        reading = Reading(reader=call.client, at=call.at, purpose="offer_acceptance")
        fields = await bank.vault.read(application.customer_id, reading)
    except NoPersonalDataError:
        fields = {}
    if fields.get(Field.APPLICATION) == request.application_id:
        return None
    return refused(AcceptRefusal.OFFER_REPLACED, "application_id", request.application_id)


def opened(bank: Bank, application: Application, decision: Decision, call: Call) -> Posting:
    """Return the posting that opens a new customer's lines, as decided."""
    customer_id, currency, on = application.customer_id, application.currency, call.business_on
    customer = Customer(
        customer_id=customer_id,
        status=CustomerStatus.ACTIVE,
        currency=currency,
        opened_on=on,
        segment=decision.segment,
    )
    lines = accept_offer({}, grants_of(bank, decision, currency), bases_of({}), on)
    assert not isinstance(lines, MoveRefusal), "nothing speaks against a first line"
    cap = person_cap(bank.law, (bank.house.licence,), on, currency)
    limits = limits_on(
        {line.product: line for line in lines},
        on,
        joint_minor=lawful_joint_minor(cap, limit_minor(decision.joint_limit, currency)),
        person_minor=cap.cap_minor,
    )
    place = Place(customer=customer_id, currency=currency)
    transfers = transfers_of(Event.CUSTOMER_OPENED, opening_amounts(limits), place)
    group = group_of(
        customer_id, call, Event.CUSTOMER_OPENED, transfers, f"decision:{decision.decision_id}"
    )
    answer = AcceptOutcome(
        customer_id=customer_id,
        opened_on=on,
        lines=tuple(line_answer(line, on) for line in lines),
        headroom=headroom_answer(limits, currency),
    )
    return Posting(
        group=group,
        seq_seen=0,
        answer=text(answer),
        opens=True,
        customer=customer,
        lines=lines,
        contracts=_running_contracts(customer_id, lines),
        events=told(customer_id, call, EventKind.CUSTOMER_OPENED, answer),
    )


def verified(
    bank: Bank, snapshot: Snapshot, application: Application, decision: Decision, call: Call
) -> Posting | Refused:
    """Return the posting that opens an imported customer, or why its lines stay as they are.

    The limits move to what was accepted; what is owed, and the headroom it takes, stays.
    """
    on, currency = call.business_on, application.currency
    grants = grants_of(bank, decision, currency)
    changed = accept_offer(snapshot.lines, grants, application.bases_seen, on)
    if isinstance(changed, MoveRefusal):
        return refused(reason_like(AcceptRefusal, changed), "decision", decision.decision_id)
    customer = replace(snapshot.customer, status=CustomerStatus.ACTIVE, segment=decision.segment)
    lines = {**snapshot.lines, **{line.product: line for line in changed}}
    licences = {Licence(line.licence) for line in lines.values()} or {bank.house.licence}
    cap = person_cap(bank.law, licences, on, currency)
    limits = limits_on(
        lines,
        on,
        joint_minor=lawful_joint_minor(cap, limit_minor(decision.joint_limit, currency)),
        person_minor=lawful_person_minor(bank, customer, lines.values(), on),
    )
    event, place = Event.CUSTOMER_VERIFIED, Place(customer=customer.customer_id, currency=currency)
    transfers = transfers_of(event, line_changed(snapshot.limits, limits).amounts, place)
    group = group_of(
        customer.customer_id, call, event, transfers, f"decision:{decision.decision_id}"
    )
    answer = AcceptOutcome(
        customer_id=customer.customer_id,
        opened_on=customer.opened_on,
        lines=tuple(line_answer(line, on) for line in changed),
        headroom=headroom_answer(headroom_after(snapshot, group), currency),
    )
    running = _running_contracts(customer.customer_id, changed)
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        customer=customer,
        lines=changed,
        contracts=tuple(each for each in running if each.contract_id not in snapshot.contracts),
        events=told(customer.customer_id, call, EventKind.CUSTOMER_OPENED, answer),
    )


def _running_contracts(customer_id: str, lines: Iterable[Line]) -> tuple[Contract, ...]:
    return tuple(
        running_contract(customer_id, line) for line in lines if line.product is Product.PAY_LATER
    )


ACCEPT = Command(
    name="accept_offer",
    meaning="The person accepts the offer: the customer and both lines are opened.",
    method="POST",
    path="/v1/applications/{application_id}/acceptance",
    request=AcceptRequest,
    outcome=AcceptOutcome,
    refusals=AcceptRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=_accept,
    success=201,
)
COMMANDS = (ACCEPT,)
