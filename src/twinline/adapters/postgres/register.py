"""The lender's records in PostgreSQL, every version of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.postgres.gathering import Gathering
from twinline.app.bank.register import Record, RecordKind, Register

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twinline.adapters.postgres.connections import Connections
    from twinline.adapters.postgres.row import Row
    from twinline.app.bank.register import RecordName, Records


class PostgresRegister(Register):
    """Records in a book's tables, shared by every server on it."""

    def __init__(self, connections: Connections) -> None:
        """Take the connections to work over."""
        self._connections = connections
        self._looks = Gathering(self._latest_of_all)

    async def record(self, kind: RecordKind, record_id: str) -> Record | None:
        """Return the latest version of a record."""
        (found,) = await self.latest([(kind, record_id)])
        return found

    async def latest(self, names: Sequence[RecordName]) -> Records:
        """Return the latest versions of some records, as of one moment."""
        return await self._looks.ask(names)

    async def _latest_of_all(self, asked: Sequence[Sequence[RecordName]]) -> Sequence[Records]:
        """Return the records that each caller asks for; what many ask for is read once."""
        kinds, ids = zip(*dict.fromkeys(name for names in asked for name in names), strict=True)
        rows = await self._connections.rows("record", {"kinds": list(kinds), "ids": list(ids)})
        found = {(each.kind, each.record_id): each for each in map(_record_of, rows)}
        return [tuple(found.get(name) for name in names) for names in asked]

    async def write(self, records: Sequence[Record]) -> bool:
        """Write all of these or none; return whether they were written."""
        named = {(each.kind, each.record_id) for each in records}
        assert len(named) == len(records), "each record is written once"
        asked = {
            "kinds": [each.kind for each in records],
            "ids": [each.record_id for each in records],
            "versions": [each.version for each in records],
            "documents": [each.document for each in records],
            "at": [each.written_at for each in records],
            "authors": [each.written_by for each in records],
        }
        ((written,),) = await self._connections.rows("write_records", asked)
        return bool(written)

    async def forget_refusals(self, before: datetime, *, count: int = 1_000) -> int:
        """Forget answers with a no written before a moment, at most so many; return how many."""
        asked = {"before": before, "most": count}
        ((forgotten,),) = await self._connections.rows("purge_answers", asked)
        return int(forgotten)

    async def records(
        self, kind: RecordKind, *, after: str = "", count: int = 100
    ) -> Sequence[Record]:
        """Return a page of the latest versions, in order of their ids."""
        asked = {"kind": kind, "after": after, "count": count}
        return tuple(map(_record_of, await self._connections.rows("records", asked)))


def _record_of(row: Row) -> Record:
    kind, record_id, version, document, written_at, written_by = row
    return Record(
        kind=RecordKind(kind),
        record_id=record_id,
        version=version,
        document=document,
        written_at=written_at,
        written_by=written_by,
    )
