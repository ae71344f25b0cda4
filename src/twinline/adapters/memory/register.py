"""The lender's records in memory, every version of them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from twinline.app.bank.register import REFUSED, STOPS, RecordKind, Register

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twinline.app.bank.register import Record, RecordName, Records


class MemoryRegister(Register):
    """Records in memory. Threads must not share one."""

    def __init__(self) -> None:
        """Begin without a record."""
        self._versions: dict[tuple[RecordKind, str], list[Record]] = {}

    @property
    def stops_version(self) -> int:
        """The version of the lending stops as they stand, 0 where none was ever set."""
        return len(self._versions.get((RecordKind.LENDING_STOP, STOPS), ()))

    async def record(self, kind: RecordKind, record_id: str) -> Record | None:
        """Return the latest version of a record."""
        versions = self._versions.get((kind, record_id))
        return None if versions is None else versions[-1]

    async def latest(self, names: Sequence[RecordName]) -> Records:
        """Return the latest versions of some records."""
        return tuple([await self.record(*name) for name in names])

    async def write(self, records: Sequence[Record]) -> bool:
        """Write all of these or none; return whether they were written."""
        named = {(record.kind, record.record_id): record for record in records}
        assert len(named) == len(records), "each record is written once"
        versions = {name: self._versions.get(name, []) for name in named}
        if all(record in versions[name] for name, record in named.items()):
            return True
        if any(record.version != len(versions[name]) + 1 for name, record in named.items()):
            return False
        for name, record in named.items():
            self._versions.setdefault(name, []).append(record)
        return True

    async def forget_refusals(self, before: datetime, *, count: int = 1_000) -> int:
        """Forget answers with a no written before a moment, at most so many; return how many."""
        old = (
            name
            for name, (*_, last) in self._versions.items()
            if name[0] is RecordKind.ANSWER
            and last.document.startswith(REFUSED)
            and last.written_at < before
        )
        forgotten = tuple(islice(old, count))
        for name in forgotten:
            del self._versions[name]
        return len(forgotten)

    async def records(
        self, kind: RecordKind, *, after: str = "", count: int = 100
    ) -> Sequence[Record]:
        """Return a page of the latest versions, in order of their ids."""
        names = sorted(name for name in self._versions if name[0] is kind and name[1] > after)
        return tuple(self._versions[name][-1] for name in islice(names, count))
