"""Reading: a customer with what is available and why, the journal, events, verification."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.app.bank import reason
from twinline.app.bank.answers import (
    ContractAnswer,
    LineAnswer,
    contract_answer,
    line_answer,
)
from twinline.app.bank.authorisations import AuthoriseRefusal
from twinline.app.bank.command import Command, Family, OfCustomer, Outcome, Request, Scope
from twinline.app.bank.credit_balances import kept_minor
from twinline.app.bank.cursor import Count, Cursor, cursor_of, position_of
from twinline.app.bank.customers import CustomerOutcome, customer_answer
from twinline.app.bank.fields import CustomerId, Money, SignedMoney, money
from twinline.app.bank.funding import lending_of
from twinline.app.bank.limits import as_of
from twinline.app.bank.posting import HeadroomAnswer, headroom_answer
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.use import Use, inactive, own_spending_minor, use_refused
from twinline.app.bank.verify import verify_owner
from twinline.app.bank.webhook import Message, message_of
from twinline.lines.available import Controls, availability_by_line
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.funding import Lending
    from twinline.app.bank.store import KeptEvent, Snapshot
    from twinline.ledger.journal import Entry
    from twinline.lines.available import Availability
    from twinline.lines.least import Term


class ReadRefusal(Reason):
    """Why nothing can be read, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND


class TermAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One term of what is available: what it alone would leave, below zero where more is used."""

    name: str
    amount: SignedMoney
    binds: bool
    reason: str


class AvailabilityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What may be used of a line now, which term bound, and what the next would have given.

    `refusal` is why nothing may be used whatever the amount, as a purchase or a draw would be
    told; empty where something may be.
    """

    product: Product
    available: Money
    limit: Money
    used: Money
    refusal: str
    terms: tuple[TermAnswer, ...]
    next: SignedMoney | None


class CustomerPage(Outcome, frozen=True, kw_only=True):
    """A customer with lines, contracts, what is kept, and what is available and why."""

    customer: CustomerOutcome
    as_of_on: date
    seq: int
    lines: tuple[LineAnswer, ...]
    availability: tuple[AvailabilityAnswer, ...]
    contracts: tuple[ContractAnswer, ...]
    kept: Money
    headroom: HeadroomAnswer


async def _read_customer(bank: Bank, request: OfCustomer, call: Call) -> CustomerPage | Refused:
    found = await bank.store.snapshot(request.customer_id)
    if found is None:
        return refused(ReadRefusal.CUSTOMER_NOT_FOUND, "customer_id", request.customer_id)
    on, currency = call.business_on, found.customer.currency
    snapshot = as_of(bank, found, on)
    controls = Controls(limits=snapshot.limits, headroom=snapshot.headroom)
    own = own_spending_minor(snapshot, on)
    lending = await lending_of(bank)
    available = availability_by_line(snapshot.lines, controls, on, own_spending_minor=own)
    return CustomerPage(
        customer=customer_answer(snapshot.customer),
        as_of_on=on,
        seq=snapshot.seq,
        lines=tuple(line_answer(line, on) for line in snapshot.lines.values()),
        availability=tuple(
            _availability(product, each, currency, _stopped(snapshot, product, on, lending))
            for product, each in available.items()
        ),
        contracts=tuple(contract_answer(each) for each in snapshot.contracts.values()),
        kept=money(kept_minor(snapshot), currency),
        headroom=headroom_answer(snapshot.headroom, currency),
    )


def _stopped(snapshot: Snapshot, product: Product, on: date, lending: Lending) -> Refused | None:
    """Return why nothing may be used of a line, as a purchase or a draw would be told."""
    nothing = Use(product=product, amount_minor=0, on=on, lending=lending)
    no = inactive(snapshot, AuthoriseRefusal) or use_refused(snapshot, nothing, AuthoriseRefusal)
    return None if no is None or no.family is Family.LIMIT else no  # amounts stand in the terms


def _availability(
    product: Product, available: Availability, currency: str, stopped: Refused | None
) -> AvailabilityAnswer:
    least, terms = available.least, available.least.terms
    next_minor, minor = least.next_minor, available.available_minor
    answers = [_term(term, currency, binds=term is least.binding) for term in terms]
    if stopped is not None and stopped.reason.value != available.refusal:
        # Not the line stops new use, or not it first: the customer or the lender does.
        code = stopped.value if stopped.field == "reason" else ""
        first = TermAnswer(name=stopped.reason, amount=money(0, currency), binds=True, reason=code)
        answers = [first, *(_term(term, currency, binds=False) for term in terms)]
        next_minor, minor = least.amount_minor, 0
    return AvailabilityAnswer(
        product=product,
        available=money(minor, currency),
        limit=money(available.limit_minor, currency),
        used=money(available.used_minor, currency),
        refusal="" if stopped is None else stopped.reason.value,
        terms=tuple(answers),
        next=None if next_minor is None else money(next_minor, currency),
    )


def _term(term: Term, currency: str, *, binds: bool) -> TermAnswer:
    return TermAnswer(
        name=term.kind,
        amount=money(term.amount_minor, currency),
        binds=binds,
        reason="" if term.restriction is None else term.restriction.reason,
    )


class ReadJournalRefusal(Reason):
    """Why no journal is read, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    CURSOR_UNKNOWN = reason.CURSOR_UNKNOWN


class JournalRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of a customer's journal."""

    cursor: Cursor = ""
    count: Count = 100


class TransferAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An amount from the credited account to the debited one; `pending` until it is resolved."""

    debit: str
    credit: str
    amount: Money
    pending: bool


class EntryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted group: what happened, when it counts, when it was booked, what it moved.

    `resolves` is the authorisation whose waiting transfers it ends; `chain` is the journal's head
    after it, in hexadecimal.
    """

    seq: int
    group_id: str
    event: str
    value_on: date
    booked_at: datetime
    cause: str
    resolves: str
    transfers: tuple[TransferAnswer, ...]
    headroom: HeadroomAnswer
    chain: str


class JournalPage(Outcome, frozen=True, kw_only=True):
    """Entries in order; `next` is empty on the last page."""

    customer_id: str
    entries: tuple[EntryAnswer, ...]
    next: str


async def _read_journal(bank: Bank, request: JournalRequest, _call: Call) -> JournalPage | Refused:
    snapshot = await bank.store.snapshot(request.customer_id)
    if snapshot is None:
        no = ReadJournalRefusal.CUSTOMER_NOT_FOUND
        return refused(no, "customer_id", request.customer_id)
    listed = f"journal of {request.customer_id}"
    after_seq = position_of(listed, request.cursor)
    if after_seq is None:
        return refused(ReadJournalRefusal.CURSOR_UNKNOWN, "cursor", request.cursor)
    entries = await bank.store.entries(
        request.customer_id, after_seq=after_seq, count=request.count + 1
    )
    shown, more = entries[: request.count], len(entries) > request.count
    return JournalPage(
        customer_id=request.customer_id,
        entries=tuple(_entry(entry, snapshot.customer.currency) for entry in shown),
        next=cursor_of(listed, str(shown[-1].seq)) if more else "",
    )


def _entry(entry: Entry, currency: str) -> EntryAnswer:
    group = entry.group
    return EntryAnswer(
        seq=entry.seq,
        group_id=group.group_id,
        event=group.event,
        value_on=group.value_on,
        booked_at=group.booked_at,
        cause=group.cause,
        resolves="" if group.resolves is None else group.resolves.group_id,
        transfers=tuple(
            TransferAnswer(
                debit=each.debit.name,
                credit=each.credit.name,
                amount=money(each.amount_minor, currency),
                pending=each.pending,
            )
            for each in group.transfers
        ),
        headroom=headroom_answer(entry.headroom, currency),
        chain=entry.chain.hex(),
    )


_EVENTS: Final = "events"


class ReadEventsRefusal(Reason):
    """Why no events are read."""

    CURSOR_UNKNOWN = reason.CURSOR_UNKNOWN


class EventsRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of all events."""

    cursor: Cursor = ""
    count: Count = 100


class EventAnswer(Message, frozen=True, kw_only=True):
    """One event, as subscribers are told it; `event_id` is what they get as `webhook-id`."""

    event_id: str


class EventsPage(Outcome, frozen=True, kw_only=True):
    """Events in order; `next` is where later ones begin, also when there are none yet."""

    events: tuple[EventAnswer, ...]
    next: str


async def _read_events(bank: Bank, request: EventsRequest, _call: Call) -> EventsPage | Refused:
    after = position_of(_EVENTS, request.cursor)
    if after is None:
        return refused(ReadEventsRefusal.CURSOR_UNKNOWN, "cursor", request.cursor)
    kept = await bank.store.events(after=after, count=request.count)
    return EventsPage(
        events=tuple(_event(each) for each in kept),
        next=cursor_of(_EVENTS, str(kept[-1].position if kept else after)),
    )


def _event(kept: KeptEvent) -> EventAnswer:
    told = msgspec.structs.asdict(message_of(kept))
    return EventAnswer(event_id=kept.event.event_id, **told)


class VerifyRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose journal is verified."""

    customer_id: CustomerId


class FindingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is not true: which invariant, where, and what stands there instead."""

    invariant: str
    place: str
    words: str


class VerifyOutcome(Outcome, frozen=True, kw_only=True):
    """How many entries were read again, the chain's head after them, and all that is not true."""

    customer_id: str
    entries: int
    chain: str
    findings: tuple[FindingAnswer, ...]


async def _verify(bank: Bank, request: VerifyRequest, _call: Call) -> VerifyOutcome | Refused:
    if await bank.store.standing(request.customer_id) is None:
        return refused(ReadRefusal.CUSTOMER_NOT_FOUND, "customer_id", request.customer_id)
    verified = await verify_owner(bank.store, request.customer_id)
    return VerifyOutcome(
        customer_id=request.customer_id,
        entries=verified.entries,
        chain=verified.chain.hex(),
        findings=tuple(
            FindingAnswer(invariant=each.invariant, place=each.place, words=each.words)
            for each in verified.findings
        ),
    )


READ_CUSTOMER = Command(
    name="read_customer",
    meaning="A customer with lines, contracts, and what is available, explained by term.",
    method="GET",
    path="/v1/customers/{customer_id}",
    request=OfCustomer,
    outcome=CustomerPage,
    refusals=ReadRefusal,
    scope=Scope.READING,
    keyed=False,
    run=_read_customer,
)
READ_JOURNAL = Command(
    name="read_journal",
    meaning="A customer's journal, page by page.",
    method="GET",
    path="/v1/customers/{customer_id}/journal",
    request=JournalRequest,
    outcome=JournalPage,
    refusals=ReadJournalRefusal,
    scope=Scope.READING,
    keyed=False,
    run=_read_journal,
)
READ_EVENTS = Command(
    name="read_events",
    meaning="All events in order, page by page: what webhooks tell, to be fetched.",
    method="GET",
    path="/v1/events",
    request=EventsRequest,
    outcome=EventsPage,
    refusals=ReadEventsRefusal,
    scope=Scope.READING,
    keyed=False,
    run=_read_events,
)
VERIFY_CUSTOMER = Command(
    name="verify_customer",
    meaning="A customer's journal read again and held against what is kept.",
    method="GET",
    path="/v1/customers/{customer_id}/verification",
    request=VerifyRequest,
    outcome=VerifyOutcome,
    refusals=ReadRefusal,
    scope=Scope.READING,
    keyed=False,
    run=_verify,
)
COMMANDS = (READ_CUSTOMER, READ_JOURNAL, READ_EVENTS, VERIFY_CUSTOMER)
