"""A line for a customer who is there: the first of its product, or anew after one was closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Scope
from twinline.app.bank.deciding import Deciding, bank_itself
from twinline.app.bank.fields import Identifier, Money, Rate, not_negative_minor, positive_minor
from twinline.app.bank.lines import (
    LINE_STATE,
    ChangeLimitRefusal,
    LinesOutcome,
    OfLine,
    limit_told,
    lines_posting,
    ppm_of,
)
from twinline.app.bank.owing import running_contract, running_unseen
from twinline.app.bank.reason import Reason, reason_like, refused
from twinline.app.bank.use import inactive
from twinline.compliance.person_control import lawful_joint_minor, person_cap
from twinline.ledger.control import Control
from twinline.lines.moves import Grant, MoveRefusal, grant
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.store import Posting, Snapshot


class GrantRefusal(Reason):
    """Why no line is granted, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    CUSTOMER_NOT_ACTIVE = reason.CUSTOMER_NOT_ACTIVE
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    AMOUNT_INVALID = reason.AMOUNT_INVALID
    ABOVE_MAXIMUM = ChangeLimitRefusal.ABOVE_MAXIMUM.written
    RATE_MISSING = ("rate_missing", Family.RULE, "a rate for a cash-loan line")
    RATE_ABOVE_CEILING = ChangeLimitRefusal.RATE_ABOVE_CEILING.written
    DAY_AND_CONDITION = ("day_and_condition", Family.RULE, "a day or a condition, not both")
    LINE_STATE = LINE_STATE
    SAME_DECISION = ChangeLimitRefusal.SAME_DECISION.written
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class GrantRequest(OfLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision that the customer has accepted opens a line.

    `joint_limit` is what both lines have together from now on, as before where it is not given.
    `effective_from_on` or `on_condition` delays it (R68).
    """

    decision_id: Identifier
    limit: Money
    joint_limit: Money | None = None
    rate: Rate | None = None
    effective_from_on: date | None = None
    on_condition: bool = False


def grant_line(
    snapshot: Snapshot, request: GrantRequest, call: Call, bank: Bank
) -> Posting | Refused:
    """Return a customer with one more line, or the first reason against it."""
    no = inactive(snapshot, GrantRefusal) or _unsound(snapshot, request, call, bank)
    if no is not None:
        return no
    currency = snapshot.customer.currency
    limit = positive_minor(request.limit, currency)
    assert limit is not None, "refused before as AMOUNT_NOT_POSITIVE"
    granted = Grant(
        product=request.product,
        currency=currency,
        licence=bank.house.licence,
        funder=bank.house.funder,
        decision_id=request.decision_id,
        base_limit_minor=limit,
        price_ppm=None if request.rate is None else ppm_of(request.rate),
        effective_from_on=request.effective_from_on,
        on_condition=request.on_condition,
    )
    line = grant(snapshot.lines.get(request.product), granted, call.business_on)
    if isinstance(line, MoveRefusal):
        return refused(reason_like(GrantRefusal, line), "decision_id", request.decision_id)
    posting = lines_posting(
        snapshot,
        call,
        (line,),
        beside=_beside(snapshot, request, call, bank),
        cause=f"decision:{request.decision_id}",
    )
    contract = running_contract(snapshot.customer.customer_id, line)
    if line.product is Product.PAY_LATER and contract.contract_id not in snapshot.contracts:
        return replace(posting, contracts=(contract,))
    return posting


def _unsound(snapshot: Snapshot, request: GrantRequest, call: Call, bank: Bank) -> Refused | None:
    """Refuse a decision that may not be: its amounts, its rate, its delay."""
    currency = snapshot.customer.currency
    limit = positive_minor(request.limit, currency)
    if limit is None:
        return refused(GrantRefusal.AMOUNT_NOT_POSITIVE, "limit", request.limit)
    joint = request.joint_limit
    if joint is not None and not_negative_minor(joint, currency) is None:
        return refused(GrantRefusal.AMOUNT_INVALID, "joint_limit", joint)
    law = bank.law.values(bank.house.licence, call.business_on, currency)
    if limit > law.person_cap_minor:
        why = GrantRefusal.ABOVE_MAXIMUM
        return refused(why, "limit", limit_told(why, request.limit, law, currency))
    if request.rate is None and request.product is Product.CASH_LOAN:
        return refused(GrantRefusal.RATE_MISSING, "rate")
    if request.rate is not None and ppm_of(request.rate) > law.price_ceiling_ppm:
        return refused(GrantRefusal.RATE_ABOVE_CEILING, "rate", request.rate)
    if request.on_condition and request.effective_from_on is not None:
        return refused(GrantRefusal.DAY_AND_CONDITION, "on_condition")
    return None


def _beside(
    snapshot: Snapshot, request: GrantRequest, call: Call, bank: Bank
) -> dict[Control, int] | None:
    """Return what both lines have together, where the decision says so, as the law allows."""
    currency = snapshot.customer.currency
    if request.joint_limit is None:
        return None
    joint = not_negative_minor(request.joint_limit, currency)
    assert joint is not None, "refused before as AMOUNT_INVALID"
    cap = person_cap(bank.law, (bank.house.licence,), call.business_on, currency)
    return {Control.JOINT: lawful_joint_minor(cap, joint)}


GRANT: Final = Command(
    name="grant_line",
    meaning="A decision opens a line of a customer who has none of the product, or a closed one.",
    method="POST",
    path="/v1/customers/{customer_id}/lines/{product}/grant",
    request=GrantRequest,
    outcome=LinesOutcome,
    refusals=GrantRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=Deciding(
        reasons=GrantRefusal,
        outcome=LinesOutcome,
        look_up=bank_itself,
        decide=grant_line,
        asks_whole=running_unseen,
    ),
    success=201,
)
COMMANDS = (GRANT,)
