"""Applying: a person asks for both lines, the lender checks who it is and decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Outcome, Refused, Request, Scope
from twinline.app.bank.fields import (
    Currency,
    CustomerId,
    Money,
    Words,
    not_negative_minor,
)
from twinline.app.bank.identity import Checked, Person
from twinline.app.bank.imported import claimed, known_lines, named, other_customer
from twinline.app.bank.lines import LINE_STATE, SAME_DECISION, ppm_of
from twinline.app.bank.reason import Reason, reason_like, refused
from twinline.app.bank.recording import Recording, Written, version_of
from twinline.app.bank.referral import referral_of
from twinline.app.bank.register import RecordKind
from twinline.app.bank.store import CustomerStatus
from twinline.app.bank.underwriting import (
    Applicant,
    Decision,
    ReasonText,
    Underwritten,
    Verdict,
)
from twinline.app.bank.vault import Field
from twinline.kernel.identifiers import Identifier as Kind
from twinline.kernel.identifiers import broken_rule
from twinline.kernel.months import whole_months_back
from twinline.lines.moves import Grant, MoveRefusal
from twinline.lines.offer import accept_offer, bases_of
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call
    from twinline.app.bank.store import Snapshot

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
    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    NOT_IMPORTED = (
        "not_imported",
        Family.CONFLICT,
        "a customer who came with a loaded book and is not open yet",
    )
    CURRENCY_DIFFERS = ("currency_differs", Family.RULE, "the currency of the imported customer")
    LINE_STATE = LINE_STATE
    SAME_DECISION = SAME_DECISION
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
    PERSON_IS_CUSTOMER = (
        "person_is_customer",
        Family.CONFLICT,
        "one person is one customer; merge the double into the customer who stays",
    )


class ApplyRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person applies for both lines.

    `decision` is the lender's own risk engine's; without one the loaded strategy decides on what
    is known besides: a month's income, debt and lenders elsewhere, a bureau's score and its day.
    `customer_id` says which customer of a loaded book this person is.
    """

    customer_id: CustomerId | None = None
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
    """An application as it is kept: no personal data. A referral is offered on a later day.

    `bases_seen` are the base versions of the lines that the decision was made on, 0 where there
    was none.
    """

    customer_id: str
    currency: str
    applied_on: date
    decision: Decision | None
    bases_seen: dict[Product, int]
    offered_on: date | None = None


async def _apply(bank: Bank, request: ApplyRequest, call: Call) -> Written[ApplyOutcome] | Refused:
    wrong = (
        _malformed(request)
        or _under_age(request, call.business_on)
        or _undecidable(bank, request, call)
    )
    if wrong is not None:
        return wrong
    imported = None
    if request.customer_id is not None:
        imported = await bank.store.snapshot(request.customer_id)
        if (wrong := _unopenable(bank, imported, request, call)) is not None:
            return wrong
    person = Person(
        name=request.name,
        resident_id=request.resident_id,
        mobile=request.mobile,
        card=request.card,
    )
    wrong = _not_oneself(await bank.identity.real_name(person), ApplyRefusal.IDENTITY_DIFFERS)
    wrong = wrong or _not_oneself(await bank.cards.bind(person), ApplyRefusal.CARD_DIFFERS)
    if wrong is not None:
        return wrong
    fields = _fields(person, call)
    customer_id = await (
        _enrolled(bank, fields, call)
        if imported is None
        else _named(bank, imported.customer.customer_id, fields, call)
    )
    if isinstance(customer_id, Refused):
        return customer_id
    applicant = _applicant(bank, customer_id, request, call, imported)
    return _offered(bank, applicant, request, call, imported)


def _unopenable(
    bank: Bank, imported: Snapshot | None, request: ApplyRequest, call: Call
) -> Refused | None:
    """Refuse an imported customer who cannot be opened, whoever it is."""
    if imported is None:
        return refused(ApplyRefusal.CUSTOMER_NOT_FOUND, "customer_id", request.customer_id)
    customer = imported.customer
    if customer.status is not CustomerStatus.IMPORTED:
        return refused(ApplyRefusal.NOT_IMPORTED, "status", customer.status)
    if customer.currency != request.currency:
        return refused(ApplyRefusal.CURRENCY_DIFFERS, "currency", customer.currency)
    if request.decision is None:
        return None
    grants = grants_of(bank, request.decision, request.currency)
    seen = bases_of(imported.lines)
    after = accept_offer(imported.lines, grants, seen, call.business_on)
    if isinstance(after, MoveRefusal):
        return refused(reason_like(ApplyRefusal, after), "decision", request.decision.decision_id)
    return None


async def _enrolled(bank: Bank, fields: Mapping[Field, str], call: Call) -> str | Refused:
    """Return the id of a person who was checked and has no lines yet, or why there is none."""
    customer_id = await bank.vault.enrol(call.new_ids[0], fields)
    if await bank.store.snapshot(customer_id) is not None:
        return refused(ApplyRefusal.CUSTOMER_EXISTS, "resident_id")
    if customer_id != call.new_ids[0]:
        # Who applies again is known by the name, mobile and card that were checked last.
        await bank.vault.put(customer_id, fields)
    return customer_id


async def _named(
    bank: Bank, customer_id: str, fields: Mapping[Field, str], call: Call
) -> str | Refused:
    """Return the imported customer whom a checked person names, or why it is somebody else."""
    async with bank.turns.of(customer_id):
        other = await other_customer(bank, customer_id, fields[Field.RESIDENT_ID])
        if not other:
            customer = await claimed(bank, customer_id, fields[Field.APPLICATION], call)
            if customer is None:
                return refused(ApplyRefusal.IN_PROGRESS)
            if customer.status is not CustomerStatus.IMPORTED:
                return refused(ApplyRefusal.NOT_IMPORTED, "status", customer.status)
            other = await named(bank, customer_id, fields)
    return refused(ApplyRefusal.PERSON_IS_CUSTOMER, "customer_id", other) if other else customer_id


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


def _fields(person: Person, call: Call) -> dict[Field, str]:
    return {
        Field.NAME: person.name,
        Field.RESIDENT_ID: person.resident_id.upper(),
        Field.MOBILE: person.mobile,
        Field.CARD: person.card,
        Field.APPLICATION: _application_id(call),
    }


def _application_id(call: Call) -> str:
    return call.new_ids[1]


def _applicant(
    bank: Bank, customer_id: str, request: ApplyRequest, call: Call, imported: Snapshot | None
) -> Applicant:
    on = call.business_on
    months, _ = (0, on) if imported is None else whole_months_back(imported.customer.opened_on, on)
    return Applicant(
        customer_id=customer_id,
        currency=request.currency,
        licence=bank.house.licence,
        on=on,
        income_minor=_known(request.income, request.currency),
        debt_elsewhere_minor=_known(request.debt_elsewhere, request.currency),
        lenders_elsewhere=request.lenders_elsewhere,
        external_score=request.external_score,
        external_score_on=request.external_score_on,
        months_on_book=months,
        lines={} if imported is None else known_lines(imported),
    )


def _underwritten(bank: Bank, applicant: Applicant, request: ApplyRequest) -> Underwritten:
    if request.decision is not None:
        return Underwritten(verdict=Verdict.OFFERED, decision=request.decision)
    assert bank.underwriting is not None, "refused before as DECISION_MISSING"
    return bank.underwriting.decide(applicant)


def _known(amount: str | None, currency: str) -> int | None:
    return None if amount is None else not_negative_minor(amount, currency)


def _offered(
    bank: Bank, applicant: Applicant, request: ApplyRequest, call: Call, imported: Snapshot | None
) -> Written[ApplyOutcome]:
    underwritten = _underwritten(bank, applicant, request)
    application_id, decision = _application_id(call), underwritten.decision
    application = Application(
        customer_id=applicant.customer_id,
        currency=request.currency,
        applied_on=call.business_on,
        decision=decision,
        bases_seen=bases_of({} if imported is None else imported.lines),
    )
    answer = ApplyOutcome(
        application_id=application_id,
        customer_id=applicant.customer_id,
        state=underwritten.verdict,
        currency=request.currency,
        offer=decision,
        reasons=underwritten.reasons,
    )
    record = version_of(RecordKind.APPLICATION, application_id, application, call)
    referral = referral_of(
        (application_id, applicant.customer_id), request.currency, underwritten, call
    )
    if not underwritten.certificate:
        return Written(answer, (record, *referral))
    certificate = replace(record, kind=RecordKind.CERTIFICATE, document=underwritten.certificate)
    return Written(answer, (record, certificate, *referral))


def grants_of(bank: Bank, decision: Decision, currency: str) -> tuple[Grant, ...]:
    """Return what a decision grants of each product, 0 included."""
    rate = decision.cash_loan_rate
    limits = (
        (Product.PAY_LATER, decision.pay_later_limit, None),
        (Product.CASH_LOAN, decision.cash_loan_limit, None if rate is None else ppm_of(rate)),
    )
    return tuple(
        Grant(
            product=product,
            currency=currency,
            licence=bank.house.licence,
            funder=bank.house.funder,
            decision_id=decision.decision_id,
            base_limit_minor=limit_minor(limit, currency),
            price_ppm=price_ppm,
            effective_from_on=decision.effective_from_on,
            on_condition=decision.on_condition,
        )
        for product, limit, price_ppm in limits
    )


def limit_minor(amount: str, currency: str) -> int:
    """Return a limit of a decision that was found sound, in minor units."""
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
COMMANDS = (APPLY,)
