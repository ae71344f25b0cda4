"""What is kept for a customer: it pays another contract, or goes back to the customer's card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinline.app.bank import reason
from twinline.app.bank.answers import ContractAnswer, contract_answer
from twinline.app.bank.command import Command, Family, OfCustomer, Outcome, Scope
from twinline.app.bank.deciding import Deciding, nothing_else, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import Money, money, positive_minor
from twinline.app.bank.owing import by_contract, oldest_first, owed_minor
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

if TYPE_CHECKING:
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.owing import Recorded
    from twinline.app.bank.store import Snapshot
    from twinline.ledger.group import Group
    from twinline.servicing.fact import Contract


_KINDS: Final = {
    Event.CREDIT_BALANCE_USED: EventKind.CREDIT_BALANCE_USED,
    Event.CREDIT_BALANCE_PAID_OUT: EventKind.CREDIT_BALANCE_PAID_OUT,
}


class CreditBalanceRefusal(Reason):
    """Why what is kept is not used or paid out, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    NOTHING_KEPT = ("nothing_kept", Family.LIMIT, "at most what is kept for the customer")
    NOTHING_OWED = ("nothing_owed", Family.LIMIT, "at most what the customer owes")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class CreditBalanceRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of what is kept; without `amount`, as much as there is."""

    amount: Money | None = None


class CreditBalanceOutcome(Outcome, frozen=True, kw_only=True):
    """What was used or paid out, what is still kept, what is owed, and what is left."""

    customer_id: str
    amount: Money
    kept: Money
    contracts: tuple[ContractAnswer, ...]
    headroom: HeadroomAnswer


def use_kept(
    snapshot: Snapshot, request: CreditBalanceRequest, call: Call, _around: None
) -> Posting | Refused:
    """Return what is kept on some contracts paying what is owed on others, the oldest first."""
    amount = _amount(snapshot, request)
    if not isinstance(amount, int):
        return amount
    owing = [each for each in oldest_first(snapshot) if owed_minor(each.owed)]
    owed = sum(owed_minor(each.owed) for each in owing)
    if not owed or (request.amount is not None and amount > owed):
        shown = money(owed, snapshot.customer.currency)
        return refused(CreditBalanceRefusal.NOTHING_OWED, "owed", shown)
    amount = left = min(amount, owed)
    paying = []
    for contract in owing:
        part = min(left, owed_minor(contract.owed))
        left -= part
        if part:
            paying.append(_fact(contract, FactKind.REPAYMENT, part, call))
    # What is kept is one account of the customer's, whichever contract it is kept on: it pays from
    # there, and no money goes through the bank.
    taken = by_contract(snapshot, _taken(snapshot, amount, call))
    paid = by_contract(snapshot, paying, paid_as=Event.CREDIT_BALANCE_USED)
    group = _group(snapshot, call, Event.CREDIT_BALANCE_USED, paid)
    return _posting(snapshot, call, group, amount, (*taken, *paid))


def pay_out_kept(
    snapshot: Snapshot, request: CreditBalanceRequest, call: Call, _around: None
) -> Posting | Refused:
    """Return what is kept going back to the customer's card."""
    amount = _amount(snapshot, request)
    if not isinstance(amount, int):
        return amount
    taken = by_contract(snapshot, _taken(snapshot, amount, call))
    group = _group(snapshot, call, Event.CREDIT_BALANCE_PAID_OUT, taken)
    return _posting(snapshot, call, group, amount, taken)


def kept_minor(snapshot: Snapshot) -> int:
    """Return what is kept for a customer on all contracts, in minor units."""
    return sum(contract.owed.over for contract in snapshot.contracts.values())


def _amount(snapshot: Snapshot, request: CreditBalanceRequest) -> int | Refused:
    currency, kept = snapshot.customer.currency, kept_minor(snapshot)
    amount: int | None = kept
    if request.amount is not None:
        amount = positive_minor(request.amount, currency)
    if amount is None:
        return refused(CreditBalanceRefusal.AMOUNT_NOT_POSITIVE, "amount", request.amount)
    if not kept or amount > kept:
        return refused(CreditBalanceRefusal.NOTHING_KEPT, "kept", money(kept, currency))
    return amount


def _taken(snapshot: Snapshot, amount: int, call: Call) -> list[Fact]:
    """Return the facts that take an amount from where it is kept, the oldest contract first."""
    facts, left = [], amount
    for contract in oldest_first(snapshot):
        part = min(left, contract.owed.over)
        left -= part
        if part:
            facts.append(_fact(contract, FactKind.PAID_OUT, part, call))
    return facts


def _fact(contract: Contract, kind: FactKind, amount: int, call: Call) -> Fact:
    return Fact(
        fact_id=f"{call.key}:{kind}:{contract.contract_id}",
        contract_id=contract.contract_id,
        kind=kind,
        value_on=call.business_on,
        booked_at=call.at,
        amount_minor=amount,
    )


def _group(snapshot: Snapshot, call: Call, event: Event, changes: tuple[Recorded, ...]) -> Group:
    transfers = [transfer for change in changes for transfer in change.transfers]
    return group_of(snapshot.customer.customer_id, call, event, transfers)


def _posting(
    snapshot: Snapshot, call: Call, group: Group, amount: int, changes: tuple[Recorded, ...]
) -> Posting:
    customer = snapshot.customer
    answer = CreditBalanceOutcome(
        customer_id=customer.customer_id,
        amount=money(amount, customer.currency),
        kept=money(kept_minor(snapshot) - amount, customer.currency),
        contracts=tuple(contract_answer(change.after) for change in changes),
        headroom=headroom_answer(headroom_after(snapshot, group), customer.currency),
    )
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        contracts=tuple(change.after for change in changes),
        facts=tuple(fact for change in changes for fact in change.facts),
        events=told(customer.customer_id, call, _KINDS[group.event], answer),
    )


USE_CREDIT_BALANCE = Command(
    name="use_credit_balance",
    meaning="What is kept for the customer pays what the customer owes, the oldest first.",
    method="POST",
    path="/v1/customers/{customer_id}/credit-balance/use",
    request=CreditBalanceRequest,
    outcome=CreditBalanceOutcome,
    refusals=CreditBalanceRefusal,
    scope=Scope.REPAYMENTS,
    keyed=True,
    run=Deciding(
        reasons=CreditBalanceRefusal,
        outcome=CreditBalanceOutcome,
        look_up=nothing_else,
        decide=use_kept,
    ),
)
PAY_OUT_CREDIT_BALANCE = Command(
    name="pay_out_credit_balance",
    meaning="What is kept for the customer goes back to the customer's card.",
    method="POST",
    path="/v1/customers/{customer_id}/credit-balance/payout",
    request=CreditBalanceRequest,
    outcome=CreditBalanceOutcome,
    refusals=CreditBalanceRefusal,
    scope=Scope.REPAYMENTS,
    keyed=True,
    run=Deciding(
        reasons=CreditBalanceRefusal,
        outcome=CreditBalanceOutcome,
        look_up=nothing_else,
        decide=pay_out_kept,
    ),
)
COMMANDS = (USE_CREDIT_BALANCE, PAY_OUT_CREDIT_BALANCE)
