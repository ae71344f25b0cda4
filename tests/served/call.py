"""The calls that clients make: what goes over the wire, and the same in the auditor's words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from twinline.sim.auditor import Ask

MERCHANT: Final = "M1"
LINES: Final = ("pay_later", "cash_loan")
LIMITS_MINOR: Final = {
    "pay_later": 15_000_00,
    "cash_loan": 30_000_00,
    "joint": 20_000_00,
    "person": 200_000_00,
}
_CNY_DECIMALS: Final = 2


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as a client knows one."""

    customer_id: str
    card_ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A keyed command on a customer."""

    customer_id: str
    key: str
    ask: Ask
    path: str
    body: dict[str, Any]
    method: str = "POST"


def opening(customer_id: str, key: str, application_id: str) -> Call:
    """Accept an offer of both lines."""
    return Call(
        customer_id=customer_id,
        key=key,
        ask=Ask(what="open", changes=LIMITS_MINOR),
        path=f"applications/{application_id}/acceptance",
        body={},
    )


def hold(customer: Customer, key: str, amount: int) -> Call:
    """Authorise a purchase."""
    body = {"merchant_id": MERCHANT, "order": key, "amount": yuan(amount)}
    return _of(customer, key, Ask(what="hold", amount=amount), "authorisations", body)


def capture(customer: Customer, key: str, held: str, amount: int) -> Call:
    """Hand goods over, for all that is held or for part of it."""
    ask = Ask(what="capture", hold=held, amount=amount)
    return _of(customer, key, ask, f"authorisations/{held}/capture", {"amount": yuan(amount)})


def void(customer: Customer, key: str, held: str) -> Call:
    """Give an authorisation up."""
    return _of(customer, key, Ask(what="void", hold=held), f"authorisations/{held}/void", {})


def refund(customer: Customer, key: str, held: str, amount: int) -> Call:
    """Take goods back that are still owed for."""
    ask = Ask(what="refund", line="pay_later", amount=amount)
    body = {"authorisation_id": held, "amount": yuan(amount)}
    return _of(customer, key, ask, "refunds", body)


def draw(customer: Customer, key: str, quote: dict[str, Any]) -> Call:
    """Confirm a quote and draw the loan."""
    ask = Ask(what="draw", line="cash_loan", amount=minor(quote["sheet"]["principal"]))
    body = {
        "quote_id": quote["quote_id"],
        "sheet_sha256": quote["sheet_sha256"],
        "card_ending": customer.card_ending,
    }
    return _of(customer, key, ask, "loans", body)


def repay(customer: Customer, key: str, loan: str, amount: int) -> Call:
    """Pay some of a loan back."""
    ask = Ask(what="repay", line="cash_loan", amount=amount)
    source = {"kind": "card", "reference": key, "amount": yuan(amount)}
    body = {"contract_id": loan, "sources": [source]}
    return _of(customer, key, ask, "repayments", body)


def call_back(customer: Customer, key: str, repayment: str, amount: int) -> Call:
    """Return a repayment that has failed at the customer's bank."""
    ask = Ask(what="return", line="cash_loan", amount=amount)
    return _of(customer, key, ask, f"repayments/{repayment}/return", {})


def quote_body(customer: Customer, amount: int) -> dict[str, Any]:
    """Return what a loan's quote is asked with, by somebody who can bear it."""
    return {
        "customer_id": customer.customer_id,
        "amount": yuan(amount),
        "periods": 12,
        "purpose": "education",
        "income": "1000000.00",
    }


def another_body(call: Call) -> Call:
    """Return a call of the same key that asks for something else."""
    amount = call.ask.amount + 1
    return replace(
        call, ask=replace(call.ask, amount=amount), body={**call.body, "amount": yuan(amount)}
    )


def minor(text: str) -> int:
    """Return decimal text in minor units."""
    return int(Decimal(text).scaleb(_CNY_DECIMALS))


def yuan(amount_minor: int) -> str:
    """Return minor units as decimal text."""
    return str(Decimal(amount_minor).scaleb(-_CNY_DECIMALS))


def _of(customer: Customer, key: str, ask: Ask, path: str, body: dict[str, Any]) -> Call:
    members = {"customer_id": customer.customer_id, **body}
    return Call(customer_id=customer.customer_id, key=key, ask=ask, path=path, body=members)
