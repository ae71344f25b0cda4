"""Sends events to subscribers until they have arrived: signed, in order, again after a failure."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import httpx
import msgspec

import twinline
from twinline.adapters.notify.signing import signature
from twinline.app.bank.store import Unavailable
from twinline.app.bank.webhook import WAITS, message_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from twinline.app.bank.clock import Clock
    from twinline.app.bank.store import KeptEvent, Store
    from twinline.app.bank.webhook import Delivery, Subscriber, Webhooks

TIMEOUT_S: Final = 10.0
IDLE_S: Final = 0.2
"""How long an idle sender waits before it looks again."""

_AT_ONCE: Final = 16
_USER_AGENT: Final = f"Twinline/{twinline.__version__}"
_PAGE: Final = 500
_LOGGER: Final = logging.getLogger("twinline.notify")


class Sender:
    """Reads the outbox of a store and tells its subscribers."""

    def __init__(
        self,
        store: Store,
        webhooks: Webhooks,
        clock: Clock,
        *,
        waits: Sequence[timedelta] = WAITS,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Wait so long after each failed attempt, and so long for each answer."""
        self._store = store
        self._webhooks = webhooks
        self._clock = clock
        self._waits = tuple(waits)
        self._timeout_s = timeout_s

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what is on its way then is waited for.

        Each subscriber has a task of its own, so that a slow one delays nobody else.
        """
        tasks: dict[str, asyncio.Task[None]] = {}
        async with httpx.AsyncClient(timeout=self._timeout_s, trust_env=False) as client:
            while not stop.is_set():
                for subscriber in await self._subscribers():
                    name = subscriber.subscriber_id
                    if name not in tasks or tasks[name].done():
                        tasks[name] = asyncio.create_task(self._tell(client, subscriber, stop))
                await _pause(stop, IDLE_S)
            await asyncio.gather(*tasks.values())

    async def _subscribers(self) -> Sequence[Subscriber]:
        """Return who is told; nobody for as long as they cannot be asked for."""
        try:
            return await self._webhooks.subscribers()
        except Unavailable:
            return ()

    async def _tell(
        self, client: httpx.AsyncClient, subscriber: Subscriber, stop: asyncio.Event
    ) -> None:
        """Send a subscriber what is due until nothing is."""
        try:
            while await self.step(client, subscriber) and not stop.is_set():
                pass
        except Exception:
            _LOGGER.exception(
                "webhooks", extra={"told": {"subscriber_id": subscriber.subscriber_id}}
            )

    async def step(self, client: httpx.AsyncClient, subscriber: Subscriber) -> int:
        """Take in what is new and send what is due; return how many letters were sent."""
        await self._take_in(subscriber)
        name, now = subscriber.subscriber_id, self._clock.now()
        due = await self._webhooks.due(name, now, _AT_ONCE)
        await asyncio.gather(*(self._send(client, subscriber, each) for each in due))
        return len(due)

    async def _take_in(self, subscriber: Subscriber) -> None:
        read_to = await self._webhooks.read_to(subscriber.subscriber_id)
        events = await self._store.events(after=read_to, count=_PAGE)
        if events:
            wanted = [each for each in events if subscriber.wants(each.event.kind)]
            await self._webhooks.take_in(
                subscriber.subscriber_id, wanted, events[-1].position, self._clock.now()
            )

    async def _send(
        self, client: httpx.AsyncClient, subscriber: Subscriber, letter: Delivery
    ) -> None:
        position = letter.event.position
        failure = await self._attempt(client, subscriber, letter.event)
        if not failure:
            await self._webhooks.delivered(subscriber.subscriber_id, position)
            return
        at = self._clock.now()
        again = letter.attempts < len(self._waits)
        next_at = at + self._waits[letter.attempts] if again else None
        await self._webhooks.failed(subscriber.subscriber_id, position, failure, next_at)
        told = {
            "subscriber_id": subscriber.subscriber_id,
            "position": position,
            "attempts": letter.attempts + 1,
            "failure": failure,
        }
        _LOGGER.warning("webhook failed" if again else "webhook dead", extra={"told": told})

    async def _attempt(
        self, client: httpx.AsyncClient, subscriber: Subscriber, event: KeptEvent
    ) -> str:
        """Send an event once; return what went wrong, or nothing."""
        body = msgspec.json.encode(message_of(event))
        message_id = event.event.event_id
        timestamp = int(self._clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": _USER_AGENT,
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(subscriber.secret, message_id, timestamp, body),
        }
        post = client.stream("POST", subscriber.url, content=body, headers=headers)
        try:
            async with asyncio.timeout(self._timeout_s), post as answer:
                status = answer.status_code  # its body is nothing to us, and is not read
        except (TimeoutError, httpx.TimeoutException):
            return f"no answer in {self._timeout_s:g} seconds"
        except httpx.HTTPError as error:
            return type(error).__name__
        return "" if httpx.codes.is_success(status) else f"answered {status}"


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until told to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass
