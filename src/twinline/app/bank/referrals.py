"""Referrals: what a strategy would not decide, a person does, within what it would allow.

A grant needs a second person; it becomes an offer, which is accepted like any other. Both answers
have their grounds in both languages.
"""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.acceptance import AcceptRefusal, not_openable
from twinline.app.bank.command import Command, Family, Outcome, Request, Scope
from twinline.app.bank.cursor import Cursor, cursor_of, last_of
from twinline.app.bank.fields import Identifier, Money, Rate, not_negative_minor
from twinline.app.bank.lines import ppm_of
from twinline.app.bank.opening import Application, ApplyRefusal, bad_decision
from twinline.app.bank.reason import Reason, reason_like, refused
from twinline.app.bank.recording import Recording, Written, version_of
from twinline.app.bank.referral import (
    Grounds,
    Referral,
    ReferralState,
    first_open,
    referral_for,
)
from twinline.app.bank.register import RecordKind
from twinline.app.bank.underwriting import Decision, Most, ReasonText

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.house import House
    from twinline.app.bank.register import Record

_LISTED: Final = "referrals"
_LOOKS_MOST: Final = 10
"""How many pages of records one page of those that wait is picked from."""


class ReferralAnswer(Outcome, frozen=True, kw_only=True):
    """A referral: why it was referred, what may be granted, until when, and what was decided.

    `most` leaves out what only the law bounds. A person should decide by `decide_by`; after
    `lapses_after` the person has to apply again.
    """

    application_id: str
    customer_id: str
    currency: str
    applied_on: date
    decide_by: date
    lapses_after: date
    is_overdue: bool
    state: ReferralState
    reasons: tuple[ReasonText, ...]
    most: Most
    offer: Decision | None
    grounds: Grounds | None
    decided_on: date | None
    decided_by: str


def referral_answer(referral: Referral, house: House, on: date) -> ReferralAnswer:
    """Return a referral as it is answered on a day."""
    decide_by = referral.applied_on + timedelta(days=house.referral_days)
    return ReferralAnswer(
        **{name: getattr(referral, name) for name in referral.__struct_fields__},
        decide_by=decide_by,
        lapses_after=referral.applied_on + timedelta(days=house.offer_days),
        is_overdue=referral.state is ReferralState.WAITING and on > decide_by,
    )


class ListReferralsRefusal(Reason):
    """Why referrals are not listed, in the order the checks run."""

    CURSOR_UNKNOWN = reason.CURSOR_UNKNOWN


class ListReferralsRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of the referrals that wait for a person, the oldest first."""

    cursor: Cursor = ""
    count: Annotated[int, Meta(ge=1, le=1_000)] = 100


class ReferralsPage(Outcome, frozen=True, kw_only=True):
    """Referrals that wait, at most as many as were asked for.

    `next` is the cursor of the next page, empty at the end.
    """

    referrals: tuple[ReferralAnswer, ...]
    next: str


async def _list(bank: Bank, request: ListReferralsRequest, call: Call) -> ReferralsPage | Refused:
    on = call.business_on
    last = last_of(_LISTED, request.cursor) if request.cursor else ""
    if last is None:
        return refused(ListReferralsRefusal.CURSOR_UNKNOWN, "cursor", request.cursor)
    after, waiting, more = max(last, first_open(bank.house, on)), list[ReferralAnswer](), True
    for _ in range(_LOOKS_MOST):
        left = request.count - len(waiting)
        if not (left and more):
            break
        records = await bank.register.records(RecordKind.REFERRAL, after=after, count=left)
        referrals = (msgspec.json.decode(each.document, type=Referral) for each in records)
        waiting += [
            referral_answer(each, bank.house, on)
            for each in referrals
            if each.state is ReferralState.WAITING
        ]
        more = len(records) == left
        after = records[-1].record_id if records else after
    return ReferralsPage(referrals=tuple(waiting), next=cursor_of(_LISTED, after) if more else "")


class ReadReferralRefusal(Reason):
    """Why a referral cannot be read, in the order the checks run."""

    REFERRAL_NOT_FOUND = (
        "referral_not_found",
        Family.MISSING,
        "an application that was referred to a person",
    )


class OfReferral(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request about one application that was referred."""

    application_id: Identifier


async def _read(bank: Bank, request: OfReferral, call: Call) -> ReferralAnswer | Refused:
    found = await _found(bank, request.application_id)
    if found is None:
        no = ReadReferralRefusal.REFERRAL_NOT_FOUND
        return refused(no, "application_id", request.application_id)
    _, referral, _ = found
    return referral_answer(referral, bank.house, call.business_on)


class DeclineReferralRefusal(Reason):
    """Why a referral is not declined, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    REFERRAL_NOT_FOUND = ReadReferralRefusal.REFERRAL_NOT_FOUND.written
    REFERRAL_DECIDED = (
        "referral_decided",
        Family.CONFLICT,
        "a referral that waits; somebody has decided on this one",
    )


class DeclineReferralRequest(OfReferral, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person declines; the applicant is told why."""

    grounds: Grounds


async def _decline(
    bank: Bank, request: DeclineReferralRequest, call: Call
) -> Written[ReferralAnswer] | Refused:
    found = await _waiting(bank, request.application_id, DeclineReferralRefusal)
    if not isinstance(found, tuple):
        return found
    _, referral, version = found
    declined = msgspec.structs.replace(
        referral,
        state=ReferralState.DECLINED,
        grounds=request.grounds,
        decided_on=call.business_on,
        decided_by=call.client,
    )
    record = version_of(RecordKind.REFERRAL, referral.record_id, declined, call, version + 1)
    return Written(referral_answer(declined, bank.house, call.business_on), (record,))


class ApproveReferralRefusal(Reason):
    """Why a referral is not approved, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    SECOND_PERSON_MISSING = reason.SECOND_PERSON_MISSING
    REFERRAL_NOT_FOUND = ReadReferralRefusal.REFERRAL_NOT_FOUND.written
    REFERRAL_DECIDED = DeclineReferralRefusal.REFERRAL_DECIDED.written
    REFERRAL_LAPSED = (
        "referral_lapsed",
        Family.RULE,
        "an application of the last days; what is known of this applicant is too old",
    )
    CUSTOMER_EXISTS = AcceptRefusal.CUSTOMER_EXISTS.written
    NOT_IMPORTED = AcceptRefusal.NOT_IMPORTED.written
    DECISION_INVALID = ApplyRefusal.DECISION_INVALID.written
    RATE_ABOVE_CEILING = ApplyRefusal.RATE_ABOVE_CEILING.written
    NOTHING_GRANTED = (
        "nothing_granted",
        Family.RULE,
        "a limit above 0 on one line; a referral that grants nothing is declined",
    )
    ABOVE_ALLOWED = (
        "above_allowed",
        Family.RULE,
        "at most what the strategy would allow, and the law lets one person owe",
    )


class ApproveReferralRequest(OfReferral, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person and a second one grant limits: an offer that the applicant may accept."""

    pay_later_limit: Money
    cash_loan_limit: Money
    joint_limit: Money
    cash_loan_rate: Rate | None = None
    grounds: Grounds


async def _approve(
    bank: Bank, request: ApproveReferralRequest, call: Call
) -> Written[ReferralAnswer] | Refused:
    if not reason.second_person(call):
        return refused(ApproveReferralRefusal.SECOND_PERSON_MISSING, "second_person")
    found = await _waiting(bank, request.application_id, ApproveReferralRefusal)
    if not isinstance(found, tuple):
        return found
    kept, referral, version = found
    on = call.business_on
    if referral.has_lapsed(bank.house, on):
        no = ApproveReferralRefusal.REFERRAL_LAPSED
        return refused(no, "applied_on", referral.applied_on)
    snapshot = await bank.store.snapshot(referral.customer_id)
    if snapshot is not None and (there := not_openable(snapshot.customer)) is not None:
        own = reason_like(ApproveReferralRefusal, there.reason)
        return refused(own, there.field, there.value)
    offer = Decision(
        decision_id=f"r{sha256(request.application_id.encode()).hexdigest()[:32]}",
        pay_later_limit=request.pay_later_limit,
        cash_loan_limit=request.cash_loan_limit,
        joint_limit=request.joint_limit,
        cash_loan_rate=request.cash_loan_rate,
    )
    wrong = bad_decision(bank, offer, referral.currency, call)
    if wrong is not None:
        own = reason_like(ApproveReferralRefusal, wrong.reason)
        return refused(own, wrong.field.removeprefix("decision."), wrong.value)
    if (no_grant := _beyond(bank, offer, referral, on)) is not None:
        return no_grant
    approved = msgspec.structs.replace(
        referral,
        state=ReferralState.APPROVED,
        offer=offer,
        grounds=request.grounds,
        decided_on=on,
        decided_by=f"{call.client}, {call.second_person}",
    )
    application = msgspec.structs.replace(_application(kept), decision=offer, offered_on=on)
    records = (
        version_of(RecordKind.REFERRAL, referral.record_id, approved, call, version + 1),
        version_of(RecordKind.APPLICATION, kept.record_id, application, call, kept.version + 1),
    )
    return Written(referral_answer(approved, bank.house, on), records)


def _beyond(bank: Bank, offer: Decision, referral: Referral, on: date) -> Refused | None:
    """Refuse an offer of nothing, and one beyond what strategy and law allow."""
    currency, most = referral.currency, referral.most
    law = bank.law.values(bank.house.licence, on, currency)
    named = (
        ("pay_later_limit", offer.pay_later_limit, most.pay_later_limit),
        ("cash_loan_limit", offer.cash_loan_limit, most.cash_loan_limit),
        ("joint_limit", offer.joint_limit, most.joint_limit),
    )
    limits = [(name, _minor(text, currency), bound) for name, text, bound in named]
    if not any(minor for _, minor, _ in limits[:2]):
        return refused(ApproveReferralRefusal.NOTHING_GRANTED, "pay_later_limit", "0")
    for (name, minor, bound), (_, asked, _) in zip(limits, named, strict=True):
        allowed = law.person_cap_minor if bound is None else _minor(bound, currency)
        if minor > min(allowed, law.person_cap_minor):
            return refused(ApproveReferralRefusal.ABOVE_ALLOWED, name, asked)
    rate, dearest = offer.cash_loan_rate, most.cash_loan_rate
    if rate is not None and dearest is not None and ppm_of(rate) > ppm_of(dearest):
        return refused(ApproveReferralRefusal.ABOVE_ALLOWED, "cash_loan_rate", rate)
    return None


def _minor(amount: str, currency: str) -> int:
    minor = not_negative_minor(amount, currency)
    assert minor is not None, "refused before as DECISION_INVALID"
    return minor


async def _found(bank: Bank, application_id: str) -> tuple[Record, Referral, int] | None:
    """Return an application's record, its referral and that one's version."""
    record = await bank.register.record(RecordKind.APPLICATION, application_id)
    if record is None:
        return None
    found = await referral_for(bank, _application(record).applied_on, application_id)
    return None if found is None else (record, *found)


async def _waiting(
    bank: Bank, application_id: str, reasons: type[Reason]
) -> tuple[Record, Referral, int] | Refused:
    """Return a referral that waits, as `_found` does, or why there is none."""
    found = await _found(bank, application_id)
    if found is None:
        return refused(reasons["REFERRAL_NOT_FOUND"], "application_id", application_id)
    if found[1].state is not ReferralState.WAITING:
        return refused(reasons["REFERRAL_DECIDED"], "state", found[1].state)
    return found


def _application(record: Record) -> Application:
    return msgspec.json.decode(record.document, type=Application)


LIST_REFERRALS = Command(
    name="list_referrals",
    meaning="The applications that wait for a person, the oldest first, with their deadlines.",
    method="GET",
    path="/v1/referrals",
    request=ListReferralsRequest,
    outcome=ReferralsPage,
    refusals=ListReferralsRefusal,
    scope=Scope.OPENING,
    keyed=False,
    run=_list,
)
READ_REFERRAL = Command(
    name="read_referral",
    meaning="An application that was referred to a person, and what became of it.",
    method="GET",
    path="/v1/referrals/{application_id}",
    request=OfReferral,
    outcome=ReferralAnswer,
    refusals=ReadReferralRefusal,
    scope=Scope.OPENING,
    keyed=False,
    run=_read,
)
APPROVE_REFERRAL = Command(
    name="approve_referral",
    meaning="A person and a second one grant what the strategy would not decide: an offer.",
    method="POST",
    path="/v1/referrals/{application_id}/approval",
    request=ApproveReferralRequest,
    outcome=ReferralAnswer,
    refusals=ApproveReferralRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=Recording(reasons=ApproveReferralRefusal, outcome=ReferralAnswer, decide=_approve),
    needs_second_person=True,
)
DECLINE_REFERRAL = Command(
    name="decline_referral",
    meaning="A person declines what the strategy would not decide, and says why.",
    method="POST",
    path="/v1/referrals/{application_id}/decline",
    request=DeclineReferralRequest,
    outcome=ReferralAnswer,
    refusals=DeclineReferralRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=Recording(reasons=DeclineReferralRefusal, outcome=ReferralAnswer, decide=_decline),
)
COMMANDS: Final[tuple[Command[Any, Any], ...]] = (
    LIST_REFERRALS,
    READ_REFERRAL,
    APPROVE_REFERRAL,
    DECLINE_REFERRAL,
)
