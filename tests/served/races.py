"""Sixty-four clients draw on both lines of one customer at once, round after round.

Each round has a customer who never drew before: the first draw ever is one of the sixty-four. Half
of them hold a purchase, half draw a loan of a few quotes, each of which may lead to one; all begin
at one moment, and each goes on as its own lot says while a bystander looks. At the end of a round
the journal is read again entry by entry, and the auditor is asked.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from itertools import cycle
from random import Random
from typing import TYPE_CHECKING, Final

from tests.served.asking import Outcomes, client_of
from tests.served.held import require_none, untrue_of
from tests.served.life import Life
from twinline.adapters.postgres.store import PostgresStore
from twinline.sim.auditor import Auditor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.served.asking import Client
    from tests.served.bank import Served
    from twinline.app.bank.store import Store

CLIENTS: Final = 64
QUOTES: Final = 10
LOOKS: Final = 4
FIRST_NUMBER: Final = 200_000
"""Of this run's customers; other tests on the same bank have others."""


async def race(
    bank: Served, *, seed: int, rounds: int, done: Callable[[int, Outcomes], None]
) -> Outcomes:
    """Play rounds; return what came of them. Raises `AssertionError` for what is not true."""
    total = Outcomes()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(PostgresStore(bank.url))
        clients = [client_of(bank, Auditor(), total) for _ in range(CLIENTS)]
        for client in clients:
            await stack.enter_async_context(client.http)
        await clients[0].open_merchant()
        for number in range(rounds):
            await _round(clients, store, Random(f"{seed}/{number}"), number)
            done(number + 1, total)
    return total


async def _round(clients: list[Client], store: Store, dice: Random, number: int) -> None:
    """Let every client loose on a new customer, and see that all is true of what came of it."""
    auditor, outcomes = Auditor(), clients[0].outcomes
    for client in clients:
        client.auditor = auditor
    customer = await clients[0].open_customer(FIRST_NUMBER + number)
    lives = [
        Life(client, customer, Random(dice.getrandbits(64)), f"{place}")
        for place, client in enumerate(clients)
    ]
    asked_for = await asyncio.gather(*(life.quoted() for life in lives[:QUOTES]))
    quotes = [quote for quote in asked_for if quote is not None]
    assert len(quotes) == QUOTES, "there is room for each of them alone"
    began = outcomes.counts.copy()

    async def looking() -> None:
        for _ in range(LOOKS):
            await clients[0].look(customer.customer_id)

    await asyncio.gather(
        looking(),
        *(life.borrow(quote) for life, quote in zip(lives[::2], cycle(quotes), strict=False)),
        *(life.buy() for life in lives[1::2]),
    )
    await clients[0].look(customer.customer_id)

    asked = outcomes.counts - began
    assert asked["accepted"] + asked["refused"] == asked["asked"] > CLIENTS, asked
    drawn = Counter(life.drawn for life in lives if life.drawn)
    assert max(drawn.values(), default=1) == 1, f"a quote leads to one loan: {drawn}"
    untrue = await untrue_of(store, customer.customer_id, outcomes)
    require_none([*outcomes.faults, *auditor.findings(), *untrue])
