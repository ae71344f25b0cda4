"""What happened long ago can still be paid, refunded and called back, in every bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.banks import opened
from twinline.app.bank.authorisations import OfAuthorisation
from twinline.app.bank.customers import SET_NO_CREDIT, NoCreditRequest
from twinline.app.bank.holds import READ_AUTHORISATION
from twinline.app.bank.loans import RETURN_DISBURSEMENT, OfLoan
from twinline.app.bank.refunds import REFUND, RefundRequest
from twinline.app.bank.repayments import (
    REPAY,
    RETURN_REPAYMENT,
    RepaymentReturnRequest,
    RepayRequest,
    Source,
    SourceKind,
)
from twinline.app.bank.verify import verify_owner

if TYPE_CHECKING:
    from tests.banks import World
    from tests.contract.conftest import Whole
    from twinline.app.bank.repayments import RepaymentOutcome
    from twinline.app.bank.store import Snapshot

pytestmark = pytest.mark.anyio

QUIET_DAYS = 500


async def shown(world: World, customer: str, *, whole: bool = False) -> Snapshot:
    """Return what the store tells of a customer."""
    snapshot = await world.bank.store.snapshot(customer, whole=whole)
    assert snapshot is not None
    return snapshot


async def sound(world: World, customer: str) -> None:
    """Require that the customer's journal, facts and contracts agree."""
    assert not (await verify_owner(world.bank.store, customer)).findings


async def paid(
    world: World, customer: str, *amounts: str, contract_id: str | None = None
) -> RepaymentOutcome:
    """Repay from a card for each amount."""
    sources = tuple(
        Source(kind=SourceKind.CARD, reference=f"c{number}", amount=amount)
        for number, amount in enumerate(amounts)
    )
    request = RepayRequest(customer_id=customer, sources=sources, contract_id=contract_id)
    return await world.done(REPAY, request)


async def quiet(whole: Whole) -> tuple[World, str, dict[str, str]]:
    """Return a customer who bought, borrowed, paid all, and then did nothing for long.

    The newest group is of today, so that all of it lies more than 400 days before it. Beside them
    comes what they are called: the purchase, the loan, and the repayment that paid both.
    """
    world = whole.world
    customer = await opened(world)
    bought = await world.buy(customer, "100")
    drawn = await world.borrow(customer, "1000")
    repaid = await paid(world, customer, "1100")
    world.later(days=QUIET_DAYS)
    await world.done(SET_NO_CREDIT, NoCreditRequest(customer_id=customer, no_credit=True))
    names = {
        "purchase": bought.authorisation_id,
        "loan": drawn.contract.contract_id,
        "repayment": repaid.repayment_id,
    }
    return world, customer, names


async def test_a_snapshot_leaves_out_what_is_long_over_and_a_whole_one_does_not(
    whole: Whole,
) -> None:
    """Contracts that owe and keep nothing go 400 days after the last that happened to them."""
    world, customer, names = await quiet(whole)
    assert dict((await shown(world, customer)).contracts) == {}
    assert dict((await shown(world, customer)).facts) == {}
    seen = await shown(world, customer, whole=True)
    assert set(seen.contracts) == {names["loan"], f"{customer}.pay_later"}
    assert {name: len(facts) for name, facts in seen.facts.items()} == {
        names["loan"]: 2,
        f"{customer}.pay_later": 2,
    }
    assert await world.bank.store.snapshot("nobody", whole=True) is None
    await sound(world, customer)


@pytest.mark.parametrize("days", [399, 400])
async def test_the_last_day_counts(whole: Whole, days: int) -> None:
    """What happened 399 days before the newest group is there, what 400 days before is not."""
    world = whole.world
    customer = await opened(world)
    await world.buy(customer, "100")
    await paid(world, customer, "100")
    world.later(days=days)
    await world.done(SET_NO_CREDIT, NoCreditRequest(customer_id=customer, no_credit=True))
    assert len((await shown(world, customer)).contracts) == (1 if days == 399 else 0)


async def test_goods_bought_long_ago_come_back(whole: Whole) -> None:
    """A refund of a purchase that was paid long ago is kept for the customer."""
    world, customer, names = await quiet(whole)
    request = RefundRequest(customer_id=customer, authorisation_id=names["purchase"])
    refunded = await world.done(REFUND, request)
    assert (refunded.amount, refunded.owed.kept) == ("100.00", "100.00")
    assert await world.no(REFUND, request) == "refund_exceeded"
    await sound(world, customer)


async def test_money_comes_for_what_is_long_over(whole: Whole) -> None:
    """A repayment is kept on the contract it names, or on the oldest where it names none."""
    world, customer, names = await quiet(whole)
    named = await paid(world, customer, "30", contract_id=names["loan"])
    assert [(each.contract_id, each.kept) for each in named.paid] == [(names["loan"], "30.00")]
    unnamed = await paid(world, customer, "20")
    assert [(each.contract_id, each.kept) for each in unnamed.paid] == [
        (f"{customer}.pay_later", "20.00")
    ]
    await sound(world, customer)


async def test_money_is_called_back_long_after(whole: Whole) -> None:
    """What a repayment paid on every contract is owed again, also where one of them is in use."""
    world, customer, names = await quiet(whole)
    await paid(world, customer, "5", contract_id=names["loan"])
    request = RepaymentReturnRequest(customer_id=customer, repayment_id=names["repayment"])
    returned = await world.done(RETURN_REPAYMENT, request)
    assert [(each.contract_id, each.principal) for each in returned.paid] == [
        (f"{customer}.pay_later", "100.00"),
        (names["loan"], "995.00"),
    ]
    assert await world.no(RETURN_REPAYMENT, request) == "already_returned"
    await sound(world, customer)


async def test_a_loan_comes_back_long_after(whole: Whole) -> None:
    """A disbursement that is sent back leaves what was paid on it kept for the customer."""
    world, customer, names = await quiet(whole)
    request = OfLoan(customer_id=customer, contract_id=names["loan"])
    back = await world.done(RETURN_DISBURSEMENT, request)
    assert back.contract.owed.kept == "1000.00"
    await sound(world, customer)


async def test_a_running_contract_wakes_up_as_it_was(whole: Whole) -> None:
    """A purchase after the quiet finds the old purchases in the same contract."""
    world, customer, names = await quiet(whole)
    await world.done(SET_NO_CREDIT, NoCreditRequest(customer_id=customer, no_credit=False))
    world.later(days=30)
    await world.buy(customer, "40")
    facts = (await shown(world, customer)).facts[f"{customer}.pay_later"]
    assert [fact.amount_minor for fact in facts] == [100_00, 100_00, 40_00]
    reading = OfAuthorisation(customer_id=customer, authorisation_id=names["purchase"])
    assert (await world.done(READ_AUTHORISATION, reading)).state == "captured"
    await sound(world, customer)


async def test_an_old_purchase_can_be_read(whole: Whole) -> None:
    """An authorisation that was captured is told as captured, however long ago."""
    world, customer, names = await quiet(whole)
    reading = OfAuthorisation(customer_id=customer, authorisation_id=names["purchase"])
    told = await world.done(READ_AUTHORISATION, reading)
    assert (told.state, told.captured) == ("captured", "100.00")
