from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.banks import CARD, RESIDENT_ID, World, applying, decided, new_world, opened, run
from tests.standard import standard
from twinline.app.bank.acceptance import ACCEPT, AcceptRequest
from twinline.app.bank.identity import Checked
from twinline.app.bank.opening import APPLY
from twinline.app.bank.register import RecordKind
from twinline.app.bank.strategy_underwriting import StrategyUnderwriting
from twinline.app.bank.underwriting import Verdict
from twinline.app.bank.vault import Field, Index
from twinline.decision.outcome import Outcome
from twinline.kernel.money import parse_money
from twinline.lines.line import LineState
from twinline.sim.checks import SimulatedCardBinding, SimulatedIdentityCheck

if TYPE_CHECKING:
    from twinline.app.bank.opening import ApplyRequest


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (applying(resident_id="110105194912310021"), "resident_id_invalid"),
        (applying(mobile="12345678901"), "mobile_invalid"),
        (applying(card="6222020200112230009"), "card_invalid"),
        (applying(resident_id="110105200901010011"), "under_age"),
        (applying(currency="USD"), "currency_not_lent"),
        (applying(income="8000.001"), "amount_invalid"),
        (applying(debt_elsewhere="1.001"), "amount_invalid"),
        (applying(decision=None), "decision_missing"),
        (applying(decision=decided(joint_limit="45000.01")), "decision_invalid"),
        (applying(decision=decided(cash_loan_rate=None)), "decision_invalid"),
        (
            applying(decision=decided(on_condition=True, effective_from_on=date(2026, 12, 1))),
            "decision_invalid",
        ),
        (applying(decision=decided(cash_loan_rate="0.2400001")), "rate_above_ceiling"),
    ],
)
def test_what_is_wrong_with_an_application_is_said(request_: ApplyRequest, reason: str) -> None:
    """The first rule an application breaks is its reason, and nothing is kept of the person."""

    async def story() -> None:
        world = new_world()
        assert await world.no(APPLY, request_) == reason
        assert await world.bank.vault.found(Index.RESIDENT_ID, request_.resident_id) == ()

    run(story())


def test_credit_begins_on_the_eighteenth_birthday() -> None:
    """Who is 18 today may apply; who will be tomorrow may not."""

    async def story() -> None:
        assert await new_world().no(APPLY, applying(resident_id="110105200811030019")) == (
            "under_age"
        )
        await new_world().done(APPLY, applying(resident_id="110105200811020013"))

    run(story())


def test_identity_and_card_must_match_and_silence_is_asked_again() -> None:
    """A difference is a refusal for good; silence is not kept under the key."""

    async def story() -> None:
        world = new_world()
        identity, cards = world.bank.identity, world.bank.cards
        assert isinstance(identity, SimulatedIdentityCheck)
        assert isinstance(cards, SimulatedCardBinding)
        identity.otherwise[RESIDENT_ID] = Checked.SILENT
        assert await world.no(APPLY, applying(), "a") == "identity_silent"
        identity.otherwise[RESIDENT_ID] = Checked.DIFFERS
        assert await world.no(APPLY, applying(), "a") == "identity_differs"
        identity.otherwise.clear()
        assert await world.no(APPLY, applying(), "a") == "identity_differs"
        cards.otherwise[CARD] = Checked.SILENT
        assert await world.no(APPLY, applying(), "b") == "card_silent"
        cards.otherwise[CARD] = Checked.DIFFERS
        assert await world.no(APPLY, applying()) == "card_differs"

    run(story())


def test_two_applications_of_one_person_are_one_customer() -> None:
    """The same resident id finds the same customer, before and after the lines are open."""

    async def story() -> None:
        world = new_world()
        first = await world.done(APPLY, applying())
        second = await world.done(APPLY, applying(name="李四"))
        assert first.customer_id == second.customer_id
        await world.done(ACCEPT, AcceptRequest(application_id=second.application_id))
        assert await world.no(APPLY, applying()) == "customer_exists"
        other = AcceptRequest(application_id=first.application_id)
        assert await world.no(ACCEPT, other) == "customer_exists"

    run(story())


def test_who_applies_again_with_another_card_draws_to_that_card() -> None:
    """Before lines are open, what was checked last is kept; an open customer keeps the bound."""

    async def story() -> None:
        world = new_world()
        await world.done(APPLY, applying())
        again = await world.done(APPLY, applying(card="4111111111111111"))
        kept = await world.bank.vault.read(again.customer_id, world.reading)
        assert kept[Field.CARD] == "4111111111111111"
        await world.done(ACCEPT, AcceptRequest(application_id=again.application_id))
        assert await world.no(APPLY, applying()) == "customer_exists"
        kept = await world.bank.vault.read(again.customer_id, world.reading)
        assert kept[Field.CARD] == "4111111111111111"

    run(story())


def test_no_personal_data_stands_in_journal_snapshot_or_records() -> None:
    """Name, resident id, mobile and card are in the vault alone, and sealed there."""

    async def story() -> None:
        world = new_world()
        customer = await opened(world)
        snapshot = await world.bank.store.snapshot(customer)
        entries = await world.bank.store.entries(customer)
        kept = [
            await world.bank.register.records(kind)
            for kind in (RecordKind.APPLICATION, RecordKind.ANSWER)
        ]
        for planted in ("张三", RESIDENT_ID, "13800138000", CARD):
            assert planted not in f"{snapshot}{entries}{kept}"
        fields = await world.bank.vault.read(customer, world.reading)
        assert fields[Field.NAME] == "张三"

    run(story())


def test_an_offer_is_accepted_once_and_in_time() -> None:
    """An offer of 31 days ago, and one nobody made, open nothing."""

    async def story() -> None:
        world = new_world()
        assert await world.no(ACCEPT, AcceptRequest(application_id="none")) == (
            "application_not_found"
        )
        applied = await world.done(APPLY, applying())
        world.later(days=31)
        late = AcceptRequest(application_id=applied.application_id)
        assert await world.no(ACCEPT, late) == "offer_expired"
        assert await world.bank.store.snapshot(applied.customer_id) is None

    run(story())


def test_the_same_acceptance_twice_opens_once_and_answers_the_same() -> None:
    """I3: the first answer again, whatever has happened since."""

    async def story(world: World) -> None:
        applied = await world.done(APPLY, applying(), "a")
        assert await world.done(APPLY, applying(), "a") == applied
        assert await world.no(APPLY, applying(name="李四"), "a") == "key_reused"
        accept = AcceptRequest(application_id=applied.application_id)
        first = await world.done(ACCEPT, accept, "b")
        world.later(days=3)
        assert await world.done(ACCEPT, accept, "b") == first
        assert len(await world.bank.store.entries(applied.customer_id)) == 1

    run(story(new_world()))


def test_a_key_of_opening_belongs_to_its_client() -> None:
    """Two clients may use the same key for different applications."""

    async def story(world: World) -> None:
        first = await world.done(APPLY, applying(), "a")
        world.client = "another"
        second = await world.done(APPLY, applying(name="李四"), "a")
        assert first.application_id != second.application_id

    run(story(new_world()))


def test_a_delayed_grant_opens_lines_that_wait() -> None:
    """Until its day a line has no limit; no line is opened for a limit of 0."""

    async def story(world: World) -> None:
        customer = await opened(
            world,
            effective_from_on=date(2026, 11, 9),
            cash_loan_limit="0",
            joint_limit="15000",
        )
        snapshot = await world.bank.store.snapshot(customer)
        assert snapshot is not None
        (line,) = snapshot.lines.values()
        assert line.state is LineState.PENDING_EFFECTIVE
        assert snapshot.headroom[0] == 0

    run(story(new_world()))


def test_a_loaded_strategy_decides_where_no_decision_is_given() -> None:
    """The strategy's outcome is the offer, and the whole of it is kept as certificate."""

    async def story() -> None:
        bank = new_world().bank
        world = World(replace(bank, underwriting=StrategyUnderwriting(standard(), bank.law)))
        request = applying(
            decision=None, income="12000", external_score=700, external_score_on=date(2026, 10, 30)
        )
        applied = await world.done(APPLY, request)
        certificate = await world.bank.register.record(
            RecordKind.CERTIFICATE, applied.application_id
        )
        assert certificate is not None
        outcome = msgspec.json.decode(certificate.document, type=Outcome)
        assert applied.offer is not None
        granted = parse_money(applied.offer.pay_later_limit, "CNY")
        assert granted == outcome.pay_later.effective_limit_minor == 5_000_00
        opened_as = await world.done(ACCEPT, AcceptRequest(application_id=applied.application_id))
        assert [line.decision_id for line in opened_as.lines] == [applied.offer.decision_id]

    run(story())


def test_who_is_declined_is_told_why_and_has_nothing_to_accept() -> None:
    """A decline is an answer with reasons in both languages, and opens nothing."""

    async def story() -> None:
        bank = new_world().bank
        world = World(replace(bank, underwriting=StrategyUnderwriting(standard(), bank.law)))
        request = applying(decision=None, income="9000", lenders_elsewhere=9)
        applied = await world.done(APPLY, request)
        assert (applied.state, applied.offer) == (Verdict.DECLINED, None)
        assert applied.reasons[0].code == "MANY_LENDERS"
        assert all(reason.zh and reason.en for reason in applied.reasons)
        accept = AcceptRequest(application_id=applied.application_id)
        assert await world.no(ACCEPT, accept) == "not_offered"

    run(story())
