"""Repayments: money from an ordered list of sources pays contracts, the oldest first.

Money that has come is a fact: it is booked whatever it finds. What is left over is kept for the
customer. A payment that is called back is owed again, and may leave headroom below zero.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.answers import ContractAnswer, contract_answer
from twinline.app.bank.command import Command, Family, OfCustomer, Outcome, Scope
from twinline.app.bank.deciding import Deciding, nothing_else, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import Identifier, Money, money, positive_minor
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
from twinline.servicing.booking import change as difference
from twinline.servicing.fact import Fact, FactKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.owing import Recorded
    from twinline.app.bank.store import Snapshot
    from twinline.ledger.group import Group
    from twinline.servicing.fact import Contract


@unique
class SourceKind(StrEnum):
    """Where money came from."""

    CARD = "card"
    BALANCE = "balance"
    """The customer's wallet."""

    TRANSFER = "transfer"
    """A transfer from a bank account."""


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one source gave. `reference` is the rail's own, and is no personal data."""

    kind: SourceKind
    reference: Identifier
    amount: Money


class RepayRefusal(Reason):
    """Why a repayment is not taken, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    VALUE_DAY_AHEAD = ("value_day_ahead", Family.RULE, "a day up to the business day")
    VALUE_DAY_BEFORE = ("value_day_before", Family.RULE, "a day since the customer was opened")
    CONTRACT_NOT_FOUND = (
        "contract_not_found",
        Family.MISSING,
        "the customer has no contract of this id",
    )
    NO_CONTRACT = (
        "no_contract",
        Family.RULE,
        "a customer with a contract that a payment could be kept on",
    )
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class RepayRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money has come, from these sources in this order.

    It pays `contract_id` where one is named, else contracts with something owed, the oldest first.
    `value_on` is the day it counts, the business day where it is not given. `third_party` says
    that somebody else paid for the customer.
    """

    sources: Annotated[tuple[Source, ...], Meta(min_length=1, max_length=10)]
    contract_id: Identifier | None = None
    value_on: date | None = None
    third_party: bool = False


class PaidAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What of a payment a contract received, by component, and what is kept for the customer."""

    contract_id: str
    principal: Money
    interest: Money
    fee: Money
    penalty: Money
    kept: Money


class RepaymentOutcome(Outcome, frozen=True, kw_only=True):
    """What a payment paid, what is owed now, and what is left of every limit."""

    customer_id: str
    repayment_id: str
    amount: Money
    paid: tuple[PaidAnswer, ...]
    contracts: tuple[ContractAnswer, ...]
    headroom: HeadroomAnswer


def payable_unseen(snapshot: Snapshot, request: RepayRequest, _around: None) -> bool:
    """Return whether a snapshot leaves out what is paid, be it only for its age.

    What is named may be; where nothing is named and nothing owed, the money is kept on the oldest
    contract there ever was.
    """
    if request.contract_id is not None:
        return request.contract_id not in snapshot.contracts
    return not any(owed_minor(contract.owed) for contract in snapshot.contracts.values())


def repay(
    snapshot: Snapshot, request: RepayRequest, call: Call, _around: None
) -> Posting | Refused:
    """Return what a payment pays. Neither status nor stops nor headroom keep it out."""
    currency = snapshot.customer.currency
    amounts = []
    for source in request.sources:
        minor = positive_minor(source.amount, currency)
        if minor is None:
            return refused(RepayRefusal.AMOUNT_NOT_POSITIVE, "sources.amount", source.amount)
        amounts.append(minor)
    value_on = request.value_on or call.business_on
    if value_on > call.business_on:
        return refused(RepayRefusal.VALUE_DAY_AHEAD, "value_on", value_on)
    if value_on < snapshot.customer.opened_on:
        return refused(RepayRefusal.VALUE_DAY_BEFORE, "value_on", value_on)
    named = request.contract_id
    if named is not None and named not in snapshot.contracts:
        return refused(RepayRefusal.CONTRACT_NOT_FOUND, "contract_id", named)
    payable = [snapshot.contracts[named]] if named is not None else oldest_first(snapshot)
    if not payable:
        return refused(RepayRefusal.NO_CONTRACT, "customer_id", request.customer_id)
    facts = tuple(_facts(payable, request, call, amounts))
    return _repaid(snapshot, request, call, facts)


def _facts(
    payable: Sequence[Contract], request: RepayRequest, call: Call, amounts: Sequence[int]
) -> Iterator[Fact]:
    """Yield what each source pays of each contract; what is left over goes with the last paid."""
    for (number, contract_id), part in _parts(payable, amounts).items():
        source = request.sources[number - 1]
        yield Fact(
            fact_id=f"{call.key}:{number}:{contract_id}",
            contract_id=contract_id,
            kind=FactKind.REPAYMENT,
            value_on=request.value_on or call.business_on,
            booked_at=call.at,
            amount_minor=part,
            cause=f"{source.kind}:{source.reference}",
        )


def _parts(payable: Sequence[Contract], amounts: Sequence[int]) -> dict[tuple[int, str], int]:
    """Return what each source, by its place from 1, pays of each contract, in minor units."""
    owed = [(contract.contract_id, owed_minor(contract.owed)) for contract in payable]
    waiting = [(contract_id, minor) for contract_id, minor in owed if minor]
    last = waiting[-1][0] if waiting else owed[0][0]
    parts: dict[tuple[int, str], int] = {}
    for number, amount in enumerate(amounts, 1):
        left = amount
        while left and waiting:
            contract_id, minor = waiting.pop(0)
            part = min(left, minor)
            parts[number, contract_id] = part
            left -= part
            if part < minor:
                waiting.insert(0, (contract_id, minor - part))
        if left:
            parts[number, last] = parts.get((number, last), 0) + left
    return parts


def _repaid(
    snapshot: Snapshot, request: RepayRequest, call: Call, facts: tuple[Fact, ...]
) -> Posting:
    event = Event.REPAID_BY_THIRD_PARTY if request.third_party else Event.REPAID
    changes = by_contract(snapshot, facts, paid_as=event)
    transfers = [transfer for change in changes for transfer in change.transfers]
    group = group_of(snapshot.customer.customer_id, call, event, transfers)
    return _posting(snapshot, call, (group.group_id, EventKind.REPAYMENT_RECEIVED), changes, group)


class RepaymentReturnRefusal(Reason):
    """Why a payment cannot have been called back, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    REPAYMENT_NOT_FOUND = (
        "repayment_not_found",
        Family.MISSING,
        "a repayment of the customer's, and one of its sources",
    )
    ALREADY_RETURNED = ("already_returned", Family.CONFLICT, "a payment is called back once")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class RepaymentReturnRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bank calls a payment back: one `source` by its place from 1, or all of them."""

    repayment_id: Identifier
    source: Annotated[int, Meta(ge=1, le=10)] | None = None


def always_whole(_snapshot: Snapshot, _request: RepaymentReturnRequest, _around: None) -> bool:
    """Ask for every contract: a payment may have paid one of yesterday and one long over."""
    return True


def repayment_returned(
    snapshot: Snapshot, request: RepaymentReturnRequest, call: Call, _around: None
) -> Posting | Refused:
    """Return what a payment that was called back makes owed again."""
    known = [fact for facts in snapshot.facts.values() for fact in facts]
    paid = [fact for fact in known if _is_of(fact, request)]
    if not paid:
        return refused(
            RepaymentReturnRefusal.REPAYMENT_NOT_FOUND, "repayment_id", request.repayment_id
        )
    undone = {fact.refers for fact in known if fact.kind is FactKind.REVERSAL}
    open_facts = [fact for fact in paid if fact.fact_id not in undone]
    if not open_facts:
        return refused(
            RepaymentReturnRefusal.ALREADY_RETURNED, "repayment_id", request.repayment_id
        )
    reversals = [
        replace(
            fact,
            fact_id=f"{call.key}:{number}",
            kind=FactKind.REVERSAL,
            booked_at=call.at,
            refers=fact.fact_id,
            cause=request.repayment_id,
        )
        for number, fact in enumerate(open_facts, 1)
    ]
    changes = by_contract(snapshot, reversals)
    transfers = [transfer for change in changes for transfer in change.transfers]
    group = group_of(
        request.customer_id, call, Event.REPAYMENT_RETURNED, transfers, request.repayment_id
    )
    return _posting(
        snapshot, call, (request.repayment_id, EventKind.REPAYMENT_RETURNED), changes, group
    )


def _is_of(fact: Fact, request: RepaymentReturnRequest) -> bool:
    """Return whether a fact is what one of a repayment's sources paid.

    What a credit balance paid came from no source, so no bank can call it back.
    """
    repayment_id, _, rest = fact.fact_id.partition(":")
    number = rest.partition(":")[0]
    return (
        fact.kind is FactKind.REPAYMENT
        and repayment_id == request.repayment_id
        and number.isdecimal()
        and request.source in {None, int(number)}
    )


def _posting(
    snapshot: Snapshot,
    call: Call,
    named: tuple[str, EventKind],
    changes: tuple[Recorded, ...],
    group: Group,
) -> Posting:
    customer = snapshot.customer
    repayment_id, kind = named
    facts = tuple(fact for change in changes for fact in change.facts)
    answer = RepaymentOutcome(
        customer_id=customer.customer_id,
        repayment_id=repayment_id,
        amount=money(sum(fact.amount_minor for fact in facts), customer.currency),
        paid=tuple(_paid_answer(change) for change in changes),
        contracts=tuple(contract_answer(change.after) for change in changes),
        headroom=headroom_answer(headroom_after(snapshot, group), customer.currency),
    )
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        contracts=tuple(change.after for change in changes),
        facts=facts,
        events=told(customer.customer_id, call, kind, answer),
    )


def _paid_answer(change: Recorded) -> PaidAnswer:
    """Return what went to each component, or, of a payment called back, what came from it."""
    moved, currency = difference(change.before.owed, change.after.owed), change.before.currency
    return PaidAnswer(
        contract_id=change.before.contract_id,
        principal=money(abs(moved.principal), currency),
        interest=money(abs(moved.interest), currency),
        fee=money(abs(moved.fee), currency),
        penalty=money(abs(moved.penalty), currency),
        kept=money(abs(moved.over), currency),
    )


REPAY = Command(
    name="repay",
    meaning="Money has come, from an ordered list of sources: the oldest contract is paid first.",
    method="POST",
    path="/v1/repayments",
    request=RepayRequest,
    outcome=RepaymentOutcome,
    refusals=RepayRefusal,
    scope=Scope.REPAYMENTS,
    keyed=True,
    run=Deciding(
        reasons=RepayRefusal,
        outcome=RepaymentOutcome,
        look_up=nothing_else,
        decide=repay,
        asks_whole=payable_unseen,
    ),
    success=201,
)
RETURN_REPAYMENT = Command(
    name="return_repayment",
    meaning="A payment is called back: what it paid is owed again, and uses headroom again.",
    method="POST",
    path="/v1/repayments/{repayment_id}/return",
    request=RepaymentReturnRequest,
    outcome=RepaymentOutcome,
    refusals=RepaymentReturnRefusal,
    scope=Scope.REPAYMENTS,
    keyed=True,
    run=Deciding(
        reasons=RepaymentReturnRefusal,
        outcome=RepaymentOutcome,
        look_up=nothing_else,
        decide=repayment_returned,
        asks_whole=always_whole,
    ),
)
COMMANDS = (REPAY, RETURN_REPAYMENT)
