from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import httpx
import pytest

import twinline
from tests.http.receiver import receiving
from twinline.adapters.http.clock import SystemClock
from twinline.adapters.notify.memory import MemoryWebhooks
from twinline.adapters.notify.sender import Sender
from twinline.adapters.notify.signing import new_secret, signature
from twinline.app.bank.bank import Bank
from twinline.app.bank.command import Call, Refused
from twinline.app.bank.store import KeptEvent, OutboxEvent
from twinline.app.bank.webhook import Subscriber
from twinline.app.bank.webhook_commands import (
    DeadLettersOutcome,
    DeadLettersRequest,
    ResendOutcome,
    ResendRequest,
    SubscribeOutcome,
    SubscribeRequest,
    WebhookDesk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.http.receiver import Receiver, Told
    from twinline.app.bank.store import Store
    from twinline.app.bank.webhook import Webhooks

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
SECRET, SHOWN = new_secret()
AT_ONCE = (timedelta(0),) * 3


def event(position: int, owner: str, kind: str = "purchase_captured") -> KeptEvent:
    """Return an event of the outbox."""
    told = OutboxEvent(event_id=f"e{position}", kind=kind, document=f'{{"n":{position}}}')
    return KeptEvent(position=position, owner=owner, seq=position, booked_at=AT, event=told)


class Outbox:
    """The part of a store that a sender reads."""

    def __init__(self, *events: KeptEvent) -> None:
        """Keep events in their order."""
        self.kept = list(events)

    async def events(self, *, after: int = 0, count: int = 100) -> Sequence[KeptEvent]:
        """Return a page."""
        return [each for each in self.kept if each.position > after][:count]


def subscriber(receiver: Receiver, *kinds: str, after: int = 0) -> Subscriber:
    """Return a subscriber at a receiver."""
    return Subscriber(
        subscriber_id="s1", url=receiver.url, secret=SECRET, kinds=frozenset(kinds), after=after
    )


async def steps(sender: Sender, webhooks: Webhooks, count: int) -> None:
    """Let a sender make so many steps for each subscriber."""
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(count):
            for each in await webhooks.subscribers():
                await sender.step(client, each)


def told(
    receiver: Receiver,
    *events: KeptEvent,
    kinds: tuple[str, ...] = (),
    after: int = 0,
    count: int = 10,
    timeout_s: float = 5,
) -> MemoryWebhooks:
    """Tell a receiver of events in so many steps; return what is still to be told."""

    async def tell() -> MemoryWebhooks:
        webhooks = MemoryWebhooks()
        await webhooks.subscribe(subscriber(receiver, *kinds, after=after))
        sender = Sender(
            cast("Store", Outbox(*events)),
            webhooks,
            SystemClock(),
            waits=AT_ONCE,
            timeout_s=timeout_s,
        )
        await steps(sender, webhooks, count)
        return webhooks

    return asyncio.run(tell())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Yield a subscriber's server."""
    with receiving() as receiver:
        yield receiver


def test_a_message_is_signed_and_says_what_happened(receiver: Receiver) -> None:
    """A message has the standard's three headers, a right signature, and the event in its body."""
    told(receiver, event(1, "c1"))

    (message,) = receiver.told
    assert message.is_signed_with(SHOWN)
    assert message.message_id == "e1"
    assert message.headers["user-agent"] == f"Twinline/{twinline.__version__}"
    assert abs(int(message.headers["webhook-timestamp"]) - SystemClock().now().timestamp()) < 60
    assert message.said == {
        "type": "purchase_captured",
        "timestamp": "2026-11-22T08:00:00Z",
        "owner": "c1",
        "seq": 1,
        "data": {"n": 1},
    }


def test_the_standard_s_own_example_has_its_signature() -> None:
    """The published example of Standard Webhooks gives the published signature."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_events_of_a_customer_come_in_order_through_failures(receiver: Receiver) -> None:
    """However often a receiver fails, a customer's next event waits for the one before."""
    failed: set[str] = set()

    def every_first_time(message: Told) -> int:
        first = message.message_id not in failed
        failed.add(message.message_id)
        return 500 if first else 200

    receiver.status = every_first_time
    told(receiver, *(event(n, "c1") for n in range(1, 5)))

    assert [each.message_id for each in receiver.told] == [
        *("e1", "e1", "e2", "e2", "e3", "e3", "e4", "e4")
    ]


def test_a_customer_who_waits_delays_no_other(receiver: Receiver) -> None:
    """While one customer's event fails, another's arrive."""
    receiver.status = lambda message: 500 if message.said["owner"] == "c1" else 200

    told(receiver, event(1, "c1"), event(2, "c2"), event(3, "c2"), count=2)

    assert {"e2", "e3"} < {each.message_id for each in receiver.told}


def test_a_slow_receiver_is_told_again_with_the_same_id(receiver: Receiver) -> None:
    """No answer in time counts as none: the event comes again, its id and body unchanged."""
    receiver.pause_s = lambda _: 0.4 if len(receiver.told) == 1 else 0.0

    webhooks = told(receiver, event(1, "c1"), event(2, "c1"), timeout_s=0.15)

    assert [each.message_id for each in receiver.told] == ["e1", "e1", "e2"]
    assert receiver.told[0].body == receiver.told[1].body
    assert asyncio.run(webhooks.dead("s1", after=0, count=9)) == []


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    """Only a 2xx is an arrival: another address is not told what it did not subscribe to."""
    receiver.status = lambda _: 302

    assert asyncio.run(told(receiver, event(1, "c1")).dead("s1", after=0, count=9))


def test_what_is_given_up_can_be_seen_and_sent_again(receiver: Receiver) -> None:
    """After the last attempt a letter is dead, the next event goes on; sent again, it arrives."""
    receiver.status = lambda message: 503 if message.message_id == "e1" else 200

    webhooks = told(receiver, event(1, "c1"), event(2, "c1"), count=8)

    assert [each.message_id for each in receiver.told] == ["e1", "e1", "e1", "e1", "e2"]
    (letter,) = asyncio.run(webhooks.dead("s1", after=0, count=9))
    assert (letter.attempts, letter.failure) == (4, "answered 503")

    receiver.status = lambda _: 200
    assert asyncio.run(webhooks.resend("s1", 1, AT))
    sender = Sender(cast("Store", Outbox()), webhooks, SystemClock())
    asyncio.run(steps(sender, webhooks, 1))
    assert receiver.told[-1].message_id == "e1"
    assert not asyncio.run(webhooks.resend("s1", 1, AT))


def test_a_subscriber_hears_what_it_asked_for(receiver: Receiver) -> None:
    """Only the kinds asked for are told, and nothing from before the subscription."""
    told(
        receiver,
        *(event(1, "c1"), event(2, "c1", "repaid"), event(3, "c1", "line_changed")),
        kinds=("repaid", "purchase_captured"),
        after=1,
    )

    assert [each.message_id for each in receiver.told] == ["e2"]


def test_a_running_sender_tells_and_stops(receiver: Receiver) -> None:
    """A sender tells by itself what comes into the outbox, and ends when it is told to."""

    async def run() -> None:
        webhooks, stop = MemoryWebhooks(), asyncio.Event()
        await webhooks.subscribe(subscriber(receiver))
        outbox = Outbox(event(1, "c1"))
        sender = Sender(cast("Store", outbox), webhooks, SystemClock())
        running = asyncio.create_task(sender.run(stop))
        await asyncio.to_thread(receiver.wait_for, 1)
        outbox.kept.append(event(2, "c1"))
        await asyncio.to_thread(receiver.wait_for, 2)
        stop.set()
        await running

    asyncio.run(run())

    assert [each.message_id for each in receiver.told] == ["e1", "e2"]


def call() -> Call:
    """Return a call of somebody."""
    return Call(
        client="ops",
        key="",
        command_hash=b"",
        at=AT,
        business_on=AT.date(),
        request_id="r1",
        new_ids=("s1",),
    )


def bank(*events: KeptEvent) -> Bank:
    """Return a bank of which only the outbox is asked."""
    asked = object.__new__(Bank)
    object.__setattr__(asked, "store", Outbox(*events))
    return asked


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://shop.example", "http://shop.example", "https://user:pass@shop.example"),
        *("https://", "nothing", "https://[", "https://shop.example:port"),
    ],
)
def test_only_safe_addresses_are_told(url: str) -> None:
    """An address without TLS, or with a password in it, is refused; this machine needs no TLS."""
    desk = WebhookDesk(MemoryWebhooks(), new_secret)

    answer = asyncio.run(desk.subscribe(bank(), SubscribeRequest(url=url), call()))

    assert isinstance(answer, Refused)
    assert answer.reason == "url_not_usable"


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20, 33])
def test_a_new_subscriber_hears_nothing_old(count: int) -> None:
    """Wherever the outbox ends, a subscriber is told what comes after it."""
    desk = WebhookDesk(MemoryWebhooks(), new_secret)
    request = SubscribeRequest(url="https://shop.example/hook")

    answer = asyncio.run(
        desk.subscribe(bank(*(event(3 * n, "c1") for n in range(1, count + 1))), request, call())
    )

    assert isinstance(answer, SubscribeOutcome)
    assert answer.secret.startswith("whsec_")
    assert asyncio.run(desk.webhooks.read_to("s1")) == 3 * count


def test_dead_letters_are_listed_by_pages(receiver: Receiver) -> None:
    """Pages follow each other by cursor and hold every letter once; a cursor of ours only."""

    async def run() -> None:
        webhooks = MemoryWebhooks()
        desk = WebhookDesk(webhooks, new_secret)
        await webhooks.subscribe(subscriber(receiver))
        positions = range(1, 251)
        await webhooks.take_in("s1", [event(n, f"c{n}") for n in positions], 250, AT)
        for position in positions:
            await webhooks.failed("s1", position, "answered 500", None)

        seen, cursor = [], ""
        while True:
            request = DeadLettersRequest(subscriber_id="s1", cursor=cursor)
            page = await desk.dead_letters(bank(), request, call())
            assert isinstance(page, DeadLettersOutcome)
            seen += [letter.position for letter in page.letters]
            cursor = page.next
            if not cursor:
                break
        assert seen == list(positions)

        other = DeadLettersRequest(subscriber_id="s1", cursor="MTIzNA==")
        refused = await desk.dead_letters(bank(), other, call())
        assert isinstance(refused, Refused)
        assert refused.reason == "cursor_unknown"

        again = ResendRequest(subscriber_id="s1", position=7)
        assert isinstance(await desk.resend(bank(), again, call()), ResendOutcome)
        assert isinstance(await desk.resend(bank(), again, call()), Refused)

    asyncio.run(run())
