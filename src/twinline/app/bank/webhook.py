"""Webhooks: who is told of events, what was told, and what could not be.

An event goes to each subscriber at least once, and those of one customer in their order: the next
one waits until the one before it has arrived or was given up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.app.bank.store import KeptEvent

WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long after each failed attempt the next is made; after the last the letter is dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Who is told, where, and what they sign with. No `kinds` stands for all of them.

    Events after `after` of the outbox are told, so that a new subscriber hears nothing old.
    """

    subscriber_id: str
    url: str
    secret: bytes
    kinds: frozenset[str]
    after: int

    def wants(self, kind: str) -> bool:
        """Return whether events of a kind are told."""
        return not self.kinds or kind in self.kinds


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is told: the body of a webhook, in the form of Standard Webhooks.

    `owner` is whose journal it stands in, a customer's id, `merchant:ID` or `funder:ID`; `seq` is
    its place there, so that a receiver notices one out of order.
    """

    type: str
    timestamp: datetime
    owner: str
    seq: int
    data: msgspec.Raw


def message_of(kept: KeptEvent) -> Message:
    """Return what is told of an event: the same whenever it is asked for."""
    return Message(
        type=kept.event.kind,
        timestamp=kept.booked_at,
        owner=kept.owner,
        seq=kept.seq,
        data=msgspec.Raw(kept.event.document.encode()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one subscriber: how often it was tried, when next, and what went wrong last.

    `next_at` is None for a dead letter.
    """

    subscriber_id: str
    event: KeptEvent
    attempts: int = 0
    next_at: datetime | None = None
    failure: str = ""


class Webhooks(Protocol):
    """Subscribers and what is still to be told them. Every change is kept before it is done."""

    async def subscribe(self, subscriber: Subscriber) -> None:
        """Tell a subscriber from now on."""
        ...

    async def unsubscribe(self, subscriber_id: str) -> bool:
        """Tell them no more, forget what waits; return whether there was one."""
        ...

    async def subscribers(self) -> Sequence[Subscriber]:
        """Return those who are told, in the order they came."""
        ...

    async def read_to(self, subscriber_id: str) -> int:
        """Return the position of the outbox up to which events were taken in."""
        ...

    async def take_in(
        self, subscriber_id: str, events: Sequence[KeptEvent], read_to: int, at: datetime
    ) -> None:
        """Keep events that are to be told from `at` on, and how far the outbox was read."""
        ...

    async def due(self, subscriber_id: str, at: datetime, count: int) -> Sequence[Delivery]:
        """Return what is to be sent by `at`: of each owner the first event that waits.

        Where servers share the letters, these are the asker's until it says how they went, or
        longer has passed than an attempt takes.
        """
        ...

    async def delivered(self, subscriber_id: str, position: int) -> None:
        """Note that an event has arrived."""
        ...

    async def failed(
        self, subscriber_id: str, position: int, failure: str, next_at: datetime | None
    ) -> None:
        """Note an attempt that failed, and when the next is; None makes it a dead letter."""
        ...

    async def dead(self, subscriber_id: str, *, after: int, count: int) -> Sequence[Delivery]:
        """Return a page of dead letters in the order of the outbox, those after a position."""
        ...

    async def resend(self, subscriber_id: str, position: int, at: datetime) -> bool:
        """Let a dead letter be tried again from `at` on; return whether there was one."""
        ...
