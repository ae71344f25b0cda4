"""A customer of a loaded book is opened, wherever the bank is kept: who it is, limits, debts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.banks import RESIDENT_ID, World, applying, decided, loan, purchase
from tests.loads import LOAD, chunk
from tests.standard import referring, standard
from twinline.app.bank.acceptance import ACCEPT, AcceptRequest
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.command import Call
from twinline.app.bank.customers import (
    MERGE_CUSTOMER,
    STOP_CUSTOMER,
    MergeRequest,
    StopCause,
    StopCustomerRequest,
)
from twinline.app.bank.identity import Checked
from twinline.app.bank.imported import claimed
from twinline.app.bank.lines import ChangeLimitRequest
from twinline.app.bank.loans import QUOTE
from twinline.app.bank.merchants import REGISTER_MERCHANT, RegisterMerchantRequest
from twinline.app.bank.opening import APPLY
from twinline.app.bank.referral import Grounds
from twinline.app.bank.referrals import (
    APPROVE_REFERRAL,
    READ_REFERRAL,
    ApproveReferralRequest,
    OfReferral,
)
from twinline.app.bank.repayments import REPAY, RepayRequest, Source, SourceKind
from twinline.app.bank.store import CustomerStatus
from twinline.app.bank.strategy_underwriting import StrategyUnderwriting
from twinline.app.bank.underwriting import Verdict
from twinline.app.bank.vault import Field, Index
from twinline.app.bank.verify import verify
from twinline.ledger.event import Event
from twinline.lines.line import LineState
from twinline.sim.checks import SimulatedIdentityCheck
from twinline.terms.product import Product

if TYPE_CHECKING:
    from tests.contract.conftest import Whole
    from twinline.app.bank.opening import ApplyOutcome, ApplyRequest
    from twinline.app.bank.store import Snapshot

pytestmark = pytest.mark.anyio

BY_NAME = {command.name: command for command in CATALOGUE}
OTHER_ID = "110105194912310038"
SOMEBODY = {"resident_id": OTHER_ID, "name": "李四"}


@pytest.fixture
async def world(whole: Whole) -> World:
    """Return a bank with the seven customers of a loaded book, and a merchant."""
    await whole.bulk.begin(LOAD)
    await whole.bulk.add(chunk())
    await whole.bulk.settle()
    merchant = RegisterMerchantRequest(merchant_id="M1", name="Tea", categories=("food",))
    await whole.world.done(REGISTER_MERCHANT, merchant)
    return whole.world


def naming(customer_id: str = "C1", **changes: Any) -> ApplyRequest:  # noqa: ANN401 - any member
    """Return the application of the person who an imported customer is; C1 has 100 and 200."""
    decision = decided(
        pay_later_limit="150", cash_loan_limit="180", joint_limit="300", **changes.pop("of", {})
    )
    return applying(customer_id=customer_id, **{"decision": decision, **changes})


async def accepted(world: World, applied: ApplyOutcome) -> None:
    """Accept an offer."""
    await world.done(ACCEPT, AcceptRequest(application_id=applied.application_id))


async def standing(world: World, customer_id: str = "C1") -> Snapshot:
    """Return a customer as it stands."""
    snapshot = await world.bank.store.snapshot(customer_id)
    assert snapshot is not None
    return snapshot


def call_of(world: World, key: str) -> Call:
    """Return a call of now."""
    return Call(
        client="desk",
        key=key,
        command_hash=b"claim",
        at=world.at,
        business_on=world.on,
        request_id="r",
    )


async def findings(world: World) -> list[str]:
    """Return what is not true of the book."""
    until = world.at + timedelta(days=1)
    return [str(finding) async for finding in verify(world.bank.store, until=until)]


async def test_who_is_opened_has_the_offered_limits_and_the_old_debts(world: World) -> None:
    """Status, limits and base versions follow the offer; contracts and what they use stay.

    C1 owes 30.00 of pay-later, of which 10.01 by instalments at 1.5, and 50.00 in cash.
    """
    before = await standing(world)
    applied = await world.done(APPLY, naming())
    await accepted(world, applied)
    after = await standing(world)

    assert after.customer == replace(
        before.customer,
        status=CustomerStatus.ACTIVE,
        segment=after.customer.segment,
        application_id=applied.application_id,
    )
    assert after.limits == (150_00, 180_00, 300_00, 200_000_00)
    used = [limit - left for limit, left in zip(before.limits, before.headroom, strict=True)]
    assert [a - b for a, b in zip(after.limits, after.headroom, strict=True)] == used
    assert (after.contracts, after.facts) == (before.contracts, before.facts)
    for product, line in after.lines.items():
        assert (line.base_version, line.decision_id) == (2, "D1")
        assert (line.licence, line.funder) == ("CF", before.lines[product].funder)
    entry = (await world.bank.store.entries("C1"))[-1]
    assert (entry.group.event, entry.group.cause) == (Event.CUSTOMER_VERIFIED, "decision:D1")
    assert await findings(world) == []


async def test_who_is_opened_buys_and_before_does_not(world: World) -> None:
    """An offer alone opens nothing; acceptance opens both lines, with the card that was bound."""
    applied = await world.done(APPLY, naming())
    assert await world.no(AUTHORISE, purchase("C1", "10")) == "customer_not_active"
    assert await world.no(QUOTE, loan("C1", "600")) == "customer_not_active"
    await accepted(world, applied)
    await world.buy("C1", "120.00")
    assert await world.no(AUTHORISE, purchase("C1", "0.01")) == "pay_later_headroom"
    transfer = Source(kind=SourceKind.TRANSFER, reference="r1", amount="30")
    await world.done(REPAY, RepayRequest(customer_id="C1", sources=(transfer,)))
    assert await findings(world) == []


async def test_a_cut_below_what_is_owed_leaves_headroom_negative(world: World) -> None:
    """The accepted limit holds, 0 too; the debt is a fact, and nothing can be drawn."""
    none = {"pay_later_limit": "10", "cash_loan_limit": "0", "joint_limit": "10"}
    applied = await world.done(APPLY, naming(decision=decided(**none)))
    await accepted(world, applied)
    after = await standing(world)
    assert after.limits[:3] == (10_00, 0, 10_00)
    assert after.headroom[0] == 10_00 - 30_00
    assert after.headroom[1] == -50_00
    assert await world.no(AUTHORISE, purchase("C1", "1")) == "pay_later_headroom"
    assert await findings(world) == []


async def test_a_line_that_the_book_did_not_have_is_granted(world: World) -> None:
    """Who came with one line or none gets the other by the offer, with its running contract."""
    await accepted(world, await world.done(APPLY, naming("C5")))
    after = await standing(world, "C5")
    assert {line.base_version for line in after.lines.values()} == {1}
    assert list(after.contracts) == ["C5.pay_later"]
    await world.buy("C5", "150.00")


async def test_what_the_review_held_back_stays(world: World) -> None:
    """C7's pay-later line was stopped by a review: an offer does not lift a restriction."""
    await accepted(world, await world.done(APPLY, naming("C7")))
    assert await world.no(AUTHORISE, purchase("C7", "1")) == "line_stopped"


async def test_a_delayed_offer_waits_on_every_line(world: World) -> None:
    """Until its day a line has no limit, and what is owed on it is owed."""
    day = date(2026, 11, 9)
    applied = await world.done(APPLY, naming(of={"effective_from_on": day}))
    await accepted(world, applied)
    after = await standing(world)
    assert {line.state for line in after.lines.values()} == {LineState.PENDING_EFFECTIVE}
    assert after.headroom[0] == -30_00
    assert await world.no(AUTHORISE, purchase("C1", "1")) == "line_pending_effective"
    world.later(days=7)
    await world.done(AUTHORISE, purchase("C1", "120"))


async def test_what_speaks_against_naming_a_customer_is_said(world: World) -> None:
    """Nobody of that id, one open already, another currency, a decision the book came with."""
    assert await world.no(APPLY, naming("nobody")) == "customer_not_found"
    again = naming(of={"decision_id": f"{'d' * 12}.C1"})
    assert await world.no(APPLY, again) == "same_decision"
    house = replace(world.bank.house, loan_min_minor={"CNY": 1, "TWD": 1})
    abroad = World(replace(world.bank, house=house), client="abroad")
    assert await abroad.no(APPLY, naming(currency="TWD")) == "currency_differs"
    await accepted(world, await world.done(APPLY, naming()))
    assert await world.no(APPLY, naming()) == "not_imported"
    assert await world.no(APPLY, applying()) == "customer_exists"


async def test_identity_is_checked_before_anything_is_kept(world: World) -> None:
    """A name that is not the resident id's is refused, and the customer stays nobody's."""
    identity = world.bank.identity
    assert isinstance(identity, SimulatedIdentityCheck)
    identity.otherwise[RESIDENT_ID] = Checked.DIFFERS
    assert await world.no(APPLY, naming()) == "identity_differs"
    assert await world.bank.vault.found(Index.RESIDENT_ID, RESIDENT_ID) == ()


async def test_one_person_is_one_customer(world: World) -> None:
    """Who is open under another id is named, and the doubles are merged, in either direction."""
    await accepted(world, await world.done(APPLY, naming("C2")))
    assert await world.no(APPLY, naming("C1")) == "person_is_customer"
    merge = MergeRequest(customer_id="C2", into="C1")
    await world.done(MERGE_CUSTOMER, merge)
    await accepted(world, await world.done(APPLY, naming("C1")))
    assert await world.bank.vault.found(Index.RESIDENT_ID, RESIDENT_ID) == ("C1",)
    await world.buy("C1", "10")


async def test_a_double_s_debt_counts_on_the_person_who_is_opened(world: World) -> None:
    """The law's cap is on the person: what a merged double owes is taken from it."""
    await world.done(MERGE_CUSTOMER, MergeRequest(customer_id="C4", into="C1"))
    await accepted(world, await world.done(APPLY, naming()))
    assert (await standing(world)).limits[3] == 200_000_00 - 300_00


async def test_who_applied_without_the_number_may_name_it_later(world: World) -> None:
    """The first application's offer is then nobody's: one person opens one customer."""
    first = await world.done(APPLY, applying())
    second = await world.done(APPLY, naming())
    assert first.customer_id != second.customer_id == "C1"
    assert await world.no(ACCEPT, AcceptRequest(application_id=first.application_id)) == (
        "offer_replaced"
    )
    await accepted(world, second)
    assert await world.bank.vault.found(Index.RESIDENT_ID, RESIDENT_ID) == ("C1",)


async def test_who_was_named_wrongly_cannot_accept_for_another(world: World) -> None:
    """The person named last is the customer; the one before is free to be somebody else."""
    wrong = await world.done(APPLY, naming(**SOMEBODY))
    right = await world.done(APPLY, naming())
    assert await world.no(ACCEPT, AcceptRequest(application_id=wrong.application_id)) == (
        "offer_replaced"
    )
    await accepted(world, right)
    fields = await world.bank.vault.read("C1", world.reading)
    assert fields[Field.RESIDENT_ID] == RESIDENT_ID
    assert (await world.done(APPLY, applying(**SOMEBODY))).customer_id != "C1"


async def test_an_offer_is_held_against_the_book_where_the_vault_lags(world: World) -> None:
    """An application that has claimed the customer replaces an offer, before it keeps fields."""
    first = await world.done(APPLY, naming())
    snapshot = await standing(world)
    claim = call_of(world, "claim")
    assert await claimed(world.bank, "C1", "later", claim) == replace(
        snapshot.customer, application_id="later"
    )
    assert await world.no(ACCEPT, AcceptRequest(application_id=first.application_id)) == (
        "offer_replaced"
    )
    await accepted(world, await world.done(APPLY, naming()))
    opened = await claimed(world.bank, "C1", "too late", claim)
    assert opened is not None
    assert opened.status is CustomerStatus.ACTIVE


async def test_an_offer_on_another_limit_than_stands_is_made_again(world: World) -> None:
    """A limit that was set since the offer is not overwritten by it."""
    applied = await world.done(APPLY, naming())
    cut = ChangeLimitRequest(
        customer_id="C1",
        product=Product.PAY_LATER,
        decision_id="D9",
        limit="90",
        base_version_seen=1,
    )
    await world.done(BY_NAME["change_limit"], cut)
    accept = AcceptRequest(application_id=applied.application_id)
    assert await world.no(ACCEPT, accept) == "base_changed"


async def test_who_is_stopped_meanwhile_is_not_opened(world: World) -> None:
    """A flag of death or theft outlives an offer; the same acceptance twice opens once."""
    applied = await world.done(APPLY, naming())
    stop = StopCustomerRequest(customer_id="C1", cause=StopCause.IDENTITY_THEFT)
    other = await world.done(APPLY, naming("C2", **SOMEBODY))
    await world.done(STOP_CUSTOMER, stop)
    accept = AcceptRequest(application_id=applied.application_id)
    assert await world.no(ACCEPT, accept) == "not_imported"
    again = AcceptRequest(application_id=other.application_id)
    first = await world.done(ACCEPT, again, "a")
    assert await world.done(ACCEPT, again, "a") == first
    assert await world.no(ACCEPT, again, "b") == "customer_exists"


async def test_a_loaded_strategy_knows_what_the_customer_owes(world: World) -> None:
    """It does not take an old customer for a new one: what it cannot know, a person decides."""
    strategy = StrategyUnderwriting(standard(), world.bank.law)
    asking = World(replace(world.bank, underwriting=strategy), client="desk")
    applied = await asking.done(APPLY, naming(decision=None, income="12000"))
    assert (applied.state, applied.offer) == (Verdict.REFERRED, None)
    assert "DATA_MISSING" in {reason.code for reason in applied.reasons}


async def test_who_is_referred_is_opened_by_what_persons_grant(world: World) -> None:
    """A strategy knows little of an imported customer; a person may grant, and it is accepted."""
    world.bank = replace(
        world.bank, underwriting=StrategyUnderwriting(referring(), world.bank.law)
    )
    applied = await world.done(
        APPLY,
        naming(
            decision=None,
            income="12000",
            lenders_elsewhere=3,
            external_score=700,
            external_score_on=date(2026, 10, 1),
        ),
    )
    assert (applied.state, applied.customer_id) == (Verdict.REFERRED, "C1")
    told = await world.done(READ_REFERRAL, OfReferral(application_id=applied.application_id))
    assert told.most.pay_later_limit is not None
    granting = ApproveReferralRequest(
        application_id=applied.application_id,
        pay_later_limit=told.most.pay_later_limit,
        cash_loan_limit="0",
        joint_limit=told.most.pay_later_limit,
        grounds=Grounds(code="PAYSLIPS_SEEN", zh="已核实收入", en="payslips were seen"),
    )
    await world.done(APPROVE_REFERRAL, granting)
    await accepted(world, applied)
    customer = (await standing(world)).customer
    assert customer.status is CustomerStatus.ACTIVE
    await world.buy("C1", "10")
