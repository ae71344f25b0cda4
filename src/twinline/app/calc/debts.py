"""Kinds about a debt: `allocate`, `dpd`, `minimum_payment` and `headroom`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from twinline.app.calc.fields import (
    FLOWS_MAX,
    Amount,
    Answer,
    Day,
    Number,
    Request,
    RequestPart,
    minor_of,
    money_text,
    number_of,
    share_of,
)
from twinline.lines.exposure import LinkedUse, available
from twinline.pricing.minimum_payment import Bill, payable
from twinline.servicing.allocation import By, Due, Order, allocate
from twinline.servicing.delinquency import (
    DatedAmount,
    FiveClass,
    Scheme,
    bucket,
    days_past_due,
    five_class,
    stage,
)

WEIGHT_MAX = 1_000


class ComponentsField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A due by component."""

    due_on: Day
    fee: Amount = "0"
    penalty: Amount = "0"
    interest: Amount = "0"
    principal: Amount = "0"


class AllocateRequest(Request, frozen=True, kw_only=True, tag="allocate"):
    """Which dues a payment pays."""

    dues: Annotated[list[ComponentsField], Meta(max_length=FLOWS_MAX)]
    amount: Amount
    order: Order = Order.STANDARD
    by: By = By.INSTALMENT


class ReceivedAnswer(Struct, frozen=True, kw_only=True):
    """What one due received, by component."""

    due_on: Day
    fee: str
    penalty: str
    interest: str
    principal: str


class AllocateAnswer(Answer, frozen=True, kw_only=True):
    """Dues oldest first, and what no due took."""

    received: list[ReceivedAnswer]
    left_over: str


class DueField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount that falls due."""

    due_on: Day
    amount: Amount


class PaymentField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount that was paid."""

    on: Day
    amount: Amount


class DpdRequest(Request, frozen=True, kw_only=True, tag="dpd"):
    """How late a debt is."""

    dues: Annotated[list[DueField], Meta(max_length=FLOWS_MAX)]
    as_of: Day
    payments: Annotated[tuple[PaymentField, ...], Meta(max_length=FLOWS_MAX)] = ()
    scheme: Scheme = Scheme.BANK_2023


class DpdAnswer(Answer, frozen=True, kw_only=True):
    """Days past due and what follows from them alone."""

    dpd: int
    bucket: str
    five_class: FiveClass
    stage: int


class MinimumPaymentRequest(Request, frozen=True, kw_only=True, tag="minimum_payment"):
    """The least to pay of a bill."""

    purchases: Amount = "0"
    refunds: Amount = "0"
    revolved: Amount = "0"
    instalment_due: Amount = "0"
    fees: Amount = "0"
    overdue: Amount = "0"
    interest: Amount = "0"
    rate: Number = "0.10"


class MinimumPaymentAnswer(Answer, frozen=True, kw_only=True):
    """The minimum payment and the whole bill."""

    minimum: str
    full: str


class HeadroomRequest(Request, frozen=True, kw_only=True, tag="headroom"):
    """What two linked lines leave free; `weight` is what an instalment counts for."""

    pay_later_limit: Amount
    cash_loan_limit: Amount
    joint_limit: Amount
    plain: Amount = "0"
    instalment: Amount = "0"
    cash: Amount = "0"
    weight: Number = "1"


class HeadroomAnswer(Answer, frozen=True, kw_only=True):
    """Joint use and what is available of each line."""

    exposure: str
    available_pay_later: str
    available_cash_loan: str


def allocate_payment(request: AllocateRequest) -> AllocateAnswer:
    """Return what a payment pays. Raises `BadFieldError`."""
    dues = [
        Due(
            due_on=due.due_on,
            fee=minor_of("dues", due.fee),
            penalty=minor_of("dues", due.penalty),
            interest=minor_of("dues", due.interest),
            principal=minor_of("dues", due.principal),
        )
        for due in request.dues
    ]
    allocation = allocate(dues, minor_of("amount", request.amount), request.order, request.by)
    return AllocateAnswer(
        id=request.id,
        received=[
            ReceivedAnswer(
                due_on=due.due_on,
                fee=money_text(due.fee),
                penalty=money_text(due.penalty),
                interest=money_text(due.interest),
                principal=money_text(due.principal),
            )
            for due in allocation.received
        ],
        left_over=money_text(allocation.left_over_minor),
    )


def dpd(request: DpdRequest) -> DpdAnswer:
    """Return how late a debt is. Raises `BadFieldError`."""
    dues = [
        DatedAmount(on=due.due_on, amount_minor=minor_of("dues", due.amount))
        for due in request.dues
    ]
    payments = [
        DatedAmount(on=payment.on, amount_minor=minor_of("payments", payment.amount))
        for payment in request.payments
    ]
    days = days_past_due(dues, payments, request.as_of)
    return DpdAnswer(
        id=request.id,
        dpd=days,
        bucket=bucket(days),
        five_class=five_class(days, request.scheme),
        stage=stage(days),
    )


def minimum_payment(request: MinimumPaymentRequest) -> MinimumPaymentAnswer:
    """Return the least to pay of a bill. Raises `BadFieldError`."""
    bill = Bill(
        purchases=minor_of("purchases", request.purchases),
        refunds=minor_of("refunds", request.refunds),
        revolved=minor_of("revolved", request.revolved),
        instalment_due=minor_of("instalment_due", request.instalment_due),
        fees=minor_of("fees", request.fees),
        overdue=minor_of("overdue", request.overdue),
        interest=minor_of("interest", request.interest),
    )
    due = payable(bill, share_of("rate", request.rate))
    return MinimumPaymentAnswer(
        id=request.id, minimum=money_text(due.minimum), full=money_text(due.full)
    )


def headroom(request: HeadroomRequest) -> HeadroomAnswer:
    """Return what two linked lines leave free. Raises `BadFieldError`."""
    free = available(
        LinkedUse(
            pay_later_limit=minor_of("pay_later_limit", request.pay_later_limit),
            cash_loan_limit=minor_of("cash_loan_limit", request.cash_loan_limit),
            joint_limit=minor_of("joint_limit", request.joint_limit),
            plain=minor_of("plain", request.plain),
            instalment=minor_of("instalment", request.instalment),
            cash=minor_of("cash", request.cash),
            weight=number_of("weight", request.weight, least=1, most=WEIGHT_MAX),
        )
    )
    return HeadroomAnswer(
        id=request.id,
        exposure=money_text(free.exposure),
        available_pay_later=money_text(free.pay_later),
        available_cash_loan=money_text(free.cash_loan),
    )
