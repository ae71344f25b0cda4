"""Webhooks in memory: subscribers and what waits for them, until the process ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinline.app.bank.webhook import Delivery, Webhooks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twinline.app.bank.store import KeptEvent
    from twinline.app.bank.webhook import Subscriber


@dataclass(slots=True)
class _Box:
    """One subscriber's letters: those that wait by owner and position, and the dead."""

    read_to: int
    waiting: dict[str, dict[int, Delivery]] = field(default_factory=dict)
    dead: dict[int, Delivery] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)

    def let_go(self, position: int) -> Delivery | None:
        """Take out a letter that waits; None where it waits no more."""
        owner = self.owners.pop(position, None)
        if owner is None:
            return None
        letter = self.waiting[owner].pop(position)
        if not self.waiting[owner]:
            del self.waiting[owner]
        return letter

    def put_first(self, letter: Delivery) -> None:
        """Let a letter wait before what else waits of its owner."""
        owner, position = letter.event.owner, letter.event.position
        self.owners[position] = owner
        self.waiting[owner] = {position: letter} | self.waiting.get(owner, {})


class MemoryWebhooks(Webhooks):
    """Subscribers and letters. What is done for one who has left is done for nobody."""

    def __init__(self) -> None:
        """Begin without any."""
        self._subscribers: dict[str, Subscriber] = {}
        self._boxes: dict[str, _Box] = {}

    async def subscribe(self, subscriber: Subscriber) -> None:
        """Tell a subscriber from now on."""
        self._subscribers[subscriber.subscriber_id] = subscriber
        self._boxes[subscriber.subscriber_id] = _Box(subscriber.after)

    async def unsubscribe(self, subscriber_id: str) -> bool:
        """Tell them no more; return whether there was one."""
        self._boxes.pop(subscriber_id, None)
        return self._subscribers.pop(subscriber_id, None) is not None

    async def subscribers(self) -> Sequence[Subscriber]:
        """Return those who are told, in the order they came."""
        return tuple(self._subscribers.values())

    async def read_to(self, subscriber_id: str) -> int:
        """Return how far the outbox was read."""
        return self._box(subscriber_id).read_to

    async def take_in(
        self, subscriber_id: str, events: Sequence[KeptEvent], read_to: int, at: datetime
    ) -> None:
        """Keep events that are to be told from `at` on."""
        box = self._box(subscriber_id)
        for event in events:
            box.owners[event.position] = event.owner
            letter = Delivery(subscriber_id=subscriber_id, event=event, next_at=at)
            box.waiting.setdefault(event.owner, {})[event.position] = letter
        box.read_to = read_to

    async def due(self, subscriber_id: str, at: datetime, count: int) -> Sequence[Delivery]:
        """Return what is to be sent by `at`: of each owner the first that waits."""
        found: list[Delivery] = []
        for waiting in self._box(subscriber_id).waiting.values():
            first = next(iter(waiting.values()))
            if first.next_at is not None and first.next_at <= at:
                found.append(first)
                if len(found) == count:
                    break
        return found

    async def delivered(self, subscriber_id: str, position: int) -> None:
        """Note that an event has arrived."""
        self._box(subscriber_id).let_go(position)

    async def failed(
        self, subscriber_id: str, position: int, failure: str, next_at: datetime | None
    ) -> None:
        """Note an attempt that failed; unless it is dead, it stays the first of its owner."""
        box = self._box(subscriber_id)
        letter = box.let_go(position)
        if letter is None:
            return
        tried = replace(letter, attempts=letter.attempts + 1, failure=failure, next_at=next_at)
        if next_at is None:
            box.dead[position] = tried
        else:
            box.put_first(tried)

    async def dead(self, subscriber_id: str, *, after: int, count: int) -> Sequence[Delivery]:
        """Return a page of dead letters in the order of the outbox."""
        dead = self._box(subscriber_id).dead
        return [dead[position] for position in sorted(dead) if position > after][:count]

    async def resend(self, subscriber_id: str, position: int, at: datetime) -> bool:
        """Let a dead letter be tried again; return whether there was one."""
        box = self._box(subscriber_id)
        letter = box.dead.pop(position, None)
        if letter is not None:
            box.put_first(replace(letter, next_at=at))
        return letter is not None

    def _box(self, subscriber_id: str) -> _Box:
        return self._boxes.get(subscriber_id) or _Box(0)
