"""Purchases authorised durably, beside pgbench calling the function that posts one group: B3.

A server of our own with fsync on holds the book. In each round pgbench and ours take turns:
pgbench at its best number of clients; postings of callers who wait behind the collector; whole
decisions of purchases; and the same over HTTP. Then again on a slow disk, which `commit_delay`
stands for. Ours run in the event loop that `twinline serve` runs in.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

from tests.banks import new_world
from tests.bench.bank_book import (
    ANSWER,
    AT,
    CUSTOMERS,
    EXPIRES_AT,
    HOLD_DOCUMENT,
    ON,
    anyone,
    hold_posting,
    served,
)
from tests.bench.bank_http import CONNECTIONS, authorise, shop
from tests.bench.figure import Figure, table
from twinline.adapters.http.running import run_to_end
from twinline.adapters.postgres.connections import Connections
from twinline.adapters.postgres.register import PostgresRegister
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.authorisations import AUTHORISE, AuthoriseRefusal, AuthoriseRequest
from twinline.app.bank.command import Call, Refused
from twinline.ledger.admission import Accepted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from tests.bench.bank_book import Served
    from tests.bench.bank_http import Shop
    from twinline.app.bank.bank import Bank

ROUNDS, SECONDS = 5, 3.0
CALLERS: Final = 128
CLIENTS: Final = (8, 16, 32, 64)
DESK: Final = 6
ARRIVALS_PER_S: Final = 1_000
OPEN_LOOP_S: Final = float(os.environ.get("TWINLINE_BENCH_OPEN_LOOP_S", "60"))
"""How long purchases arrive at their own pace; 300 is the budget's five minutes."""

SLOW: Final = {"commit_delay": "3000", "commit_siblings": "0"}
USUAL: Final = {"commit_delay": "", "commit_siblings": ""}
SCRIPT: Final = Path(__file__).with_name("hold.sql")


@dataclass(frozen=True, slots=True)
class Spell:
    """How many were done in a spell of work, and what CPU everything together spent on it."""

    done: int
    seconds: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        """How many a second."""
        return self.done / self.seconds

    @property
    def cpu_us(self) -> float:
        """The microseconds of CPU of each."""
        return self.cpu_s * 1e6 / self.done


@dataclass(frozen=True, slots=True)
class Round:
    """What was measured in turns; without pgbench there is nothing to compare with."""

    pgbench: Spell | None
    posted: Spell
    decided: Spell | None = None
    asked: Spell | None = None


def figures() -> list[Figure]:
    """Return the rates, their ratios to pgbench's, the CPU of each, and the wait in open loop."""
    with served() as server:
        with shop(server) as opened:
            usual = [_round(server, opened, f"u{number}") for number in range(ROUNDS)]
        server.set(**SLOW)
        slow = [_slow_round(server, f"s{number}") for number in range(ROUNDS)]
        server.set(**USUAL, checkpoint_timeout="'30s'")
        server.rest()
        waits = run_to_end(_open_loop(server.url))
    return [*_usual(usual), *_beside("slow disk: ", slow, 2.0), *_waited(*waits)]


def _round(server: Served, opened: Shop, run: str) -> Round:
    server.rest()
    compared = _best_pgbench(server, run)
    posted = _spell(server, lambda: run_to_end(_posted(server.url, run)))
    decided = _spell(server, lambda: run_to_end(_decided(server.url, run)))
    before = opened.cpu_s()
    asked = _spell(server, lambda: run_to_end(authorise(opened, f"{run}h", SECONDS)))
    asked = replace(asked, cpu_s=asked.cpu_s + opened.cpu_s() - before)
    return Round(compared, posted, decided, asked)


def _slow_round(server: Served, run: str) -> Round:
    server.rest()
    compared = _best_pgbench(server, run)
    return Round(compared, _spell(server, lambda: run_to_end(_posted(server.url, run))))


def _spell(server: Served, work: Callable[[], tuple[int, float]]) -> Spell:
    """Return what some work does; the server's CPU counts, ours, and that of our programs."""
    before = server.cpu_s() + _own_cpu_s()
    done, seconds = work()
    return Spell(done, seconds, server.cpu_s() + _own_cpu_s() - before)


def _own_cpu_s() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _best_pgbench(server: Served, run: str) -> Spell | None:
    """Return pgbench at its best number of clients, None where it is not there."""
    program = server.binaries.program("pgbench")
    if not Path(program).exists():
        print(f"{program} is not there: nothing to compare with", file=sys.stderr)
        return None
    spells = [
        _spell(server, lambda clients=clients: _pgbench(server, program, clients, run))  # type: ignore[misc]
        for clients in CLIENTS
    ]
    return max(spells, key=lambda spell: spell.per_s)


def _pgbench(server: Served, program: str, clients: int, run: str) -> tuple[int, float]:
    variables = {
        "customers": str(CUSTOMERS),
        "n": "0",
        "run": f"p{run}-{clients}",
        "value_on": ON.isoformat(),
        "placed_at": AT.isoformat(),
        "expires_at": EXPIRES_AT.isoformat(),
        "answer": ANSWER,
        "document": HOLD_DOCUMENT,
    }
    command = [program, "--no-vacuum", "--protocol=prepared", f"--file={SCRIPT}"]
    command += [f"--client={clients}", "--jobs=2", f"--time={SECONDS:.0f}"]
    command += [f"--define={name}={value}" for name, value in variables.items()]
    said = subprocess.run(
        [*command, f"{server.url}?options=-csearch_path%3Dtwinline"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [line.split() for line in said.splitlines()]
    done = next(int(words[-1]) for words in lines if words[:4] == _PROCESSED)
    per_s = next(float(words[2]) for words in lines if words[:1] == ["tps"])
    return done, done / per_s


_PROCESSED = ["number", "of", "transactions", "actually"]


async def _posted(url: str, run: str) -> tuple[int, float]:
    """Post holds for callers who wait for each; return how many, and in how many seconds."""
    chance = random.Random(run)
    async with PostgresStore(url) as store:

        async def post(key: str) -> bool:
            return isinstance(await store.post(hold_posting(anyone(chance), key)), Accepted)

        return await _called(post, run)


async def _decided(url: str, run: str) -> tuple[int, float]:
    """Decide purchases for callers who wait for each, and post them."""
    async with PostgresStore(url) as store, Connections(url, DESK) as desk:
        bank = replace(new_world().bank, store=store, register=PostgresRegister(desk))
        return await _called(_buyer(bank, run), f"{run}d")


def _buyer(bank: Bank, run: str) -> Callable[[str], Awaitable[bool]]:
    """Return what buys something for anyone, and whether there was an answer in time."""
    chance = random.Random(run)

    async def buy(key: str) -> bool:
        asked = AuthoriseRequest(
            customer_id=anyone(chance), merchant_id="M1", order="order-1", amount="12.00"
        )
        call = Call(
            client="shop",
            key=key,
            command_hash=sha256(key.encode()).digest(),
            at=AT,
            business_on=ON,
            request_id=key,
        )
        answer = await AUTHORISE.run(bank, asked, call)
        if not isinstance(answer, Refused):
            return True
        assert answer.reason is AuthoriseRefusal.IN_PROGRESS, answer
        return False

    return buy


async def _called(work: Callable[[str], Awaitable[bool]], run: str) -> tuple[int, float]:
    """Let callers work, each at one thing after another, once every session is open."""
    done = 0

    async def caller(number: int) -> None:
        nonlocal done
        asked = 0
        while time.perf_counter() < end:
            asked += 1
            in_time = await work(f"{run}-{number}-{asked}")
            done += in_time

    await asyncio.gather(*(work(f"{run}-first-{number}") for number in range(CALLERS)))
    began = time.perf_counter()
    end = began + SECONDS
    await asyncio.gather(*map(caller, range(CALLERS)))
    return done, time.perf_counter() - began


async def _open_loop(url: str) -> tuple[list[float], int]:
    """Let purchases arrive at a steady pace, whether or not those before are done.

    Return the milliseconds that each waited from then on, and how many were not done in time.
    """
    waits: list[float] = []
    late = 0
    async with PostgresStore(url) as store, Connections(url, DESK) as desk:
        bank = replace(new_world().bank, store=store, register=PostgresRegister(desk))
        buy = _buyer(bank, "open loop")
        began = time.perf_counter()

        async def arrive(number: int) -> None:
            nonlocal late
            in_time = await buy(f"open-{number}")
            late += not in_time
            arrived = began + number / ARRIVALS_PER_S
            waits.append((time.perf_counter() - arrived) * 1_000)

        async with asyncio.TaskGroup() as arriving:
            for number in range(int(OPEN_LOOP_S * ARRIVALS_PER_S)):
                early = began + number / ARRIVALS_PER_S - time.perf_counter()
                if early > 0:
                    await asyncio.sleep(early)
                arriving.create_task(arrive(number))
    return waits, late


def _usual(rounds: list[Round]) -> Iterator[Figure]:
    yield from _beside("", rounds, 2.0)
    decided = [(each.pgbench, each.decided) for each in rounds]
    yield from _of("purchase decided and posted", decided, 1.5)
    asked = [(each.pgbench, each.asked) for each in rounds]
    yield from _of(f"over HTTP, {CONNECTIONS} connections", asked, 0.4)


def _beside(where: str, rounds: list[Round], bound: float) -> Iterator[Figure]:
    compared = [each.pgbench for each in rounds if each.pgbench is not None]
    if compared:
        name = f"{where}pgbench, one group a call"
        yield _figure(f"{name}, best of 8 to 64 clients", "/s", [each.per_s for each in compared])
        yield _figure(f"{name}, CPU", "µs", [each.cpu_us for each in compared])
    posted = [(each.pgbench, each.posted) for each in rounds]
    yield from _of(f"{where}posted, {CALLERS} callers, 2 connections", posted, bound)


def _of(
    name: str, rounds: Sequence[tuple[Spell | None, Spell | None]], bound: float
) -> Iterator[Figure]:
    """Yield the rate of one kind of work, its CPU, and its ratio to pgbench's."""
    ours = [mine for _, mine in rounds if mine is not None]
    yield _figure(name, "/s", [each.per_s for each in ours])
    yield _figure(f"{name}, CPU", "µs", [each.cpu_us for each in ours])
    ratios = [
        mine.per_s / theirs.per_s
        for theirs, mine in rounds
        if theirs is not None and mine is not None
    ]
    if ratios:
        yield _figure(f"{name}, over pgbench", "×", ratios, bound)


def _waited(waits: list[float], late: int) -> Iterator[Figure]:
    where = f"open loop, {ARRIVALS_PER_S:,}/s for {OPEN_LOOP_S:.0f} s, checkpoints every 30 s"
    yield _figure(f"{where}, p50", "ms", [median(waits)])
    yield _figure(f"{where}, p99", "ms", [quantiles(waits, n=100)[-1]])
    yield _figure(f"{where}, told to ask again", "of all", [late / len(waits)])


def _figure(name: str, unit: str, rounds: list[float], bound: float | None = None) -> Figure:
    return Figure(budget="B3", name=name, unit=unit, rounds=tuple(rounds), bound=bound, more=True)


def main() -> None:
    """Print the figures."""
    print(table(figures()))


if __name__ == "__main__":
    main()
