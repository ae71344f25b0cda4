"""A contract names its funder for good, and new use goes by the funder of its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.banks import captured, loan, opened, purchase
from twinline.app.bank.authorisations import AUTHORISE, CAPTURE
from twinline.app.bank.command import OfCustomer
from twinline.app.bank.funders import REGISTER_FUNDER, RegisterFunderRequest
from twinline.app.bank.loans import QUOTE
from twinline.app.bank.operations import SET_STOP, SetStopRequest
from twinline.app.bank.product_funding import (
    READ_FUNDING,
    SET_FUNDING,
    WITHDRAW_FUNDER,
    OfFunder,
    ReadFundingRequest,
    SetFundingRequest,
)
from twinline.app.bank.reading import READ_CUSTOMER
from twinline.app.bank.refunds import REFUND, RefundRequest
from twinline.app.bank.repayments import REPAY, RepayRequest, Source, SourceKind
from twinline.app.bank.trial_balance import footed, trial_balance
from twinline.app.bank.verify import verify
from twinline.ledger.account import AccountKind
from twinline.lines.line import Cause
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from datetime import date

    from tests.banks import World
    from tests.contract.conftest import Whole
    from twinline.app.bank.product_funding import (
        FundingOutcome,
    )

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(whole: Whole) -> World:
    """Return a bank with two funders."""
    for name, licence in (("trust", Licence.CONSUMER_FINANCE), ("city-bank", Licence.BANK)):
        funder = RegisterFunderRequest(funder_id=name, name=name, licence=licence)
        await whole.world.done(REGISTER_FUNDER, funder)
    return whole.world


async def fund(
    world: World,
    funder: str | None,
    product: Product = Product.PAY_LATER,
    from_on: date | None = None,
) -> FundingOutcome:
    """Let a funder fund a product, from today on if not said otherwise."""
    seen = (await world.done(READ_FUNDING, ReadFundingRequest())).version
    request = SetFundingRequest(
        product=product, from_on=from_on or world.on, funder_id=funder, version_seen=seen
    )
    return await world.done(SET_FUNDING, request)


async def owed(world: World, customer: str) -> dict[str, tuple[str, str, int]]:
    """Return each contract's licence, funder and principal, which its own account has too."""
    snapshot = await world.bank.store.snapshot(customer)
    assert snapshot is not None
    told = {
        name: (each.licence, each.funder, each.owed.principal)
        for name, each in snapshot.contracts.items()
    }
    balances = await world.bank.store.balances(customer)
    assert {each for each in told.values() if each[2]} == {
        (account.licence, account.funder, balance.posted_minor)
        for account, balance in balances.items()
        if account.kind is AccountKind.PRINCIPAL and balance.posted_minor
    }
    return told


async def is_true(world: World) -> bool:
    """Return whether the book is true, and all its accounts come to nothing."""
    until = world.at + timedelta(days=1)
    findings = [finding async for finding in verify(world.bank.store, until=until)]
    totals = await trial_balance(world.bank.store)
    return findings == [] and all(foot.is_even for foot in footed(totals))


async def test_without_a_funding_the_line_s_lender_lends(world: World) -> None:
    """The house's own money, as ever, where nothing was set."""
    customer = await opened(world)
    await world.buy(customer, "100")
    assert await owed(world, customer) == {f"{customer}.pay_later": ("CF", "own", 100_00)}


async def test_a_purchase_and_a_loan_name_the_funder_of_their_day(world: World) -> None:
    """What another funder's money paid for is a contract and an account of its own."""
    customer = await opened(world)
    await world.buy(customer, "100")
    await fund(world, "trust")
    await fund(world, "trust", Product.CASH_LOAN, world.on + timedelta(days=1))
    await world.buy(customer, "40")
    await world.buy(customer, "2")
    own = await world.borrow(customer, "1000")
    world.later(days=1)
    theirs = await world.borrow(customer, "2000")

    running = f"{customer}.pay_later"
    assert await owed(world, customer) == {
        running: ("CF", "own", 100_00),
        f"{running}.1": ("CF", "trust", 42_00),
        own.contract.contract_id: ("CF", "own", 1_000_00),
        theirs.contract.contract_id: ("CF", "trust", 2_000_00),
    }
    assert await is_true(world)


async def test_a_contract_goes_on_by_its_own_funder(world: World) -> None:
    """Refund and repayment go to whose money it was, whoever funds the product by then."""
    customer = await opened(world)
    await fund(world, "trust")
    held = await world.done(AUTHORISE, purchase(customer, "40"))
    await world.done(CAPTURE, captured(held))
    await fund(world, None)
    await world.buy(customer, "5")
    refund = RefundRequest(
        customer_id=customer, authorisation_id=held.authorisation_id, amount="10"
    )
    await world.done(REFUND, refund)
    running = f"{customer}.pay_later"
    assert await owed(world, customer) == {
        running: ("CF", "own", 5_00),
        f"{running}.1": ("CF", "trust", 30_00),
    }
    source = Source(kind=SourceKind.TRANSFER, reference="r1", amount="35")
    await world.done(REPAY, RepayRequest(customer_id=customer, sources=(source,)))
    assert {each[2] for each in (await owed(world, customer)).values()} == {0}
    assert await is_true(world)


async def test_a_purchase_keeps_the_funder_it_was_authorised_with(world: World) -> None:
    """The funder who would not lend any more when it is captured had agreed before."""
    customer = await opened(world)
    await fund(world, "trust")
    held = await world.done(AUTHORISE, purchase(customer, "40"))
    await fund(world, "city-bank")
    await world.done(CAPTURE, captured(held))
    assert (await owed(world, customer))[f"{customer}.pay_later.1"] == ("CF", "trust", 40_00)


async def test_a_funder_who_funds_again_has_one_contract(world: World) -> None:
    """From trust to the bank's own and back again: what trust paid for stands together."""
    customer = await opened(world)
    for funder in ("trust", None, "trust"):
        await fund(world, funder)
        await world.buy(customer, "10")
    assert await owed(world, customer) == {
        f"{customer}.pay_later": ("CF", "own", 10_00),
        f"{customer}.pay_later.1": ("CF", "trust", 20_00),
    }


async def test_a_stop_of_a_funder_stops_what_it_funds(world: World) -> None:
    """New use is held against the stops of who funds it, not of who granted the line."""
    customer = await opened(world)
    stop = SetStopRequest(stop_id="s", cause=Cause.FUNDING, reason="FUNDS", funder="trust")
    await world.done(SET_STOP, stop)
    await world.buy(customer, "10")
    await fund(world, "trust")
    await fund(world, "trust", Product.CASH_LOAN)
    assert await world.no(AUTHORISE, purchase(customer, "10")) == "lending_stopped"
    assert await world.no(QUOTE, loan(customer, "1000")) == "lending_stopped"
    await fund(world, None)
    await world.done(AUTHORISE, purchase(customer, "10"))


async def test_the_cap_of_the_funder_s_licence_holds(world: World) -> None:
    """A bank's cap counts the undrawn line: who was granted more uses none of a bank's money."""
    customer = await opened(
        world, pay_later_limit="150000", cash_loan_limit="150000", joint_limit="250000"
    )
    await world.buy(customer, "10")
    await fund(world, "city-bank")
    assert await world.no(AUTHORISE, purchase(customer, "10")) == "licence_cap"
    page = await world.done(READ_CUSTOMER, OfCustomer(customer_id=customer))
    told = {each.product: (each.refusal, each.available) for each in page.availability}
    assert told[Product.PAY_LATER] == ("licence_cap", "0.00")
    await world.done(QUOTE, loan(customer, "1000"))


async def test_within_the_cap_of_the_funder_s_licence_is_lent(world: World) -> None:
    """Who was granted less than a bank may lend one person buys with a bank's money."""
    customer = await opened(world)
    await fund(world, "city-bank")
    await world.buy(customer, "10")
    assert (await owed(world, customer))[f"{customer}.pay_later.1"] == ("BK", "city-bank", 10_00)


async def test_what_speaks_against_a_funding_is_said(world: World) -> None:
    """A past day, a funder nobody registered or who left, another's change in between."""
    today = world.on

    def of(funder: str, seen: int = 0, on: date = today) -> SetFundingRequest:
        return SetFundingRequest(
            product=Product.PAY_LATER, from_on=on, funder_id=funder, version_seen=seen
        )

    assert await world.no(SET_FUNDING, of("trust", on=today - timedelta(days=1))) == "day_past"
    assert await world.no(SET_FUNDING, of("nobody")) == "funder_not_found"
    await world.done(SET_FUNDING, of("trust"))
    assert await world.no(SET_FUNDING, of("trust")) == "version_changed"
    assert (await world.done(SET_FUNDING, of("trust", 1))).version == 2


async def test_a_funder_leaves_once_nothing_new_is_funded(world: World) -> None:
    """Who funds a product today or later cannot leave; who has left is never chosen again."""
    trust = OfFunder(funder_id="trust")
    await fund(world, "trust")
    assert await world.no(WITHDRAW_FUNDER, trust) == "funder_in_use"
    await fund(world, None)
    await fund(world, "trust", from_on=world.on + timedelta(days=9))
    assert await world.no(WITHDRAW_FUNDER, trust) == "funder_in_use"
    await fund(world, None, from_on=world.on + timedelta(days=9))
    assert (await world.done(WITHDRAW_FUNDER, trust)).withdrawn == ("trust",)
    assert await world.no(WITHDRAW_FUNDER, trust) == "funder_withdrawn"
    assert await world.no(WITHDRAW_FUNDER, OfFunder(funder_id="nobody")) == "funder_not_found"
    again = SetFundingRequest(
        product=Product.PAY_LATER, from_on=world.on, funder_id="trust", version_seen=5
    )
    assert await world.no(SET_FUNDING, again) == "funder_withdrawn"


async def test_both_take_two_persons(world: World) -> None:
    """Nobody moves a lender's money alone."""
    alone = replace(world, second_person="")
    request = SetFundingRequest(product=Product.PAY_LATER, from_on=world.on, funder_id="trust")
    assert await alone.no(SET_FUNDING, request) == "second_person_missing"
    assert await alone.no(WITHDRAW_FUNDER, OfFunder(funder_id="trust")) == "second_person_missing"
