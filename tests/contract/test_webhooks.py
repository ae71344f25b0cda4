"""Who is told of events and what waits for them, wherever that is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.banks import START
from tests.databases import empty
from twinline.adapters.notify.memory import MemoryWebhooks
from twinline.adapters.postgres.connections import Connections
from twinline.adapters.postgres.webhooks import TAKEN_FOR, PostgresWebhooks
from twinline.app.bank.store import KeptEvent, OutboxEvent
from twinline.app.bank.webhook import Subscriber

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twinline.app.bank.webhook import Webhooks

pytestmark = pytest.mark.anyio

LATER = START + timedelta(minutes=5)
SHOP = Subscriber(
    subscriber_id="s2", url="https://shop.example", secret=b"s", kinds=frozenset({"a"}), after=2
)
DESK = Subscriber(
    subscriber_id="s1", url="https://desk.example", secret=b"d", kinds=frozenset(), after=0
)


@pytest.fixture(params=["memory", "postgres"])
async def webhooks(request: pytest.FixtureRequest) -> AsyncIterator[Webhooks]:
    """Yield each kind of webhooks, of which there are none yet."""
    match request.param:
        case "memory":
            yield MemoryWebhooks()
        case _:
            url: str = request.getfixturevalue("book")
            empty(url)
            async with Connections(url, 2) as connections:
                yield PostgresWebhooks(connections)


def event(position: int, owner: str) -> KeptEvent:
    """Return an event of the outbox."""
    told = OutboxEvent(event_id=f"e{position}", kind="a", document=f'{{"n":{position}}}')
    return KeptEvent(position=position, owner=owner, seq=position, booked_at=START, event=told)


async def test_subscribers_stand_in_the_order_they_came(webhooks: Webhooks) -> None:
    """They are as they were, read from where they asked, until they are told no more."""
    await webhooks.subscribe(SHOP)
    await webhooks.subscribe(DESK)
    assert await webhooks.subscribers() == (SHOP, DESK)
    assert [await webhooks.read_to(name) for name in ("s1", "s2", "s3")] == [0, 2, 0]
    assert await webhooks.unsubscribe("s2")
    assert not await webhooks.unsubscribe("s2")
    assert await webhooks.subscribers() == (DESK,)


async def test_of_each_owner_the_first_that_waits_is_due(webhooks: Webhooks) -> None:
    """An owner's next event is due once the one before has arrived; others do not wait for it."""
    await webhooks.subscribe(DESK)
    events = [event(1, "C1"), event(2, "C1"), event(3, "C2")]
    await webhooks.take_in("s1", events, 7, START)
    assert await webhooks.read_to("s1") == 7
    due = await webhooks.due("s1", START, 10)
    assert sorted(each.event.position for each in due) == [1, 3]
    assert next(each.event for each in due if each.event.owner == "C2") == events[2]
    await webhooks.delivered("s1", 1)
    assert [each.event for each in await webhooks.due("s1", START, 1)] == [events[1]]


async def test_a_failure_is_tried_again_when_its_time_comes(webhooks: Webhooks) -> None:
    """Until then nothing of that owner is due, and what went wrong is told with the letter."""
    await webhooks.subscribe(DESK)
    await webhooks.take_in("s1", [event(1, "C1"), event(2, "C1")], 2, START)
    await webhooks.due("s1", START, 10)
    await webhooks.failed("s1", 1, "answered 500", LATER)
    assert await webhooks.due("s1", LATER - timedelta(seconds=1), 10) == []
    (again,) = await webhooks.due("s1", LATER, 10)
    assert (again.event.position, again.attempts, again.failure) == (1, 1, "answered 500")


async def test_a_dead_letter_lets_the_next_go_and_can_be_sent_again(webhooks: Webhooks) -> None:
    """A letter that is given up stands among the dead until somebody lets it be tried again."""
    await webhooks.subscribe(DESK)
    await webhooks.take_in("s1", [event(1, "C1"), event(2, "C1")], 2, START)
    await webhooks.due("s1", START, 10)
    await webhooks.failed("s1", 1, "answered 500", None)
    (dead,) = await webhooks.dead("s1", after=0, count=10)
    assert (dead.event, dead.attempts, dead.next_at) == (event(1, "C1"), 1, None)
    assert await webhooks.dead("s1", after=1, count=10) == []
    (second,) = await webhooks.due("s1", START, 10)
    assert second.event.position == 2
    await webhooks.delivered("s1", 2)

    assert not await webhooks.resend("s1", 2, LATER)
    assert await webhooks.resend("s1", 1, LATER)
    assert not await webhooks.resend("s1", 1, LATER)
    assert await webhooks.dead("s1", after=0, count=10) == []
    (first,) = await webhooks.due("s1", LATER, 10)
    assert first.event.position == 1


async def test_who_has_left_is_told_nothing(webhooks: Webhooks) -> None:
    """What waited is forgotten, and what is said of them later is of no account."""
    await webhooks.subscribe(DESK)
    await webhooks.take_in("s1", [event(1, "C1")], 1, START)
    await webhooks.unsubscribe("s1")
    await webhooks.take_in("s1", [event(2, "C1")], 2, START)
    await webhooks.delivered("s1", 1)
    await webhooks.failed("s1", 1, "late", None)
    assert await webhooks.due("s1", LATER, 10) == []
    assert await webhooks.dead("s1", after=0, count=10) == []


async def test_servers_side_by_side_send_a_letter_once(book: str) -> None:
    """What one server took is not the other's, unless it is silent for longer than any attempt."""
    empty(book)
    async with Connections(book, 1) as one, Connections(book, 1) as other:
        here, there = PostgresWebhooks(one), PostgresWebhooks(other)
        await here.subscribe(DESK)
        events = [event(1, "C1"), event(2, "C1"), event(3, "C2")]
        await here.take_in("s1", events, 3, START)
        await there.take_in("s1", events[:2], 2, START)
        assert await there.read_to("s1") == 3
        assert len(await here.due("s1", START, 10)) == 2
        assert await there.due("s1", START, 10) == []
        await here.delivered("s1", 1)
        assert [each.event.position for each in await there.due("s1", START, 10)] == [2]
        await there.take_in("s1", events, 3, START)
        late = START + TAKEN_FOR
        assert [each.event.position for each in await there.due("s1", late, 10)] == [2, 3]
