"""Lists by pages: merchants, a customer's journal, all events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.banks import new_world, opened, run
from twinline.app.bank.merchants import (
    LIST_MERCHANTS,
    REGISTER_MERCHANT,
    ListMerchantsRequest,
    RegisterMerchantRequest,
)
from twinline.app.bank.reading import READ_EVENTS, READ_JOURNAL, EventsRequest, JournalRequest
from twinline.app.bank.webhook import message_of

if TYPE_CHECKING:
    from tests.banks import World


def test_events_are_read_in_order_and_to_the_end() -> None:
    """Every accepted command tells one event; whoever has read to the end goes on from there."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "10")
        first = await world.done(READ_EVENTS, EventsRequest(count=2))
        rest = await world.done(READ_EVENTS, EventsRequest(cursor=first.next))
        kinds = [event.type for event in (*first.events, *rest.events)]
        assert kinds == ["customer.opened", "authorisation.held", "authorisation.captured"]
        end = await world.done(READ_EVENTS, EventsRequest(cursor=rest.next))
        assert (end.events, end.next) == ((), rest.next)
        await world.buy(customer, "10")
        later = await world.done(READ_EVENTS, EventsRequest(cursor=end.next))
        assert [event.seq for event in later.events] == [4, 5]

    run(story(new_world()))


def test_an_event_is_read_as_it_is_told() -> None:
    """What a page shows of an event is the webhook's body, beside the webhook's id."""

    async def story(world: World) -> None:
        await opened(world)
        (kept,) = await world.bank.store.events()
        page = await world.done(READ_EVENTS, EventsRequest())
        (read,) = msgspec.json.decode(msgspec.json.encode(page))["events"]
        assert read.pop("event_id") == kept.event.event_id
        assert read == msgspec.json.decode(msgspec.json.encode(message_of(kept)))

    run(story(new_world()))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_a_list_is_read_whole_page_by_page(count: int) -> None:
    """Pages of any size hold each item once, in order, and only the last says that it is."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "10")
        for name in ("M2", "M3", "M4"):
            merchant = RegisterMerchantRequest(merchant_id=name, name="Tea", categories=("tea",))
            await world.done(REGISTER_MERCHANT, merchant)
        seqs: list[int] = []
        journal = JournalRequest(customer_id=customer, count=count)
        while True:
            page = await world.done(READ_JOURNAL, journal)
            assert len(page.entries) == count or not page.next
            seqs += [entry.seq for entry in page.entries]
            if not page.next:
                break
            journal = JournalRequest(customer_id=customer, count=count, cursor=page.next)
        names: list[str] = []
        merchants = ListMerchantsRequest(count=count)
        while True:
            listed = await world.done(LIST_MERCHANTS, merchants)
            assert len(listed.merchants) == count or not listed.next
            names += [each.merchant_id for each in listed.merchants]
            if not listed.next:
                break
            merchants = ListMerchantsRequest(count=count, cursor=listed.next)
        assert (seqs, names) == ([1, 2, 3], ["M1", "M2", "M3", "M4"])

    run(story(new_world()))


def test_a_cursor_is_of_its_own_list() -> None:
    """One of another list, another customer's journal or nobody's making is refused."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "10")
        page = await world.done(READ_JOURNAL, JournalRequest(customer_id=customer, count=1))
        of_events = (await world.done(READ_EVENTS, EventsRequest(count=1))).next
        for cursor in (of_events, "MQ==", "nonsense", "张"):
            asked = JournalRequest(customer_id=customer, cursor=cursor)
            assert await world.no(READ_JOURNAL, asked) == "cursor_unknown"
        for cursor in (page.next, "nonsense"):
            assert await world.no(READ_EVENTS, EventsRequest(cursor=cursor)) == "cursor_unknown"
            merchants = ListMerchantsRequest(cursor=cursor)
            assert await world.no(LIST_MERCHANTS, merchants) == "cursor_unknown"

    run(story(new_world()))
