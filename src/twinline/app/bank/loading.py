"""A book's customer as the bank takes it in: unverified, with the debts it has and a decision.

A loaded line comes with the limit it has or less: a cut, a keep, a stop as decided. A raise or an
invitation is an offer, which opens nothing until it is accepted. What is owed is brought along as
of the book's day; what the book does not tell apart is principal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from twinline.app.bank.deciding import text
from twinline.app.bank.owing import (
    NO_TERMS,
    PPM,
    InstalmentTerms,
    place_of,
    running_contract,
)
from twinline.app.bank.store import Customer, CustomerStatus, Posting
from twinline.compliance.person_control import lawful_joint_minor
from twinline.kernel.months import add_months
from twinline.ledger.account import HOUSE
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.ledger.group import AMOUNT_MAX_MINOR, Admission, Group
from twinline.lines.changes import limits_on, opening_amounts
from twinline.lines.line import Line, LineState, Restriction, RestrictionKind
from twinline.lines.weight import joint_use_minor
from twinline.servicing.fact import Fact, FactKind, Owed
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime
    from fractions import Fraction

    from twinline.compliance.person_control import PersonCap
    from twinline.ledger.group import Transfer
    from twinline.lines.line import Cause
    from twinline.servicing.fact import Contract

ID_LENGTH_MAX: Final = 48
"""Contracts and decisions are named after their customer, and a name has 64 characters."""

_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{ID_LENGTH_MAX - 1}}}")
_UNTIL: Final = "a later review finds that it no longer holds"
_STOP: Final = "stop"


class BookLine(NamedTuple):
    """A line as the book has it, in minor units; a balance below zero is kept for the customer."""

    limit_minor: int
    balance_minor: int | None
    instalment_minor: int | None


class BookRow(NamedTuple):
    """A row of the book, `number` 1 the first; None is a line that is not there, or not known."""

    number: int
    customer_id: str
    licence: str
    months_on_book: int | None
    months_inactive: int | None
    pay_later: BookLine | None
    cash_loan: BookLine | None


class DecidedLine(NamedTuple):
    """What a review decided for a line; `gate` and `restrictions` are names of its strategy."""

    action: str
    base_limit_minor: int
    effective_limit_minor: int
    price_ppm: int | None
    gate: str
    restrictions: tuple[str, ...]


class DecidedRow(NamedTuple):
    """What a review decided for a customer."""

    customer_id: str
    segment: str
    joint_limit_minor: int | None
    pay_later: DecidedLine
    cash_loan: DecidedLine


class Why(NamedTuple):
    """Why a gate or an edge of a strategy restricts a line, and whether it stops new use."""

    reason: str
    cause: Cause
    stops: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all customers of one load have in common.

    `load_id` is the book's SHA-256, `review_id` the digest of the decisions; `caps` are the law's
    by licence on `on`, the business day. `gates` and `edges` are those of the review's strategy,
    by name. `weight` is what an instalment counts for in what both lines have together.
    """

    load_id: str
    review_id: str
    as_of_on: date
    on: date
    at: datetime
    currency: str
    funder: str
    weight: Fraction
    caps: Mapping[str, PersonCap]
    gates: Mapping[str, Why]
    edges: Mapping[str, Why]
    command_hash: bytes
    instalment_terms: str = field(init=False)

    def __post_init__(self) -> None:
        """Write the terms of an instalment plan once for all."""
        ppm = self.weight * PPM
        assert ppm.denominator == 1, self.weight
        plan = NO_TERMS if self.weight == 1 else text(InstalmentTerms(joint_weight_ppm=int(ppm)))
        object.__setattr__(self, "instalment_terms", plan)

    @property
    def key(self) -> str:
        """What the groups of this load are named by; no caller's key has a colon."""
        return f"load:{self.load_id[:12]}"


def broken(row: BookRow, weight: Fraction) -> Iterator[tuple[str, object, str]]:
    """Yield what keeps a row out of the bank: the column, what stands there, the rule."""
    if not _ID.fullmatch(row.customer_id) or row.customer_id == HOUSE:
        rule = f"1 to {ID_LENGTH_MAX} letters, digits, '_', '.' and '-', not '{HOUSE}'"
        yield "customer_id", row.customer_id, rule
    for product, line in _book_lines(row):
        if line.balance_minor is None:
            yield f"{product}_balance_minor", "empty", "what is owed must be known"
    plan = row.pay_later.instalment_minor if row.pay_later is not None else None
    if plan is not None and plan * weight > AMOUNT_MAX_MINOR:
        rule = f"by its weight at most {AMOUNT_MAX_MINOR:,}"
        yield "pay_later_instalment_minor", plan, rule


def brought(row: BookRow, decided: DecidedRow, terms: Terms) -> tuple[Posting, ...]:
    """Return the postings that take a customer in, in their order; the row is not `broken`.

    The first opens the customer with its lines; a second brings its balances, where it has any.
    """
    lines = _lines(row, decided, terms)
    contracts: list[Contract] = []
    facts: list[Fact] = []
    transfers: list[Transfer] = []
    for contract, fact in _contracts(row, lines, terms):
        contracts.append(contract)
        if fact is not None:
            facts.append(fact)
            transfers += _booked(row.customer_id, contract, fact, terms)
    opening = Posting(
        group=_opening(row, decided, lines, terms),
        seq_seen=0,
        opens=True,
        customer=_customer(row, decided, terms),
        lines=tuple(lines.values()),
        contracts=tuple(each for each in contracts if not each.last_fact_id),
    )
    if not facts:
        return (opening,)
    name = f"{terms.key}:balances"
    group = _group(row, terms, name, tuple(transfers))
    owing = tuple(each for each in contracts if each.last_fact_id)
    return opening, Posting(group=group, seq_seen=1, contracts=owing, facts=tuple(facts))


def _book_lines(row: BookRow) -> Iterator[tuple[Product, BookLine]]:
    if row.pay_later is not None:
        yield Product.PAY_LATER, row.pay_later
    if row.cash_loan is not None:
        yield Product.CASH_LOAN, row.cash_loan


def _customer(row: BookRow, decided: DecidedRow, terms: Terms) -> Customer:
    return Customer(
        customer_id=row.customer_id,
        status=CustomerStatus.IMPORTED,
        currency=terms.currency,
        opened_on=_months_before(terms.as_of_on, row.months_on_book or 0),
        segment=decided.segment,
    )


@cache
def _months_before(on: date, months: int) -> date:
    return add_months(on, -months)


def _lines(row: BookRow, decided: DecidedRow, terms: Terms) -> dict[Product, Line]:
    used = row.months_inactive
    last_used_on = None if used is None else _months_before(terms.as_of_on, used)
    decision_id = f"{terms.review_id[:12]}.{row.customer_id}"
    by_product = {Product.PAY_LATER: decided.pay_later, Product.CASH_LOAN: decided.cash_loan}
    lines = {}
    for product, book_line in _book_lines(row):
        line = by_product[product]
        base = min(book_line.limit_minor, line.base_limit_minor)
        lines[product] = Line(
            product=product,
            state=LineState.OPEN,
            currency=terms.currency,
            base_limit_minor=base,
            base_version=1,
            decision_id=decision_id,
            licence=row.licence,
            funder=terms.funder,
            opened_on=terms.as_of_on,
            price_ppm=line.price_ppm,
            last_used_on=last_used_on,
            restrictions=_restrictions(line, base, decision_id, terms),
        )
    return lines


def _restrictions(
    line: DecidedLine, base: int, decision_id: str, terms: Terms
) -> tuple[Restriction, ...]:
    """Return what the decision lays on a line from the day it comes: a stop, or a cap.

    Edges may have held together; the decision keeps the least limit they came to.
    """
    if line.action == _STOP:
        edges = (terms.edges[name] for name in line.restrictions)
        why = next((edge for edge in edges if edge.stops), None) or terms.gates[line.gate]
        kind, cap_minor = RestrictionKind.STOP, 0
    elif line.effective_limit_minor < base:
        why = terms.edges[line.restrictions[0]]
        kind, cap_minor = RestrictionKind.CAP, line.effective_limit_minor
    else:
        return ()
    restriction = Restriction(
        restriction_id=decision_id,
        kind=kind,
        cause=why.cause,
        reason=why.reason,
        from_on=terms.on,
        end_condition=_UNTIL,
        amount_minor=cap_minor,
    )
    return (restriction,)


def _opening(
    row: BookRow, decided: DecidedRow, lines: Mapping[Product, Line], terms: Terms
) -> Group:
    """Return the group that opens a customer with the limits of the day."""
    cap = terms.caps[row.licence]
    joint = decided.joint_limit_minor
    if joint is None:
        joint = sum(line.base_limit_minor for line in lines.values())
    limits = limits_on(
        lines,
        terms.on,
        joint_minor=lawful_joint_minor(cap, joint),
        person_minor=cap.cap_minor,
    )
    place = Place(customer=row.customer_id, currency=terms.currency)
    transfers = transfers_of(Event.CUSTOMER_OPENED, opening_amounts(limits), place)
    return _group(row, terms, terms.key, transfers)


def _contracts(
    row: BookRow, lines: Mapping[Product, Line], terms: Terms
) -> Iterator[tuple[Contract, Fact | None]]:
    """Yield the contracts a customer comes with, each with the fact that brings its balance.

    A pay-later line has its running contract whatever is owed; what is paid by instalments is a
    contract of its own, with the principal that is left.
    """
    for product, book_line in _book_lines(row):
        balance, plan = book_line.balance_minor, book_line.instalment_minor or 0
        assert balance is not None, "a broken row"
        running = running_contract(row.customer_id, lines[product])
        if balance != plan or product is Product.PAY_LATER:
            yield _with_balance(running, balance - plan, terms)
        if plan:
            yield _with_balance(_plan(running, terms), plan, terms)


def _plan(running: Contract, terms: Terms) -> Contract:
    weighed = running.product is Product.PAY_LATER
    return replace(
        running,
        contract_id=f"{running.contract_id}_plan",
        terms=terms.instalment_terms if weighed else NO_TERMS,
    )


def _with_balance(
    contract: Contract, balance_minor: int, terms: Terms
) -> tuple[Contract, Fact | None]:
    if not balance_minor:
        return contract, None
    kept = balance_minor < 0
    fact = Fact(
        fact_id=f"{contract.contract_id}:brought",
        contract_id=contract.contract_id,
        kind=FactKind.CREDIT_BROUGHT if kept else FactKind.BROUGHT,
        value_on=terms.as_of_on,
        booked_at=terms.at,
        amount_minor=abs(balance_minor),
        cause=terms.key,
    )
    owed = Owed(over=-balance_minor) if kept else Owed(principal=balance_minor)
    return replace(contract, owed=owed, last_fact_id=fact.fact_id), fact


def _booked(
    customer_id: str, contract: Contract, fact: Fact, terms: Terms
) -> tuple[Transfer, ...]:
    amount, place = fact.amount_minor, place_of(customer_id, contract)
    if fact.kind is FactKind.CREDIT_BROUGHT:
        return transfers_of(Event.CREDIT_BALANCE_BROUGHT, {"amount": amount}, place)
    joint = amount if contract.terms == NO_TERMS else joint_use_minor(amount, terms.weight)
    amounts = {"principal": amount, "line": amount, "joint": joint, "person": amount}
    return transfers_of(Event.BALANCE_BROUGHT, amounts, place)


def _group(row: BookRow, terms: Terms, name: str, transfers: tuple[Transfer, ...]) -> Group:
    """Return a group of a row: the opening counts today, what is owed on the book's day."""
    opens = name == terms.key
    return Group(
        owner=row.customer_id,
        group_id=name,
        event=Event.CUSTOMER_OPENED if opens else Event.BALANCE_BROUGHT,
        admission=Admission.FACT,
        command_hash=terms.command_hash,
        value_on=terms.on if opens else terms.as_of_on,
        booked_at=terms.at,
        transfers=transfers,
        cause=f"book:{terms.load_id[:12]}:{row.number}",
    )
