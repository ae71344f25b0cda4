"""What decisions are known by: SHA-256 over the content of their columns.

Each column is some streams of bytes, one value behind the other. `known` has a byte for each
value: 1, or 0 where it is missing. `value` has a number in the little-endian bytes of its type,
two's complement, a truth in one byte, and zero where it is missing; of a text it has the bytes in
UTF-8. `length` has how many bytes a text or how many items a list has, as a number of four bytes.
The items of all lists are a column of their own. The digest is over a line for each stream, its
SHA-256 and its name, in the order of the columns: as `sha256sum` lists files.

Since a stream only grows, it is the same however the decisions are cut into batches, and it
depends on no file, no library and no machine.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from hashlib import _Hash

LENGTH = pa.int32()


class Digest:
    """The digest of decisions, batch after batch."""

    def __init__(self, schema: pa.Schema) -> None:
        """Start with no rows of a schema of numbers, truths, texts and lists of these."""
        self._streams: defaultdict[str, _Hash] = defaultdict(hashlib.sha256)
        self.add(pa.RecordBatch.from_pylist([], schema))

    def add(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            self._add(name, column)

    def hexdigest(self) -> str:
        """Return the digest of all rows so far."""
        listed = [f"{each.hexdigest()}  {name}\n" for name, each in self._streams.items()]
        return hashlib.sha256("".join(listed).encode()).hexdigest()

    def _add(self, name: str, column: pa.Array) -> None:
        known = _numbers(column.is_valid()) if column.null_count else b"\1" * len(column)
        self._streams[f"{name} known"].update(known)
        if pa.types.is_list(column.type):
            self._streams[f"{name} length"].update(_numbers(pc.list_value_length(column)))
            self._add(f"{name} item", column.flatten())
        elif pa.types.is_string(column.type):
            self._streams[f"{name} length"].update(_numbers(pc.binary_length(column)))
            self._streams[f"{name} value"].update(_text(column))
        else:
            self._streams[f"{name} value"].update(_numbers(column))


def _numbers(column: pa.Array) -> memoryview:
    """Return numbers or truths in the bytes of their type, zero where there is none."""
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    if column.null_count:
        column = column.fill_null(0)
    width = column.type.byte_width
    _, held = column.buffers()
    return memoryview(held or b"")[column.offset * width : (column.offset + len(column)) * width]


def _text(column: pa.Array) -> memoryview:
    """Return the bytes of all texts, none where there is none."""
    if column.null_count:
        column = column.fill_null("")
    _, offsets, held = column.buffers()
    ends = memoryview(offsets or bytes(4)).cast("i")
    return memoryview(held or b"")[ends[column.offset] : ends[column.offset + len(column)]]
