"""What a row of a book and its decision become in the bank."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.banks import CARD, loan, new_world, purchase, run
from tests.loads import (
    AS_OF_ON,
    BOOK,
    LOAD,
    ON,
    book_row,
    decided_line,
    decided_row,
    terms,
)
from twinline.adapters.memory.bulk import MemoryBulk
from twinline.adapters.memory.store import MemoryStore
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.bulk import Chunk
from twinline.app.bank.command import OfCustomer
from twinline.app.bank.customers import (
    RESUME_CUSTOMER,
    STOP_CUSTOMER,
    StopCause,
    StopCustomerRequest,
)
from twinline.app.bank.loading import BookLine, broken, brought
from twinline.app.bank.loans import QUOTE
from twinline.app.bank.repayments import REPAY, RepayRequest, Source, SourceKind
from twinline.app.bank.store import CustomerStatus
from twinline.app.bank.verify import verify
from twinline.ledger.account import HOUSE
from twinline.lines.line import Cause, RestrictionKind
from twinline.lines.weight import joint_use_minor
from twinline.servicing.fact import Owed
from twinline.terms.product import Product

if TYPE_CHECKING:
    from tests.banks import World
    from twinline.app.bank.loading import BookRow, DecidedRow
    from twinline.app.bank.store import Snapshot
    from twinline.lines.line import Line


async def loaded(row: BookRow, decided: DecidedRow, store: MemoryStore) -> Snapshot:
    """Return a customer after its row was loaded."""
    bulk = MemoryBulk(store)
    await bulk.begin(LOAD)
    await bulk.add(
        Chunk(
            load_id=BOOK,
            first_row=1,
            last_row=1,
            booked_at=LOAD.begun_at,
            customers=[brought(row, decided, terms())],
        )
    )
    snapshot = await store.snapshot(row.customer_id)
    assert snapshot is not None
    return snapshot


def taken_in(row: BookRow, decided: DecidedRow) -> Snapshot:
    """Return a customer taken into an empty bank."""
    return run(loaded(row, decided, MemoryStore()))


def test_a_customer_comes_with_debts_and_limits() -> None:
    """Balances are owed, instalments apart, and use what they are; the law's cap is the person's.

    Of 30.00 on pay-later 10.01 is paid by instalments, which weigh half as much again.
    """
    snapshot = taken_in(book_row(), decided_row())

    assert snapshot.customer.status is CustomerStatus.IMPORTED
    assert str(snapshot.customer.opened_on) == "2025-08-31"
    assert {name: each.owed for name, each in snapshot.contracts.items()} == {
        "C1.pay_later": Owed(principal=1_999),
        "C1.pay_later_plan": Owed(principal=1_001),
        "C1.cash_loan": Owed(principal=1_000),
        "C1.cash_loan_plan": Owed(principal=4_000),
    }
    assert snapshot.limits == (10_000, 20_000, 25_000, 200_000_00)
    joint = 25_000 - 1_999 - joint_use_minor(1_001, Fraction(3, 2)) - 5_000
    assert snapshot.headroom == (7_000, 15_000, joint, 200_000_00 - 8_000)
    line = snapshot.lines[Product.PAY_LATER]
    assert (line.decision_id, str(line.last_used_on)) == (f"{'d' * 12}.C1", "2026-09-30")


def test_money_kept_for_the_customer_stays_kept() -> None:
    """A balance below zero is a credit balance; a pay-later line has its running contract."""
    snapshot = taken_in(book_row("C1", (10_000, -700, 0), (20_000, 0, 0)), decided_row())

    assert {name: each.owed for name, each in snapshot.contracts.items()} == {
        "C1.pay_later": Owed(over=700)
    }
    assert snapshot.headroom[:3] == (10_000, 20_000, 25_000)


@pytest.mark.parametrize(
    ("action", "decided", "base"),
    [("keep", 10_000, 10_000), ("cut", 8_000, 8_000), ("raise", 13_000, 10_000)],
)
def test_a_line_comes_as_decided_and_never_higher(action: str, decided: int, base: int) -> None:
    """A cut counts; a raise is an offer that the customer has to accept."""
    row = decided_row(decided_line(action, decided))
    line = taken_in(book_row(), row).lines[Product.PAY_LATER]

    assert line.base_limit_minor == base
    assert line.price_ppm == 150_000
    assert line.restrictions == ()


def test_an_invitation_opens_nothing() -> None:
    """Who has no cash loan and is invited to one has no cash-loan line."""
    row = decided_row(cash_loan=decided_line("invite", 20_000))
    snapshot = taken_in(book_row("C1", (10_000, 0, 0), None), row)

    assert list(snapshot.lines) == [Product.PAY_LATER]
    assert snapshot.limits[1] == 0


def _restricted(line: Line) -> tuple[RestrictionKind, str, Cause, int]:
    (only,) = line.restrictions
    assert (only.from_on, only.to_on) == (ON, None)
    return only.kind, only.reason, only.cause, only.amount_minor


def test_a_stop_keeps_the_limit_and_stops_new_use() -> None:
    """By an edge or by a gate: the limit stays, with the reason and cause of what stopped it."""
    late = decided_line("stop", 10_000, None, "", "plan", "late")
    fraud = decided_line("stop", 20_000, None, "fraud", "plan")
    snapshot = taken_in(book_row(), decided_row(late, fraud))

    pay_later, cash_loan = (snapshot.lines[product] for product in Product)
    assert _restricted(pay_later) == (RestrictionKind.STOP, "OVERDUE", Cause.BEHAVIOUR, 0)
    assert _restricted(cash_loan) == (RestrictionKind.STOP, "FRAUD", Cause.POLICY, 0)
    assert pay_later.price_ppm is None
    assert snapshot.limits[:2] == (10_000, 20_000)


def test_an_effective_limit_below_the_base_is_a_cap() -> None:
    """What the decision holds back is a restriction, so that it comes back by itself."""
    row = decided_row(cash_loan=decided_line("keep", 20_000, 12_000, "", "plan"))
    snapshot = taken_in(book_row(), row)

    line = snapshot.lines[Product.CASH_LOAN]
    assert line.base_limit_minor == 20_000
    assert _restricted(line) == (RestrictionKind.CAP, "PLAN_OPEN", Cause.POLICY, 12_000)
    assert snapshot.limits[1] == 12_000


def test_what_both_have_together_is_known() -> None:
    """Where the decision could not know the joint limit it is the sum; a bank's is capped."""
    unknown = taken_in(book_row(), decided_row(joint=None))
    assert unknown.limits[2] == 30_000
    capped = taken_in(book_row()._replace(licence="BK"), decided_row(joint=10**9))
    assert capped.limits[2] == 200_000_00


def test_nothing_known_of_the_months_is_no_fault() -> None:
    """Where the book says nothing of its months, the customer is as old as the book's day."""
    row = book_row()._replace(months_on_book=None, months_inactive=None)
    snapshot = taken_in(row, decided_row())

    assert snapshot.customer.opened_on == AS_OF_ON
    assert snapshot.lines[Product.PAY_LATER].last_used_on is None


def test_what_cannot_be_taken_in_is_named() -> None:
    """An id that names nothing, a debt that is not known, a debt too large by its weight."""
    row = book_row("house")._replace(pay_later=BookLine(5, None, 10**15))

    assert list(broken(row, Fraction(3, 2))) == [
        ("customer_id", "house", "1 to 48 letters, digits, '_', '.' and '-', not 'house'"),
        ("pay_later_balance_minor", "empty", "what is owed must be known"),
        ("pay_later_instalment_minor", 10**15, "by its weight at most 1,000,000,000,000,000"),
    ]
    assert [column for column, _, _ in broken(book_row("C" * 49), Fraction(1))] == ["customer_id"]
    assert list(broken(book_row("C" * 48), Fraction(1))) == []


async def _world_with(row: BookRow) -> World:
    world = new_world()
    assert isinstance(world.bank.store, MemoryStore)
    await loaded(row, decided_row(customer_id=row.customer_id), world.bank.store)
    return world


def test_a_loaded_customer_repays_and_cannot_draw() -> None:
    """No purchase and no loan before the customer is opened; repayment gives headroom back."""

    async def life() -> None:
        world = await _world_with(book_row())
        before = await world.bank.store.snapshot("C1")
        assert before is not None
        assert await world.no(QUOTE, loan("C1", "1000")) == "customer_not_active"
        assert await world.no(AUTHORISE, purchase("C1", "10.00")) == "customer_not_active"
        source = Source(kind=SourceKind.CARD, reference=CARD[-4:], amount="80.00")
        await world.done(REPAY, RepayRequest(customer_id="C1", sources=(source,)))
        after = await world.bank.store.snapshot("C1")
        assert after is not None
        assert all(not each.owed.principal for each in after.contracts.values())
        assert after.headroom == after.limits == before.limits

    run(life())


def test_a_stop_and_its_end_verify_nobody() -> None:
    """A loaded customer who was stopped by mistake is imported again, not active."""

    async def life() -> None:
        world = await _world_with(book_row())
        stop = StopCustomerRequest(customer_id="C1", cause=StopCause.COURT_ORDER)
        assert (await world.done(STOP_CUSTOMER, stop)).status is CustomerStatus.STOPPED
        again = await world.done(RESUME_CUSTOMER, OfCustomer(customer_id="C1"))
        assert again.status is CustomerStatus.IMPORTED

    run(life())


AMOUNTS = st.sampled_from([-5, 0, 1, 999, 12_345])


@st.composite
def rows(draw: st.DrawFn) -> tuple[BookRow, DecidedRow]:
    """Draw a row and a decision that go together."""
    lines = []
    for _ in Product:
        balance = draw(AMOUNTS)
        plan = draw(st.integers(0, max(0, balance)))
        lines.append(draw(st.none() | st.just((draw(st.integers(0, 9_999)), balance, plan))))
    decided = [
        decided_line(
            "keep", 0 if line is None else line[0], draw(st.integers(0, 9_999)), "", "plan"
        )
        for line in lines
    ]
    joint = draw(st.none() | st.integers(0, 50_000))
    row = book_row("C1", pay_later=lines[0], cash_loan=lines[1])
    return row, decided_row(*decided, joint=joint)


@given(rows())
def test_whatever_is_loaded_the_book_is_true(each: tuple[BookRow, DecidedRow]) -> None:
    """Ledger, contracts, facts and controls agree, and the house has what all of them owe."""

    async def check() -> None:
        store = MemoryStore()
        snapshot = await loaded(*each, store)
        assert [finding async for finding in verify(store, until=LOAD.begun_at)] == []
        owed = sum(
            contract.owed.principal - contract.owed.over
            for contract in snapshot.contracts.values()
        )
        house = await store.balances(HOUSE)
        assert -sum(balance.posted_minor for balance in house.values()) == owed

    run(check())
