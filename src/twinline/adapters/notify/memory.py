"""Webhooks in memory: subscribers and what waits for them, until the process ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.notify.letters import (
    Delivered,
    Failed,
    Letter,
    Letters,
    Resent,
    Subscribed,
    TakenIn,
    Unsubscribed,
)
from twinline.app.bank.webhook import Webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twinline.adapters.notify.letters import Change
    from twinline.app.bank.store import KeptEvent
    from twinline.app.bank.webhook import Delivery, Subscriber


class MemoryWebhooks(Webhooks):
    """Subscribers and letters; a subclass may keep each change before it is made."""

    def __init__(self) -> None:
        """Begin without any."""
        self._letters = Letters()

    async def subscribe(self, subscriber: Subscriber) -> None:
        """Tell a subscriber from now on."""
        self._change(Subscribed.of(subscriber))

    async def unsubscribe(self, subscriber_id: str) -> bool:
        """Tell them no more; return whether there was one."""
        known = subscriber_id in self._letters.subscribers
        if known:
            self._change(Unsubscribed(subscriber_id))
        return known

    async def subscribers(self) -> Sequence[Subscriber]:
        """Return those who are told, in the order they came."""
        return tuple(self._letters.subscribers.values())

    async def read_to(self, subscriber_id: str) -> int:
        """Return how far the outbox was read."""
        return self._letters.read_to(subscriber_id)

    async def take_in(
        self, subscriber_id: str, events: Sequence[KeptEvent], read_to: int, at: datetime
    ) -> None:
        """Keep events that are to be told from `at` on."""
        self._change(TakenIn(subscriber_id, tuple(map(Letter.of, events)), read_to, at))

    async def due(self, subscriber_id: str, at: datetime, count: int) -> Sequence[Delivery]:
        """Return what is to be sent by `at`: of each owner the first that waits."""
        return self._letters.due(subscriber_id, at, count)

    async def delivered(self, subscriber_id: str, position: int) -> None:
        """Note that an event has arrived."""
        self._change(Delivered(subscriber_id, position))

    async def failed(
        self, subscriber_id: str, position: int, failure: str, next_at: datetime | None
    ) -> None:
        """Note an attempt that failed."""
        self._change(Failed(subscriber_id, position, failure, next_at))

    async def dead(self, subscriber_id: str, *, after: int, count: int) -> Sequence[Delivery]:
        """Return a page of dead letters in the order of the outbox."""
        return self._letters.dead(subscriber_id, after, count)

    async def resend(self, subscriber_id: str, position: int, at: datetime) -> bool:
        """Let a dead letter be tried again; return whether there was one."""
        known = self._letters.is_dead(subscriber_id, position)
        if known:
            self._change(Resent(subscriber_id, position, at))
        return known

    def _change(self, change: Change) -> None:
        self._letters.apply(change)
