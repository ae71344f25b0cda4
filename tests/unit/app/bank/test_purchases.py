from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

from tests.banks import World, captured, new_world, opened, purchase, run
from tests.overtaken import overtaken
from twinline.app.bank.authorisations import AUTHORISE, CAPTURE, VOID, OfAuthorisation
from twinline.app.bank.command import Refused
from twinline.app.bank.holds import EXPIRE, READ_AUTHORISATION, ExpireRequest
from twinline.app.bank.merchants import REGISTER_MERCHANT, RegisterMerchantRequest
from twinline.app.bank.reading import VERIFY_CUSTOMER, VerifyRequest
from twinline.app.bank.refunds import REFUND, RefundRequest


async def _sound(world: World, customer: str) -> None:
    """The journal verifies, and every balance is what it comes to."""
    verified = await world.done(VERIFY_CUSTOMER, VerifyRequest(customer_id=customer))
    assert verified.findings == ()


def test_a_purchase_is_declined_with_the_first_reason() -> None:
    """Merchant before line, line before headroom; a refusal moves nothing."""

    async def story(world: World) -> None:
        assert await world.no(AUTHORISE, purchase("nobody", "1")) == "customer_not_found"
        customer = await opened(world, joint_limit="20000")
        assert await world.no(AUTHORISE, purchase(customer, "0")) == "amount_not_positive"
        assert await world.no(AUTHORISE, purchase(customer, "1.001")) == "amount_not_positive"
        unknown = purchase(customer, "1", "M9")
        assert await world.no(AUTHORISE, unknown) == "merchant_not_found"
        await world.done(
            REGISTER_MERCHANT,
            RegisterMerchantRequest(
                merchant_id="M2", name="Off the list", categories=("books",), accepted=False
            ),
        )
        off = purchase(customer, "1", "M2")
        assert await world.no(AUTHORISE, off) == "merchant_not_accepted"
        assert await world.no(AUTHORISE, purchase(customer, "15000.01")) == "pay_later_headroom"
        await world.borrow(customer, "10000")
        assert await world.no(AUTHORISE, purchase(customer, "10000.01")) == "joint_headroom"
        await world.done(AUTHORISE, purchase(customer, "10000"))
        await _sound(world, customer)

    run(story(new_world()))


def test_a_capture_in_part_gives_the_rest_back_and_happens_once() -> None:
    """What is not captured is free again; an authorisation ends once, by whatever is first."""

    async def story(world: World) -> None:
        customer = await opened(world)
        held = await world.done(AUTHORISE, purchase(customer, "100"))
        assert await world.no(CAPTURE, captured(held, "100.01")) == "hold_exceeded"
        assert await world.no(CAPTURE, captured(held, "0")) == "amount_not_positive"
        bought = await world.done(CAPTURE, captured(held, "40"))
        assert bought.headroom.pay_later == "14960.00"
        assert await world.no(CAPTURE, captured(held)) == "hold_resolved"
        again = OfAuthorisation(customer_id=customer, authorisation_id=held.authorisation_id)
        assert await world.no(VOID, again) == "hold_resolved"
        read = await world.done(READ_AUTHORISATION, again)
        assert (read.state, read.captured) == ("captured", "40.00")
        await _sound(world, customer)

    run(story(new_world()))


def test_a_void_gives_all_back() -> None:
    """After a void nothing is held and nothing is owed."""

    async def story(world: World) -> None:
        customer = await opened(world)
        held = await world.done(AUTHORISE, purchase(customer, "100"))
        void = OfAuthorisation(customer_id=customer, authorisation_id=held.authorisation_id)
        voided = await world.done(VOID, void)
        assert (voided.state, voided.headroom.pay_later) == ("voided", "15000.00")
        assert await world.no(CAPTURE, captured(held)) == "hold_resolved"
        missing = OfAuthorisation(customer_id=customer, authorisation_id="none")
        assert await world.no(VOID, missing) == "authorisation_not_found"
        assert await world.no(READ_AUTHORISATION, missing) == "authorisation_not_found"
        assert (await world.done(READ_AUTHORISATION, void)).state == "voided"

    run(story(new_world()))


def test_an_authorisation_is_never_read_half_captured() -> None:
    """Captured while it is being read it is still held or captured, and never voided."""

    async def story(world: World) -> None:
        customer = await opened(world)
        held = await world.done(AUTHORISE, purchase(customer, "100"))
        of_it = OfAuthorisation(customer_id=customer, authorisation_id=held.authorisation_id)
        store = overtaken(world.bank.store, lambda: world.done(CAPTURE, captured(held)))
        reader = World(replace(world.bank, store=store))
        read = await reader.done(READ_AUTHORISATION, of_it)
        assert (read.state, read.captured) in {("held", "0.00"), ("captured", "100.00")}

    run(story(new_world()))


def test_a_verification_is_of_one_moment() -> None:
    """What is booked meanwhile is in both, the number of entries and the chain after them."""

    async def story(world: World) -> None:
        customer = await opened(world)
        store = overtaken(world.bank.store, lambda: world.buy(customer, "100"))
        reader = World(replace(world.bank, store=store))
        verified = await reader.done(VERIFY_CUSTOMER, VerifyRequest(customer_id=customer))
        entries = await world.bank.store.entries(customer)
        assert verified.chain == entries[verified.entries - 1].chain.hex()
        assert verified.findings == ()

    run(story(new_world()))


def test_an_authorisation_expires_by_the_sweep_and_is_not_captured_after_its_time() -> None:
    """Past its time a hold is not captured; the sweep gives it back once, and only then."""

    async def story(world: World) -> None:
        customer = await opened(world)
        held = await world.done(AUTHORISE, purchase(customer, "100"))
        assert (await world.done(EXPIRE, ExpireRequest())).expired == 0
        world.later(days=7)
        assert await world.no(CAPTURE, captured(held)) == "authorisation_expired"
        swept = await world.done(EXPIRE, ExpireRequest())
        assert (swept.expired, swept.left) == (1, 0)
        assert (await world.done(EXPIRE, ExpireRequest())).expired == 0
        of_it = OfAuthorisation(customer_id=customer, authorisation_id=held.authorisation_id)
        read = await world.done(READ_AUTHORISATION, of_it)
        assert (read.state, read.headroom.pay_later) == ("expired", "15000.00")
        await _sound(world, customer)

    run(story(new_world()))


def test_the_same_key_is_answered_the_same_refusals_included() -> None:
    """I3: first answer again for the same body, key_reused for another, nothing moves."""

    async def story(world: World) -> None:
        customer = await opened(world)
        first = await world.done(AUTHORISE, purchase(customer, "10000"), "p")
        assert await world.done(AUTHORISE, purchase(customer, "10000"), "p") == first
        assert await world.no(AUTHORISE, purchase(customer, "1"), "p") == "key_reused"
        assert await world.no(AUTHORISE, purchase(customer, "6000"), "q") == "pay_later_headroom"
        held = OfAuthorisation(customer_id=customer, authorisation_id="p")
        await world.done(VOID, held)
        assert await world.no(AUTHORISE, purchase(customer, "6000"), "q") == "pay_later_headroom"
        assert await world.no(AUTHORISE, purchase(customer, "1"), "q") == "key_reused"
        await world.done(AUTHORISE, purchase(customer, "6000"), "r")

    run(story(new_world()))


def test_requests_at_once_never_pass_the_joint_limit() -> None:
    """I2: of many purchases at once exactly as many are accepted as fit; none is lost."""

    async def story(world: World) -> None:
        customer = await opened(world, joint_limit="1000")
        answers = await asyncio.gather(
            *(world.ask(AUTHORISE, purchase(customer, "300"), f"c{n}") for n in range(20))
        )
        accepted = [answer for answer in answers if not isinstance(answer, Refused)]
        reasons = {answer.reason.value for answer in answers if isinstance(answer, Refused)}
        assert len(accepted) == 3
        assert reasons == {"joint_headroom"}
        await _sound(world, customer)

    run(story(new_world()))


def test_the_same_request_twice_at_once_is_one_purchase() -> None:
    """I3: while the first runs the second waits for its answer."""

    async def story(world: World) -> None:
        customer = await opened(world)
        one, other = await asyncio.gather(
            world.ask(AUTHORISE, purchase(customer, "300"), "same"),
            world.ask(AUTHORISE, purchase(customer, "300"), "same"),
        )
        assert one == other
        assert len(await world.bank.store.entries(customer)) == 2

    run(story(new_world()))


def test_refunds_go_in_part_and_never_beyond_the_purchase() -> None:
    """Debt is paid first; what is left is kept; the purchase bounds the sum of its refunds."""

    async def story(world: World) -> None:
        customer = await opened(world)
        held = await world.done(AUTHORISE, purchase(customer, "100"))
        early = RefundRequest(customer_id=customer, authorisation_id=held.authorisation_id)
        assert await world.no(REFUND, early) == "purchase_not_found"
        await world.done(CAPTURE, captured(held))

        def back(amount: str | None) -> RefundRequest:
            return RefundRequest(
                customer_id=customer, authorisation_id=held.authorisation_id, amount=amount
            )

        assert await world.no(REFUND, back("100.01")) == "refund_exceeded"
        assert await world.no(REFUND, back("0")) == "amount_not_positive"
        part = await world.done(REFUND, back("30"))
        assert (part.refundable, part.owed.principal) == ("70.00", "70.00")
        assert part.headroom.pay_later == "14930.00"
        rest = await world.done(REFUND, back(None))
        assert (rest.amount, rest.refundable, rest.owed.principal) == ("70.00", "0.00", "0.00")
        assert await world.no(REFUND, back(None)) == "refund_exceeded"
        await _sound(world, customer)

    run(story(new_world()))


def test_a_delayed_grant_is_usable_from_its_day_without_anyones_doing() -> None:
    """On the day a purchase finds the limit; the control follows in a group of its own."""

    async def story(world: World) -> None:
        customer = await opened(world, effective_from_on=date(2026, 11, 9))
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "line_pending_effective"
        world.later(days=7)
        held = await world.done(AUTHORISE, purchase(customer, "15000"))
        assert held.headroom.pay_later == "0.00"
        entries = await world.bank.store.entries(customer)
        assert [entry.group.event.value for entry in entries] == [
            "customer_opened",
            "line_changed",
            "hold_placed",
        ]
        await _sound(world, customer)

    run(story(new_world()))
