"""The standard book as an Arrow schema, made from its one declaration."""

from __future__ import annotations

import pyarrow as pa

from twinline.app.book import BOOK_VERSION, COLUMNS, Kind

VERSION_KEY = b"twinline.book"
SOURCE_KEY = b"twinline.source"
SOURCE_SHA256_KEY = b"twinline.source.sha256"

ARROW_TYPE_BY_KIND: dict[Kind, pa.DataType] = {
    Kind.TEXT: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.MINOR: pa.int64(),
    Kind.COUNT: pa.int32(),
    Kind.SCORE: pa.int32(),
    Kind.TRUTH: pa.bool_(),
}

BOOK_SCHEMA = pa.schema(
    [
        pa.field(column.name, ARROW_TYPE_BY_KIND[column.kind], nullable=not column.required)
        for column in COLUMNS
    ]
)


def book_schema(source: str, source_sha256: str) -> pa.Schema:
    """Return the schema of a book made from `source`, with version and source in its metadata."""
    return BOOK_SCHEMA.with_metadata(
        {
            VERSION_KEY: str(BOOK_VERSION).encode(),
            SOURCE_KEY: source.encode(),
            SOURCE_SHA256_KEY: source_sha256.encode(),
        }
    )
