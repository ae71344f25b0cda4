from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import assume, given
from hypothesis import strategies as st

from examples.check_certificate import listed, streams
from twinline.adapters.batch.digest import Digest

NUMBERS = st.none() | st.integers(-(2**31), 2**31 - 1)
TEXTS = st.none() | st.text(st.characters(codec="utf-8"), max_size=3)
CELLS: dict[str, tuple[pa.DataType, st.SearchStrategy[object]]] = {
    "number": (pa.int64(), st.none() | st.integers(-(2**63), 2**63 - 1)),
    "small": (pa.int32(), NUMBERS),
    "truth": (pa.bool_(), st.none() | st.booleans()),
    "text": (pa.string(), TEXTS),
    "numbers": (pa.list_(pa.int32()), st.none() | st.lists(NUMBERS, max_size=3)),
    "texts": (pa.list_(pa.string()), st.none() | st.lists(TEXTS, max_size=3)),
}
SCHEMA = pa.schema([(name, kind) for name, (kind, _) in CELLS.items()])
Row = dict[str, object]
ROWS = st.lists(
    st.fixed_dictionaries({name: cells for name, (_, cells) in CELLS.items()}), max_size=8
)


def batch_of(rows: list[Row]) -> pa.RecordBatch:
    """Return rows as a batch."""
    return pa.RecordBatch.from_pylist(rows, SCHEMA)


def digest(*batches: pa.RecordBatch) -> str:
    """Return the digest of batches added one after another."""
    found = Digest(SCHEMA)
    for each in batches:
        found.add(each)
    return found.hexdigest()


@given(ROWS, ROWS, ROWS)
def test_the_digest_does_not_depend_on_how_rows_are_cut(
    before: list[Row], rows: list[Row], after: list[Row]
) -> None:
    """Rows have one digest as one batch, one at a time, and as a slice of other rows."""
    whole = batch_of(rows)
    singly = [whole.slice(at, 1) for at in range(len(rows))]
    within = batch_of([*before, *rows, *after]).slice(len(before), len(rows))

    assert digest(*singly) == digest(within) == digest(whole)


@given(ROWS, ROWS)
def test_the_digest_does_not_see_what_stands_under_a_missing_value(
    rows: list[Row], garbage: list[Row]
) -> None:
    """Whatever lies in the buffers where a value is missing, the digest is the same."""
    filled = [other | {k: v for k, v in row.items() if v is not None}
              for row, other in zip(rows, garbage, strict=False)]  # fmt: skip
    rows = rows[: len(filled)]
    columns = []
    for field, column in zip(SCHEMA, batch_of(filled).columns, strict=True):
        known = pa.array([row[field.name] is not None for row in rows], pa.bool_())
        known = pc.and_(known, column.is_valid())
        bits = known.buffers()[1] if rows else None
        inner = [column.values] if pa.types.is_list(field.type) else []
        held = column.buffers()[1:2] if inner else column.buffers()[1:]
        columns.append(pa.Array.from_buffers(field.type, len(rows), [bits, *held], children=inner))
    littered = pa.RecordBatch.from_arrays(columns, schema=SCHEMA)
    littered.validate(full=True)

    assert littered.to_pylist() == rows
    assert digest(littered) == digest(batch_of(rows))


@given(ROWS, st.data())
def test_any_other_cell_gives_another_digest(rows: list[Row], data: st.DataObject) -> None:
    """A change of a single cell, missing or not, changes the digest; so does a row more."""
    assume(rows)
    at = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from(sorted(CELLS)))
    cell = data.draw(CELLS[name][1].filter(lambda value: value != rows[at][name]))
    other = [*rows[:at], rows[at] | {name: cell}, *rows[at + 1 :]]

    assert digest(batch_of(other)) != digest(batch_of(rows))
    assert digest(batch_of([*rows, rows[at]])) != digest(batch_of(rows))


@given(ROWS)
def test_the_digest_can_be_made_without_arrow(rows: list[Row]) -> None:
    """The streams of the example, made of plain values, have the same digest."""
    added = Digest(SCHEMA)
    added.add(batch_of(rows))
    hashes = {}
    for name, (kind, _) in CELLS.items():
        for stream, content in streams(name, kind, [row[name] for row in rows]):
            hashes[stream] = hashlib.sha256(content).hexdigest()

    assert listed(hashes) == added.hexdigest()
