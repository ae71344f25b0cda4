from __future__ import annotations

from typing import TYPE_CHECKING

from tests.banks import loan, new_world, opened, purchase, run
from twinline.app.bank.authorisations import AUTHORISE
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
    REGISTER_FUNDER,
    SET_STOP,
    LiftStopRequest,
    ListStopsRequest,
    OfMerchant,
    PayoutRequest,
    RegisterFunderRequest,
    SetStopRequest,
)
from twinline.app.bank.reading import READ_EVENTS, EventsRequest
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
        assert page.next_after is None

    run(story(new_world()))


def test_events_are_read_in_order_and_to_the_end() -> None:
    """Every accepted command tells one event; pages follow one another."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "10")
        first = await world.done(READ_EVENTS, EventsRequest(count=2))
        rest = await world.done(READ_EVENTS, EventsRequest(after=first.next_after))
        kinds = [event.kind for event in (*first.events, *rest.events)]
        assert kinds == ["customer.opened", "authorisation.held", "authorisation.captured"]

    run(story(new_world()))
