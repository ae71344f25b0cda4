"""Decisions as an Arrow schema: one row per customer, the columns of the outcome.

Columns of a line begin with its name. Lists of amounts stand in the order of the names in
summary.json. The digest is over content, not over a file: it is the same wherever the same
decisions were made.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from twinline.decision.outcome import Outcome
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = pa.list_(pa.string())
AMOUNTS = pa.list_(pa.int64())
NUMBERS = pa.list_(pa.int32())

CUSTOMER_FIELDS: dict[str, pa.DataType] = {
    "customer_id": pa.string(),
    "licence": pa.string(),
    "challenger": pa.bool_(),
    "score": pa.int32(),
    "pd_ppm": pa.int32(),
    "segment": pa.string(),
    "points": NUMBERS,
    "joint_limit_minor": pa.int64(),
    "joint_terms": AMOUNTS,
    "joint_binding": pa.string(),
    "doubts": TEXTS,
}
LINE_FIELDS: dict[str, pa.DataType] = {
    "action": pa.string(),
    "limit_now_minor": pa.int64(),
    "base_limit_minor": pa.int64(),
    "effective_limit_minor": pa.int64(),
    "terms": AMOUNTS,
    "binding": pa.string(),
    "without_minor": pa.int64(),
    "price_ppm": pa.int32(),
    "price_parts": NUMBERS,
    "price_binding": pa.string(),
    "gate": pa.string(),
    "restrictions": TEXTS,
    "reasons": TEXTS,
}
DECISION_SCHEMA = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),
        *(pa.field(name, kind) for name, kind in CUSTOMER_FIELDS.items()),
        *(
            pa.field(f"{product.value}_{name}", kind)
            for product in Product
            for name, kind in LINE_FIELDS.items()
        ),
    ]
)


def batch_of(outcomes: Sequence[tuple[int, Outcome]]) -> pa.RecordBatch:
    """Return outcomes, with their rows' numbers, as one batch."""
    columns: list[list[object]] = [[number for number, _ in outcomes]]
    each = [outcome for _, outcome in outcomes]
    columns.extend([getattr(one, name) for one in each] for name in CUSTOMER_FIELDS)
    for product in Product:
        lines = [getattr(one, product.value) for one in each]
        columns.extend([getattr(line, name) for line in lines] for name in LINE_FIELDS)
    arrays = [
        pa.array(values, field.type)
        for values, field in zip(columns, DECISION_SCHEMA, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=DECISION_SCHEMA)


def outcome_of(row: dict[str, object]) -> Outcome:
    """Return the outcome a row of the file stands for."""
    fields = {name: row[name] for name in CUSTOMER_FIELDS}
    for product in Product:
        fields[product.value] = {name: row[f"{product.value}_{name}"] for name in LINE_FIELDS}
    return msgspec.convert(fields, Outcome)


class Digest:
    """SHA-256 over the content of decisions, row by row, column by column.

    Each value is a line of text: a number in digits, true or false, a text as it is, a list as
    its values joined by commas, nothing where there is none; an empty line ends the row. It needs
    no Arrow to be checked.
    """

    def __init__(self) -> None:
        """Start with no rows."""
        self._sha256 = hashlib.sha256()

    def add(self, batch: pa.RecordBatch) -> None:
        """Add the rows of a batch."""
        self.add_text(text_of_rows(batch))

    def add_text(self, text: memoryview | bytes) -> None:
        """Add rows as `text_of_rows` gives them."""
        self._sha256.update(text)

    def hexdigest(self) -> str:
        """Return the digest of all rows so far."""
        return self._sha256.hexdigest()


def text_of_rows(batch: pa.RecordBatch) -> memoryview:
    """Return the rows of a batch as the digest sees them."""
    texts = [_texts(column) for column in batch.columns]
    rows = pc.binary_join_element_wise(*texts, "", "", "\n")
    _, offsets, text = rows.buffers()
    ends = memoryview(offsets).cast("i")[rows.offset : rows.offset + len(rows) + 1]
    return memoryview(text)[ends[0] : ends[-1]] if len(rows) else memoryview(b"")


def _texts(column: pa.Array) -> pa.Array:
    """Return a column as text, empty where it has no value."""
    if pa.types.is_list(column.type):
        values = _texts(column.values)
        column = pc.binary_join(pa.ListArray.from_arrays(column.offsets, values), ",")
    if not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    return pc.fill_null(column, "") if column.null_count else column
