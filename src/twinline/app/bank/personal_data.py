"""Personal data: read on record and for a purpose, masked but where it must be whole; deleted.

A deletion destroys the person's data key. Journal, chain and records name nobody, so they stay and
go on being true; who it was is not known any more, and the person may apply anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from twinline.app.bank import reason
from twinline.app.bank.clock import business_day
from twinline.app.bank.command import Command, Family, OfCustomer, Outcome, Scope
from twinline.app.bank.credit_balances import kept_minor
from twinline.app.bank.deciding import Deciding, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import money
from twinline.app.bank.owing import owed_minor
from twinline.app.bank.posting import group_of, told
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.recording import Recording, Written
from twinline.app.bank.store import CustomerStatus, Posting
from twinline.app.bank.vault import Field, NoPersonalDataError, Reading
from twinline.compliance.masking import (
    masked_card,
    masked_mobile,
    masked_name,
    masked_resident_id,
)
from twinline.compliance.retention import kept_until
from twinline.ledger.control import Control
from twinline.ledger.event import Event
from twinline.lines.available import Controls
from twinline.lines.effective import state_on
from twinline.lines.line import LineState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.register import Records
    from twinline.app.bank.store import Snapshot
    from twinline.compliance.law import Law

Shown = Literal["name", "resident_id", "mobile", "card"]
"""A field of personal data that a person may be shown."""


@unique
class Purpose(StrEnum):
    """What personal data may be read for."""

    CUSTOMER_REQUEST = "customer_request"
    COMPLAINT = "complaint"
    COLLECTION = "collection"
    PAYMENT = "payment"
    FRAUD = "fraud"
    COURT_ORDER = "court_order"
    SUPERVISION = "supervision"


class ReadPersonalDataRefusal(Reason):
    """Why personal data is not shown, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    PERSONAL_DATA_DELETED = (
        "personal_data_deleted",
        Family.MISSING,
        "a customer whose personal data was not deleted; nobody can bring it back",
    )
    NO_PERSONAL_DATA = (
        "no_personal_data",
        Family.MISSING,
        "a customer who has said who it is; this one came with a book and has not",
    )


class ReadPersonalDataRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who a customer is. Fields are masked but those named in `whole`; both are recorded."""

    purpose: Purpose
    whole: tuple[Shown, ...] = ()


class PersonalDataOutcome(Outcome, frozen=True, kw_only=True):
    """Who a customer is, as far as it was to be shown."""

    customer_id: str
    name: str
    resident_id: str
    mobile: str
    card: str


_MASKS: Final[Mapping[Field, Callable[[str], str]]] = {
    Field.NAME: masked_name,
    Field.RESIDENT_ID: masked_resident_id,
    Field.MOBILE: masked_mobile,
    Field.CARD: masked_card,
}


async def _read(
    bank: Bank, request: ReadPersonalDataRequest, call: Call
) -> PersonalDataOutcome | Refused:
    whole = tuple(Field(each) for each in request.whole)
    reading = Reading(reader=call.client, at=call.at, purpose=request.purpose, whole=whole)
    try:
        fields = await bank.vault.read(request.customer_id, reading)
    except NoPersonalDataError:
        return await _why_none(bank, request)
    shown = {
        field: fields[field] if field in whole else mask(fields[field])
        for field, mask in _MASKS.items()
    }
    return PersonalDataOutcome(customer_id=request.customer_id, **shown)


async def _why_none(bank: Bank, request: OfCustomer) -> Refused:
    snapshot = await bank.store.snapshot(request.customer_id)
    if snapshot is None:
        why = ReadPersonalDataRefusal.CUSTOMER_NOT_FOUND
    elif snapshot.customer.status is CustomerStatus.DELETED:
        why = ReadPersonalDataRefusal.PERSONAL_DATA_DELETED
    else:
        why = ReadPersonalDataRefusal.NO_PERSONAL_DATA
    return refused(why, "customer_id", request.customer_id)


class ListReadingsRefusal(Reason):
    """Why no readings are listed, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND


class ReadingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who read a customer's personal data, when, what for, and which fields whole."""

    reader: str
    at: datetime
    purpose: str
    whole: tuple[str, ...]


class ReadingsOutcome(Outcome, frozen=True, kw_only=True):
    """Every reading of a customer's personal data, in the order of time."""

    customer_id: str
    readings: tuple[ReadingAnswer, ...]


async def _list(bank: Bank, request: OfCustomer, _call: Call) -> ReadingsOutcome | Refused:
    readings = await bank.vault.readings(request.customer_id)
    if not readings and await bank.store.snapshot(request.customer_id) is None:
        return refused(ListReadingsRefusal.CUSTOMER_NOT_FOUND, "customer_id", request.customer_id)
    answers = tuple(
        ReadingAnswer(reader=each.reader, at=each.at, purpose=each.purpose, whole=each.whole)
        for each in readings
    )
    return ReadingsOutcome(customer_id=request.customer_id, readings=answers)


class DeleteRefusal(Reason):
    """Why a person is not deleted, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    SECOND_PERSON_MISSING = reason.SECOND_PERSON_MISSING
    PERSONAL_DATA_DELETED = ReadPersonalDataRefusal.PERSONAL_DATA_DELETED.written
    LINE_OPEN = ("line_open", Family.CONFLICT, "a customer whose lines are all closed")
    MONEY_OWED = ("money_owed", Family.CONFLICT, "a customer who owes nothing")
    BALANCE_KEPT = ("balance_kept", Family.CONFLICT, "a customer for whom nothing is kept")
    RETENTION = (
        "retention",
        Family.RULE,
        "a day from which the law no longer wants it kept who the customer was",
    )
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class DeletionOutcome(Outcome, frozen=True, kw_only=True):
    """A person of whom nothing is known any more."""

    customer_id: str
    deleted_on: date


@dataclass(frozen=True, slots=True)
class Ended:
    """The day of the last that happened to a customer, and the law."""

    ended_on: date
    law: Law


async def _ended(bank: Bank, request: OfCustomer, call: Call, _records: Records) -> Ended:
    ended_on = call.business_on
    standing = await bank.store.standing(request.customer_id)
    if standing is not None:
        for entry in await bank.store.entries(request.customer_id, after_seq=standing.seq - 1):
            ended_on = max(entry.group.value_on, business_day(entry.group.booked_at))
    return Ended(ended_on, bank.law)


def delete_person(
    snapshot: Snapshot, request: OfCustomer, call: Call, ended: Ended
) -> Posting | Refused:
    """Return a customer of whom it is to be forgotten who it was, or the first reason against."""
    no = _not_alone(call) or _not_over(snapshot, call.business_on)
    if no is not None:
        return no
    until = kept_until(ended.law, ended.ended_on, call.business_on)
    if call.business_on < until:
        return refused(DeleteRefusal.RETENTION, "until_on", until)
    customer = replace(snapshot.customer, status=CustomerStatus.DELETED)
    cause = f"second:{call.second_person}"
    answer = DeletionOutcome(customer_id=request.customer_id, deleted_on=call.business_on)
    return Posting(
        group=group_of(request.customer_id, call, Event.CUSTOMER_CHANGED, (), cause),
        seq_seen=snapshot.seq,
        answer=text(answer),
        customer=customer,
        events=told(request.customer_id, call, EventKind.CUSTOMER_DELETED, answer),
    )


def _not_alone(call: Call) -> Refused | None:
    if reason.second_person(call):
        return None
    return refused(DeleteRefusal.SECOND_PERSON_MISSING, "second_person")


def _not_over(snapshot: Snapshot, on: date) -> Refused | None:
    """Refuse to forget who has something to do with the lender still, or was forgotten."""
    customer = snapshot.customer
    if customer.status is CustomerStatus.DELETED:
        return refused(DeleteRefusal.PERSONAL_DATA_DELETED, "customer_id", customer.customer_id)
    for product, line in snapshot.lines.items():
        if state_on(line, on) is not LineState.CLOSED:
            return refused(DeleteRefusal.LINE_OPEN, "product", product)
    assert not snapshot.holds, "a line with an authorisation that waits is not closed"
    controls = Controls(limits=snapshot.limits, headroom=snapshot.headroom)
    owed = sum(owed_minor(contract.owed) for contract in snapshot.contracts.values())
    # What was written off is owed on no contract, and goes on using the person's control.
    owed = max(owed, controls.used_minor(Control.PERSON))
    if owed:
        return refused(DeleteRefusal.MONEY_OWED, "owed", money(owed, customer.currency))
    if kept := kept_minor(snapshot):
        return refused(DeleteRefusal.BALANCE_KEPT, "kept", money(kept, customer.currency))
    return None


async def _forget_applicant(
    bank: Bank, request: OfCustomer, call: Call
) -> Written[DeletionOutcome] | Refused:
    """Forget somebody who applied and never became a customer: no law keeps that."""
    if (no := _not_alone(call)) is not None:
        return no
    async with bank.turns.of(request.customer_id):
        if await bank.store.snapshot(request.customer_id) is not None:
            return refused(DeleteRefusal.IN_PROGRESS)  # the offer was accepted meanwhile
        if not await bank.vault.delete_key(request.customer_id):
            return refused(DeleteRefusal.CUSTOMER_NOT_FOUND, "customer_id", request.customer_id)
    answer = DeletionOutcome(customer_id=request.customer_id, deleted_on=call.business_on)
    return Written(answer, ())


_FORGETTING: Final = Recording(
    reasons=DeleteRefusal, outcome=DeletionOutcome, decide=_forget_applicant
)
_DELETING: Final = Deciding(
    reasons=DeleteRefusal, outcome=DeletionOutcome, look_up=_ended, decide=delete_person
)


async def _delete(bank: Bank, request: OfCustomer, call: Call) -> DeletionOutcome | Refused:
    """Delete a customer, and then the key; the same request again does what was not done."""
    if await bank.store.snapshot(request.customer_id) is None:
        return await _FORGETTING(bank, request, call)
    answer = await _DELETING(bank, request, call)
    snapshot = await bank.store.snapshot(request.customer_id)
    if snapshot is not None and snapshot.customer.status is CustomerStatus.DELETED:
        await bank.vault.delete_key(request.customer_id)
    return answer


READ_PERSONAL_DATA = Command(
    name="read_personal_data",
    meaning="Who a customer is, for a purpose; masked, but for the fields asked for whole. That "
    "it was read is kept.",
    method="POST",
    path="/v1/customers/{customer_id}/personal-data/readings",
    request=ReadPersonalDataRequest,
    outcome=PersonalDataOutcome,
    refusals=ReadPersonalDataRefusal,
    scope=Scope.PERSONAL_DATA,
    keyed=False,
    run=_read,
)
LIST_READINGS = Command(
    name="list_personal_data_readings",
    meaning="Who read a customer's personal data, when and what for; also of a deleted one.",
    method="GET",
    path="/v1/customers/{customer_id}/personal-data/readings",
    request=OfCustomer,
    outcome=ReadingsOutcome,
    refusals=ListReadingsRefusal,
    scope=Scope.PERSONAL_DATA,
    keyed=False,
    run=_list,
)
DELETE_PERSONAL_DATA = Command(
    name="delete_personal_data",
    meaning="It is forgotten who a former customer or an applicant was, by a person and a second "
    "one; the journal stays and names nobody.",
    method="DELETE",
    path="/v1/customers/{customer_id}/personal-data",
    request=OfCustomer,
    outcome=DeletionOutcome,
    refusals=DeleteRefusal,
    scope=Scope.PERSONAL_DATA,
    keyed=True,
    run=_delete,
    needs_second_person=True,
)
COMMANDS = (READ_PERSONAL_DATA, LIST_READINGS, DELETE_PERSONAL_DATA)
