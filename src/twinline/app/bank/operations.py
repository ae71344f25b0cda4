"""The lender's own operations: lending stops set and lifted, merchants paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Outcome, Request, Scope
from twinline.app.bank.deciding import Answers, answering, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import (
    Code,
    Identifier,
    Money,
    SignedMoney,
    money,
    positive_minor,
)
from twinline.app.bank.merchant import merchant_account, merchant_of
from twinline.app.bank.posting import group_of, told
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.recording import Recording, Written, version_of
from twinline.app.bank.register import STOPS, RecordKind
from twinline.app.bank.stops import StopDocument, Stops, stop_document, stops_of
from twinline.app.bank.store import Posting
from twinline.compliance.lending_stop import LendingStop, Setter, lifted
from twinline.ledger.account import AccountKind
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.lines.line import Cause
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.merchant import Merchant


class StopsOutcome(Outcome, frozen=True, kw_only=True):
    """Every lending stop that is in force or to come."""

    stops: tuple[StopDocument, ...]


class SetStopRefusal(Reason):
    """Why a lending stop is not set, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    SECOND_PERSON_MISSING = reason.SECOND_PERSON_MISSING
    STOP_ID_TAKEN = ("stop_id_taken", Family.CONFLICT, "an id that no stop has")


class SetStopRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New lending stops: of a product, licence or funder, or of all that are not named."""

    stop_id: Identifier
    cause: Cause
    reason: Code
    product: Product | None = None
    licence: Licence | None = None
    funder: Identifier | None = None


async def _set_stop(
    bank: Bank, request: SetStopRequest, call: Call
) -> Written[StopsOutcome] | Refused:
    if not reason.second_person(call):
        return refused(SetStopRefusal.SECOND_PERSON_MISSING, "second_person")
    standing, version = await stops_of(bank.register)
    if any(stop.stop_id == request.stop_id for stop in standing):
        return refused(SetStopRefusal.STOP_ID_TAKEN, "stop_id", request.stop_id)
    stop = LendingStop(
        stop_id=request.stop_id,
        cause=request.cause,
        reason=request.reason,
        from_on=call.business_on,
        set_by=f"{call.client}, {call.second_person}",
        product=request.product,
        licence=request.licence,
        funder=request.funder,
    )
    return stops_written((*standing, stop), version, call)


class LiftStopRefusal(Reason):
    """Why a lending stop is not lifted, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    SECOND_PERSON_MISSING = reason.SECOND_PERSON_MISSING
    STOP_NOT_FOUND = ("stop_not_found", Family.MISSING, "a stop that is in force or to come")
    MONITOR_LIFTS = (
        "monitor_lifts",
        Family.RULE,
        "lifted by two persons, neither of them the monitor that set the stop",
    )


class LiftStopRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New lending goes on, unless another stop covers it too."""

    stop_id: Identifier


async def _lift_stop(
    bank: Bank, request: LiftStopRequest, call: Call
) -> Written[StopsOutcome] | Refused:
    if not reason.second_person(call):
        return refused(LiftStopRefusal.SECOND_PERSON_MISSING, "second_person")
    standing, version = await stops_of(bank.register)
    asked = next((stop for stop in standing if stop.stop_id == request.stop_id), None)
    if asked is None:
        return refused(LiftStopRefusal.STOP_NOT_FOUND, "stop_id", request.stop_id)
    if asked.set_as is Setter.MONITOR and asked.set_by in {call.client, call.second_person}:
        return refused(LiftStopRefusal.MONITOR_LIFTS, "stop_id", request.stop_id)
    stops = tuple(
        lifted(stop, call.business_on, f"{call.client}, {call.second_person}")
        if stop is asked
        else stop
        for stop in standing
    )
    return stops_written(stops, version, call)


class ListStopsRefusal(Reason):
    """A list is never refused."""


class ListStopsRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which lending stops are in force or to come."""


async def _list_stops(bank: Bank, _request: ListStopsRequest, _call: Call) -> StopsOutcome:
    stops, _ = await stops_of(bank.register)
    return StopsOutcome(stops=tuple(stop_document(stop) for stop in stops))


def stops_written(
    stops: tuple[LendingStop, ...], version: int, call: Call
) -> Written[StopsOutcome]:
    """Return the stops as they are to stand; one that has ended is told once more and dropped."""
    answer = StopsOutcome(stops=tuple(stop_document(stop) for stop in stops))
    lasting = tuple(stop for stop in stops if stop.to_on is None or call.business_on < stop.to_on)
    record = version_of(
        RecordKind.LENDING_STOP,
        STOPS,
        Stops(tuple(stop_document(stop) for stop in lasting)),
        call,
        version + 1,
    )
    return Written(answer, (record,))


class PayoutRefusal(Reason):
    """Why a merchant is not paid, in the order the checks run."""

    MERCHANT_NOT_FOUND = ("merchant_not_found", Family.MISSING, "a merchant that is registered")
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    PAYABLE_CHANGED = (
        "payable_changed",
        Family.CONFLICT,
        "the payable that the merchant's own books were held against",
    )
    PAYABLE_EXCEEDED = ("payable_exceeded", Family.LIMIT, "at most what the merchant is owed")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class PayoutRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merchant is paid; without `amount`, all it is owed.

    `payable_seen` is what the merchant's own books say it is owed: a payout that does not
    reconcile is not made.
    """

    merchant_id: Identifier
    amount: Money | None = None
    payable_seen: SignedMoney | None = None


class PayableOutcome(Outcome, frozen=True, kw_only=True):
    """What a merchant is owed; below zero where refunds came after it was paid."""

    merchant_id: str
    paid: Money
    payable: SignedMoney


async def _pay_out(bank: Bank, request: PayoutRequest, call: Call) -> PayableOutcome | Refused:
    merchant = await merchant_of(bank.register, request.merchant_id)
    if merchant is None:
        return refused(PayoutRefusal.MERCHANT_NOT_FOUND, "merchant_id", request.merchant_id)
    owner = merchant_account(request.merchant_id)
    answers = Answers(bank.store, owner, PayoutRefusal, PayableOutcome)
    return await answering(
        bank, answers, call, lambda: _paid_out(bank, merchant, request, call, answers)
    )


async def _paid_out(
    bank: Bank,
    merchant: Merchant,
    request: PayoutRequest,
    call: Call,
    answers: Answers[PayableOutcome],
) -> PayableOutcome | Refused | None:
    # The merchant's seq is read first: another payout in between makes this one stale.
    standing = await bank.store.standing(answers.owner)
    payable = await payable_minor(bank, merchant)
    amount = _amount(request, merchant, payable)
    if not isinstance(amount, int):
        return await answers.keep(amount, call)
    house, event = bank.house, Event.MERCHANT_PAID_OUT
    place = Place(
        customer=answers.owner,
        currency=merchant.currency,
        licence=house.licence,
        funder=house.funder,
        merchant=answers.owner,
    )
    answer = PayableOutcome(
        merchant_id=merchant.merchant_id,
        paid=money(amount, merchant.currency),
        payable=money(payable - amount, merchant.currency),
    )
    posting = Posting(
        group=group_of(answers.owner, call, event, transfers_of(event, {"amount": amount}, place)),
        seq_seen=0 if standing is None else standing.seq,
        answer=text(answer),
        opens=standing is None,
        events=told(answers.owner, call, EventKind.MERCHANT_PAID_OUT, answer),
    )
    return await answers.post(posting, call)


def _amount(request: PayoutRequest, merchant: Merchant, payable: int) -> int | Refused:
    currency, amount = merchant.currency, payable
    if request.amount is not None:
        asked = positive_minor(request.amount, currency)
        if asked is None:
            return refused(PayoutRefusal.AMOUNT_NOT_POSITIVE, "amount", request.amount)
        amount = asked
    shown = money(payable, currency)
    if request.payable_seen is not None and request.payable_seen != shown:
        return refused(PayoutRefusal.PAYABLE_CHANGED, "payable", shown)
    if payable <= 0 or amount > payable:
        return refused(PayoutRefusal.PAYABLE_EXCEEDED, "payable", shown)
    return amount


async def payable_minor(bank: Bank, merchant: Merchant) -> int:
    """Return what a merchant is owed in its currency: a payable stands on the credit side."""
    balances = await bank.store.balances(merchant_account(merchant.merchant_id))
    return -sum(
        balance.posted_minor
        for account, balance in balances.items()
        if account.kind is AccountKind.MERCHANT_PAYABLE and account.currency == merchant.currency
    )


class ReadPayableRefusal(Reason):
    """Why a payable cannot be read, in the order the checks run."""

    MERCHANT_NOT_FOUND = PayoutRefusal.MERCHANT_NOT_FOUND.written


class OfMerchant(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request about one merchant."""

    merchant_id: Identifier


async def _read_payable(bank: Bank, request: OfMerchant, _call: Call) -> PayableOutcome | Refused:
    merchant = await merchant_of(bank.register, request.merchant_id)
    if merchant is None:
        return refused(ReadPayableRefusal.MERCHANT_NOT_FOUND, "merchant_id", request.merchant_id)
    payable = await payable_minor(bank, merchant)
    return PayableOutcome(
        merchant_id=merchant.merchant_id,
        paid=money(0, merchant.currency),
        payable=money(payable, merchant.currency),
    )


SET_STOP = Command(
    name="set_lending_stop",
    meaning="New lending stops, by a person and a second one; what is owed goes on.",
    method="POST",
    path="/v1/lending-stops",
    request=SetStopRequest,
    outcome=StopsOutcome,
    refusals=SetStopRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=Recording(reasons=SetStopRefusal, outcome=StopsOutcome, decide=_set_stop),
    needs_second_person=True,
    success=201,
)
LIFT_STOP = Command(
    name="lift_lending_stop",
    meaning="A lending stop ends, by a person and a second one.",
    method="POST",
    path="/v1/lending-stops/{stop_id}/lift",
    request=LiftStopRequest,
    outcome=StopsOutcome,
    refusals=LiftStopRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=Recording(reasons=LiftStopRefusal, outcome=StopsOutcome, decide=_lift_stop),
    needs_second_person=True,
)
LIST_STOPS = Command(
    name="list_lending_stops",
    meaning="The lending stops in force or to come.",
    method="GET",
    path="/v1/lending-stops",
    request=ListStopsRequest,
    outcome=StopsOutcome,
    refusals=ListStopsRefusal,
    scope=Scope.READING,
    keyed=False,
    run=_list_stops,
)
PAY_OUT_MERCHANT = Command(
    name="pay_out_merchant",
    meaning="A merchant is paid what it is owed, if its own books agree.",
    method="POST",
    path="/v1/merchants/{merchant_id}/payouts",
    request=PayoutRequest,
    outcome=PayableOutcome,
    refusals=PayoutRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=_pay_out,
    success=201,
)
READ_PAYABLE = Command(
    name="read_payable",
    meaning="What a merchant is owed.",
    method="GET",
    path="/v1/merchants/{merchant_id}/payable",
    request=OfMerchant,
    outcome=PayableOutcome,
    refusals=ReadPayableRefusal,
    scope=Scope.READING,
    keyed=False,
    run=_read_payable,
)
COMMANDS: Final[tuple[Command[Any, Any], ...]] = (
    SET_STOP,
    LIFT_STOP,
    LIST_STOPS,
    PAY_OUT_MERCHANT,
    READ_PAYABLE,
)
