"""Webhooks in PostgreSQL: servers side by side share the letters, and none sends another's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from twinline.adapters.postgres.row import event_of
from twinline.app.bank.store import KeptEvent
from twinline.app.bank.webhook import Delivery, Subscriber, Webhooks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from twinline.adapters.postgres.connections import Connections
    from twinline.adapters.postgres.row import Row

TAKEN_FOR: Final = timedelta(seconds=30)
"""How long a letter is one server's to send: longer than any attempt waits for its answer."""


class PostgresWebhooks(Webhooks):
    """Subscribers and letters in a book's tables."""

    def __init__(self, connections: Connections) -> None:
        """Take the connections to work over."""
        self._connections = connections

    async def subscribe(self, subscriber: Subscriber) -> None:
        """Tell a subscriber from now on."""
        asked = {
            "subscriber_id": subscriber.subscriber_id,
            "url": subscriber.url,
            "secret": subscriber.secret,
            "kinds": sorted(subscriber.kinds),
            "after": subscriber.after,
        }
        await self._connections.rows("subscribe", asked)

    async def unsubscribe(self, subscriber_id: str) -> bool:
        """Tell them no more; return whether there was one."""
        return bool(await self._rows("unsubscribe", subscriber_id))

    async def subscribers(self) -> Sequence[Subscriber]:
        """Return those who are told, in the order they came."""
        return tuple(map(_subscriber_of, await self._connections.rows("subscribers")))

    async def read_to(self, subscriber_id: str) -> int:
        """Return how far the outbox was read."""
        rows = await self._rows("read_to", subscriber_id)
        return rows[0][0] if rows else 0

    async def take_in(
        self, subscriber_id: str, events: Sequence[KeptEvent], read_to: int, at: datetime
    ) -> None:
        """Keep events that are to be told from `at` on, but those taken in already."""
        asked = {
            "read_to": read_to,
            "at": at,
            "positions": [each.position for each in events],
            "customers": [each.owner for each in events],
            "seqs": [each.seq for each in events],
            "booked": [each.booked_at for each in events],
            "event_ids": [each.event.event_id for each in events],
            "kinds": [each.event.kind for each in events],
            "documents": [each.event.document for each in events],
        }
        await self._rows("take_in", subscriber_id, asked)

    async def due(self, subscriber_id: str, at: datetime, count: int) -> Sequence[Delivery]:
        """Return what is to be sent by `at`, which is for a while the caller's alone."""
        asked = {"at": at, "count": count, "taken_for": TAKEN_FOR}
        rows = await self._rows("take_due", subscriber_id, asked)
        return [_delivery_of(subscriber_id, row) for row in rows]

    async def delivered(self, subscriber_id: str, position: int) -> None:
        """Note that an event has arrived."""
        await self._rows("letter_arrived", subscriber_id, {"position": position})

    async def failed(
        self, subscriber_id: str, position: int, failure: str, next_at: datetime | None
    ) -> None:
        """Note an attempt that failed."""
        asked = {"position": position, "failure": failure, "next_at": next_at}
        await self._rows("letter_failed", subscriber_id, asked)

    async def dead(self, subscriber_id: str, *, after: int, count: int) -> Sequence[Delivery]:
        """Return a page of dead letters in the order of the outbox."""
        asked = {"after": after, "count": count}
        rows = await self._rows("dead_letters", subscriber_id, asked)
        return [_delivery_of(subscriber_id, row) for row in rows]

    async def resend(self, subscriber_id: str, position: int, at: datetime) -> bool:
        """Let a dead letter be tried again; return whether there was one."""
        asked = {"position": position, "at": at}
        return bool(await self._rows("resend_letter", subscriber_id, asked))

    async def _rows(
        self, name: str, subscriber_id: str, values: Mapping[str, object] | None = None
    ) -> list[Row]:
        asked = {"subscriber_id": subscriber_id, **(values or {})}
        return await self._connections.rows(name, asked)


def _subscriber_of(row: Row) -> Subscriber:
    subscriber_id, url, secret, kinds, after = row
    return Subscriber(
        subscriber_id=subscriber_id, url=url, secret=secret, kinds=frozenset(kinds), after=after
    )


def _delivery_of(subscriber_id: str, row: Row) -> Delivery:
    position, owner, seq, booked_at, event_id, kind, document, attempts, next_at, failure = row
    return Delivery(
        subscriber_id=subscriber_id,
        event=KeptEvent(
            position=position,
            owner=owner,
            seq=seq,
            booked_at=booked_at,
            event=event_of((event_id, kind, document)),
        ),
        attempts=attempts,
        next_at=next_at,
        failure=failure,
    )
