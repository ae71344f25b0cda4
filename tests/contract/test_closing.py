"""A period that was closed stays as it was, in every store and however a group comes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.databases import empty
from tests.postings import AT, ON, another_body, dated, draw, opening, repayment
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.store import Busy, Closing
from twinline.ledger.admission import Accepted, Refusal

if TYPE_CHECKING:
    from twinline.app.bank.store import Store

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
CLOSING = Closing(closed_until=ON - DAY, closed_by="desk, second", closed_at=AT)


async def test_a_book_is_open_until_it_is_closed(store: Store) -> None:
    """Nothing is closed at first, and then what was closed is told with who did it."""
    assert await store.closing() is None
    assert await store.close_period(CLOSING) == CLOSING
    assert await store.closing() == CLOSING


async def test_a_period_is_never_opened_again(store: Store) -> None:
    """An earlier day changes nothing, the same day neither, and a later one closes more."""
    await store.close_period(CLOSING)
    earlier = replace(CLOSING, closed_until=ON - 5 * DAY, closed_by="others")
    assert await store.close_period(earlier) == CLOSING
    assert await store.close_period(replace(CLOSING, closed_by="others")) == CLOSING
    later = replace(CLOSING, closed_until=ON)
    assert await store.close_period(later) == later


async def test_no_group_counts_in_a_closed_period(store: Store) -> None:
    """A day that is closed is refused and nothing moves; the day after is booked."""
    await store.post(opening())
    await store.post(draw("D1", 300))
    await store.close_period(CLOSING)
    before = await store.standing("C1")

    late = dated(repayment("R1", 100), on=ON - DAY)
    assert await store.post(late) is Refusal.PERIOD_LOCKED
    assert await store.standing("C1") == before
    assert isinstance(await store.post(dated(late, on=ON)), Accepted)


async def test_an_owner_is_not_opened_in_a_closed_period(store: Store) -> None:
    """An opening that is refused leaves no owner."""
    await store.close_period(CLOSING)
    assert await store.post(dated(opening(), on=ON - DAY)) is Refusal.PERIOD_LOCKED
    assert await store.standing("C1") is None


async def test_a_closed_period_is_the_last_reason(store: Store) -> None:
    """What was accepted is answered again after its day was closed; other reasons come first."""
    await store.post(dated(opening(), on=ON - DAY))
    first = await store.post(dated(draw("D1", 300), on=ON - DAY))
    await store.close_period(CLOSING)

    again = dated(draw("D1", 300), on=ON - DAY)
    assert isinstance(first, Accepted)
    assert await store.post(again) == replace(first, again=True)
    assert await store.post(another_body(again)) is Refusal.GROUP_ID_TAKEN
    new = dated(draw("D2", 100), on=ON - DAY)
    assert await store.post(replace(new, seq_seen=1)) is Refusal.STALE
    too_much = dated(draw("D3", 900), on=ON - DAY)
    assert await store.post(too_much) is Refusal.CASH_LOAN_HEADROOM
    assert await store.post(new) is Refusal.PERIOD_LOCKED


async def test_one_group_that_comes_too_late_does_not_hurt_the_others(store: Store) -> None:
    """Of groups that come at once, those that count on an open day are booked."""
    owners = [f"C{number}" for number in range(1, 7)]
    for owner in owners:
        await store.post(opening(owner))
    await store.close_period(CLOSING)
    days = [ON - DAY * (number % 2) for number in range(6)]
    posted = await asyncio.gather(
        *(
            store.post(dated(draw("D1", 100, owner), on=on))
            for owner, on in zip(owners, days, strict=True)
        )
    )
    assert [each is Refusal.PERIOD_LOCKED for each in posted] == [on < ON for on in days]
    assert all(isinstance(each, Accepted) for each in posted[::2])


async def test_a_closing_waits_for_what_is_being_booked(book: str) -> None:
    """While a group of the period is on its way, the period cannot be closed over it."""
    empty(book)
    async with PostgresStore(book) as store:
        await store.post(opening())
        with psycopg.connect(book, options="-c search_path=twinline") as connection:
            connection.execute(
                "INSERT INTO journal SELECT customer_id, 2, 'D1', event, admission, command_hash, "
                "value_on, booked_at, cause, resolves, posted, debits, credits, amounts, pending, "
                "headroom, chain, answer FROM journal"
            )
            with pytest.raises(Busy):
                await store.close_period(replace(CLOSING, closed_until=ON))
            assert await store.closing() is None
            connection.rollback()
        assert (await store.close_period(CLOSING)) == CLOSING
