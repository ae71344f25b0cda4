"""What any store promises of a posting: one outcome, written whole or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.postings import (
    AT,
    ON,
    another_body,
    capture,
    draw,
    fact_of,
    hash_of,
    opening,
    place,
    purchase_hold,
    repayment,
    request_of,
    void,
)
from twinline.app.bank.store import OutboxEvent, PostingFault, StoredAnswer
from twinline.ledger.admission import Accepted, Refusal
from twinline.ledger.chain import chained, content_hash, genesis
from twinline.ledger.control import CONTROLS, Control
from twinline.ledger.entry import transfers_of
from twinline.ledger.event import Event
from twinline.lines.line import Line, LineState
from twinline.servicing.fact import Contract, Fact, FactKind, Owed
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.store import Posting, Store

pytestmark = pytest.mark.anyio

LINE = Line(
    product=Product.CASH_LOAN,
    state=LineState.OPEN,
    currency="CNY",
    base_limit_minor=800,
    base_version=1,
    decision_id="D-1",
    licence="CF",
    funder="own",
    opened_on=ON,
)
CONTRACT = Contract(
    contract_id="K1",
    product=Product.CASH_LOAN,
    currency="CNY",
    licence="CF",
    funder="own",
    opened_on=ON,
    owed=Owed(principal=300),
    last_fact_id="F1",
    terms='{"rate": "0.15"}',
)
FACT = Fact(
    fact_id="F1",
    contract_id="K1",
    kind=FactKind.DISBURSEMENT,
    value_on=ON,
    booked_at=AT,
    amount_minor=300,
)
EVENT = OutboxEvent(event_id="E1", kind="loan.disbursed", document='{"amount": 300}')


def full_draw(name: str = "D1") -> Posting:
    """Return a draw with all that goes with one."""
    return replace(
        draw(name, 300), lines=(LINE,), contracts=(CONTRACT,), facts=(FACT,), events=(EVENT,)
    )


async def test_an_accepted_group_takes_the_next_place(store: Store) -> None:
    """`seq` counts from 1, headroom is what is left, and the chain follows from the entry."""
    opened = await store.post(opening())
    drawn = await store.post(draw("D1", 300))

    head = chained(genesis("C1"), 1, content_hash(opening().group))
    assert opened == Accepted(1, (1_000, 800, 1_200, 5_000), head)
    head = chained(head, 2, content_hash(draw("D1", 300).group))
    assert drawn == Accepted(2, (1_000, 500, 900, 4_700), head)


async def test_nothing_is_booked_for_an_unknown_owner(store: Store) -> None:
    """A group of an owner that nobody opened is refused, and makes no owner."""
    assert await store.post(draw("D1", 1)) is Refusal.OWNER_NOT_FOUND
    assert await store.snapshot("C1") is None
    assert await store.standing("C1") is None


async def test_an_owner_is_opened_once(store: Store) -> None:
    """The same opening again is answered; another one of the same owner is stale."""
    first = await store.post(opening())
    assert isinstance(first, Accepted)
    assert await store.post(opening()) == replace(first, again=True)

    other = opening(limits={"pay_later": 9})
    other = replace(other, group=replace(other.group, group_id="open-2"))
    assert await store.post(other) is Refusal.STALE
    assert await store.post(another_body(opening())) is Refusal.GROUP_ID_TAKEN


async def test_a_merchant_is_an_owner_without_credit(store: Store) -> None:
    """Any owner can be opened: a merchant has a journal, and is no customer."""
    merchant = replace(fact_of("M1", "open", Event.CUSTOMER_OPENED), opens=True)
    assert isinstance(await store.post(merchant), Accepted)
    await store.post(opening())

    assert await store.snapshot("M1") is None
    assert [owner async for owner in store.customers()] == ["C1"]
    assert [owner async for owner in store.owners()] == ["C1", "M1"]


async def test_a_key_with_another_body_is_refused(store: Store) -> None:
    """An accepted id answers its own command alone; the other body moves nothing."""
    await store.post(opening())
    first = await store.post(draw("D1", 300))
    assert isinstance(first, Accepted)

    assert await store.post(another_body(draw("D1", 300))) is Refusal.GROUP_ID_TAKEN
    assert await store.post(draw("D1", 300)) == replace(first, again=True)


async def test_a_changed_owner_makes_a_decision_stale(store: Store) -> None:
    """A posting decided on an older `seq` is refused before anything else is looked at."""
    await store.post(opening())
    await store.post(draw("D1", 100))

    stale = replace(draw("D2", 9_999), seq_seen=1)
    assert await store.post(stale) is Refusal.STALE
    assert await store.post(replace(draw("D2", 9_999), seq_seen=3)) is Refusal.STALE
    assert await store.post(replace(draw("D2", 100), seq_seen=2)) != Refusal.STALE


async def test_again_comes_before_stale(store: Store) -> None:
    """What was accepted is answered again although the owner has changed since."""
    await store.post(opening())
    asked = replace(draw("D1", 100), seq_seen=1)
    first = await store.post(asked)
    await store.post(repayment("R1", 50))

    assert isinstance(first, Accepted)
    assert await store.post(asked) == replace(first, again=True)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (replace(another_body(draw("D1", 9_999)), seq_seen=0), Refusal.GROUP_ID_TAKEN),
        (replace(void("V1", "H9"), seq_seen=0), Refusal.STALE),
        (void("V1", "H9"), Refusal.HOLD_NOT_FOUND),
        (capture("P2", "H1", 9_999), Refusal.HOLD_RESOLVED),
        (capture("P2", "H2", 9_999), Refusal.HOLD_EXCEEDED),
        (purchase_hold("H3", 9_999), Refusal.PAY_LATER_HEADROOM),
        (draw("D2", 9_999), Refusal.CASH_LOAN_HEADROOM),
    ],
    ids=lambda value: value.value if isinstance(value, Refusal) else "",
)
async def test_the_first_reason_is_given(store: Store, asked: Posting, refusal: Refusal) -> None:
    """Of several reasons the first in the order of `Refusal` is answered, and nothing moves."""
    for posting in (
        opening(),
        draw("D1", 100),
        purchase_hold("H1", 100),
        purchase_hold("H2", 100),
        capture("P1", "H1", 100),
    ):
        assert isinstance(await store.post(posting), Accepted)
    before = await store.snapshot("C1"), await store.balances("C1"), await store.standing("C1")

    assert await store.post(asked) is refusal
    after = await store.snapshot("C1"), await store.balances("C1"), await store.standing("C1")
    assert after == before


@pytest.mark.parametrize("control", CONTROLS)
async def test_a_control_is_no_reason_unless_it_is_lowered(store: Store, control: Control) -> None:
    """A request that raises a control, or leaves it, is accepted however negative it stands."""
    await store.post(opening())

    def moving(name: str, amount: str, minor: int) -> Posting:
        transfers = transfers_of(
            Event.LINE_CHANGED, {amount: minor}, place("C1", Control.PAY_LATER)
        )
        return fact_of("C1", name, Event.LINE_CHANGED, transfers)

    cut = await store.post(moving("cut", f"{control}_cut", 9_999))
    assert isinstance(cut, Accepted)
    assert min(cut.headroom) < -1
    raised = moving("raised", f"{control}_raised", 1)
    assert isinstance(await store.post(request_of(raised)), Accepted)
    assert isinstance(
        await store.post(request_of(fact_of("C1", "none", Event.LINE_CHANGED))), Accepted
    )


async def test_all_of_a_posting_is_written(store: Store) -> None:
    """Line, contract, fact, event and answer are there once the group is accepted."""
    await store.post(opening())
    assert isinstance(await store.post(full_draw()), Accepted)

    snapshot = await store.snapshot("C1")
    assert snapshot is not None
    assert snapshot.lines == {Product.CASH_LOAN: LINE}
    assert snapshot.contracts == {"K1": CONTRACT}
    assert snapshot.facts == {"K1": (FACT,)}
    (kept,) = await store.events()
    assert (kept.owner, kept.seq, kept.booked_at, kept.event) == ("C1", 2, AT, EVENT)
    answer = await store.answer("C1", "D1")
    assert answer == StoredAnswer(
        command_hash=hash_of("C1 D1"), accepted=True, answer=full_draw().answer, booked_at=AT
    )


async def test_nothing_of_a_refused_posting_is_written(store: Store) -> None:
    """Line, contract, fact, event and answer of a refused group leave no trace."""
    await store.post(opening())
    await store.post(draw("D0", 700))
    before = await store.snapshot("C1")

    assert await store.post(full_draw()) is Refusal.CASH_LOAN_HEADROOM
    assert await store.snapshot("C1") == before
    assert list(await store.events()) == []
    assert await store.answer("C1", "D1") is None


async def test_a_replay_writes_nothing(store: Store) -> None:
    """The same command again adds no fact and no event, and changes no state that came since."""
    await store.post(opening())
    await store.post(full_draw())
    frozen = replace(LINE, state=LineState.FROZEN)
    freeze = replace(fact_of("C1", "L1", Event.LINE_CHANGED), lines=(frozen,))
    await store.post(freeze)
    before = await store.snapshot("C1")

    again = await store.post(full_draw())
    assert isinstance(again, Accepted)
    assert again.again
    assert await store.snapshot("C1") == before
    assert [kept.event for kept in await store.events()] == [EVENT]


@pytest.mark.parametrize(
    "broken",
    [
        replace(full_draw(), contracts=()),
        replace(full_draw(), facts=(FACT, replace(FACT, amount_minor=1))),
        replace(full_draw("D2"), facts=(replace(FACT, fact_id="F0"),)),
    ],
    ids=["contract missing", "fact twice", "fact known"],
)
async def test_a_fault_leaves_nothing(store: Store, broken: Posting) -> None:
    """A fact without contract, or with an id the owner has used, is a fault and writes nothing."""
    await store.post(opening())
    known = replace(FACT, fact_id="F0", contract_id="K0")
    contract = replace(CONTRACT, contract_id="K0")
    await store.post(replace(draw("D0", 1), contracts=(contract,), facts=(known,)))
    before = await store.snapshot("C1"), await store.standing("C1")

    with pytest.raises(PostingFault):
        await store.post(broken)
    assert (await store.snapshot("C1"), await store.standing("C1")) == before


async def test_a_first_draw_race_keeps_the_joint_limit(store: Store) -> None:
    """Sixty-four first uses at once never pass the joint limit; each is accepted or refused."""
    await store.post(opening())
    asked = [
        draw(f"D{number}", 50) if number % 2 else purchase_hold(f"H{number}", 50)
        for number in range(64)
    ]

    outcomes = await asyncio.gather(*(store.post(posting) for posting in asked))

    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert len(accepted) + len(refused) == 64
    assert len(accepted) == 1_200 // 50
    assert set(refused) <= {
        Refusal.JOINT_HEADROOM,
        Refusal.CASH_LOAN_HEADROOM,
        Refusal.PAY_LATER_HEADROOM,
    }
    assert sorted(outcome.seq for outcome in accepted) == list(range(2, 26))
    entries = await store.entries("C1")
    assert all(min(entry.headroom) >= 0 for entry in entries)


async def test_one_key_asked_at_once_is_booked_once(store: Store) -> None:
    """Of sixty-four calls with one key one moves money, and all get the same answer."""
    await store.post(opening())
    outcomes = await asyncio.gather(*(store.post(draw("D1", 100)) for _ in range(64)))

    first = [each for each in outcomes if isinstance(each, Accepted) and not each.again]
    assert len(first) == 1
    assert all(each in (first[0], replace(first[0], again=True)) for each in outcomes)
    assert len(await store.entries("C1")) == 2


async def test_a_capture_races_a_void(store: Store) -> None:
    """Of many ends of one hold, asked for at once, one is booked and the others find it ended."""
    await store.post(opening())
    await store.post(purchase_hold("H1", 400))
    ends = [capture(f"P{n}", "H1", 300) if n % 2 else void(f"V{n}", "H1") for n in range(16)]

    outcomes = await asyncio.gather(*(store.post(posting) for posting in ends))

    assert sum(isinstance(outcome, Accepted) for outcome in outcomes) == 1
    assert outcomes.count(Refusal.HOLD_RESOLVED) == 15


async def test_of_decisions_on_one_state_one_is_booked(store: Store) -> None:
    """Of many postings decided on the same `seq` one is accepted and the others are stale."""
    await store.post(opening())
    asked = [replace(draw(f"D{n}", 10), seq_seen=1) for n in range(16)]

    outcomes = await asyncio.gather(*(store.post(posting) for posting in asked))

    assert sum(isinstance(outcome, Accepted) for outcome in outcomes) == 1
    assert outcomes.count(Refusal.STALE) == 15
