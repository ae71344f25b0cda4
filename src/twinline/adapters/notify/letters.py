"""What is to be told to whom, as a value that changes by named changes: the twin of a table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

import msgspec

from twinline.app.bank.store import KeptEvent, OutboxEvent
from twinline.app.bank.webhook import Delivery, Subscriber

if TYPE_CHECKING:
    from collections.abc import Container, Sequence


class Subscribed(msgspec.Struct, frozen=True, tag=True):
    """Somebody is told from now on."""

    subscriber_id: str
    url: str
    secret: bytes
    kinds: tuple[str, ...]
    after: int

    @classmethod
    def of(cls, subscriber: Subscriber) -> Subscribed:
        """Return the change that makes a subscriber one."""
        kinds = tuple(sorted(subscriber.kinds))
        name, url = subscriber.subscriber_id, subscriber.url
        return cls(name, url, subscriber.secret, kinds, subscriber.after)

    @property
    def subscriber(self) -> Subscriber:
        """The subscriber."""
        return Subscriber(
            subscriber_id=self.subscriber_id,
            url=self.url,
            secret=self.secret,
            kinds=frozenset(self.kinds),
            after=self.after,
        )


class Letter(msgspec.Struct, frozen=True):
    """An event of the outbox as it is kept here."""

    position: int
    owner: str
    seq: int
    booked_at: datetime
    event_id: str
    kind: str
    document: str

    @classmethod
    def of(cls, kept: KeptEvent) -> Letter:
        """Return an event's letter."""
        told = kept.event
        place = kept.position, kept.owner, kept.seq, kept.booked_at
        return cls(*place, told.event_id, told.kind, told.document)

    @property
    def event(self) -> KeptEvent:
        """The event."""
        told = OutboxEvent(event_id=self.event_id, kind=self.kind, document=self.document)
        return KeptEvent(
            position=self.position,
            owner=self.owner,
            seq=self.seq,
            booked_at=self.booked_at,
            event=told,
        )


class Unsubscribed(msgspec.Struct, frozen=True, tag=True):
    """Somebody is told no more."""

    subscriber_id: str


class TakenIn(msgspec.Struct, frozen=True, tag=True):
    """The outbox was read up to `read_to`; these events are to be told from `at` on."""

    subscriber_id: str
    letters: tuple[Letter, ...]
    read_to: int
    at: datetime


class Delivered(msgspec.Struct, frozen=True, tag=True):
    """An event has arrived."""

    subscriber_id: str
    position: int


class Failed(msgspec.Struct, frozen=True, tag=True):
    """An attempt failed; without `next_at` the letter is dead."""

    subscriber_id: str
    position: int
    failure: str
    next_at: datetime | None


class Resent(msgspec.Struct, frozen=True, tag=True):
    """A dead letter is tried again from `at` on."""

    subscriber_id: str
    position: int
    at: datetime


Change = Subscribed | Unsubscribed | TakenIn | Delivered | Failed | Resent


@dataclass(slots=True)
class _Box:
    """One subscriber's letters: those that wait by owner and position, and the dead."""

    read_to: int
    waiting: dict[str, dict[int, Delivery]] = field(default_factory=dict)
    dead: dict[int, Delivery] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)


class Letters:
    """All subscribers' letters. A change of one who has left is none."""

    def __init__(self) -> None:
        """Begin without any."""
        self.subscribers: dict[str, Subscriber] = {}
        self._boxes: dict[str, _Box] = {}

    def read_to(self, subscriber_id: str) -> int:
        """Return how far the outbox was read."""
        return self._box(subscriber_id).read_to

    def due(self, subscriber_id: str, at: datetime, count: int) -> list[Delivery]:
        """Return what is to be sent by `at`: of each owner the first that waits."""
        found: list[Delivery] = []
        for waiting in self._box(subscriber_id).waiting.values():
            first = next(iter(waiting.values()))
            if first.next_at is not None and first.next_at <= at:
                found.append(first)
                if len(found) == count:
                    break
        return found

    def dead(self, subscriber_id: str, after: int, count: int) -> list[Delivery]:
        """Return dead letters in the order of the outbox, those after a position."""
        dead = self._box(subscriber_id).dead
        return [dead[position] for position in sorted(dead) if position > after][:count]

    def is_dead(self, subscriber_id: str, position: int) -> bool:
        """Return whether there is a dead letter at a position."""
        return position in self._box(subscriber_id).dead

    def apply(self, change: Change) -> None:
        """Make a change."""
        match change:
            case Subscribed(subscriber_id):
                self.subscribers[subscriber_id] = change.subscriber
                self._boxes[subscriber_id] = _Box(change.after)
            case Unsubscribed(subscriber_id):
                self.subscribers.pop(subscriber_id, None)
                self._boxes.pop(subscriber_id, None)
            case TakenIn(subscriber_id, letters, read_to, at):
                _take_in(self._box(subscriber_id), subscriber_id, letters, at)
                self._box(subscriber_id).read_to = read_to
            case Delivered(subscriber_id, position):
                _let_go(self._box(subscriber_id), position)
            case Failed():
                _fail(self._box(change.subscriber_id), change)
            case Resent():
                _resend(self._box(change.subscriber_id), change)
            case _:
                assert_never(change)

    def open(self, subscriber_id: str) -> Container[int]:
        """Return the positions of a subscriber's letters that wait or are dead."""
        box = self._box(subscriber_id)
        return {*box.owners, *box.dead}

    def _box(self, subscriber_id: str) -> _Box:
        return self._boxes.get(subscriber_id) or _Box(0)


def _take_in(box: _Box, subscriber_id: str, letters: Sequence[Letter], at: datetime) -> None:
    for event in (letter.event for letter in letters):
        box.owners[event.position] = event.owner
        letter = Delivery(subscriber_id=subscriber_id, event=event, next_at=at)
        box.waiting.setdefault(event.owner, {})[event.position] = letter


def _let_go(box: _Box, position: int) -> Delivery | None:
    """Take out a letter that waits; None where it waits no more."""
    owner = box.owners.pop(position, None)
    if owner is None:
        return None
    letter = box.waiting[owner].pop(position)
    if not box.waiting[owner]:
        del box.waiting[owner]
    return letter


def _fail(box: _Box, change: Failed) -> None:
    """Note the attempt; the letter stays the first of its owner unless it is dead."""
    position, owner = change.position, box.owners.get(change.position)
    if owner is None:
        return
    letter = box.waiting[owner][position]
    attempts = letter.attempts + 1
    tried = replace(letter, attempts=attempts, failure=change.failure, next_at=change.next_at)
    if change.next_at is None:
        _let_go(box, position)
        box.dead[position] = tried
    else:
        box.waiting[owner][position] = tried


def _resend(box: _Box, change: Resent) -> None:
    """Let a dead letter be tried again, before what else waits of its owner."""
    letter = box.dead.pop(change.position, None)
    if letter is None:
        return
    owner = letter.event.owner
    again = {change.position: replace(letter, next_at=change.at)}
    box.owners[change.position] = owner
    box.waiting[owner] = again | box.waiting.pop(owner, {})
