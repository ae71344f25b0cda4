"""Service and database are killed at random moments while clients go on.

Clients ask again with the same key, or give up; what they gave up is asked again once the storm is
over. Then each call that was ever answered with a yes is in the journal once, each no is not
there, nothing else is, the book is true by `twinline verify`, and the auditor agrees.

A spell is some kills in a row on customers of its own; after each spell all of this is seen.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import Enum, unique
from random import Random
from typing import TYPE_CHECKING, Final

from tests.served.asking import Became, Outcomes, client_of
from tests.served.held import require_none, untrue_of
from tests.served.life import Life
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.fault import InputFault
from twinline.sim.auditor import Auditor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.served.asking import Client
    from tests.served.bank import Served

CLIENTS: Final = 16
CUSTOMERS: Final = 8
KILLS_IN_SPELL: Final = 10
FIRST_NUMBER: Final = 100_000
"""Of this run's customers; other tests on the same bank have others."""

LOAD_S: Final = (0.05, 0.8)
GIVES_UP: Final = 0.3
BUYS: Final = 0.7
PURCHASE_MAX_MINOR: Final = 100_00
LOAN_HUNDREDS_MAX: Final = 6
RESTART_S: Final = 60.0


@unique
class Victim(Enum):
    """What is killed."""

    SERVICE = "service"
    DATABASE = "database"
    BOTH = "both"


@dataclass
class Storm:
    """Kills so far, by what was killed."""

    bank: Served
    dice: Random
    kills: list[Victim] = field(default_factory=list)

    async def strike(self) -> None:
        """Let the load go on for a while, kill something, and start it again."""
        await asyncio.sleep(self.dice.uniform(*LOAD_S))
        victim = self.dice.choice(tuple(Victim))
        self.kills.append(victim)
        await asyncio.to_thread(self._kill, victim)

    def _kill(self, victim: Victim) -> None:
        if victim is not Victim.SERVICE:
            self.bank.kill_database()
        if victim is not Victim.DATABASE:
            self.bank.kill_service()
        if victim is not Victim.SERVICE:
            _until_started(self.bank)
        if victim is not Victim.DATABASE:
            self.bank.start_service()


def _until_started(bank: Served) -> None:
    """Start the database, once the last process of the one that was killed has ended."""
    until = time.monotonic() + RESTART_S
    while True:
        try:
            bank.start_database()
        except InputFault:
            assert time.monotonic() < until, "the database does not come back"
            time.sleep(0.1)
        else:
            return


async def endure(
    bank: Served, *, seed: int, kills: int, done: Callable[[int, Outcomes], None]
) -> Outcomes:
    """Kill so often; return what came of it. Raises `AssertionError` for what is not true."""
    total = Outcomes()
    storm = Storm(bank, Random(f"{seed}/kills"))
    spells = 0
    while len(storm.kills) < kills:
        strikes = min(KILLS_IN_SPELL, kills - len(storm.kills))
        spell = Spell(bank, Random(f"{seed}/spell {spells}"), FIRST_NUMBER + spells * CUSTOMERS)
        await spell.pass_over(storm, strikes)
        total.counts += spell.outcomes.counts
        spells += 1
        done(len(storm.kills), total)
    verified = await asyncio.to_thread(bank.twinline, "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    return total


@dataclass
class Spell:
    """Clients under a storm, whose customers have numbers from `first` on."""

    bank: Served
    dice: Random
    first: int
    auditor: Auditor = field(default_factory=Auditor)
    outcomes: Outcomes = field(default_factory=Outcomes)

    async def pass_over(self, storm: Storm, strikes: int) -> None:
        """Let the storm strike so often while clients go on; then see that all is true."""
        stop = asyncio.Event()
        async with AsyncExitStack() as stack:
            clients = [client_of(self.bank, self.auditor, self.outcomes) for _ in range(CLIENTS)]
            for client in clients:
                await stack.enter_async_context(client.http)
            await clients[0].open_merchant()
            async with asyncio.TaskGroup() as group:
                for place, client in enumerate(clients):
                    group.create_task(self._live(client, place, stop))
                for _ in range(strikes):
                    await storm.strike()
                stop.set()
            clients[0].gives_up = 0.0
            await self._see(clients[0])

    async def _live(self, client: Client, place: int, stop: asyncio.Event) -> None:
        dice = Random(f"{self.dice.getrandbits(64)}/{place}")
        customer = await client.open_customer(self.first + place % CUSTOMERS)
        client.gives_up = GIVES_UP
        life = Life(client, customer, dice, "", PURCHASE_MAX_MINOR, LOAN_HUNDREDS_MAX)
        turn = 0
        while not stop.is_set():
            turn += 1
            life.name = f"{place}.{turn}"
            if dice.random() < BUYS:
                await life.buy()
            elif (quote := await life.quoted()) is not None:
                await life.borrow(quote)
            else:
                await client.look(customer.customer_id)

    async def _see(self, client: Client) -> None:
        """See that all is true, ask again what was given up, and see it again."""
        async with PostgresStore(self.bank.url) as store:
            require_none(await self._untrue(store))
            for call in self.outcomes.left:
                await client.ask(call, self.dice)
            for customer_id, keys in self.outcomes.by_customer.items():
                assert Became.UNKNOWN not in keys.values(), "each was asked again"
                await client.look(customer_id)
            untrue = await self._untrue(store)
        require_none([*self.outcomes.faults, *self.auditor.findings(), *untrue])
        counts = self.outcomes.counts
        told = counts["accepted"] + counts["refused"] + counts["given up"]
        assert told == counts["asked"], counts

    async def _untrue(self, store: PostgresStore) -> list[str]:
        return [
            line
            for customer_id in self.outcomes.by_customer
            for line in await untrue_of(store, customer_id, self.outcomes)
        ]
