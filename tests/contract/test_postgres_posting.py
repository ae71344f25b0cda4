"""What only PostgreSQL can get wrong: other sessions, lost connections, what is not committed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.databases import empty
from tests.postings import draw, opening, repayment
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.store import Busy, OutboxEvent, Unavailable
from twinline.ledger.account import CUSTOMER_KINDS, AccountKind
from twinline.ledger.admission import Accepted, Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twinline.app.bank.store import Posting

pytestmark = pytest.mark.anyio


@pytest.fixture
async def opened(book: str) -> AsyncIterator[PostgresStore]:
    """Yield a store with two customers."""
    empty(book)
    async with PostgresStore(book) as store:
        for owner in ("C1", "C2"):
            await store.post(opening(owner))
        yield store


def telling(posting: Posting, *names: str) -> Posting:
    """Return a posting that tells subscribers something."""
    events = tuple(OutboxEvent(event_id=name, kind="told", document="{}") for name in names)
    return replace(posting, events=events)


async def test_a_locked_customer_holds_up_nobody_else(book: str, opened: PostgresStore) -> None:
    """While another session holds one customer, others are posted; that one is busy after 2 s."""
    async with await psycopg.AsyncConnection.connect(book) as other:
        await other.execute("SELECT FROM twinline.customer WHERE customer_id = 'C1' FOR UPDATE")
        waiting = asyncio.create_task(opened.post(draw("D1", 10)))
        async with asyncio.timeout(1.5):
            assert isinstance(await opened.post(draw("D1", 10, "C2")), Accepted)
        with pytest.raises(Busy):
            await waiting
    assert isinstance(await opened.post(draw("D1", 10)), Accepted)


async def test_a_customer_whose_lock_ends_is_posted(book: str, opened: PostgresStore) -> None:
    """A customer that is busy for less than 2 s is waited for."""
    async with await psycopg.AsyncConnection.connect(book) as other:
        await other.execute("SELECT FROM twinline.customer WHERE customer_id = 'C1' FOR UPDATE")
        waiting = asyncio.create_task(opened.post(draw("D1", 10)))
        await asyncio.sleep(0.2)
        await other.rollback()
    assert isinstance(await waiting, Accepted)


async def test_one_groups_fault_is_its_own(opened: PostgresStore) -> None:
    """A group that the database refuses to keep fails alone; those beside it are posted."""
    broken = replace(draw("D1", 10), answer="\x00")
    good, bad = await asyncio.gather(
        opened.post(draw("D1", 10, "C2")), opened.post(broken), return_exceptions=True
    )
    assert isinstance(good, Accepted)
    assert isinstance(bad, psycopg.DataError)
    standing = await opened.standing("C1")
    assert standing is not None
    assert standing.seq == 1


async def test_sixty_four_first_openings_make_one(book: str, opened: PostgresStore) -> None:
    """Of 64 openings of one owner that nobody has seen, one is accepted and the rest are stale."""
    asked = [opening("C9") for _ in range(64)]
    asked = [
        replace(posting, group=replace(posting.group, group_id=f"open-{number}"))
        for number, posting in enumerate(asked)
    ]
    async with PostgresStore(book) as second:
        stores = (opened, second)
        outcomes = await asyncio.gather(
            *(stores[number % 2].post(posting) for number, posting in enumerate(asked))
        )
    assert sum(isinstance(outcome, Accepted) for outcome in outcomes) == 1
    assert sum(outcome is Refusal.STALE for outcome in outcomes) == 63


async def test_two_processes_keep_one_joint_limit(book: str, opened: PostgresStore) -> None:
    """Draws over two stores at once never pass a limit, the first draw ever included."""
    async with PostgresStore(book, together=False) as second:
        stores = (opened, second)
        outcomes = await asyncio.gather(
            *(stores[number % 2].post(draw(f"D{number}", 50)) for number in range(64))
        )
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Accepted)]
    assert len(accepted) == 800 // 50
    assert {outcome for outcome in outcomes if isinstance(outcome, Refusal)} == {
        Refusal.CASH_LOAN_HEADROOM
    }
    assert sorted(outcome.seq for outcome in accepted) == list(range(2, 18))


async def test_a_stale_command_keeps_its_turn(opened: PostgresStore) -> None:
    """After the second stale the others of that customer wait until it has been decided again."""
    asked = replace(draw("D1", 10), seq_seen=0)
    assert await opened.post(asked) is Refusal.STALE
    assert await opened.post(asked) is Refusal.STALE
    others = [asyncio.create_task(opened.post(draw(f"X{number}", 1))) for number in range(8)]
    await asyncio.sleep(0.1)
    standing = await opened.standing("C1")
    assert standing is not None

    assert isinstance(await opened.post(replace(asked, seq_seen=standing.seq)), Accepted)
    assert all(isinstance(each, Accepted) for each in await asyncio.gather(*others))


async def test_a_turn_is_not_kept_for_ever(opened: PostgresStore) -> None:
    """Whoever never decides again loses the turn, and the others go on."""
    asked = replace(draw("D1", 10), seq_seen=0)
    for _ in range(2):
        assert await opened.post(asked) is Refusal.STALE
    async with asyncio.timeout(5):
        assert isinstance(await opened.post(draw("X1", 1)), Accepted)


async def test_an_event_never_comes_before_one_already_read(
    book: str, opened: PostgresStore
) -> None:
    """While an older transaction may still add events, younger ones wait; order is per owner."""
    async with await psycopg.AsyncConnection.connect(book) as other:
        await other.execute("SELECT pg_current_xact_id()")  # older than what follows
        await opened.post(telling(draw("D1", 10), "E1", "E2"))
        await opened.post(telling(repayment("R1", 5), "E3"))
        assert list(await opened.events()) == []
        await other.rollback()
    read = await opened.events()
    assert [kept.event.event_id for kept in read] == ["E1", "E2", "E3"]
    assert [kept.position for kept in read] == sorted(kept.position for kept in read)
    assert list(await opened.events(after=read[-1].position)) == []


async def test_rollups_lose_nothing_that_commits_late(book: str, opened: PostgresStore) -> None:
    """A house balance is whole whatever was rolled up when, and however old a transaction is."""
    async with await psycopg.AsyncConnection.connect(book) as other:
        await other.execute("SELECT pg_current_xact_id()")
        for number in range(4):
            await opened.post(draw(f"D{number}", 10))
            (balance,) = (await opened.balances("house")).values()
            assert balance.posted_minor == -10 * (number + 1)
        await other.rollback()
    for number in range(4, 8):
        await opened.post(draw(f"D{number}", 10, "C2"))
        (balance,) = (await opened.balances("house")).values()
        assert balance.posted_minor == -10 * (number + 1)


async def test_a_lost_session_is_opened_again(book: str, opened: PostgresStore) -> None:
    """A session that the server has ended costs its callers nothing."""
    await opened.post(draw("D1", 10))
    with psycopg.connect(book, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'twinline'"
        )
    assert isinstance(await opened.post(draw("D2", 10)), Accepted)
    standing = await opened.standing("C1")
    assert standing is not None
    assert standing.seq == 3


async def test_a_book_out_of_reach_says_so() -> None:
    """Where no server answers, every question ends with `Unavailable`."""
    async with PostgresStore("postgresql://nobody@127.0.0.1:1/none") as store:
        with pytest.raises(Unavailable):
            await store.snapshot("C1")
        with pytest.raises(Unavailable):
            await store.post(draw("D1", 1))


def test_the_database_knows_a_customers_accounts(book: str) -> None:
    """The kinds that only their owner's groups move are the ledger's, one for one."""
    with psycopg.connect(book) as connection:
        for kind in AccountKind:
            found = connection.execute("SELECT twinline.of_customer_1(%s)", [kind.value])
            assert found.fetchone() == (kind in CUSTOMER_KINDS,)
