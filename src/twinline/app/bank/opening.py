"""Opening: a person applies, the lender decides, the person accepts, both lines are open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.answers import LineAnswer, line_answer
from twinline.app.bank.command import Command, Family, Outcome, Refused, Request, Scope
from twinline.app.bank.deciding import Answers, answering, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import (
    Currency,
    Identifier,
    Money,
    Words,
    not_negative_minor,
)
from twinline.app.bank.identity import Checked, Person
from twinline.app.bank.lines import ppm_of
from twinline.app.bank.owing import running_contract
from twinline.app.bank.posting import HeadroomAnswer, group_of, headroom_answer, told
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.recording import Recording, Written, version_of
from twinline.app.bank.referral import referral_of
from twinline.app.bank.register import RecordKind
from twinline.app.bank.store import Customer, CustomerStatus, Posting
from twinline.app.bank.underwriting import (
    Applicant,
    Decision,
    ReasonText,
    Underwritten,
    Verdict,
)
from twinline.app.bank.vault import Field
from twinline.compliance.person_control import lawful_joint_minor, person_cap
from twinline.kernel.identifiers import Identifier as Kind
from twinline.kernel.identifiers import broken_rule
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.lines.changes import limits_on, opening_amounts
from twinline.lines.line import Line
from twinline.lines.moves import Grant, grant
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call

ADULT_YEARS = 18


class ApplyRefusal(Reason):
    """Why an application is not taken, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    RESIDENT_ID_INVALID = (
        "resident_id_invalid",
        Family.RULE,
        "18 characters with a birth date and check character that fit",
    )
    MOBILE_INVALID = ("mobile_invalid", Family.RULE, "11 digits of a mainland mobile number")
    CARD_INVALID = ("card_invalid", Family.RULE, "12 to 19 digits that pass Luhn's check")
    UNDER_AGE = ("under_age", Family.RULE, "credit is for people of 18 years or more")
    CURRENCY_NOT_LENT = ("currency_not_lent", Family.RULE, "a currency this lender lends in")
    AMOUNT_INVALID = reason.AMOUNT_INVALID
    DECISION_MISSING = (
        "decision_missing",
        Family.MISSING,
        "a decision with its id, where this lender's bank has no strategy loaded",
    )
    DECISION_INVALID = (
        "decision_invalid",
        Family.RULE,
        "limits in the currency's decimals, a rate for cash, joint at most the sum, one delay",
    )
    RATE_ABOVE_CEILING = (
        "rate_above_ceiling",
        Family.RULE,
        "at most the all-in cost a year that the law allows",
    )
    IDENTITY_SILENT = (
        "identity_silent",
        Family.TIME_OUT,
        "the identity register did not answer; send the same request again",
    )
    IDENTITY_DIFFERS = (
        "identity_differs",
        Family.RULE,
        "name and resident id as the identity register has them",
    )
    CARD_SILENT = (
        "card_silent",
        Family.TIME_OUT,
        "the card's bank did not answer; send the same request again",
    )
    CARD_DIFFERS = ("card_differs", Family.RULE, "a card of the applicant's own")
    CUSTOMER_EXISTS = (
        "customer_exists",
        Family.CONFLICT,
        "one person is one customer; this person is one already",
    )


class ApplyRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person applies for both lines.

    `decision` is the lender's own risk engine's; without one the loaded strategy decides on what
    is known besides: a month's income, debt and lenders elsewhere, a bureau's score and its day.
    """

    name: Words
    resident_id: Annotated[str, Meta(min_length=18, max_length=18)]
    mobile: Annotated[str, Meta(min_length=11, max_length=11)]
    card: Annotated[str, Meta(min_length=12, max_length=19)]
    currency: Currency = "CNY"
    income: Money | None = None
    debt_elsewhere: Money | None = None
    lenders_elsewhere: Annotated[int, Meta(ge=0, le=1_000)] | None = None
    external_score: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    external_score_on: date | None = None
    decision: Decision | None = None


class ApplyOutcome(Outcome, frozen=True, kw_only=True):
    """What came of an application: an offer that may be accepted, or why there is none."""

    application_id: str
    customer_id: str
    state: Verdict
    currency: str
    offer: Decision | None
    reasons: tuple[ReasonText, ...]


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An application as it is kept: no personal data. A referral is offered on a later day."""

    customer_id: str
    currency: str
    applied_on: date
    decision: Decision | None
    offered_on: date | None = None


async def _apply(bank: Bank, request: ApplyRequest, call: Call) -> Written[ApplyOutcome] | Refused:
    wrong = (
        _malformed(request)
        or _under_age(request, call.business_on)
        or _undecidable(bank, request, call)
    )
    if wrong is not None:
        return wrong
    person = Person(
        name=request.name,
        resident_id=request.resident_id,
        mobile=request.mobile,
        card=request.card,
    )
    customer_id = await _enrolled(bank, person, call)
    if isinstance(customer_id, Refused):
        return customer_id
    return _offered(customer_id, request, call, _underwritten(bank, customer_id, request, call))


async def _enrolled(bank: Bank, person: Person, call: Call) -> str | Refused:
    """Return the id of a person who was checked and has no lines yet, or why there is none."""
    wrong = _not_oneself(await bank.identity.real_name(person), ApplyRefusal.IDENTITY_DIFFERS)
    wrong = wrong or _not_oneself(await bank.cards.bind(person), ApplyRefusal.CARD_DIFFERS)
    if wrong is not None:
        return wrong
    customer_id = await bank.vault.enrol(call.new_ids[0], _fields(person))
    if await bank.store.snapshot(customer_id) is not None:
        return refused(ApplyRefusal.CUSTOMER_EXISTS, "resident_id")
    if customer_id != call.new_ids[0]:
        # Who applies again is known by the name, mobile and card that were checked last.
        await bank.vault.put(customer_id, _fields(person))
    return customer_id


def _malformed(request: ApplyRequest) -> Refused | None:
    if broken_rule(Kind.RESIDENT_ID, request.resident_id) is not None:
        return refused(ApplyRefusal.RESIDENT_ID_INVALID, "resident_id")
    if broken_rule(Kind.MOBILE, request.mobile) is not None:
        return refused(ApplyRefusal.MOBILE_INVALID, "mobile")
    if broken_rule(Kind.BANK_CARD, request.card) is not None:
        return refused(ApplyRefusal.CARD_INVALID, "card")
    return None


def _undecidable(bank: Bank, request: ApplyRequest, call: Call) -> Refused | None:
    """Refuse what cannot be decided on: the currency, the figures, the decision brought along."""
    if request.currency not in bank.house.loan_min_minor:
        return refused(ApplyRefusal.CURRENCY_NOT_LENT, "currency", request.currency)
    for name, amount in (("income", request.income), ("debt_elsewhere", request.debt_elsewhere)):
        if amount is not None and not_negative_minor(amount, request.currency) is None:
            return refused(ApplyRefusal.AMOUNT_INVALID, name, amount)
    if request.decision is not None:
        return bad_decision(bank, request.decision, request.currency, call)
    return None if bank.underwriting else refused(ApplyRefusal.DECISION_MISSING, "decision")


def _under_age(request: ApplyRequest, on: date) -> Refused | None:
    """Refuse who is not 18: GB 11643 writes the birth date from the seventh character on."""
    text_of = request.resident_id
    born = int(text_of[6:10]), int(text_of[10:12]), int(text_of[12:14])
    if (on.year - ADULT_YEARS, on.month, on.day) < born:
        return refused(ApplyRefusal.UNDER_AGE, "resident_id")
    return None


def bad_decision(bank: Bank, decision: Decision, currency: str, call: Call) -> Refused | None:
    """Refuse a decision whose limits do not fit, or whose rate the law does not allow."""
    limits = [
        not_negative_minor(amount, currency)
        for amount in (decision.pay_later_limit, decision.cash_loan_limit, decision.joint_limit)
    ]
    known = [limit for limit in limits if limit is not None]
    if len(known) < len(limits) or known[2] > known[0] + known[1]:
        return refused(ApplyRefusal.DECISION_INVALID, "decision", decision.decision_id)
    rate = decision.cash_loan_rate
    if known[1] and rate is None:
        return refused(ApplyRefusal.DECISION_INVALID, "decision.cash_loan_rate")
    if decision.on_condition and decision.effective_from_on is not None:
        return refused(ApplyRefusal.DECISION_INVALID, "decision.on_condition")
    law = bank.law.values(bank.house.licence, call.business_on, currency)
    if rate is not None and ppm_of(rate) > law.price_ceiling_ppm:
        return refused(ApplyRefusal.RATE_ABOVE_CEILING, "decision.cash_loan_rate", rate)
    return None


def _not_oneself(checked: Checked, differs: ApplyRefusal) -> Refused | None:
    identity = differs is ApplyRefusal.IDENTITY_DIFFERS
    match checked:
        case Checked.MATCHES:
            return None
        case Checked.DIFFERS:
            return refused(differs, "name" if identity else "card")
        case Checked.SILENT:
            return refused(ApplyRefusal.IDENTITY_SILENT if identity else ApplyRefusal.CARD_SILENT)


def _fields(person: Person) -> dict[Field, str]:
    return {
        Field.NAME: person.name,
        Field.RESIDENT_ID: person.resident_id.upper(),
        Field.MOBILE: person.mobile,
        Field.CARD: person.card,
    }


def _underwritten(bank: Bank, customer_id: str, request: ApplyRequest, call: Call) -> Underwritten:
    if request.decision is not None:
        return Underwritten(verdict=Verdict.OFFERED, decision=request.decision)
    assert bank.underwriting is not None, "refused before as DECISION_MISSING"
    applicant = Applicant(
        customer_id=customer_id,
        currency=request.currency,
        licence=bank.house.licence,
        on=call.business_on,
        income_minor=_known(request.income, request.currency),
        debt_elsewhere_minor=_known(request.debt_elsewhere, request.currency),
        lenders_elsewhere=request.lenders_elsewhere,
        external_score=request.external_score,
        external_score_on=request.external_score_on,
    )
    return bank.underwriting.decide(applicant)


def _known(amount: str | None, currency: str) -> int | None:
    return None if amount is None else not_negative_minor(amount, currency)


def _offered(
    customer_id: str, request: ApplyRequest, call: Call, underwritten: Underwritten
) -> Written[ApplyOutcome]:
    application_id, decision = call.new_ids[1], underwritten.decision
    application = Application(
        customer_id=customer_id,
        currency=request.currency,
        applied_on=call.business_on,
        decision=decision,
    )
    answer = ApplyOutcome(
        application_id=application_id,
        customer_id=customer_id,
        state=underwritten.verdict,
        currency=request.currency,
        offer=decision,
        reasons=underwritten.reasons,
    )
    record = version_of(RecordKind.APPLICATION, application_id, application, call)
    referral = referral_of((application_id, customer_id), request.currency, underwritten, call)
    if not underwritten.certificate:
        return Written(answer, (record, *referral))
    certificate = replace(record, kind=RecordKind.CERTIFICATE, document=underwritten.certificate)
    return Written(answer, (record, certificate, *referral))


class AcceptRefusal(Reason):
    """Why an offer cannot be accepted, in the order the checks run."""

    APPLICATION_NOT_FOUND = (
        "application_not_found",
        Family.MISSING,
        "there is no application of this id",
    )
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    NOT_OFFERED = ("not_offered", Family.RULE, "an application that came to an offer")
    OFFER_EXPIRED = ("offer_expired", Family.RULE, "an offer of the last days; apply again")
    CUSTOMER_EXISTS = (
        "customer_exists",
        Family.CONFLICT,
        "an offer is accepted once; this customer's lines are open",
    )
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
    if (await bank.store.snapshot(application.customer_id)) is not None:
        return await answers.keep(refused(AcceptRefusal.CUSTOMER_EXISTS), call)
    if application.decision is None:
        no = refused(AcceptRefusal.NOT_OFFERED, "application_id", request.application_id)
        return await answers.keep(no, call)
    offered_on = application.offered_on or application.applied_on
    if (call.business_on - offered_on).days > bank.house.offer_days:
        no = refused(AcceptRefusal.OFFER_EXPIRED, "offered_on", offered_on)
        return await answers.keep(no, call)
    posting = opened(bank, application, application.decision, call)
    return await answers.post(posting, call)


def opened(bank: Bank, application: Application, decision: Decision, call: Call) -> Posting:
    """Return the posting that opens a customer's lines, as decided."""
    customer_id, currency, on = application.customer_id, application.currency, call.business_on
    customer = Customer(
        customer_id=customer_id,
        status=CustomerStatus.ACTIVE,
        currency=currency,
        opened_on=on,
        segment=decision.segment,
    )
    lines = _lines(bank, decision, currency, on)
    cap = person_cap(bank.law, (bank.house.licence,), on, currency)
    limits = limits_on(
        {line.product: line for line in lines},
        on,
        joint_minor=lawful_joint_minor(cap, _minor(decision.joint_limit, currency)),
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
        contracts=tuple(
            running_contract(customer_id, line)
            for line in lines
            if line.product is Product.PAY_LATER
        ),
        events=told(customer_id, call, EventKind.CUSTOMER_OPENED, answer),
    )


def _lines(bank: Bank, decision: Decision, currency: str, on: date) -> tuple[Line, ...]:
    rate = decision.cash_loan_rate
    limits = (
        (Product.PAY_LATER, decision.pay_later_limit, None),
        (Product.CASH_LOAN, decision.cash_loan_limit, None if rate is None else ppm_of(rate)),
    )
    lines = []
    for product, limit, price_ppm in limits:
        granted = Grant(
            product=product,
            currency=currency,
            licence=bank.house.licence,
            funder=bank.house.funder,
            decision_id=decision.decision_id,
            base_limit_minor=_minor(limit, currency),
            price_ppm=price_ppm,
            effective_from_on=decision.effective_from_on,
            on_condition=decision.on_condition,
        )
        line = grant(None, granted, on)
        assert isinstance(line, Line), "nothing speaks against a first line"
        if line.base_limit_minor:
            lines.append(line)
    return tuple(lines)


def _minor(amount: str, currency: str) -> int:
    minor = not_negative_minor(amount, currency)
    assert minor is not None, "refused before as DECISION_INVALID"
    return minor


APPLY = Command(
    name="apply",
    meaning="A person applies for both lines; the answer is an offer, or why there is none.",
    method="POST",
    path="/v1/applications",
    request=ApplyRequest,
    outcome=ApplyOutcome,
    refusals=ApplyRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=Recording(reasons=ApplyRefusal, outcome=ApplyOutcome, decide=_apply),
    success=201,
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
COMMANDS = (APPLY, ACCEPT)
