"""Commands on webhooks: subscribe, see what could not be told, send it again."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from enum import unique
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import urlsplit

from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Outcome, Request, Scope
from twinline.app.bank.cursor import Cursor, cursor_of, position_of
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.webhook import Subscriber

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.webhook import Delivery, Webhooks

PAGE: Final = 100

SubscriberId = Annotated[str, Meta(pattern="^[A-Za-z0-9]{1,64}$", description="The subscriber.")]

_NOT_FOUND: Final = (
    "subscriber_not_found",
    Family.MISSING,
    "there is no subscriber of this id",
)


class NeverRefused(Reason):
    """A command that has no reason to say no."""


@unique
class SubscribeRefusal(Reason):
    """Why an address is not told, in the order the checks run."""

    URL_NOT_USABLE = (
        "url_not_usable",
        Family.RULE,
        "an https address without user or password; http only on this machine",
    )


@unique
class SubscriberRefusal(Reason):
    """Why a subscriber cannot be worked on."""

    SUBSCRIBER_NOT_FOUND = _NOT_FOUND


@unique
class DeadLettersRefusal(Reason):
    """Why no dead letters are shown."""

    SUBSCRIBER_NOT_FOUND = _NOT_FOUND
    CURSOR_UNKNOWN = reason.CURSOR_UNKNOWN


@unique
class ResendRefusal(Reason):
    """Why a letter is not sent again."""

    LETTER_NOT_FOUND = (
        "letter_not_found",
        Family.MISSING,
        "there is no dead letter at this position for this subscriber",
    )


class SubscribeRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where events are to be told, and which; none stands for all."""

    url: Annotated[str, Meta(max_length=500, description="Where events are posted.")]
    kinds: Annotated[
        tuple[EventKind, ...], Meta(description="Which kinds of events; none for all.")
    ] = ()


class SubscribeOutcome(Outcome, frozen=True, kw_only=True):
    """A new subscriber. The secret is shown this once; signatures are made with it."""

    subscriber_id: str
    url: str
    kinds: tuple[str, ...]
    secret: Annotated[str, Meta(description="Of the form that Standard Webhooks libraries take.")]


class SubscribersRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All subscribers."""


class SubscriberAnswer(Outcome, frozen=True, kw_only=True):
    """Who is told."""

    subscriber_id: str
    url: str
    kinds: tuple[str, ...]


class SubscribersOutcome(Outcome, frozen=True, kw_only=True):
    """Those who are told, in the order they came."""

    subscribers: tuple[SubscriberAnswer, ...]


class UnsubscribeRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to be told no more."""

    subscriber_id: SubscriberId


class UnsubscribeOutcome(Outcome, frozen=True, kw_only=True):
    """Who is told no more."""

    subscriber_id: str


class DeadLettersRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of what could not be told a subscriber."""

    subscriber_id: SubscriberId
    cursor: Cursor = ""


class DeadLetter(Outcome, frozen=True, kw_only=True):
    """An event that was given up, and what went wrong last."""

    position: int
    event_id: str
    kind: str
    owner: str
    attempts: int
    failure: str


class DeadLettersOutcome(Outcome, frozen=True, kw_only=True):
    """A page of dead letters; `next` is empty on the last page."""

    letters: tuple[DeadLetter, ...]
    next: str


class ResendRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which dead letter is to be sent again."""

    subscriber_id: SubscriberId
    position: Annotated[int, Meta(ge=1, le=10**15)]


class ResendOutcome(Outcome, frozen=True, kw_only=True):
    """A letter that is tried again, from `from_at` on."""

    position: int
    from_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookDesk:
    """What the commands work with; `new_secret` makes a secret and the text it is shown as."""

    webhooks: Webhooks
    new_secret: Callable[[], tuple[bytes, str]]

    async def subscribe(
        self, bank: Bank, request: SubscribeRequest, call: Call
    ) -> SubscribeOutcome | Refused:
        """Tell an address of what happens from now on."""
        if not _usable(request.url):
            return refused(SubscribeRefusal.URL_NOT_USABLE, "url", request.url)
        secret, shown = self.new_secret()
        subscriber = Subscriber(
            subscriber_id=call.new_ids[0],
            url=request.url,
            secret=secret,
            kinds=frozenset(request.kinds),
            after=await _end_of_outbox(bank),
        )
        await self.webhooks.subscribe(subscriber)
        return SubscribeOutcome(
            subscriber_id=subscriber.subscriber_id,
            url=subscriber.url,
            kinds=tuple(sorted(subscriber.kinds)),
            secret=shown,
        )

    async def subscribers(
        self, _bank: Bank, _request: SubscribersRequest, _call: Call
    ) -> SubscribersOutcome | Refused:
        """Return who is told."""
        found = await self.webhooks.subscribers()
        return SubscribersOutcome(
            subscribers=tuple(
                SubscriberAnswer(
                    subscriber_id=each.subscriber_id,
                    url=each.url,
                    kinds=tuple(sorted(each.kinds)),
                )
                for each in found
            )
        )

    async def unsubscribe(
        self, _bank: Bank, request: UnsubscribeRequest, _call: Call
    ) -> UnsubscribeOutcome | Refused:
        """An address is told no more."""
        subscriber_id = request.subscriber_id
        if not await self.webhooks.unsubscribe(subscriber_id):
            no = SubscriberRefusal.SUBSCRIBER_NOT_FOUND
            return refused(no, "subscriber_id", subscriber_id)
        return UnsubscribeOutcome(subscriber_id=subscriber_id)

    async def dead_letters(
        self, _bank: Bank, request: DeadLettersRequest, _call: Call
    ) -> DeadLettersOutcome | Refused:
        """Return what could not be told."""
        subscriber_id = request.subscriber_id
        known = {each.subscriber_id for each in await self.webhooks.subscribers()}
        if subscriber_id not in known:
            no = DeadLettersRefusal.SUBSCRIBER_NOT_FOUND
            return refused(no, "subscriber_id", subscriber_id)
        listed = f"dead letters of {subscriber_id}"
        after = position_of(listed, request.cursor)
        if after is None:
            return refused(DeadLettersRefusal.CURSOR_UNKNOWN, "cursor", request.cursor)
        found = await self.webhooks.dead(subscriber_id, after=after, count=PAGE + 1)
        letters = tuple(map(_letter, found[:PAGE]))
        more = len(found) > PAGE
        return DeadLettersOutcome(
            letters=letters, next=cursor_of(listed, str(letters[-1].position)) if more else ""
        )

    async def resend(
        self, _bank: Bank, request: ResendRequest, call: Call
    ) -> ResendOutcome | Refused:
        """Try a dead letter again."""
        if not await self.webhooks.resend(request.subscriber_id, request.position, call.at):
            return refused(ResendRefusal.LETTER_NOT_FOUND, "position", request.position)
        return ResendOutcome(position=request.position, from_at=call.at)


def webhook_commands(desk: WebhookDesk) -> tuple[Command[Any, Any], ...]:
    """Return the commands that work on a desk's webhooks."""
    return (
        Command(
            name="subscribe",
            meaning="An address is told of events from now on.",
            method="POST",
            path="/v1/webhooks",
            request=SubscribeRequest,
            outcome=SubscribeOutcome,
            refusals=SubscribeRefusal,
            scope=Scope.OPERATING,
            keyed=False,
            run=desk.subscribe,
            success=201,
        ),
        Command(
            name="list_subscribers",
            meaning="The addresses that are told of events.",
            method="GET",
            path="/v1/webhooks",
            request=SubscribersRequest,
            outcome=SubscribersOutcome,
            refusals=NeverRefused,
            scope=Scope.OPERATING,
            keyed=False,
            run=desk.subscribers,
        ),
        Command(
            name="unsubscribe",
            meaning="An address is told no more.",
            method="DELETE",
            path="/v1/webhooks/{subscriber_id}",
            request=UnsubscribeRequest,
            outcome=UnsubscribeOutcome,
            refusals=SubscriberRefusal,
            scope=Scope.OPERATING,
            keyed=False,
            run=desk.unsubscribe,
        ),
        Command(
            name="list_dead_letters",
            meaning="Events that an address could not be told of.",
            method="GET",
            path="/v1/webhooks/{subscriber_id}/dead-letters",
            request=DeadLettersRequest,
            outcome=DeadLettersOutcome,
            refusals=DeadLettersRefusal,
            scope=Scope.OPERATING,
            keyed=False,
            run=desk.dead_letters,
        ),
        Command(
            name="resend_dead_letter",
            meaning="An event that was given up is sent again.",
            method="POST",
            path="/v1/webhooks/{subscriber_id}/dead-letters/{position}/resend",
            request=ResendRequest,
            outcome=ResendOutcome,
            refusals=ResendRefusal,
            scope=Scope.OPERATING,
            keyed=False,
            run=desk.resend,
        ),
    )


def _usable(url: str) -> bool:
    """Return whether events may be posted to an address."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _end_of_outbox(bank: Bank) -> int:
    """Return a position behind which there is no event: found by doubling, then by halving."""
    least, most = 0, 1
    while await bank.store.events(after=most, count=1):
        least, most = most, most * 2
    while least < most:
        middle = (least + most) // 2
        if await bank.store.events(after=middle, count=1):
            least = middle + 1
        else:
            most = middle
    return least


def _letter(delivery: Delivery) -> DeadLetter:
    kept = delivery.event
    return DeadLetter(
        position=kept.position,
        event_id=kept.event.event_id,
        kind=kept.event.kind,
        owner=kept.owner,
        attempts=delivery.attempts,
        failure=delivery.failure,
    )
