"""Three small commands to test the server with, and what it stands on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import unique
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from tests.banks import new_world
from twinline.adapters.http.clock import SystemClock
from twinline.adapters.http.service import Service
from twinline.adapters.keys.memory import MemoryAccesses, MemoryKeys
from twinline.adapters.keys.secret import new_key
from twinline.app.bank.access import ApiKey, key_hash
from twinline.app.bank.command import Command, Family, Outcome, Request, Scope
from twinline.app.bank.reason import CUSTOMER_NOT_FOUND, IN_PROGRESS, Reason, refused
from twinline.app.bank.store import Unavailable

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused

Money = Annotated[str, Meta(pattern=r"^[0-9]{1,13}(\.[0-9]{2})?$", description="Decimal text.")]
CustomerId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,32}$")]


class Draw(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is drawn: in `parts` of a month each (R1)."""

    customer_id: CustomerId
    amount: Money
    parts: Annotated[int, Meta(ge=1, le=12)] = 1


class Drawn(Outcome, frozen=True, kw_only=True):
    """A draw."""

    customer_id: str
    draw_id: str
    amount: str
    client: str
    second_person: str


class Look(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which draws."""

    customer_id: CustomerId
    count: Annotated[int, Meta(ge=1, le=100)] = 20


class Seen(Outcome, frozen=True, kw_only=True):
    """What is there."""

    customer_id: str
    count: int


class Stop(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is stopped."""

    customer_id: CustomerId


@unique
class DrawReason(Reason):
    """Why no draw."""

    CUSTOMER_NOT_FOUND = CUSTOMER_NOT_FOUND
    TOO_MUCH = ("too_much", Family.LIMIT, "at most 1000.00")
    IN_PROGRESS = IN_PROGRESS


@unique
class LookReason(Reason):
    """Why nothing is seen."""

    CUSTOMER_NOT_FOUND = CUSTOMER_NOT_FOUND


@dataclass
class Played:
    """What the small commands do: `calls` they were run with; `pause_s` before a draw ends."""

    calls: list[Call] = field(default_factory=list)
    pause_s: float = 0.0

    async def draw(self, _: Bank, request: Draw, call: Call) -> Drawn | Refused:
        """Draw."""
        self.calls.append(call)
        await asyncio.sleep(self.pause_s)
        if request.customer_id == "nobody":
            return refused(DrawReason.CUSTOMER_NOT_FOUND, "customer_id", request.customer_id)
        if request.customer_id == "busy":
            return refused(DrawReason.IN_PROGRESS)
        if request.customer_id == "away":
            raise Unavailable("connection to 203.0.113.1 failed")
        if request.customer_id == "broken":
            raise RuntimeError("Zhang San 11010519491231002X")
        if len(request.amount) > len("1000.00"):
            return refused(DrawReason.TOO_MUCH, "amount", request.amount)
        return Drawn(
            customer_id=request.customer_id,
            draw_id=call.new_ids[0],
            amount=request.amount,
            client=call.client,
            second_person=call.second_person,
        )

    async def look(self, _: Bank, request: Look, call: Call) -> Seen | Refused:
        """Look."""
        self.calls.append(call)
        if request.customer_id == "nobody":
            return refused(LookReason.CUSTOMER_NOT_FOUND, "customer_id", request.customer_id)
        return Seen(customer_id=request.customer_id, count=request.count)

    async def stop(self, _: Bank, request: Stop, call: Call) -> Seen | Refused:
        """Stop."""
        self.calls.append(call)
        return Seen(customer_id=request.customer_id, count=0)

    @property
    def commands(self) -> tuple[Command[Any, Any], ...]:
        """The catalogue."""
        return (
            Command(
                name="draw",
                meaning="Draw an amount.",
                method="POST",
                path="/v1/customers/{customer_id}/draws",
                request=Draw,
                outcome=Drawn,
                refusals=DrawReason,
                scope=Scope.LOANS,
                keyed=True,
                run=self.draw,
                success=201,
            ),
            Command(
                name="look",
                meaning="Look at draws.",
                method="GET",
                path="/v1/customers/{customer_id}/draws",
                request=Look,
                outcome=Seen,
                refusals=LookReason,
                scope=Scope.READING,
                keyed=False,
                run=self.look,
            ),
            Command(
                name="stop",
                meaning="Stop a customer.",
                method="PUT",
                path="/v1/customers/{customer_id}/stop",
                request=Stop,
                outcome=Seen,
                refusals=LookReason,
                scope=Scope.OPERATING,
                keyed=True,
                run=self.stop,
                needs_second_person=True,
            ),
        )


MADE_AT = datetime(2026, 11, 22, tzinfo=UTC)


async def ready() -> bool:
    """Return that a store is there."""
    return True


@dataclass
class Small:
    """A service of the small commands, with a key of every scope for `shop` and for `bank`."""

    played: Played = field(default_factory=Played)
    keys: MemoryKeys = field(default_factory=MemoryKeys)
    accesses: MemoryAccesses = field(default_factory=MemoryAccesses)

    def key(self, client: str, *scopes: Scope) -> str:
        """Make a key."""
        key = new_key()
        made = ApiKey(
            key_sha256=key_hash(key),
            client=client,
            scopes=frozenset(scopes or Scope),
            made_at=MADE_AT,
        )
        asyncio.run(self.keys.add(made))
        return key

    def service(
        self, bank: Bank | None = None, commands: tuple[Command[Any, Any], ...] = ()
    ) -> Service:
        """Return the service, of the small commands or of others on a bank."""
        return Service(
            bank=bank or new_world().bank,
            commands=commands or self.played.commands,
            keys=self.keys,
            accesses=self.accesses,
            clock=SystemClock(),
            ready=ready,
        )
