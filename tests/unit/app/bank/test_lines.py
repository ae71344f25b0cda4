from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.banks import applying, captured, loan, new_world, opened, purchase, run
from tests.postings import opening
from twinline.app.bank.acceptance import ACCEPT, AcceptRequest
from twinline.app.bank.authorisations import AUTHORISE, CAPTURE
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.command import OfCustomer, Refused
from twinline.app.bank.customers import (
    MERGE_CUSTOMER,
    RESUME_CUSTOMER,
    SET_NO_CREDIT,
    SET_SPENDING_CAP,
    STOP_CUSTOMER,
    MergeRequest,
    NoCreditRequest,
    SpendingCapRequest,
    StopCause,
    StopCustomerRequest,
)
from twinline.app.bank.grants import GRANT, GrantRequest
from twinline.app.bank.line_states import StopLineRequest, WarnDormantRequest
from twinline.app.bank.lines import (
    ChangeLimitRequest,
    MoveLimitRequest,
    OfLine,
    OwnCapRequest,
    TemporaryRequest,
)
from twinline.app.bank.loans import QUOTE
from twinline.app.bank.opening import APPLY
from twinline.app.bank.reading import READ_CUSTOMER, VERIFY_CUSTOMER, VerifyRequest
from twinline.app.bank.repayments import REPAY, RepayRequest, Source, SourceKind
from twinline.app.bank.restrictions import EndRestrictionRequest, RestrictRequest
from twinline.app.bank.store import CustomerStatus
from twinline.lines.line import Cause, RestrictionKind
from twinline.terms.dated import Dated
from twinline.terms.product import Product

if TYPE_CHECKING:
    from tests.banks import World

BY_NAME = {command.name: command for command in CATALOGUE}
LATER = Product.PAY_LATER


async def _sound(world: World, customer: str) -> None:
    verified = await world.done(VERIFY_CUSTOMER, VerifyRequest(customer_id=customer))
    assert verified.findings == ()


async def _move(world: World, name: str, customer: str, product: Product = LATER) -> None:
    await world.done(BY_NAME[name], OfLine(customer_id=customer, product=product))


def _stop(customer: str, product: Product = LATER) -> StopLineRequest:
    return StopLineRequest(
        customer_id=customer,
        product=product,
        cause=Cause.BEHAVIOUR,
        reason="DEVICE_CHANGED",
        end_condition="the new device is confirmed",
        contest="ask for a person: 400-000-0000",
    )


def test_a_frozen_line_admits_no_purchase_until_it_is_unfrozen() -> None:
    """Each state has its own refusal; the sibling line is not touched."""

    async def story(world: World) -> None:
        customer = await opened(world)
        frozen = await world.done(BY_NAME["freeze_line"], _stop(customer))
        assert frozen.lines[0].grounds is not None
        assert frozen.lines[0].grounds.end_condition == "the new device is confirmed"
        refused = await world.ask(AUTHORISE, purchase(customer, "1"))
        assert isinstance(refused, Refused)
        assert (refused.reason, refused.value) == ("line_frozen", "DEVICE_CHANGED")
        await world.borrow(customer, "1000")
        again = OfLine(customer_id=customer, product=LATER)
        assert await world.no(BY_NAME["freeze_line"], _stop(customer)) == "line_state"
        await world.done(BY_NAME["suspend_line"], _stop(customer))
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "line_suspended"
        await _move(world, "resume_line", customer)
        await world.done(AUTHORISE, purchase(customer, "1"))
        assert await world.no(BY_NAME["close_line"], again) == "not_settled"
        used = OfLine(customer_id=customer, product=Product.CASH_LOAN)
        assert await world.no(BY_NAME["close_line"], used) == "not_settled"
        await _sound(world, customer)

    run(story(new_world()))


def _capped(customer: str, amount: str, **changes: object) -> RestrictRequest:
    usual = RestrictRequest(
        customer_id=customer,
        product=LATER,
        restriction_id="r1",
        kind=RestrictionKind.CAP,
        cause=Cause.PORTFOLIO,
        reason="POOL_TRIGGER",
        end_condition="the pool's rate is below its trigger",
        contest="ask for a person: 400-000-0000",
        amount=amount,
    )
    return msgspec.structs.replace(usual, **changes)


def test_a_restriction_lowers_the_limit_until_it_ends_and_touches_no_debt() -> None:
    """Its end gives back what it held back; the base limit never moved."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "6000")
        restrict, end = BY_NAME["restrict_line"], BY_NAME["end_restriction"]
        capped = await world.done(restrict, _capped(customer, "5000"))
        assert (capped.headroom.pay_later, capped.lines[0].base_limit) == ("-1000.00", "15000.00")
        assert capped.lines[0].restrictions[0].contest == "ask for a person: 400-000-0000"
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "pay_later_headroom"
        assert await world.no(restrict, _capped(customer, "4000")) == "id_taken"
        half = _capped(customer, "1", restriction_id="r2", kind=RestrictionKind.FACTOR)
        assert await world.no(restrict, half) == "cap_invalid"
        half = msgspec.structs.replace(half, amount=None)
        assert await world.no(restrict, half) == "share_invalid"
        half = msgspec.structs.replace(half, share="0.5")
        assert (await world.done(restrict, half)).lines[0].effective_limit == "5000.00"
        over = msgspec.structs.replace(half, restriction_id="r3", share="1.000001")
        assert await world.no(restrict, over) == "share_invalid"
        one = EndRestrictionRequest(customer_id=customer, product=LATER, restriction_id="r1")
        assert (await world.done(end, one)).headroom.pay_later == "1500.00"
        await _sound(world, customer)

    run(story(new_world()))


def test_what_the_customer_wished_is_not_for_the_lender_to_set_or_end() -> None:
    """The own cap is no restriction of the lender's, and the lender's is not the customer's."""

    async def story(world: World) -> None:
        customer = await opened(world)
        restrict, end = BY_NAME["restrict_line"], BY_NAME["end_restriction"]
        wish = _capped(customer, "5000", cause=Cause.CUSTOMER)
        assert await world.no(restrict, wish) == "cause_customers"
        own = OwnCapRequest(customer_id=customer, product=LATER, cap="100")
        await world.done(BY_NAME["set_own_cap"], own, "w")
        mine = EndRestrictionRequest(customer_id=customer, product=LATER, restriction_id="own:w")
        assert await world.no(end, mine) == "not_found"
        reversed_ = _capped(customer, "5000", to_on=date(2026, 11, 1))
        assert await world.no(restrict, reversed_) == "days_reversed"
        nowhere = _capped(customer, "5000", product=Product.CASH_LOAN)
        stop = msgspec.structs.replace(nowhere, kind=RestrictionKind.STOP, amount=None)
        await world.done(restrict, stop)
        assert await world.no(QUOTE, loan(customer, "1000")) == "line_stopped"

    run(story(new_world()))


def test_an_unused_line_sleeps_on_the_day_announced_and_wakes_on_one_tap() -> None:
    """Told first, asleep then, awake at once: no new decision, and no fault of anyone (R78)."""

    async def story(world: World) -> None:
        customer = await opened(world)
        asleep = OfLine(customer_id=customer, product=LATER)
        assert await world.no(BY_NAME["mark_dormant_line"], asleep) == "too_early"
        today = WarnDormantRequest(customer_id=customer, product=LATER, dormant_from_on=world.on)
        assert await world.no(BY_NAME["warn_dormant_line"], today) == "too_early"
        ahead = msgspec.structs.replace(today, dormant_from_on=date(2026, 12, 2))
        warned = await world.done(BY_NAME["warn_dormant_line"], ahead)
        assert warned.lines[0].dormant_from_on == date(2026, 12, 2)
        assert await world.no(BY_NAME["mark_dormant_line"], asleep) == "too_early"
        world.later(days=30)
        await _move(world, "mark_dormant_line", customer)
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "line_dormant"
        await _move(world, "keep_alive_line", customer)
        await world.done(AUTHORISE, purchase(customer, "1"))
        assert await world.no(BY_NAME["take_effect_line"], asleep) == "line_state"

    run(story(new_world()))


def test_a_cut_below_what_is_used_leaves_headroom_negative_and_debt_alone() -> None:
    """The control follows the limit; what is owed stays; the next purchase is refused."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "9000")
        cut = ChangeLimitRequest(
            customer_id=customer,
            product=LATER,
            decision_id="D2",
            limit="5000",
            base_version_seen=1,
            joint_limit="35000",
        )
        changed = await world.done(BY_NAME["change_limit"], cut)
        assert changed.headroom.pay_later == "-4000.00"
        assert changed.headroom.joint == "26000.00"
        assert changed.lines[0].base_version == 2
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "pay_later_headroom"
        stale = ChangeLimitRequest(
            customer_id=customer,
            product=LATER,
            decision_id="D3",
            limit="6000",
            base_version_seen=1,
        )
        assert await world.no(BY_NAME["change_limit"], stale) == "base_changed"
        await _sound(world, customer)

    run(story(new_world()))


def test_a_limit_is_not_changed_for_what_is_wrong_with_the_decision() -> None:
    """Amounts of the currency, a lawful rate, at most the law's cap, a decision of its own."""

    async def story(world: World) -> None:
        customer = await opened(world)
        good = ChangeLimitRequest(
            customer_id=customer,
            product=Product.CASH_LOAN,
            decision_id="D2",
            limit="10000",
            base_version_seen=1,
        )
        for changes, reason in (
            ({"limit": "1.001"}, "amount_invalid"),
            ({"joint_limit": "1.001"}, "amount_invalid"),
            ({"rate": "0.25"}, "rate_above_ceiling"),
            ({"decision_id": "D1"}, "same_decision"),
            ({"limit": "200000.01"}, "above_maximum"),
        ):
            request = msgspec.structs.replace(good, **changes)
            assert await world.no(BY_NAME["change_limit"], request) == reason
        changed = await world.done(BY_NAME["change_limit"], good)
        assert (changed.lines[0].rate, changed.headroom.cash_loan) == ("0.146000", "10000.00")

    run(story(new_world()))


def _granting(customer: str, **changes: object) -> GrantRequest:
    usual = GrantRequest(
        customer_id=customer,
        product=Product.CASH_LOAN,
        decision_id="D2",
        limit="8000",
        joint_limit="20000",
        rate="0.12",
    )
    return msgspec.structs.replace(usual, **changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"limit": "0"}, "amount_not_positive"),
        ({"joint_limit": "1.001"}, "amount_invalid"),
        ({"limit": "200000.01"}, "above_maximum"),
        ({"rate": None}, "rate_missing"),
        ({"rate": "0.241"}, "rate_above_ceiling"),
        ({"on_condition": True, "effective_from_on": date(2026, 12, 1)}, "day_and_condition"),
        ({"product": LATER}, "line_state"),
    ],
)
def test_a_line_is_not_granted_for_the_first_reason(
    changes: dict[str, object], reason: str
) -> None:
    """The order of the reasons is the order of the checks."""

    async def story(world: World) -> None:
        customer = await opened(world, cash_loan_limit="0", joint_limit="15000")
        assert await world.no(GRANT, _granting(customer, **changes)) == reason

    run(story(new_world()))


def test_a_line_is_granted_later_and_anew_after_it_was_closed() -> None:
    """Each by a decision of its own; one on a condition waits until it is met (R68)."""

    async def story(world: World) -> None:
        customer = await opened(world, cash_loan_limit="0", joint_limit="15000")
        waits = await world.done(GRANT, _granting(customer, on_condition=True))
        assert (waits.lines[0].state, waits.headroom.cash_loan) == ("pending_effective", "0.00")
        assert waits.headroom.joint == "20000.00"
        assert await world.no(QUOTE, loan(customer, "1000")) == "line_pending_effective"
        await _move(world, "take_effect_line", customer, Product.CASH_LOAN)
        await world.borrow(customer, "1000")
        await _move(world, "close_line", customer)
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "line_closed"
        again = _granting(customer, product=LATER, joint_limit=None, rate=None, decision_id="D1")
        assert await world.no(GRANT, again) == "same_decision"
        anew = await world.done(GRANT, msgspec.structs.replace(again, decision_id="D3"))
        assert (anew.lines[0].base_version, anew.headroom.pay_later) == (2, "8000.00")
        await world.buy(customer, "100")
        await _sound(world, customer)

    run(story(new_world()))


def test_a_temporary_limit_ends_by_the_day_alone() -> None:
    """More while it lasts; after its announced last day the control follows by itself."""

    async def story(world: World) -> None:
        customer = await opened(world)
        request = TemporaryRequest(
            customer_id=customer,
            product=LATER,
            limit="18000",
            from_on=date(2026, 11, 2),
            last_on=date(2026, 11, 4),
        )
        more = await world.done(BY_NAME["lend_temporarily"], request)
        assert more.headroom.pay_later == "18000.00"
        world.later(days=3)
        page = await world.done(READ_CUSTOMER, OfCustomer(customer_id=customer))
        assert page.headroom.pay_later == "15000.00"
        assert await world.no(AUTHORISE, purchase(customer, "15000.01")) == "pay_later_headroom"
        await _sound(world, customer)

    run(story(new_world()))


def test_limit_moves_between_the_lines_and_the_total_stays() -> None:
    """R93: what is free of one line becomes the other's; more than is free does not move."""

    async def story(world: World) -> None:
        customer = await opened(world)
        wish = MoveLimitRequest(customer_id=customer, from_product=LATER, amount="5000")
        moved = await world.done(BY_NAME["move_limit"], wish)
        assert (moved.headroom.pay_later, moved.headroom.cash_loan) == ("10000.00", "35000.00")
        too_much = MoveLimitRequest(customer_id=customer, from_product=LATER, amount="10000.01")
        assert await world.no(BY_NAME["move_limit"], too_much) == "below_minimum"
        await world.buy(customer, "4000")
        used = MoveLimitRequest(customer_id=customer, from_product=LATER, amount="6000.01")
        assert await world.no(BY_NAME["move_limit"], used) == "not_free"
        await _sound(world, customer)

    run(story(new_world()))


def test_the_customers_own_caps_hold_at_once_and_ease_after_a_day_of_thought() -> None:
    """R94, R116: tighter today, wider tomorrow; the term that binds is the customer's own."""

    async def story(world: World) -> None:
        customer = await opened(world)
        cap = OwnCapRequest(customer_id=customer, product=LATER, cap="200")
        await world.done(BY_NAME["set_own_cap"], cap)
        page = await world.done(READ_CUSTOMER, OfCustomer(customer_id=customer))
        assert page.availability[0].available == "200.00"
        assert [term.name for term in page.availability[0].terms if term.binds] == ["own_cap"]
        await world.done(
            BY_NAME["set_own_cap"], OwnCapRequest(customer_id=customer, product=LATER)
        )
        assert await world.no(AUTHORISE, purchase(customer, "201")) == "pay_later_headroom"
        world.later(days=1)
        await world.done(AUTHORISE, purchase(customer, "201"))

    run(story(new_world()))


def test_no_credit_and_the_spending_cap_are_the_customers_own_refusals() -> None:
    """The mode without credit stops both lines; the cap counts a calendar month."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.done(SET_SPENDING_CAP, SpendingCapRequest(customer_id=customer, cap="300"))
        await world.done(AUTHORISE, purchase(customer, "200"))
        assert await world.no(AUTHORISE, purchase(customer, "100.01")) == "own_spending_cap"
        await world.done(SET_SPENDING_CAP, SpendingCapRequest(customer_id=customer))
        await world.done(SET_NO_CREDIT, NoCreditRequest(customer_id=customer, no_credit=True))
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "no_credit"
        await world.done(SET_NO_CREDIT, NoCreditRequest(customer_id=customer, no_credit=False))
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "no_credit"
        world.later(days=1)
        await world.done(AUTHORISE, purchase(customer, "1"))

    run(story(new_world()))


def test_the_spending_cap_tightens_at_once_and_eases_after_a_day_of_thought() -> None:
    """R116: a cap of a calm day outlasts the moment, as the cap on a line does."""

    async def story(world: World) -> None:
        customer = await opened(world)
        capped = SpendingCapRequest(customer_id=customer, cap="100")
        await world.done(SET_SPENDING_CAP, capped)
        none = await world.done(SET_SPENDING_CAP, SpendingCapRequest(customer_id=customer))
        assert (none.spending_cap, none.spending_cap_next) == ("100.00", None)
        assert none.spending_cap_next_on == date(2026, 11, 3)
        assert await world.no(AUTHORISE, purchase(customer, "100.01")) == "own_spending_cap"
        world.later(days=1)
        await world.done(AUTHORISE, purchase(customer, "100.01"))
        tighter = SpendingCapRequest(customer_id=customer, cap="50")
        again = await world.done(SET_SPENDING_CAP, tighter)
        assert (again.spending_cap, again.spending_cap_next_on) == ("50.00", None)
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "own_spending_cap"

    run(story(new_world()))


def test_flags_and_doubles_stop_new_use() -> None:
    """Death, identity theft, a double: nothing new; only a second person lifts a flag."""

    async def story(world: World) -> None:
        customer = await opened(world)
        theft = StopCustomerRequest(customer_id=customer, cause=StopCause.IDENTITY_THEFT)
        await world.done(STOP_CUSTOMER, theft)
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "customer_not_active"
        assert await world.no(STOP_CUSTOMER, theft) == "status"
        world.client = "second"
        resume = OfCustomer(customer_id=customer)
        assert await world.no(RESUME_CUSTOMER, resume) == "second_person_missing"
        world.client = "first"
        await world.done(RESUME_CUSTOMER, resume)
        itself = MergeRequest(customer_id=customer, into=customer)
        assert await world.no(MERGE_CUSTOMER, itself) == "same_customer"
        nobody = MergeRequest(customer_id=customer, into="nobody")
        assert await world.no(MERGE_CUSTOMER, nobody) == "target_not_found"

    run(story(new_world()))


def test_a_flag_that_was_wrong_makes_nobody_verified() -> None:
    """An imported customer who was stopped and resumed is imported again, and cannot draw."""

    async def story(world: World) -> None:
        posting = opening("C7")
        assert posting.customer is not None
        imported = replace(posting.customer, status=CustomerStatus.IMPORTED)
        await world.bank.store.post(replace(posting, customer=imported))
        stop = StopCustomerRequest(customer_id="C7", cause=StopCause.COURT_ORDER)
        assert (await world.done(STOP_CUSTOMER, stop)).status == "stopped"
        resumed = await world.done(RESUME_CUSTOMER, OfCustomer(customer_id="C7"))
        assert resumed.status == "imported"

    run(story(new_world()))


def test_what_a_double_owes_counts_against_the_cap_on_the_person() -> None:
    """V36: of a cap of 200,000 a double's 15,000 leave the person 185,000, once however asked."""

    async def story(world: World) -> None:
        double = await opened(world)
        await world.buy(double, "15000")
        applied = await world.done(APPLY, applying(resident_id="110105200811020013"))
        person = applied.customer_id
        await world.done(ACCEPT, AcceptRequest(application_id=applied.application_id))
        merge = MergeRequest(customer_id=double, into=person)
        await world.done(MERGE_CUSTOMER, merge, "m")
        await world.done(MERGE_CUSTOMER, merge, "m")
        page = await world.done(READ_CUSTOMER, OfCustomer(customer_id=person))
        assert page.headroom.person == "185000.00"
        held = await world.done(AUTHORISE, purchase(person, "10"))
        assert held.headroom.person == "184990.00"
        verified = await world.done(VERIFY_CUSTOMER, VerifyRequest(customer_id=person))
        assert verified.findings == ()

    run(story(new_world()))


def test_the_cap_on_a_person_follows_the_law_of_the_day() -> None:
    """A cap that falls binds the next request of those who were there before."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "9000")
        law = world.bank.law
        low = Dated("person_cap", ((date(2020, 1, 1), 1_000_000),))
        caps = dict.fromkeys(law.person_cap, low)
        world.bank = replace(world.bank, law=replace(law, person_cap=caps))
        assert await world.no(AUTHORISE, purchase(customer, "1000.01")) == "person_cap"
        await world.done(AUTHORISE, purchase(customer, "1000"))

    run(story(new_world()))


def test_a_double_is_merged_once_and_goes_on_repaying() -> None:
    """A double has no new use; an authorisation that waits is ended before."""

    async def story(world: World) -> None:
        double = await opened(world)
        applied = await world.done(APPLY, applying(resident_id="110105200811020013"))
        await world.done(ACCEPT, AcceptRequest(application_id=applied.application_id))
        merge = MergeRequest(customer_id=double, into=applied.customer_id)
        held = await world.done(AUTHORISE, purchase(double, "10"))
        assert await world.no(MERGE_CUSTOMER, merge) == "holds_wait"
        await world.done(CAPTURE, captured(held))
        merged = await world.done(MERGE_CUSTOMER, merge)
        assert (merged.status, merged.merged_into) == ("merged", applied.customer_id)
        assert await world.no(MERGE_CUSTOMER, merge) == "already_merged"
        back = MergeRequest(customer_id=applied.customer_id, into=double)
        assert await world.no(MERGE_CUSTOMER, back) == "target_not_found"
        assert await world.no(AUTHORISE, purchase(double, "1")) == "customer_not_active"
        source = Source(kind=SourceKind.CARD, reference="c1", amount="10")
        paid = await world.done(REPAY, RepayRequest(customer_id=double, sources=(source,)))
        assert paid.contracts[0].owed.principal == "0.00"

    run(story(new_world()))
