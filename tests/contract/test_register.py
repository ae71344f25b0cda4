"""The lender's records, wherever they are kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.banks import START
from tests.databases import empty
from twinline.adapters.memory.register import MemoryRegister
from twinline.adapters.postgres.connections import Connections
from twinline.adapters.postgres.register import PostgresRegister
from twinline.app.bank.register import REFUSED, Record, RecordKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twinline.app.bank.register import Register

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "postgres"])
async def register(request: pytest.FixtureRequest) -> AsyncIterator[Register]:
    """Yield an empty register of each kind."""
    if request.param == "memory":
        yield MemoryRegister()
        return
    url: str = request.getfixturevalue("book")
    empty(url)
    async with Connections(url, 4) as connections:
        yield PostgresRegister(connections)


def _record(
    record_id: str, version: int, kind: RecordKind = RecordKind.MERCHANT, by: str = "desk"
) -> Record:
    return Record(
        kind=kind,
        record_id=record_id,
        version=version,
        document=f"{record_id}{version}",
        written_at=START,
        written_by=by,
    )


async def test_a_record_grows_by_one_version_at_a_time(register: Register) -> None:
    """A version that is not the next is not written; the latest is what stands."""
    assert await register.record(RecordKind.MERCHANT, "a") is None
    assert not await register.write([_record("a", 2)])
    assert await register.write([_record("a", 1)])
    assert not await register.write([_record("a", 1, by="other")])
    assert await register.write([_record("a", 2)])
    assert not await register.write([_record("a", 4)])
    assert await register.record(RecordKind.MERCHANT, "a") == _record("a", 2)
    assert await register.record(RecordKind.FUNDER, "a") is None


async def test_old_refusals_are_forgotten_in_small_steps(register: Register) -> None:
    """A client's key is as new once its refusal is forgotten; nothing else is ever forgotten."""
    refused = [
        replace(
            _record(f"shop:{number}", 1, RecordKind.ANSWER),
            document=REFUSED + ',"answer":"no"}',
            written_at=START + timedelta(hours=number),
        )
        for number in range(5)
    ]
    accepted = replace(
        _record("shop:yes", 1, RecordKind.ANSWER),
        document='{"accepted":true,"answer":"{\\"accepted\\":false}"}',
    )
    merchant = replace(_record("a", 1), document=REFUSED + "}")
    for record in (*refused, accepted, merchant):
        assert await register.write([record])

    before = START + timedelta(hours=4)
    steps = [await register.forget_refusals(before, count=3) for _ in range(3)]
    assert steps == [3, 1, 0]
    names = [(each.kind, each.record_id) for each in (*refused, accepted, merchant)]
    assert await register.latest(names) == (None,) * 4 + (refused[4], accepted, merchant)
    again = replace(refused[0], document='{"accepted":true}')
    assert await register.write([again])


async def test_the_same_once_more_is_written_already(register: Register) -> None:
    """Who lost the answer writes the same again, and hears that it stands."""
    both = [_record("a", 1), _record("b", 1)]
    assert await register.write(both)
    assert await register.write(both)
    assert not await register.write([_record("a", 1), _record("b", 1, by="other")])
    assert not await register.write([_record("a", 1), _record("c", 1)])
    assert await register.record(RecordKind.MERCHANT, "c") is None


async def test_records_are_written_all_or_none(register: Register) -> None:
    """One version that is not the next keeps all the others out."""
    assert not await register.write([_record("a", 1), _record("b", 2)])
    assert await register.record(RecordKind.MERCHANT, "a") is None


async def test_some_are_read_as_they_were_asked_for(register: Register) -> None:
    """Several are found at once, each in the place of its name, whatever its kind."""
    funder = _record("a", 1, RecordKind.FUNDER)
    await register.write([_record("a", 1), funder])
    await register.write([_record("a", 2)])
    asked = [(RecordKind.FUNDER, "a"), (RecordKind.QUOTE, "a"), (RecordKind.MERCHANT, "a")]
    assert await register.latest(asked) == (funder, None, _record("a", 2))


async def test_of_many_who_write_a_version_at_once_one_is_first(register: Register) -> None:
    """Whoever writes two records in whatever order, each version is written by one alone."""
    for version in range(1, 6):
        names = ("a", "b")
        tries = [
            [_record(name, version, by=f"desk{n}") for name in names[:: 1 if n % 2 else -1]]
            for n in range(8)
        ]
        written = await asyncio.gather(*map(register.write, tries))
        assert written.count(True) == 1
        first = f"desk{written.index(True)}"
        stands = await register.latest([(RecordKind.MERCHANT, name) for name in names])
        assert stands == tuple(_record(name, version, by=first) for name in names)


async def test_pages_follow_one_another_in_order_of_ids(register: Register) -> None:
    """A page begins after the id it is asked for, and shows latest versions only."""
    await register.write([_record("b", 1), _record("a", 1), _record("C", 1)])
    await register.write([_record("a", 2)])
    first = await register.records(RecordKind.MERCHANT, count=2)
    assert [each.document for each in first] == ["C1", "a2"]
    rest = await register.records(RecordKind.MERCHANT, after="a")
    assert [each.record_id for each in rest] == ["b"]
