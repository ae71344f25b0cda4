from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.banks import new_world, opened, purchase
from twinline.adapters.http.clock import SystemClock
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.clock import MIDNIGHT, Clock
from twinline.bank_wiring import sweeping

if TYPE_CHECKING:
    from datetime import datetime

    from tests.banks import World


@dataclass
class Set(Clock):
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self.at

    def new_id(self) -> str:
        """Return a fresh identifier."""
        return SystemClock().new_id()


async def swept(world: World, **later: int) -> tuple[str, ...]:
    """Sweep once, so much later; return which holds still wait."""
    stop = asyncio.Event()
    sweeper = sweeping(world.bank, Set(world.at + timedelta(**later)), MIDNIGHT, stop)
    sweep = asyncio.create_task(sweeper)
    await asyncio.sleep(0)
    stop.set()
    await sweep
    snapshot = await world.bank.store.snapshot(next(iter(world.ids)))
    assert snapshot is not None
    return tuple(snapshot.holds)


def test_a_server_gives_back_what_nobody_captured() -> None:
    """An authorisation waits for its days, then expires by itself, and the server still stops."""

    async def run() -> None:
        world = new_world()
        customer_id = await opened(world)
        world.ids[customer_id] = customer_id
        held = await world.done(AUTHORISE, purchase(customer_id, "100.00"))
        assert await swept(world, days=6) == (held.authorisation_id,)
        assert await swept(world, days=8) == ()

    asyncio.run(run())
