"""Decisions as an Arrow schema: one row per customer, the columns of the outcome.

Columns of a line begin with its name. Lists of amounts stand in the order of the names in
summary.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

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

SELDOM_TWICE = frozenset({"row", "customer_id"}) | {
    field.name for field in DECISION_SCHEMA if field.type == AMOUNTS
}
"""Columns whose values hardly repeat: a dictionary of them would be made in vain."""


def repeating() -> list[str]:
    """Return the columns worth a dictionary in a file, by their paths there."""
    return [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for field in DECISION_SCHEMA
        if field.name not in SELDOM_TWICE
    ]


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
