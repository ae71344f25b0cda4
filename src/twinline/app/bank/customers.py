"""Customers: flags that stop new use, doubles that are merged, and the customer's own wishes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from enum import StrEnum, unique
from hashlib import sha256
from typing import TYPE_CHECKING

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, OfCustomer, Outcome, Refused, Scope
from twinline.app.bank.deciding import TRIES, Deciding, bank_itself, nothing_else, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import CustomerId, Money, money, not_negative_minor
from twinline.app.bank.limits import group_following, lawful_person_minor
from twinline.app.bank.posting import group_of, told
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.store import Busy, CustomerStatus, Posting
from twinline.ledger.admission import Accepted
from twinline.ledger.control import Control
from twinline.ledger.event import Event
from twinline.lines.available import Controls
from twinline.lines.restrictions import lift_no_credit, set_no_credit

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call
    from twinline.app.bank.register import Records
    from twinline.app.bank.store import Customer, Snapshot
    from twinline.ledger.admission import Refusal


class CustomerOutcome(Outcome, frozen=True, kw_only=True):
    """A customer as it stands: no personal data.

    The own spending cap is `spending_cap`, and `spending_cap_next` from `spending_cap_next_on`.
    """

    customer_id: str
    status: CustomerStatus
    merged_into: str
    no_credit: bool
    spending_cap: Money | None
    spending_cap_next: Money | None
    spending_cap_next_on: date | None


@unique
class StopCause(StrEnum):
    """Why a customer may use no credit at all."""

    DEATH = "death"
    IDENTITY_THEFT = "identity_theft"
    COURT_ORDER = "court_order"


class StopCustomerRefusal(Reason):
    """Why a customer is not stopped, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    STATUS = ("status", Family.CONFLICT, "a customer who is active or imported")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class StopCustomerRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New use stops at once; repayment goes on."""

    cause: StopCause


def stop_customer(
    snapshot: Snapshot, request: StopCustomerRequest, call: Call, _around: None
) -> Posting | Refused:
    """Return a customer without new use."""
    customer = snapshot.customer
    if customer.status not in {CustomerStatus.ACTIVE, CustomerStatus.IMPORTED}:
        return refused(StopCustomerRefusal.STATUS, "status", customer.status)
    changed = replace(customer, status=CustomerStatus.STOPPED, stopped_as=customer.status)
    return _changed(snapshot, call, changed, request.cause)


class ResumeCustomerRefusal(Reason):
    """Why a customer is not resumed, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    STATUS = ("status", Family.CONFLICT, "a customer who is stopped")
    SECOND_PERSON_MISSING = reason.SECOND_PERSON_MISSING
    PERIOD_LOCKED = reason.PERIOD_LOCKED


def resume_customer(
    snapshot: Snapshot, _request: OfCustomer, call: Call, _around: None
) -> Posting | Refused:
    """Return a customer as before the flag, which was found to be wrong: imported stays so."""
    customer = snapshot.customer
    if customer.status is not CustomerStatus.STOPPED:
        return refused(ResumeCustomerRefusal.STATUS, "status", customer.status)
    if not reason.second_person(call):
        return refused(ResumeCustomerRefusal.SECOND_PERSON_MISSING, "second_person")
    before = customer.stopped_as or CustomerStatus.ACTIVE
    changed = replace(customer, status=before, stopped_as=None)
    return _changed(snapshot, call, changed, f"second:{call.second_person}")


class MergeRefusal(Reason):
    """Why a double is not merged, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    STATUS = ("status", Family.CONFLICT, "a customer whose personal data was not deleted")
    ALREADY_MERGED = ("already_merged", Family.CONFLICT, "a customer who is not merged yet")
    SAME_CUSTOMER = ("same_customer", Family.RULE, "two customers")
    TARGET_NOT_FOUND = (
        "target_not_found",
        Family.MISSING,
        "a customer to merge into, who is no double and was not deleted",
    )
    HOLDS_WAIT = ("holds_wait", Family.CONFLICT, "a double without authorisations that wait")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class MergeRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`customer_id` is a double of `into`: no new use; what it owes is repaid under its own id."""

    into: CustomerId


async def _target(
    bank: Bank, request: MergeRequest, _call: Call, _records: Records
) -> Snapshot | None:
    return await bank.store.snapshot(request.into)


_NOBODY = {CustomerStatus.MERGED, CustomerStatus.DELETED}


def merge(
    snapshot: Snapshot, request: MergeRequest, call: Call, target: Snapshot | None
) -> Posting | Refused:
    """Return a double that points to the customer it is."""
    customer = snapshot.customer
    if customer.status is CustomerStatus.DELETED:
        return refused(MergeRefusal.STATUS, "status", customer.status)
    if customer.status is CustomerStatus.MERGED:
        return refused(MergeRefusal.ALREADY_MERGED, "merged_into", customer.merged_into)
    if request.into == customer.customer_id:
        return refused(MergeRefusal.SAME_CUSTOMER, "into", request.into)
    if target is None or target.customer.status in _NOBODY:
        return refused(MergeRefusal.TARGET_NOT_FOUND, "into", request.into)
    if snapshot.holds:
        return refused(MergeRefusal.HOLDS_WAIT, "authorisations", len(snapshot.holds))
    changed = replace(customer, status=CustomerStatus.MERGED, merged_into=request.into)
    posting = _changed(snapshot, call, changed, f"into:{request.into}")
    # Two who were merged into each other at once would both be nobody.
    return replace(posting, beside_seen=(request.into, target.seq))


_MERGING = Deciding(reasons=MergeRefusal, outcome=CustomerOutcome, look_up=_target, decide=merge)


async def _merge(bank: Bank, request: MergeRequest, call: Call) -> CustomerOutcome | Refused:
    """Merge a double; then what it owes counts against the law's cap on the one person.

    Where the second step did not come about, the same request again brings it about.
    """
    answer = await _MERGING(bank, request, call)
    if isinstance(answer, Refused):
        return answer
    key = f"double:{request.customer_id}"
    own = replace(call, key=key, command_hash=sha256(key.encode()).digest())
    try:
        async with bank.turns.of(answer.merged_into):
            for _ in range(TRIES):
                if isinstance(await _counted(bank, answer, own), Accepted):
                    return answer
    except (Busy, TimeoutError):
        pass
    return refused(MergeRefusal.IN_PROGRESS)


async def _counted(bank: Bank, double: CustomerOutcome, call: Call) -> Accepted | Refusal:
    """Count what a double owes on the customer it is; once, whatever happens to it later.

    That customer may have been found to be a double too, meanwhile.
    """
    snapshot = await _there(bank, double.customer_id)
    target = await _there(bank, double.merged_into)
    while target.customer.merged_into:
        target = await _there(bank, target.customer.merged_into)
    controls = Controls(limits=snapshot.limits, headroom=snapshot.headroom)
    owes = controls.used_minor(Control.PERSON) + snapshot.customer.doubles_owe_minor
    changed = replace(target.customer, doubles_owe_minor=target.customer.doubles_owe_minor + owes)
    person = lawful_person_minor(bank, changed, target.lines.values(), call.business_on)
    group, _ = group_following(
        target,
        call,
        target.lines,
        beside={Control.PERSON: person},
        cause=f"double:{double.customer_id}",
    )
    return await bank.store.post(Posting(group=group, seq_seen=target.seq, customer=changed))


async def _there(bank: Bank, customer_id: str) -> Snapshot:
    snapshot = await bank.store.snapshot(customer_id)
    assert snapshot is not None, "doubles, and whom they are merged into, stay where they are"
    return snapshot


class NoCreditRefusal(Reason):
    """Why the mode without credit does not change, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class NoCreditRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer wants no credit: at once; or wants it again: after days of thought (R116)."""

    no_credit: bool


def set_mode(
    snapshot: Snapshot, request: NoCreditRequest, call: Call, bank: Bank
) -> Posting | Refused:
    """Return a customer in or out of the mode without credit, every line with it."""
    on = call.business_on
    if request.no_credit:
        lines = {
            product: set_no_credit(line, f"own:{call.key}", on)
            for product, line in snapshot.lines.items()
        }
    else:
        lines = {
            product: lift_no_credit(line, on=on, eases_on=bank.house.eases_on(on))
            for product, line in snapshot.lines.items()
        }
    group, _ = group_following(snapshot, call, lines, cause="customer_wish")
    changed = replace(snapshot.customer, no_credit=request.no_credit)
    answer = customer_answer(changed)
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        customer=changed,
        lines=tuple(lines.values()),
        events=told(changed.customer_id, call, EventKind.CUSTOMER_CHANGED, answer),
    )


class SpendingCapRefusal(Reason):
    """Why the customer's own spending cap does not change, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    AMOUNT_INVALID = reason.AMOUNT_INVALID
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class SpendingCapRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the customer allows oneself to spend on credit in a calendar month; none for no cap.

    A tighter cap holds at once; a wider one, or none, after the house's days of thought (R116).
    """

    cap: Money | None = None


def set_spending_cap(
    snapshot: Snapshot, request: SpendingCapRequest, call: Call, bank: Bank
) -> Posting | Refused:
    """Return a customer under the own spending cap: a later wish replaces one not yet begun."""
    customer, minor = snapshot.customer, None
    if request.cap is not None:
        minor = not_negative_minor(request.cap, customer.currency)
        if minor is None:
            return refused(SpendingCapRefusal.AMOUNT_INVALID, "cap", request.cap)
    standing = customer.spending_cap_on(call.business_on)
    wider = standing is not None and (minor is None or minor > standing)
    changed = replace(
        customer,
        spending_cap_minor=standing if wider else minor,
        spending_cap_next_minor=minor if wider else None,
        spending_cap_next_on=bank.house.eases_on(call.business_on) if wider else None,
    )
    return _changed(snapshot, call, changed, "customer_wish")


def customer_answer(customer: Customer) -> CustomerOutcome:
    """Return a customer as it is answered."""
    cap, following = customer.spending_cap_minor, customer.spending_cap_next_minor
    return CustomerOutcome(
        customer_id=customer.customer_id,
        status=customer.status,
        merged_into=customer.merged_into,
        no_credit=customer.no_credit,
        spending_cap=None if cap is None else money(cap, customer.currency),
        spending_cap_next=None if following is None else money(following, customer.currency),
        spending_cap_next_on=customer.spending_cap_next_on,
    )


def _changed(snapshot: Snapshot, call: Call, changed: Customer, cause: str) -> Posting:
    group = group_of(changed.customer_id, call, Event.CUSTOMER_CHANGED, (), cause)
    answer = customer_answer(changed)
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        customer=changed,
        events=told(changed.customer_id, call, EventKind.CUSTOMER_CHANGED, answer),
    )


STOP_CUSTOMER = Command(
    name="stop_customer",
    meaning="Death, identity theft or a court's order: no new use of credit; repayment goes on.",
    method="POST",
    path="/v1/customers/{customer_id}/stop",
    request=StopCustomerRequest,
    outcome=CustomerOutcome,
    refusals=StopCustomerRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=Deciding(
        reasons=StopCustomerRefusal,
        outcome=CustomerOutcome,
        look_up=nothing_else,
        decide=stop_customer,
    ),
)
RESUME_CUSTOMER = Command(
    name="resume_customer",
    meaning="A flag was found to be wrong: the customer is as before.",
    method="POST",
    path="/v1/customers/{customer_id}/resume",
    request=OfCustomer,
    outcome=CustomerOutcome,
    refusals=ResumeCustomerRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=Deciding(
        reasons=ResumeCustomerRefusal,
        outcome=CustomerOutcome,
        look_up=nothing_else,
        decide=resume_customer,
    ),
    needs_second_person=True,
)
MERGE_CUSTOMER = Command(
    name="merge_customer",
    meaning="A customer is a double of another: no new use, what is owed is repaid as before and "
    "counts against the law's cap on the one person.",
    method="POST",
    path="/v1/customers/{customer_id}/merge",
    request=MergeRequest,
    outcome=CustomerOutcome,
    refusals=MergeRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=_merge,
)
SET_NO_CREDIT = Command(
    name="set_no_credit",
    meaning="The customer turns all credit off, or on again after days of thought.",
    method="PUT",
    path="/v1/customers/{customer_id}/no-credit",
    request=NoCreditRequest,
    outcome=CustomerOutcome,
    refusals=NoCreditRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=Deciding(
        reasons=NoCreditRefusal, outcome=CustomerOutcome, look_up=bank_itself, decide=set_mode
    ),
)
SET_SPENDING_CAP = Command(
    name="set_spending_cap",
    meaning="The customer caps a calendar month's spending on credit: at once if tighter, after "
    "days of thought if wider.",
    method="PUT",
    path="/v1/customers/{customer_id}/spending-cap",
    request=SpendingCapRequest,
    outcome=CustomerOutcome,
    refusals=SpendingCapRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=Deciding(
        reasons=SpendingCapRefusal,
        outcome=CustomerOutcome,
        look_up=bank_itself,
        decide=set_spending_cap,
    ),
)
COMMANDS = (STOP_CUSTOMER, RESUME_CUSTOMER, MERGE_CUSTOMER, SET_NO_CREDIT, SET_SPENDING_CAP)
