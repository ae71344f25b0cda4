"""PostgreSQL and memory keep the same book: every answer, headroom, balance and chain."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databases import empty
from tests.postings import AT, ON
from tests.property.postings import OWNERS, lives
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.postgres.store import PostgresStore
from twinline.ledger.account import HOUSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.app.bank.store import Posting, Store

pytestmark = pytest.mark.slow

HOLDERS = (*OWNERS, HOUSE, "M1", "own", "nobody")


async def said(store: Store, asked: list[Posting], until: tuple[int, int]) -> list[object]:
    """Return all that a store says of a life, while it is lived and after it."""
    days, hours = until
    answers: list[object] = [await store.post(posting) for posting in asked]
    value_until, booked_until = ON + timedelta(days), AT + timedelta(hours=hours)
    for owner in HOLDERS:
        answers.append(await store.snapshot(owner))
        answers.append(await store.standing(owner))
        answers.append(list(await store.entries(owner)))
        answers.append(dict(await store.balances(owner)))
        answers.append(dict(await store.balances(owner, value_until=value_until)))
        answers.append(dict(await store.balances(owner, booked_until=booked_until)))
        both = await store.balances(owner, booked_until=booked_until, value_until=value_until)
        answers.append(dict(both))
    answers.append(dict(await store.totals()))
    totals = await store.totals(booked_until=booked_until, value_until=value_until)
    answers.append(dict(totals))
    for posting in asked:
        owner, name = posting.group.owner, posting.group.group_id
        answers.append(await store.answer(owner, name))
        answers.append(await store.hold(owner, name))
    answers.append(await store.overdue_holds(AT + timedelta(days=30)))
    answers.append([owner async for owner in store.customers()])
    return answers


@pytest.fixture(params=[True, False], ids=["together", "alone"])
def opened(request: pytest.FixtureRequest, book: str) -> Iterator[tuple[asyncio.Runner, Store]]:
    """Yield a store whose connections last, and what runs on them."""
    with asyncio.Runner() as runner:
        store = PostgresStore(book, together=request.param)
        yield runner, store
        runner.run(store.__aexit__(None, None, None))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=lives(), until=st.tuples(st.integers(-40, 40), st.integers(0, 48)))
def test_postgres_keeps_the_book_that_memory_keeps(
    book: str,
    opened: tuple[asyncio.Runner, Store],
    asked: list[Posting],
    until: tuple[int, int],
) -> None:
    """The same random life gives the same answers, journals and balances in both stores."""
    runner, store = opened
    empty(book)
    kept = runner.run(said(store, asked, until))
    assert kept == asyncio.run(said(MemoryStore(), asked, until))
