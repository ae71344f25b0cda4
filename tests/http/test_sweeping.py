from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

from tests.banks import new_world, opened, purchase
from tests.http.small import Small
from twinline.adapters.http.clock import SystemClock
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.clock import Clock
from twinline.app.bank.forgetting import STEP, STEPS_MOST
from twinline.app.bank.operations import LIFT_STOP, LiftStopRequest
from twinline.app.bank.store import StoredAnswer
from twinline.bank_wiring import sweeping

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from tests.banks import World
    from twinline.adapters.http.service import Service


@dataclass
class Set(Clock):
    """A clock that is set."""

    at: datetime

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self.at

    def new_id(self) -> str:
        """Return a fresh identifier."""
        return SystemClock().new_id()


def serving(world: World, **later: int) -> tuple[Service, Set]:
    """Return a server on the world's bank and its clock, so much later."""
    clock = Set(world.at + timedelta(**later))
    return replace(Small().service(bank=world.bank), clock=clock), clock


async def swept(service: Service) -> None:
    """Sweep once."""
    stop = asyncio.Event()
    sweep = asyncio.create_task(sweeping(service, stop))
    await asyncio.sleep(0)
    stop.set()
    await sweep


async def waiting(world: World, customer_id: str) -> tuple[str, ...]:
    """Return which holds of a customer wait."""
    snapshot = await world.bank.store.snapshot(customer_id)
    assert snapshot is not None
    return tuple(snapshot.holds)


def forgotten(service: Service) -> str:
    """Return what the figures say of refusals that were forgotten."""
    told = service.metrics.text().decode().splitlines()
    (line,) = [each for each in told if each.startswith("twinline_refusals_forgotten_total")]
    return line.split()[1]


def test_a_server_gives_back_what_nobody_captured() -> None:
    """An authorisation waits for its days, then expires by itself, and the server still stops."""

    async def run() -> None:
        world = new_world()
        customer_id = await opened(world)
        held = await world.done(AUTHORISE, purchase(customer_id, "100.00"))
        await swept(serving(world, days=6)[0])
        assert await waiting(world, customer_id) == (held.authorisation_id,)
        await swept(serving(world, days=8)[0])
        assert await waiting(world, customer_id) == ()

    asyncio.run(run())


def test_a_refusal_is_answered_again_for_30_days_and_then_forgotten() -> None:
    """To keys of a customer and of a client alike; what was accepted is answered for ever."""

    async def run() -> None:
        world = new_world()
        customer_id = await opened(world)
        done = await world.done(AUTHORISE, purchase(customer_id, "1.00"), "yes")
        too_much = purchase(customer_id, "99999.00")
        assert await world.no(AUTHORISE, too_much, "no") == "pay_later_headroom"
        assert await world.no(LIFT_STOP, LiftStopRequest(stop_id="S1"), "lift") == "stop_not_found"
        another = LiftStopRequest(stop_id="S2")

        service, clock = serving(world, days=30)
        await swept(service)
        assert forgotten(service) == "0.0"
        assert await world.no(AUTHORISE, purchase(customer_id, "2.00"), "no") == "key_reused"
        assert await world.no(LIFT_STOP, another, "lift") == "key_reused"

        clock.at += timedelta(days=1)
        await swept(service)
        assert forgotten(service) == "2.0"
        assert await world.no(LIFT_STOP, another, "lift") == "stop_not_found"
        await world.done(AUTHORISE, purchase(customer_id, "2.00"), "no")
        assert await world.done(AUTHORISE, purchase(customer_id, "1.00"), "yes") == done

    asyncio.run(run())


class Between(asyncio.Event):
    """Tells a server to stop once these have happened, one after each sweep."""

    def __init__(self, *happenings: Callable[[], Awaitable[None]]) -> None:
        """Take what happens."""
        super().__init__()
        self._happenings = iter(happenings)

    async def wait(self) -> Literal[True]:
        """Let the next one happen."""
        happening = next(self._happenings, None)
        if happening is None:
            self.set()
        else:
            await happening()
        return True


def test_old_refusals_are_forgotten_once_a_day_in_so_many_steps() -> None:
    """A sweep takes so many at most, the next goes on; with none left, it is done until tomorrow.

    So a server that stood still for long does not hold everybody up.
    """

    async def run() -> None:
        world = new_world()
        service, clock = serving(world, days=31)
        counted = []

        async def refuse(count: int) -> None:
            counted.append(forgotten(service))
            no = StoredAnswer(
                command_hash=bytes(32), accepted=False, answer='"no"', booked_at=world.at
            )
            for number in range(count):
                await world.bank.store.keep_refusal("C1", f"K{number}", no)

        async def a_day_later() -> None:
            await refuse(0)
            clock.at += timedelta(days=1)

        many = STEP * STEPS_MOST + 1
        await refuse(many)
        happenings = (partial(refuse, 0), partial(refuse, 3), a_day_later, partial(refuse, 0))
        await sweeping(service, Between(*happenings))
        at_most, everything = f"{many - 1}.0", f"{many}.0"
        assert counted == ["0.0", at_most, everything, everything, f"{many + 3}.0"]

    asyncio.run(run())
