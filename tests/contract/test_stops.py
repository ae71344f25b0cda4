"""A lending stop holds from its answer on, wherever the bank is kept and on every server."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from psycopg import AsyncConnection

from tests.banks import KEYRING, START, World, new_world, opened, purchase
from tests.databases import empty
from tests.postings import draw, opening, repayment
from twinline.adapters.memory.register import MemoryRegister
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.postgres.connections import Connections
from twinline.adapters.postgres.register import PostgresRegister
from twinline.adapters.postgres.store import PostgresStore
from twinline.adapters.postgres.vault import PostgresVault
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.monitoring import SET_MONITOR_STOP, MonitorStopRequest
from twinline.app.bank.operations import (
    LIFT_STOP,
    LIST_STOPS,
    SET_STOP,
    LiftStopRequest,
    ListStopsRequest,
    SetStopRequest,
)
from twinline.app.bank.register import STOPS, Record, RecordKind
from twinline.compliance.lending_stop import Setter
from twinline.ledger.admission import Accepted, Refusal
from twinline.lines.line import Cause

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from twinline.app.bank.register import RecordName, Register
    from twinline.app.bank.store import Looked, Store

pytestmark = pytest.mark.anyio

CAPITAL = MonitorStopRequest(
    stop_id="capital",
    cause=Cause.REGULATORY,
    reason="CAPITAL_SHORT",
    figure="capital_adequacy",
    seen="0.0795",
    threshold="0.105",
    ends_when="capital adequacy is 10.5 % again",
)


@dataclass(frozen=True)
class Servers:
    """Two servers on one book: each has a store and a register of its own."""

    stores: tuple[Store, Store]
    registers: tuple[Register, Register]


@pytest.fixture(params=["memory", "postgres", "postgres one by one"])
async def servers(request: pytest.FixtureRequest) -> AsyncIterator[Servers]:
    """Yield two servers on an empty book; in memory there is only one."""
    if request.param == "memory":
        register = MemoryRegister()
        store = MemoryStore(register=register)
        yield Servers((store, store), (register, register))
        return
    url: str = request.getfixturevalue("book")
    empty(url)
    together = request.param == "postgres"
    async with AsyncExitStack() as stack:
        a, b = [
            await stack.enter_async_context(PostgresStore(url, together=together))
            for _ in range(2)
        ]
        c, d = [await stack.enter_async_context(Connections(url, 2)) for _ in range(2)]
        yield Servers((a, b), (PostgresRegister(c), PostgresRegister(d)))


def version(number: int) -> Record:
    """Return a version of the lending stops."""
    return Record(
        kind=RecordKind.LENDING_STOP,
        record_id=STOPS,
        version=number,
        document='{"stops":[]}',
        written_at=START,
        written_by="desk",
    )


async def test_a_look_sees_the_records_it_names(servers: Servers) -> None:
    """What another server has written is read with a customer, each in its place, at any version.

    Many who look together are each given what they named.
    """
    store, register = servers.stores[0], servers.registers[1]
    await store.post(opening())
    stops, other, nothing = (
        (RecordKind.LENDING_STOP, STOPS),
        (RecordKind.MERCHANT, STOPS),
        (RecordKind.MERCHANT, "nobody"),
    )
    merchant = replace(version(1), kind=RecordKind.MERCHANT)
    assert await register.write([version(1), merchant])
    assert await register.write([version(2)])
    asked = [(stops, nothing), (other,), (nothing, other, stops), (), (stops,)]
    looks = await asyncio.gather(
        *(store.look("C1" if n % 2 else "nobody", "", names) for n, names in enumerate(asked))
    )
    assert [look.records for look in looks] == [
        (version(2), None),
        (merchant,),
        (None, merchant, version(2)),
        (),
        (version(2),),
    ]
    assert [look.snapshot is not None for look in looks] == [False, True, False, True, False]


async def test_new_use_decided_on_other_stops_is_stale(servers: Servers) -> None:
    """What was decided before a stop was written is not posted after it, on another server."""
    store, register = servers.stores[0], servers.registers[1]
    assert isinstance(await store.post(opening()), Accepted)
    assert isinstance(await store.post(replace(draw("D1", 10), stops_seen=0)), Accepted)
    assert await register.write([version(1)])
    assert await store.post(replace(draw("D2", 10), stops_seen=0)) is Refusal.STALE
    assert isinstance(await store.post(replace(draw("D2", 10), stops_seen=1)), Accepted)
    assert isinstance(await store.post(repayment("R1", 10)), Accepted)


async def test_nothing_decided_without_a_stop_is_posted_once_it_is_written(
    servers: Servers,
) -> None:
    """While many draw on two servers, a stop is written: whatever is posted then is stale."""
    owners = [f"C{number}" for number in range(20)]
    for owner in owners:
        await servers.stores[0].post(opening(owner))
    written = asyncio.Event()
    late: list[object] = []

    async def keep_drawing(owner: str, store: Store) -> None:
        for number in range(50):
            began_late = written.is_set()
            outcome = await store.post(replace(draw(f"D{number}", 1, owner), stops_seen=0))
            if began_late:
                late.append(outcome)
            if outcome is Refusal.STALE:
                return

    async def stop() -> list[int]:
        await asyncio.sleep(0.05)
        assert await servers.registers[0].write([version(1)])
        written.set()
        return await booked()

    async def booked() -> list[int]:
        standings = [await servers.stores[1].standing(owner) for owner in owners]
        return [0 if standing is None else standing.seq for standing in standings]

    draws = (keep_drawing(owner, servers.stores[n % 2]) for n, owner in enumerate(owners))
    at_answer, *_ = await asyncio.gather(stop(), *draws)
    assert await booked() == at_answer, "nothing was booked after the stop's answer"
    assert set(late) <= {Refusal.STALE}


async def test_a_stop_waits_for_what_is_being_posted(book: str) -> None:
    """A stop is answered once every transaction that posts new use without it has ended."""
    empty(book)
    async with (
        Connections(book, 2) as desk,
        await AsyncConnection.connect(book, autocommit=True) as posting,
    ):
        async with posting.transaction():
            await posting.execute("SELECT twinline.hold_stops_1(ARRAY[0])")
            writing = asyncio.create_task(PostgresRegister(desk).write([version(1)]))
            done, _ = await asyncio.wait([writing], timeout=0.3)
            assert not done
        assert await writing


async def test_stops_of_persons_and_of_monitors_stand_on_every_server(servers: Servers) -> None:
    """What a monitor sets on one server refuses on another, until each stop has been lifted."""
    bank = new_world().bank
    here, there = [
        World(replace(bank, store=store, register=register), client=client)
        for store, register, client in zip(
            servers.stores, servers.registers, ("monitor", "desk"), strict=True
        )
    ]
    customer_id = await opened(there)
    await here.done(SET_MONITOR_STOP, CAPITAL)
    await there.done(SET_STOP, SetStopRequest(stop_id="S1", cause=Cause.POLICY, reason="OUTAGE"))
    listed = await here.done(LIST_STOPS, ListStopsRequest())
    assert [(each.set_as, each.seen) for each in listed.stops] == [
        (Setter.MONITOR, "0.0795"),
        (Setter.PERSONS, ""),
    ]
    for stop_id in ("capital", "S1"):
        assert await there.no(AUTHORISE, purchase(customer_id, "1")) == "lending_stopped"
        await there.done(LIFT_STOP, LiftStopRequest(stop_id=stop_id))
    here.keys = there.keys
    await here.done(AUTHORISE, purchase(customer_id, "1"))


class Interrupted(PostgresStore):
    """A store between whose reading and the next step something else happens, once."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def look(self, customer_id: str, key: str, records: Sequence[RecordName] = ()) -> Looked:
        """Return what a command is decided on, and let happen what happens next."""
        looked = await super().look(customer_id, key, records)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            await meanwhile()
        return looked


async def test_a_stop_set_while_a_purchase_is_decided_declines_it(book: str) -> None:
    """A purchase that has looked at the stops when one is set elsewhere is decided again."""
    empty(book)
    async with (
        Interrupted(book) as store,
        PostgresStore(book) as other_store,
        Connections(book, 2) as desk,
    ):
        register = PostgresRegister(desk)
        vault = PostgresVault(desk, lambda: KEYRING)
        bank = replace(new_world().bank, store=store, register=register, vault=vault)
        world = World(bank)
        customer_id = await opened(world)
        other = World(replace(bank, store=other_store), client="risk")

        async def set_stop() -> None:
            asked = SetStopRequest(stop_id="S1", cause=Cause.PORTFOLIO, reason="capital")
            await other.done(SET_STOP, asked)

        await world.done(AUTHORISE, purchase(customer_id, "10.00"))
        store.meanwhile = set_stop
        assert await world.no(AUTHORISE, purchase(customer_id, "10.00")) == "lending_stopped"
