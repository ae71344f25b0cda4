from __future__ import annotations

from tests.banks import START, run
from twinline.adapters.memory.register import MemoryRegister
from twinline.app.bank.register import Record, RecordKind


def _record(record_id: str, version: int) -> Record:
    return Record(
        kind=RecordKind.MERCHANT,
        record_id=record_id,
        version=version,
        document=f"{record_id}{version}",
        written_at=START,
        written_by="desk",
    )


def test_a_record_grows_by_one_version_at_a_time() -> None:
    """A version that is not the next is not written; the latest is what stands."""

    async def story() -> None:
        register = MemoryRegister()
        assert await register.record(RecordKind.MERCHANT, "a") is None
        assert not await register.write([_record("a", 2)])
        assert await register.write([_record("a", 1)])
        assert not await register.write([_record("a", 1)])
        assert await register.write([_record("a", 2)])
        assert await register.record(RecordKind.MERCHANT, "a") == _record("a", 2)
        assert await register.record(RecordKind.FUNDER, "a") is None

    run(story())


def test_records_are_written_all_or_none() -> None:
    """One version that is not the next keeps all the others out."""

    async def story() -> None:
        register = MemoryRegister()
        assert not await register.write([_record("a", 1), _record("b", 2)])
        assert await register.record(RecordKind.MERCHANT, "a") is None

    run(story())


def test_pages_follow_one_another_in_order_of_ids() -> None:
    """A page begins after the id it is asked for, and shows latest versions only."""

    async def story() -> None:
        register = MemoryRegister()
        await register.write([_record("b", 1), _record("a", 1), _record("c", 1)])
        await register.write([_record("a", 2)])
        first = await register.records(RecordKind.MERCHANT, count=2)
        assert [each.document for each in first] == ["a2", "b1"]
        rest = await register.records(RecordKind.MERCHANT, after="b")
        assert [each.record_id for each in rest] == ["c"]

    run(story())
