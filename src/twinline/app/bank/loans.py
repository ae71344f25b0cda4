"""Cash loans: a quote with its cost sheet, the draw that confirms it, money that came back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.answers import ContractAnswer, contract_answer
from twinline.app.bank.command import Command, Family, OfCustomer, Outcome, Scope
from twinline.app.bank.deciding import Deciding, nothing_else, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import Identifier, Money, money, not_negative_minor, positive_minor
from twinline.app.bank.funding import BEARING, lending_in, lending_of
from twinline.app.bank.limits import as_of, followed
from twinline.app.bank.owing import recorded
from twinline.app.bank.posting import (
    HeadroomAnswer,
    group_of,
    headroom_after,
    headroom_answer,
    told,
)
from twinline.app.bank.quotes import Costed, LoanTerms, Quote, Wanted, costed, is_borne
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.recording import version_of
from twinline.app.bank.register import RecordKind
from twinline.app.bank.store import Posting
from twinline.app.bank.use import Use, beyond, inactive, use_refused
from twinline.app.bank.vault import Field, NoPersonalDataError, Reading
from twinline.ledger.event import Event
from twinline.lines.moves import used
from twinline.pricing.capacity import free_service_minor
from twinline.servicing.fact import Contract, Fact, FactKind, Owed
from twinline.terms.plan import Method
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.funding import Lender, Lending
    from twinline.app.bank.register import RecordName, Records
    from twinline.app.bank.store import Snapshot

_PPM = 1_000_000
_CARD_DIGITS_SHOWN = 4


NOT_AFFORDABLE: reason.Written = (
    "not_affordable",
    Family.RULE,
    "debt service, this loan's included, within the lender's share of income",
)


class QuoteRefusal(Reason):
    """Why a cash loan is not quoted, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    CUSTOMER_NOT_ACTIVE = reason.CUSTOMER_NOT_ACTIVE
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    PURPOSE_FORBIDDEN = (
        "purpose_forbidden",
        Family.RULE,
        "a purpose of consumption: no property, securities, gambling or lending on",
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
    BELOW_LEAST_LOAN = ("below_least_loan", Family.RULE, "at least the smallest loan there is")
    TERM_NOT_OFFERED = ("term_not_offered", Family.RULE, "one of the terms that are offered")
    METHOD_NOT_OFFERED = ("method_not_offered", Family.RULE, "one of the methods offered")
    AMOUNT_INVALID = reason.AMOUNT_INVALID
    PRICE_MISSING = ("price_missing", Family.MISSING, "a line whose decision set a price")
    NO_PLAN = ("no_plan", Family.RULE, "an amount and term that make a plan")
    COST_ABOVE_CEILING = (
        "cost_above_ceiling",
        Family.RULE,
        "an all-in cost a year at most the law's ceiling",
    )
    NOT_AFFORDABLE = NOT_AFFORDABLE
    CASH_LOAN_HEADROOM = reason.CASH_LOAN_HEADROOM
    JOINT_HEADROOM = reason.JOINT_HEADROOM
    PERSON_CAP = reason.PERSON_CAP


class QuoteRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer asks what a loan would cost. `income` and `service_elsewhere` are a month's."""

    amount: Money
    periods: Annotated[int, Meta(ge=1, le=60, description="Months.")]
    method: Method = Method.EQUAL_INSTALMENT
    purpose: Annotated[str, Meta(pattern=r"^[a-z_]{1,32}$", examples=["education"])]
    income: Money
    service_elsewhere: Money = "0"


class QuoteOutcome(Outcome, frozen=True, kw_only=True):
    """A quote: the whole cost sheet, and the hash that a confirmation names.

    It holds on `quoted_on`. `monthly` is what a month takes on average.
    """

    quote_id: str
    customer_id: str
    quoted_on: date
    monthly: Money
    sheet_sha256: str
    sheet: msgspec.Raw


async def _quote(bank: Bank, request: QuoteRequest, call: Call) -> QuoteOutcome | Refused:
    snapshot = await bank.store.snapshot(request.customer_id)
    if snapshot is None:
        return refused(QuoteRefusal.CUSTOMER_NOT_FOUND, "customer_id", request.customer_id)
    snapshot = as_of(bank, snapshot, call.business_on)
    quoted = quote(bank, snapshot, request, call, await lending_of(bank))
    if not isinstance(quoted, Quote):
        return quoted
    record = version_of(RecordKind.QUOTE, call.new_ids[0], quoted, call)
    written = await bank.register.write((record,))
    assert written, "a fresh id has no record yet"
    return QuoteOutcome(
        quote_id=record.record_id,
        customer_id=request.customer_id,
        quoted_on=quoted.quoted_on,
        monthly=money(quoted.monthly_minor, quoted.currency),
        sheet_sha256=quoted.sheet_sha256,
        sheet=msgspec.Raw(quoted.sheet.encode()),
    )


def quote(
    bank: Bank,
    snapshot: Snapshot,
    request: QuoteRequest,
    call: Call,
    lending: Lending,
) -> Quote | Refused:
    """Return a loan's quote, or the first reason against it."""
    currency = snapshot.customer.currency
    amount = positive_minor(request.amount, currency)
    if (no := inactive(snapshot, QuoteRefusal)) is not None:
        return no
    if amount is None:
        return refused(QuoteRefusal.AMOUNT_NOT_POSITIVE, "amount", request.amount)
    if request.purpose in bank.house.forbidden_purposes:
        return refused(QuoteRefusal.PURPOSE_FORBIDDEN, "purpose", request.purpose)
    use = Use(product=Product.CASH_LOAN, amount_minor=amount, on=call.business_on, lending=lending)
    no = use_refused(snapshot, use, QuoteRefusal) or _not_offered(bank, request, amount, currency)
    return no or _quoted(bank, snapshot, request, call, use)


def _not_offered(bank: Bank, request: QuoteRequest, amount: int, currency: str) -> Refused | None:
    house = bank.house
    if amount < house.loan_min_minor[currency]:
        least = money(house.loan_min_minor[currency], currency)
        return refused(QuoteRefusal.BELOW_LEAST_LOAN, "amount", f"{request.amount}, least {least}")
    if request.periods not in house.loan_periods:
        return refused(QuoteRefusal.TERM_NOT_OFFERED, "periods", request.periods)
    if request.method not in house.loan_methods:
        return refused(QuoteRefusal.METHOD_NOT_OFFERED, "method", request.method.value)
    for name in ("income", "service_elsewhere"):
        if not_negative_minor(getattr(request, name), currency) is None:
            return refused(QuoteRefusal.AMOUNT_INVALID, name, getattr(request, name))
    return None


def _quoted(
    bank: Bank, snapshot: Snapshot, request: QuoteRequest, call: Call, use: Use
) -> Quote | Refused:
    lender = use.lender
    line, currency = snapshot.lines[Product.CASH_LOAN], snapshot.customer.currency
    if line.price_ppm is None:
        return refused(QuoteRefusal.PRICE_MISSING, "decision_id", line.decision_id)
    wanted = Wanted(
        amount_minor=use.amount_minor,
        currency=currency,
        periods=request.periods,
        method=request.method,
        rate=Fraction(line.price_ppm, _PPM),
        start_on=call.business_on,
    )
    licence = bank.house.licence if lender is None else lender.licence
    law = bank.law.values(licence, call.business_on, currency)
    found = costed(wanted, bank.house, law)
    if not isinstance(found, Costed):
        return refused(QuoteRefusal.NO_PLAN, "amount", found.value)
    if not found.lawful:
        return refused(QuoteRefusal.COST_ABOVE_CEILING, "rate", found.sheet.annualised)
    income = not_negative_minor(request.income, currency)
    elsewhere = not_negative_minor(request.service_elsewhere, currency)
    assert income is not None, "refused before as AMOUNT_INVALID"
    assert elsewhere is not None, "refused before as AMOUNT_INVALID"
    free = free_service_minor(income, elsewhere, bank.house.service_cap)
    if not is_borne(snapshot, found.monthly_minor, free):
        return refused(QuoteRefusal.NOT_AFFORDABLE, "income", request.income)
    return _beyond(snapshot, use) or Quote(
        customer_id=request.customer_id,
        currency=currency,
        amount_minor=use.amount_minor,
        periods=request.periods,
        method=request.method,
        purpose=request.purpose,
        quoted_on=call.business_on,
        base_version=line.base_version,
        monthly_minor=found.monthly_minor,
        free_service_minor=free,
        sheet=found.sheet.canonical_bytes().decode(),
        sheet_sha256=found.sheet.sha256,
    )


def _beyond(snapshot: Snapshot, use: Use) -> Refused | None:
    """Refuse what would not be lent today, so that nobody confirms a sheet in vain."""
    _, cash_loan, joint, person = snapshot.headroom
    for left, why in (
        (cash_loan, QuoteRefusal.CASH_LOAN_HEADROOM),
        (joint, QuoteRefusal.JOINT_HEADROOM),
        (person, QuoteRefusal.PERSON_CAP),
    ):
        if use.amount_minor > left:
            return beyond(snapshot, use, why)
    return None


class DrawRefusal(Reason):
    """Why a cash loan is not drawn, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    CUSTOMER_NOT_ACTIVE = reason.CUSTOMER_NOT_ACTIVE
    QUOTE_NOT_FOUND = (
        "quote_not_found",
        Family.MISSING,
        "the customer has no quote of this id",
    )
    QUOTE_USED = ("quote_used", Family.CONFLICT, "a quote leads to one loan; ask for another")
    QUOTE_EXPIRED = ("quote_expired", Family.RULE, "a quote of the same business day")
    SHEET_NOT_CONFIRMED = (
        "sheet_not_confirmed",
        Family.RULE,
        "the hash of the cost sheet that the customer was shown and confirmed",
    )
    CARD_NOT_BOUND = ("card_not_bound", Family.RULE, "a card bound to the customer's own name")
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
    DECISION_CHANGED = (
        "decision_changed",
        Family.CONFLICT,
        "a quote of the line's decision in force; ask for another",
    )
    NOT_AFFORDABLE = NOT_AFFORDABLE
    CASH_LOAN_HEADROOM = reason.CASH_LOAN_HEADROOM
    JOINT_HEADROOM = reason.JOINT_HEADROOM
    PERSON_CAP = reason.PERSON_CAP
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class DrawRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer confirms the cost sheet and draws the loan to the own card."""

    quote_id: Identifier
    sheet_sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    card_ending: Annotated[str, Meta(pattern=r"^[0-9]{4}$", description="Last four digits.")]


class LoanOutcome(Outcome, frozen=True, kw_only=True):
    """A cash loan as it stands, and what is left of every limit."""

    customer_id: str
    contract: ContractAnswer
    amount: Money
    headroom: HeadroomAnswer


@dataclass(frozen=True, slots=True)
class Desk:
    """What a draw is decided on beside the customer."""

    quote: Quote | None
    lending: Lending
    card_ending: str


def _bearing(request: DrawRequest) -> tuple[RecordName, ...]:
    return (RecordKind.QUOTE, request.quote_id), *BEARING


async def _desk(bank: Bank, request: DrawRequest, call: Call, records: Records) -> Desk:
    record, *bearing = records
    found = None if record is None else msgspec.json.decode(record.document, type=Quote)
    try:
        reading = Reading(reader=call.client, at=call.at, purpose="loan_draw")
        fields = await bank.vault.read(request.customer_id, reading)
        ending = fields[Field.CARD][-_CARD_DIGITS_SHOWN:]
    except NoPersonalDataError:
        ending = ""
    mine = found if found is not None and found.customer_id == request.customer_id else None
    return Desk(mine, lending_in(bank, *bearing), ending)


def draw(snapshot: Snapshot, request: DrawRequest, call: Call, desk: Desk) -> Posting | Refused:
    """Return the loan of a confirmed quote, or the first reason against it."""
    if (no := inactive(snapshot, DrawRefusal)) is not None:
        return no
    if desk.quote is None:
        return refused(DrawRefusal.QUOTE_NOT_FOUND, "quote_id", request.quote_id)
    no = _quote_refused(snapshot, request, call, desk.quote)
    if no is not None:
        return no
    if request.card_ending != desk.card_ending:
        return refused(DrawRefusal.CARD_NOT_BOUND, "card_ending")  # a refusal is kept
    use = Use(
        product=Product.CASH_LOAN,
        amount_minor=desk.quote.amount_minor,
        on=call.business_on,
        lending=desk.lending,
    )
    if (no := use_refused(snapshot, use, DrawRefusal)) is not None:
        return no
    if snapshot.lines[Product.CASH_LOAN].base_version != desk.quote.base_version:
        return refused(DrawRefusal.DECISION_CHANGED, "quote_id", request.quote_id)
    # Each of two quotes of a day may be borne, and both together not (R28).
    if not is_borne(snapshot, desk.quote.monthly_minor, desk.quote.free_service_minor):
        return refused(DrawRefusal.NOT_AFFORDABLE, "quote_id", request.quote_id)
    posting = _drawn(snapshot, request, call, (desk.quote, use.lender))
    return replace(posting, stops_seen=desk.lending.stops_seen)


def _quote_refused(
    snapshot: Snapshot, request: DrawRequest, call: Call, quoted: Quote
) -> Refused | None:
    if any(request.quote_id == fact.cause for facts in snapshot.facts.values() for fact in facts):
        return refused(DrawRefusal.QUOTE_USED, "quote_id", request.quote_id)
    if quoted.quoted_on != call.business_on:
        return refused(DrawRefusal.QUOTE_EXPIRED, "quoted_on", quoted.quoted_on)
    if quoted.sheet_sha256 != request.sheet_sha256:
        return refused(DrawRefusal.SHEET_NOT_CONFIRMED, "sheet_sha256", request.sheet_sha256)
    # The sheet that is kept is the sheet whose hash was confirmed (I9).
    assert hashlib.sha256(quoted.sheet.encode()).hexdigest() == quoted.sheet_sha256
    return None


def _drawn(
    snapshot: Snapshot, request: DrawRequest, call: Call, of: tuple[Quote, Lender | None]
) -> Posting:
    quoted, lender = of
    customer, line = snapshot.customer, snapshot.lines[Product.CASH_LOAN]
    contract = Contract(
        contract_id=call.new_ids[0],
        product=Product.CASH_LOAN,
        currency=customer.currency,
        licence=line.licence if lender is None else lender.licence,
        funder=line.funder if lender is None else lender.funder,
        opened_on=call.business_on,
        owed=Owed(),
        terms=text(LoanTerms(quote_id=request.quote_id, quote=quoted)),
    )
    disbursement = Fact(
        fact_id=call.key,
        contract_id=contract.contract_id,
        kind=FactKind.DISBURSEMENT,
        value_on=call.business_on,
        booked_at=call.at,
        amount_minor=quoted.amount_minor,
        cause=request.quote_id,
    )
    change = recorded(snapshot, contract, (disbursement,))
    group = group_of(
        customer.customer_id, call, Event.LOAN_DISBURSED, change.transfers, request.quote_id
    )
    answer = LoanOutcome(
        customer_id=customer.customer_id,
        contract=contract_answer(change.after),
        amount=money(quoted.amount_minor, customer.currency),
        headroom=headroom_answer(headroom_after(snapshot, group), customer.currency),
    )
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        lines=(used(line, call.business_on),),
        contracts=(change.after,),
        facts=change.facts,
        events=told(customer.customer_id, call, EventKind.LOAN_DISBURSED, answer),
    )


class DisbursementReturnRefusal(Reason):
    """Why a disbursement cannot have come back, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    LOAN_NOT_FOUND = ("loan_not_found", Family.MISSING, "the customer has no cash loan of this id")
    ALREADY_RETURNED = ("already_returned", Family.CONFLICT, "a disbursement comes back once")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class OfLoan(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request about one cash loan."""

    contract_id: Identifier


def loan_unseen(snapshot: Snapshot, request: OfLoan, _around: None) -> bool:
    """Return whether a snapshot has not the loan, be it only for its age."""
    return request.contract_id not in snapshot.contracts


def disbursement_returned(
    snapshot: Snapshot, request: OfLoan, call: Call, _around: None
) -> Posting | Refused:
    """Return the loan that has not been: the bank sent the money back."""
    contract = snapshot.contracts.get(request.contract_id)
    facts = snapshot.facts.get(request.contract_id, ())
    paid_out = next((fact for fact in facts if fact.kind is FactKind.DISBURSEMENT), None)
    if contract is None or paid_out is None:
        return refused(
            DisbursementReturnRefusal.LOAN_NOT_FOUND, "contract_id", request.contract_id
        )
    if any(fact.kind is FactKind.REVERSAL and fact.refers == paid_out.fact_id for fact in facts):
        return refused(
            DisbursementReturnRefusal.ALREADY_RETURNED, "contract_id", request.contract_id
        )
    customer = snapshot.customer
    reversal = Fact(
        fact_id=call.key,
        contract_id=contract.contract_id,
        kind=FactKind.REVERSAL,
        value_on=paid_out.value_on,
        booked_at=call.at,
        amount_minor=paid_out.amount_minor,
        refers=paid_out.fact_id,
    )
    change = recorded(snapshot, contract, (reversal,))
    event, cause = Event.DISBURSEMENT_RETURNED, paid_out.fact_id
    group = group_of(customer.customer_id, call, event, change.transfers, cause)
    answer = LoanOutcome(
        customer_id=customer.customer_id,
        contract=contract_answer(change.after),
        amount=money(paid_out.amount_minor, customer.currency),
        headroom=headroom_answer(headroom_after(snapshot, group), customer.currency),
    )
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        contracts=(change.after,),
        facts=change.facts,
        events=told(customer.customer_id, call, EventKind.LOAN_RETURNED, answer),
    )


QUOTE = Command(
    name="quote_loan",
    meaning="What a cash loan would cost: the cost sheet that a draw has to confirm.",
    method="POST",
    path="/v1/loan-quotes",
    request=QuoteRequest,
    outcome=QuoteOutcome,
    refusals=QuoteRefusal,
    scope=Scope.LOANS,
    keyed=False,
    run=_quote,
    success=201,
)
DRAW = Command(
    name="draw_loan",
    meaning="The customer confirms a quote's cost sheet and draws the loan.",
    method="POST",
    path="/v1/loans",
    request=DrawRequest,
    outcome=LoanOutcome,
    refusals=DrawRefusal,
    scope=Scope.LOANS,
    keyed=True,
    run=Deciding(
        reasons=DrawRefusal,
        outcome=LoanOutcome,
        records=_bearing,
        look_up=_desk,
        decide=draw,
        first=followed,
    ),
    success=201,
)
RETURN_DISBURSEMENT = Command(
    name="return_disbursement",
    meaning="The customer's bank sent a loan's money back: the loan has not been.",
    method="POST",
    path="/v1/loans/{contract_id}/disbursement-return",
    request=OfLoan,
    outcome=LoanOutcome,
    refusals=DisbursementReturnRefusal,
    scope=Scope.LOANS,
    keyed=True,
    run=Deciding(
        reasons=DisbursementReturnRefusal,
        outcome=LoanOutcome,
        look_up=nothing_else,
        decide=disbursement_returned,
        asks_whole=loan_unseen,
    ),
)
COMMANDS = (QUOTE, DRAW, RETURN_DISBURSEMENT)
