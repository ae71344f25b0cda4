"""Refunds of captured purchases: in part, repeatedly, never beyond the purchase.

What is not captured yet is voided instead. A refund pays what is owed on the pay-later contract
first; the surplus is kept for the customer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from twinline.app.bank import reason
from twinline.app.bank.answers import OwedAnswer, owed_answer
from twinline.app.bank.authorisations import HoldDocument, OfAuthorisation, hold_of
from twinline.app.bank.command import Command, Family, Outcome, Scope
from twinline.app.bank.deciding import Deciding, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import Money, money, positive_minor
from twinline.app.bank.merchant import merchant_account
from twinline.app.bank.owing import recorded
from twinline.app.bank.posting import (
    HeadroomAnswer,
    group_of,
    headroom_after,
    headroom_answer,
    told,
)
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.store import Posting
from twinline.ledger.event import Event
from twinline.servicing.fact import Fact, FactKind
from twinline.servicing.fold import refundable_minor

if TYPE_CHECKING:
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.store import Hold, Snapshot


class RefundRefusal(Reason):
    """Why a refund is not taken, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    PURCHASE_NOT_FOUND = (
        "purchase_not_found",
        Family.MISSING,
        "an authorisation of the customer's that was captured; one that waits is voided instead",
    )
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    REFUND_EXCEEDED = (
        "refund_exceeded",
        Family.LIMIT,
        "at most what of the purchase was not refunded before",
    )
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class RefundRequest(OfAuthorisation, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods came back. Without `amount` all of the purchase that is left is refunded."""

    amount: Money | None = None


class RefundOutcome(Outcome, frozen=True, kw_only=True):
    """What was refunded, what of the purchase may still be, and what is owed now."""

    customer_id: str
    refund_id: str
    authorisation_id: str
    amount: Money
    refundable: Money
    owed: OwedAnswer
    headroom: HeadroomAnswer


def purchase_unseen(snapshot: Snapshot, request: RefundRequest, hold: Hold | None) -> bool:
    """Return whether a snapshot has not what was bought, be it only for its age."""
    return hold is not None and _purchase(snapshot, request) is None


def refund(
    snapshot: Snapshot, request: RefundRequest, call: Call, hold: Hold | None
) -> Posting | Refused:
    """Return what a refund pays, or the first reason against it."""
    purchase = _purchase(snapshot, request)
    if purchase is None or hold is None:
        return refused(
            RefundRefusal.PURCHASE_NOT_FOUND, "authorisation_id", request.authorisation_id
        )
    contract = snapshot.contracts[purchase.contract_id]
    facts, currency = snapshot.facts[contract.contract_id], contract.currency
    left = refundable_minor(facts, purchase.fact_id)
    amount: int | None = left
    if request.amount is not None:
        amount = positive_minor(request.amount, currency)
    if not amount:
        if request.amount is None:
            return refused(RefundRefusal.REFUND_EXCEEDED, "amount", money(0, currency))
        return refused(RefundRefusal.AMOUNT_NOT_POSITIVE, "amount", request.amount)
    if amount > left:
        value = f"{money(amount, currency)}, left {money(left, currency)}"
        return refused(RefundRefusal.REFUND_EXCEEDED, "amount", value)
    fact = Fact(
        fact_id=call.key,
        contract_id=contract.contract_id,
        kind=FactKind.REFUND,
        value_on=call.business_on,
        booked_at=call.at,
        amount_minor=amount,
        refers=purchase.fact_id,
        cause=request.authorisation_id,
    )
    merchant = msgspec.json.decode(hold.document, type=HoldDocument).merchant_id
    change = recorded(snapshot, contract, (fact,), merchant=merchant_account(merchant))
    event = Event.PURCHASE_REFUNDED
    group = group_of(request.customer_id, call, event, change.transfers, purchase.fact_id)
    answer = RefundOutcome(
        customer_id=request.customer_id,
        refund_id=call.key,
        authorisation_id=request.authorisation_id,
        amount=money(amount, currency),
        refundable=money(left - amount, currency),
        owed=owed_answer(change.after),
        headroom=headroom_answer(headroom_after(snapshot, group), currency),
    )
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        contracts=(change.after,),
        facts=change.facts,
        events=told(request.customer_id, call, EventKind.PURCHASE_REFUNDED, answer),
    )


def _purchase(snapshot: Snapshot, request: RefundRequest) -> Fact | None:
    for facts in snapshot.facts.values():
        for fact in facts:
            if fact.kind is FactKind.PURCHASE and fact.cause == request.authorisation_id:
                return fact
    return None


REFUND = Command(
    name="refund",
    meaning="Goods came back: debt is paid first, the rest is kept for the customer.",
    method="POST",
    path="/v1/refunds",
    request=RefundRequest,
    outcome=RefundOutcome,
    refusals=RefundRefusal,
    scope=Scope.PURCHASES,
    keyed=True,
    for_readers=("owed", "headroom"),
    run=Deciding(
        reasons=RefundRefusal,
        outcome=RefundOutcome,
        look_up=hold_of,
        decide=refund,
        asks_whole=purchase_unseen,
    ),
    success=201,
)
COMMANDS = (REFUND,)
