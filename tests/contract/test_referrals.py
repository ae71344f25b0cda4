"""What a strategy would not decide waits for a person, wherever the bank's records are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.banks import World, applying, new_world, purchase
from tests.databases import empty
from tests.standard import referring
from twinline.adapters.postgres.connections import Connections
from twinline.adapters.postgres.register import PostgresRegister
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.acceptance import ACCEPT, AcceptRequest
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.merchants import REGISTER_MERCHANT, RegisterMerchantRequest
from twinline.app.bank.opening import APPLY
from twinline.app.bank.referral import Grounds, ReferralState
from twinline.app.bank.referrals import (
    APPROVE_REFERRAL,
    DECLINE_REFERRAL,
    LIST_REFERRALS,
    READ_REFERRAL,
    ApproveReferralRequest,
    DeclineReferralRequest,
    ListReferralsRequest,
    OfReferral,
)
from twinline.app.bank.register import RecordKind
from twinline.app.bank.strategy_underwriting import StrategyUnderwriting
from twinline.app.bank.underwriting import Most, Verdict

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twinline.app.bank.opening import ApplyOutcome
    from twinline.app.bank.underwriting import Decision

pytestmark = pytest.mark.anyio

GROUNDS = Grounds(code="PAYSLIPS_SEEN", zh="已核实收入", en="payslips were seen")


@pytest.fixture(params=["memory", "postgres"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Yield a bank with a strategy that refers some, on either store."""
    made = new_world()
    bank = replace(made.bank, underwriting=StrategyUnderwriting(referring(), made.bank.law))
    if request.param == "memory":
        yield World(bank)
        return
    url: str = request.getfixturevalue("book")
    empty(url)
    async with PostgresStore(url) as store, Connections(url, 2) as desk:
        yield World(replace(bank, store=store, register=PostgresRegister(desk)))


async def referred(world: World, number: int = 0, income: str | None = "12000") -> ApplyOutcome:
    """Let somebody apply whom the strategy leaves to a person."""
    residents = ("11010519491231002X", "110105194912310038", "110105194912310046")
    request = applying(
        decision=None,
        resident_id=residents[number],
        income=income,
        lenders_elsewhere=3,
        external_score=700,
        external_score_on=date(2026, 10, 1),
    )
    applied = await world.done(APPLY, request)
    assert applied.state is Verdict.REFERRED
    return applied


def approving(
    applied: ApplyOutcome, limit: str = "3000", **changes: object
) -> ApproveReferralRequest:
    """Return a grant of a pay-later line alone."""
    usual = ApproveReferralRequest(
        application_id=applied.application_id,
        pay_later_limit=limit,
        cash_loan_limit="0",
        joint_limit=limit,
        grounds=GROUNDS,
    )
    return msgspec.structs.replace(usual, **changes)


def declining(applied: ApplyOutcome) -> DeclineReferralRequest:
    """Return a decline."""
    return DeclineReferralRequest(application_id=applied.application_id, grounds=GROUNDS)


async def test_two_persons_approve_and_the_applicant_accepts(world: World) -> None:
    """Nothing is to be accepted before; after it the line is open as granted, and can be used."""
    applied = await referred(world)
    accept = AcceptRequest(application_id=applied.application_id)
    assert await world.no(ACCEPT, accept, "too early") == "not_offered"

    approved = await world.done(APPROVE_REFERRAL, approving(applied), "k")
    assert (approved.state, approved.decided_by) == (ReferralState.APPROVED, "shop, second")
    assert approved.grounds == GROUNDS
    assert await world.done(APPROVE_REFERRAL, approving(applied), "k") == approved
    assert await world.no(APPROVE_REFERRAL, approving(applied)) == "referral_decided"
    assert await world.no(DECLINE_REFERRAL, declining(applied)) == "referral_decided"

    opened = await world.done(ACCEPT, accept)
    assert [line.decision_id for line in opened.lines] == [_offer(approved.offer).decision_id]
    shop = RegisterMerchantRequest(merchant_id="M1", name="Tea", categories=("tea",))
    await world.done(REGISTER_MERCHANT, shop)
    await world.done(AUTHORISE, purchase(applied.customer_id, "2999"))


def _offer(offer: Decision | None) -> Decision:
    assert offer is not None
    return offer


async def test_one_person_declines_and_says_why(world: World) -> None:
    """Nothing can be accepted then, and whoever reads the referral sees the grounds."""
    applied = await referred(world)
    declined = await world.done(DECLINE_REFERRAL, declining(applied))
    assert (declined.state, declined.decided_by) == (ReferralState.DECLINED, "shop")
    assert await world.no(APPROVE_REFERRAL, approving(applied)) == "referral_decided"
    accept = AcceptRequest(application_id=applied.application_id)
    assert await world.no(ACCEPT, accept) == "not_offered"
    request = OfReferral(application_id=applied.application_id)
    assert await world.done(READ_REFERRAL, request) == declined


async def test_a_grant_needs_a_second_person(world: World) -> None:
    """Who approves alone is refused, and the referral goes on waiting."""
    applied = await referred(world)
    world.client = "second"
    assert await world.no(APPROVE_REFERRAL, approving(applied)) == "second_person_missing"
    page = await world.done(LIST_REFERRALS, ListReferralsRequest())
    assert [each.state for each in page.referrals] == [ReferralState.WAITING]


async def test_those_that_wait_are_listed_the_oldest_first_page_by_page(world: World) -> None:
    """Each with its deadline, overdue after it; who was decided on or has lapsed is not listed."""
    first = await referred(world)
    world.later(days=8)
    second, third = await referred(world, 1), await referred(world, 2)
    page = await world.done(LIST_REFERRALS, ListReferralsRequest(count=2))
    assert page.referrals[0].application_id == first.application_id
    assert [each.is_overdue for each in page.referrals] == [True, False]
    assert (page.referrals[0].decide_by - page.referrals[0].applied_on).days == 7
    rest = await world.done(LIST_REFERRALS, ListReferralsRequest(cursor=page.next))
    told = {each.application_id for each in (*page.referrals, *rest.referrals)}
    assert told == {each.application_id for each in (first, second, third)}
    assert rest.next == ""
    assert await world.no(LIST_REFERRALS, ListReferralsRequest(cursor="x")) == "cursor_unknown"

    await world.done(DECLINE_REFERRAL, declining(second))
    world.later(days=23)
    page = await world.done(LIST_REFERRALS, ListReferralsRequest(count=1))
    assert [each.application_id for each in page.referrals] == [third.application_id]
    assert await world.no(APPROVE_REFERRAL, approving(first)) == "referral_lapsed"
    await world.done(DECLINE_REFERRAL, declining(first))


async def test_an_offer_of_a_referral_lasts_from_the_day_it_was_made(world: World) -> None:
    """Whoever was approved late has as long to accept as anybody."""
    applied = await referred(world)
    world.later(days=30)
    await world.done(APPROVE_REFERRAL, approving(applied))
    world.later(days=30)
    accept = AcceptRequest(application_id=applied.application_id)
    assert (await world.done(ACCEPT, accept)).customer_id == applied.customer_id


async def test_only_what_was_referred_is_decided_by_a_person(world: World) -> None:
    """An offer, a decline of the strategy's and an unknown application are no referrals."""
    offered = await world.done(APPLY, applying())
    unknown = msgspec.structs.replace(offered, application_id="none")
    for applied in (offered, unknown):
        assert await world.no(APPROVE_REFERRAL, approving(applied)) == "referral_not_found"
        assert await world.no(DECLINE_REFERRAL, declining(applied)) == "referral_not_found"
        request = OfReferral(application_id=applied.application_id)
        assert await world.no(READ_REFERRAL, request) == "referral_not_found"
    assert (await world.done(LIST_REFERRALS, ListReferralsRequest())).referrals == ()


async def test_a_customer_who_was_opened_meanwhile_is_not_offered_again(world: World) -> None:
    """A second application may have come to an offer that was accepted."""
    applied = await referred(world)
    again = await world.done(APPLY, applying())
    assert again.customer_id == applied.customer_id
    await world.done(ACCEPT, AcceptRequest(application_id=again.application_id))
    assert await world.no(APPROVE_REFERRAL, approving(applied)) == "customer_exists"


async def test_a_grant_stays_within_what_strategy_and_law_allow(world: World) -> None:
    """What each line's known terms leave is told, and neither line nor both together pass it."""
    applied = await referred(world)
    referral = await world.done(READ_REFERRAL, OfReferral(application_id=applied.application_id))
    assert referral.reasons[0].code == "MANY_LENDERS"
    assert referral.most == Most(
        pay_later_limit="5000.00", cash_loan_limit="0.00", joint_limit="7000.00"
    )
    for request, reason in (
        (approving(applied, "0"), "nothing_granted"),
        (approving(applied, joint_limit="3000.01"), "decision_invalid"),
        (approving(applied, cash_loan_limit="1000"), "decision_invalid"),
        (approving(applied, cash_loan_rate="0.2400001"), "rate_above_ceiling"),
        (approving(applied, "5000.01"), "above_allowed"),
        (approving(applied, cash_loan_limit="0.01", cash_loan_rate="0.2"), "above_allowed"),
    ):
        assert await world.no(APPROVE_REFERRAL, request) == reason
    await world.done(APPROVE_REFERRAL, approving(applied, "5000"))


async def test_where_the_strategy_could_say_nothing_the_law_is_the_bound(world: World) -> None:
    """Without the income no term is known; no grant passes what one person may owe."""
    applied = await referred(world, income=None)
    referral = await world.done(READ_REFERRAL, OfReferral(application_id=applied.application_id))
    assert [each.code for each in referral.reasons] == ["DATA_MISSING"]
    assert referral.most == Most()
    assert await world.no(APPROVE_REFERRAL, approving(applied, "200000.01")) == "above_allowed"
    await world.done(APPROVE_REFERRAL, approving(applied, "200000"))


async def test_no_grant_is_dearer_than_the_strategys_price(world: World) -> None:
    """Where the strategy has priced the cash loan, its price is the highest a person may ask."""
    applied = await referred(world)
    await _bound(world, applied, Most(cash_loan_rate="0.2"))
    dearer = approving(applied, cash_loan_limit="1000", cash_loan_rate="0.200001")
    assert await world.no(APPROVE_REFERRAL, dearer) == "above_allowed"
    same = approving(applied, cash_loan_limit="1000", cash_loan_rate="0.2")
    await world.done(APPROVE_REFERRAL, same)


async def _bound(world: World, applied: ApplyOutcome, most: Most) -> None:
    """Let the strategy have said what it would allow."""
    (record,) = await world.bank.register.records(RecordKind.REFERRAL)
    document = msgspec.json.decode(record.document)
    document["most"] = msgspec.to_builtins(most)
    changed = msgspec.json.encode(document).decode()
    assert applied.application_id in changed
    written = replace(record, version=record.version + 1, document=changed)
    assert await world.bank.register.write([written])
