from __future__ import annotations

from typing import TYPE_CHECKING

from tests.banks import captured, loan, new_world, opened, purchase, run
from twinline.app.bank.authorisations import AUTHORISE, CAPTURE
from twinline.app.bank.command import OfCustomer
from twinline.app.bank.customers import STOP_CUSTOMER, StopCause, StopCustomerRequest
from twinline.app.bank.funders import (
    BRING_SHARE,
    REGISTER_FUNDER,
    RETURN_SHARE,
    RegisterFunderRequest,
    ShareRequest,
)
from twinline.app.bank.loans import QUOTE
from twinline.app.bank.merchants import (
    LIST_MERCHANTS,
    REGISTER_MERCHANT,
    ListMerchantsRequest,
    RegisterMerchantRequest,
)
from twinline.app.bank.operations import (
    LIFT_STOP,
    LIST_STOPS,
    PAY_OUT_MERCHANT,
    READ_PAYABLE,
    SET_STOP,
    LiftStopRequest,
    ListStopsRequest,
    OfMerchant,
    PayoutRequest,
    SetStopRequest,
)
from twinline.app.bank.reading import READ_CUSTOMER
from twinline.app.bank.verify import verify_owner
from twinline.lines.line import Cause
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from tests.banks import World


def test_a_lending_stop_refuses_its_product_until_it_is_lifted() -> None:
    """R74, R75: purchase and draw pass the stop, each stop over what it names, by two persons."""

    async def story(world: World) -> None:
        customer = await opened(world)
        stop = SetStopRequest(
            stop_id="s1", cause=Cause.FUNDING, reason="FUNDING_SHORT", product=Product.CASH_LOAN
        )
        world.client = "second"
        assert await world.no(SET_STOP, stop) == "second_person_missing"
        world.client = "desk"
        await world.done(SET_STOP, stop)
        assert await world.no(SET_STOP, stop) == "stop_id_taken"
        listed = await world.done(LIST_STOPS, ListStopsRequest())
        assert [each.reason for each in listed.stops] == ["FUNDING_SHORT"]
        assert await world.no(QUOTE, loan(customer, "1000")) == "lending_stopped"
        await world.done(AUTHORISE, purchase(customer, "1"))
        lifted = await world.done(LIFT_STOP, LiftStopRequest(stop_id="s1"))
        assert lifted.stops[0].lifted_by == "desk, second"
        assert await world.no(LIFT_STOP, LiftStopRequest(stop_id="s1")) == "stop_not_found"
        await world.done(QUOTE, loan(customer, "1000"))

    run(story(new_world()))


def test_nothing_is_available_while_lending_or_the_customer_is_stopped() -> None:
    """What a page says may be used is what a purchase or a draw would be told, with the reason."""

    async def story(world: World) -> None:
        customer = await opened(world)
        stop = SetStopRequest(
            stop_id="s1", cause=Cause.FUNDING, reason="FUNDING_SHORT", product=Product.CASH_LOAN
        )
        await world.done(SET_STOP, stop)
        page = await world.done(READ_CUSTOMER, OfCustomer(customer_id=customer))
        told = {each.product: (each.available, each.refusal) for each in page.availability}
        assert told == {
            Product.PAY_LATER: ("15000.00", ""),
            Product.CASH_LOAN: ("0.00", "lending_stopped"),
        }
        (bound,) = [each for each in page.availability[1].terms if each.binds]
        assert (bound.name, bound.amount, bound.reason) == (
            "lending_stopped",
            "0.00",
            "FUNDING_SHORT",
        )
        assert page.availability[1].next == "30000.00"
        flag = StopCustomerRequest(customer_id=customer, cause=StopCause.DEATH)
        await world.done(STOP_CUSTOMER, flag)
        page = await world.done(READ_CUSTOMER, OfCustomer(customer_id=customer))
        assert {(each.available, each.refusal) for each in page.availability} == {
            ("0.00", "customer_not_active")
        }

    run(story(new_world()))


def test_a_merchant_is_paid_what_it_is_owed_if_its_books_agree() -> None:
    """Captures add, refunds take away, a payout never exceeds the payable and happens once."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "100")
        wrong = PayoutRequest(merchant_id="M1", payable_seen="90.00")
        assert await world.no(PAY_OUT_MERCHANT, wrong) == "payable_changed"
        too_much = PayoutRequest(merchant_id="M1", amount="100.01")
        assert await world.no(PAY_OUT_MERCHANT, too_much) == "payable_exceeded"
        part = PayoutRequest(merchant_id="M1", amount="60", payable_seen="100.00")
        paid = await world.done(PAY_OUT_MERCHANT, part, "pay")
        assert (paid.paid, paid.payable) == ("60.00", "40.00")
        assert await world.done(PAY_OUT_MERCHANT, part, "pay") == paid
        await world.done(PAY_OUT_MERCHANT, PayoutRequest(merchant_id="M1"))
        read = await world.done(READ_PAYABLE, OfMerchant(merchant_id="M1"))
        assert read.payable == "0.00"
        rest = PayoutRequest(merchant_id="M1")
        assert await world.no(PAY_OUT_MERCHANT, rest) == "payable_exceeded"
        unknown = PayoutRequest(merchant_id="M9")
        assert await world.no(PAY_OUT_MERCHANT, unknown) == "merchant_not_found"

    run(story(new_world()))


def test_the_longest_id_that_is_taken_is_one_to_be_paid_by() -> None:
    """A merchant or funder whose id has all the characters it may have is owed money like any."""
    longest = "m" * 64

    async def story(world: World) -> None:
        customer = await opened(world)
        merchant = RegisterMerchantRequest(merchant_id=longest, name="Tea", categories=("tea",))
        await world.done(REGISTER_MERCHANT, merchant)
        held = await world.done(AUTHORISE, purchase(customer, "100", longest))
        await world.done(CAPTURE, captured(held))
        paid = await world.done(PAY_OUT_MERCHANT, PayoutRequest(merchant_id=longest))
        assert paid.paid == "100.00"
        funder = RegisterFunderRequest(funder_id=longest, name="A Bank", licence=Licence.BANK)
        await world.done(REGISTER_FUNDER, funder)
        share = ShareRequest(funder_id=longest, amount="1000")
        world.client = "desk"
        assert (await world.done(BRING_SHARE, share)).payable == "1000.00"

    run(story(new_world()))


def test_records_are_changed_by_the_version_that_was_seen() -> None:
    """A merchant or funder changes under the version named, and no other."""

    async def story(world: World) -> None:
        funder = RegisterFunderRequest(funder_id="F1", name="Bank", licence=Licence.BANK)
        assert (await world.done(REGISTER_FUNDER, funder)).version == 1
        assert await world.no(REGISTER_FUNDER, funder) == "version_changed"
        merchant = RegisterMerchantRequest(merchant_id="M1", name="Tea", categories=("tea",))
        first = await world.done(REGISTER_MERCHANT, merchant, "m")
        assert await world.done(REGISTER_MERCHANT, merchant, "m") == first
        assert await world.no(REGISTER_MERCHANT, merchant) == "version_changed"
        second = RegisterMerchantRequest(
            merchant_id="M1", name="Tea", categories=("tea",), accepted=False, version_seen=1
        )
        assert (await world.done(REGISTER_MERCHANT, second)).version == 2
        page = await world.done(LIST_MERCHANTS, ListMerchantsRequest())
        assert [(each.merchant_id, each.accepted) for each in page.merchants] == [("M1", False)]
        assert page.next == ""

    run(story(new_world()))


def test_a_funder_is_owed_what_it_brought_and_was_not_paid_back() -> None:
    """Two persons, once by key, never more back than is owed, in a journal of its own."""

    async def story(world: World) -> None:
        share = ShareRequest(funder_id="F1", amount="1000")
        assert await world.no(BRING_SHARE, share) == "funder_not_found"
        funder = RegisterFunderRequest(funder_id="F1", name="A Bank", licence=Licence.BANK)
        await world.done(REGISTER_FUNDER, funder)
        world.client = "second"
        assert await world.no(BRING_SHARE, share) == "second_person_missing"
        world.client = "desk"
        nothing = ShareRequest(funder_id="F1", amount="0")
        assert await world.no(BRING_SHARE, nothing) == "amount_not_positive"
        abroad = ShareRequest(funder_id="F1", amount="1", currency="USD")
        assert await world.no(BRING_SHARE, abroad) == "currency_not_lent"
        brought = await world.done(BRING_SHARE, share, "b")
        assert await world.done(BRING_SHARE, share, "b") == brought
        assert brought.payable == "1000.00"
        too_much = ShareRequest(funder_id="F1", amount="1000.01")
        assert await world.no(RETURN_SHARE, too_much) == "share_exceeded"
        back = ShareRequest(funder_id="F1", amount="400")
        assert (await world.done(RETURN_SHARE, back)).payable == "600.00"
        assert [each async for each in world.bank.store.owners()] == ["funder:F1"]
        names = {account.name for account in await world.bank.store.balances("funder:F1")}
        assert names == {"funder_payable/funder:F1/CNY///"}
        verified = await verify_owner(world.bank.store, "funder:F1")
        assert (verified.entries, list(verified.findings)) == (2, [])

    run(story(new_world()))
