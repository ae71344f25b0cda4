"""Find ids that stand in more than one row, in bounded memory and without mistake.

Every id is kept as a 64-bit hash only. Hashes that occur twice are suspects; the ids are read a
second time to tell real twins from collisions, some suspects at a time.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from twinline.adapters.batch.broken_row import Finding
from twinline.app.fault import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

Reread = Callable[[], Iterator[tuple["Sequence[int]", pa.Array]]]
"""Reads all ids again, with the numbers of their rows."""

HASHES_AT_A_TIME = 2**20
RULE = "an id may stand in one row only"


class IdsSeen:
    """The hashes of all ids of a table."""

    def __init__(self) -> None:
        """Know no ids yet."""
        self._hashes = array("q")

    def add(self, ids: pa.Array) -> None:
        """Remember the ids of a batch; an empty one is another check's affair."""
        self._hashes.extend(map(hash, ids.drop_null().to_pylist()))

    def twins(self, column: str, reread: Reread) -> Iterator[list[Finding]]:
        """Yield findings, batch by batch, for every row whose id stands in another row too."""
        for suspects in self._suspects():
            count: Counter[str] = Counter()
            for _, ids in reread():
                count.update(i for i in ids.to_pylist() if i is not None and hash(i) in suspects)
            twice = {identity for identity, times in count.items() if times > 1}
            if twice:
                for rows, ids in reread():
                    yield [
                        Finding(row, shown(identity), column, shown(identity), RULE)
                        for row, identity in zip(rows, ids.to_pylist(), strict=True)
                        if identity in twice
                    ]

    def _suspects(self) -> Iterator[set[int]]:
        """Yield the hashes that occur more than once, in parts that fit in memory."""
        hashes = pa.Array.from_buffers(
            pa.int64(), len(self._hashes), [None, pa.py_buffer(self._hashes)]
        )
        parts = 1
        while len(hashes) // parts > HASHES_AT_A_TIME:
            parts *= 2
        part_of = pc.bit_wise_and(hashes, parts - 1) if parts > 1 else None
        for part in range(parts):
            own = hashes if part_of is None else hashes.filter(pc.equal(part_of, part))
            counts = pc.value_counts(own)
            values, times = counts.field(0), counts.field(1)
            suspects = values.filter(pc.greater(times, 1)).to_pylist()
            if suspects:
                yield set(suspects)
