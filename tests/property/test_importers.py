"""Every importer, fed with anything: a sound book or one clear fault, and nothing else."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tables import AS_OF_ON, ROOT, UCI_HEADER, book_row, uci_row, write_book
from twinline.adapters.batch import books
from twinline.adapters.batch.book_file import BookReader
from twinline.adapters.batch.mapping import FRAME, SERIES
from twinline.app.book import COLUMN_BY_NAME
from twinline.app.book_ports import ImportRequest, silent
from twinline.app.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

LENDER_HEADER, *LENDER_ROWS = [
    line.split(",") for line in (ROOT / "examples/lender.csv").read_text().splitlines()
]
MAPPING = ROOT / "examples/mapping.toml"

ODD = ["", " ", "0", "-1", "1.5", "1e5", "NaN", "inf", "1,000", "9" * 30, "-0", "true", "\ufeff1"]
ODD += ['"', "\n", "x", "\x00", "2005-02-31", "9999-12-31", "12.340", "甲", "NULL", "+1", "\uff11"]
CELLS = st.sampled_from(ODD) | st.integers(-(2**70), 2**70).map(str) | st.text(max_size=6)
PLANTED = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 24), CELLS), max_size=6)


class End(NamedTuple):
    """How an import ended: whether with a book that is sound, and the files it left."""

    sound: bool
    left: frozenset[str]


BROKEN = "book.broken.csv"
SOUND_OR_ONE_FAULT = {
    End(sound=True, left=frozenset({"book"})),
    End(sound=True, left=frozenset({"book", BROKEN})),
    End(sound=False, left=frozenset()),
    End(sound=False, left=frozenset({BROKEN})),
}


def end_of(run: Callable[[Path], object], content: bytes, name: str) -> End:
    """Run an importer over a file; return how it ended. Anything but a fault goes through."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, name)
        source.write_bytes(content)
        fault = fault_of(lambda: run(source))
        left = frozenset(path.name for path in Path(folder).iterdir() if path != source)
        if fault is None:
            books.check(Path(folder, "book"), progress=silent)
        return End(sound=fault is None, left=left)


def fault_of(run: Callable[[], object]) -> Fault | None:
    """Return the one fault that something ended with, None if it was done."""
    try:
        run()
    except Fault as fault:
        return fault
    return None


def uci(source: Path) -> None:
    """Import as the public set."""
    request = ImportRequest(source=source, out=source.with_name("book"))
    books.import_uci(request, as_of_on=AS_OF_ON, progress=silent)


def uci_leaving_out(source: Path) -> None:
    """Import the sound rows as the public set."""
    request = ImportRequest(source=source, out=source.with_name("book"), leave_out_broken=True)
    books.import_uci(request, as_of_on=AS_OF_ON, progress=silent)


def mapped(source: Path) -> None:
    """Import by the example's mapping."""
    request = ImportRequest(source=source, out=source.with_name("book"), leave_out_broken=True)
    books.import_mapped(request, mapping=MAPPING, progress=silent)


def planted(header: list[str], rows: list[list[str]], plants: list[tuple[int, int, str]]) -> bytes:
    """Return a CSV table with cells replaced; row 0 is the header."""
    table = [list(header), *(list(row) for row in rows)]
    for row, column, value in plants:
        line = table[row % len(table)]
        line[column % len(line)] = value
    return "\n".join(",".join(line) for line in table).encode("utf-8", "surrogatepass")


def damaged(content: bytes, damage: list[tuple[int, int]], cut: int) -> bytes:
    """Return a file with bytes replaced and its end cut off."""
    changed = bytearray(content)
    for place, byte in damage:
        changed[place % len(changed)] = byte
    return bytes(changed[: max(0, len(changed) - cut)])


def parquet(rows: int = 3) -> bytes:
    """Return a small public set as Parquet."""
    lines = [uci_row(ID=number) for number in range(rows)]
    table = pa.table({name: [line[at] for line in lines] for at, name in enumerate(UCI_HEADER)})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


PARQUET = parquet()
NUMBERS = st.tuples(st.integers(0, len(PARQUET)), st.integers(0, 255))
UCI_ROWS = [[str(cell) for cell in uci_row(ID=number)] for number in range(4)]


@given(content=st.binary(max_size=300), name=st.sampled_from(["t.csv", "t.parquet", "t"]))
@example(content=b"PAR1", name="t")
@example(content=b"PAR1" * 4, name="t.parquet")
@example(content=b"ID\n" * 3, name="t.csv")
def test_any_bytes_are_a_table_or_one_fault(content: bytes, name: str) -> None:
    """Whatever a file holds, importing it ends with a book or one fault."""
    assert end_of(uci, content, name) in SOUND_OR_ONE_FAULT
    assert end_of(mapped, content, name) in SOUND_OR_ONE_FAULT


@given(plants=PLANTED)
def test_the_public_set_with_odd_cells_is_a_book_or_one_fault(
    plants: list[tuple[int, int, str]],
) -> None:
    """Odd cells in the public set are found, one and all; what is written is sound."""
    content = planted(UCI_HEADER, UCI_ROWS, plants)
    assert end_of(uci, content, "t.csv") in SOUND_OR_ONE_FAULT
    assert end_of(uci_leaving_out, content, "t.csv") in SOUND_OR_ONE_FAULT


@given(plants=PLANTED)
def test_a_mapped_table_with_odd_cells_is_a_book_or_one_fault(
    plants: list[tuple[int, int, str]],
) -> None:
    """Odd cells in a lender's table are found, one and all; what is written is sound."""
    content = planted(LENDER_HEADER, LENDER_ROWS, plants)
    assert end_of(mapped, content, "t.csv") in SOUND_OR_ONE_FAULT


@given(damage=st.lists(NUMBERS, max_size=3), cut=st.sampled_from([0, 0, 1, 8, 100]))
def test_a_damaged_parquet_table_is_a_book_or_one_fault(
    damage: list[tuple[int, int]], cut: int
) -> None:
    """A Parquet file with damaged bytes ends with a book or one fault."""
    assert end_of(uci, damaged(PARQUET, damage, cut), "t.parquet") in SOUND_OR_ONE_FAULT


@given(damage=st.lists(NUMBERS, max_size=3), cut=st.sampled_from([0, 0, 1, 8, 100]))
def test_a_damaged_book_is_read_or_one_fault(damage: list[tuple[int, int]], cut: int) -> None:
    """A book with damaged bytes gives one fault, or is found sound; a sound one can be read."""
    with tempfile.TemporaryDirectory() as folder:
        book = write_book(Path(folder, "book"), book_row(), book_row(customer_id="2"))
        book.write_bytes(damaged(book.read_bytes(), damage, cut))
        unsound = fault_of(lambda: books.check(book, progress=silent))
        unread = fault_of(lambda: BookReader(book).row(2))
        assert unsound or not unread


TOML_VALUES = st.recursive(
    st.sampled_from(["cust_no", "pl_limit", "mob", "", "CNY", "major", "minor", "1", "true"])
    | st.integers(-3, 400)
    | st.booleans()
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=7)
        | st.dictionaries(
            st.sampled_from(
                ["column", "columns", "constant", "unit", "values", "default", "days_each"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
TOML_LINES = st.lists(
    st.tuples(st.sampled_from([*COLUMN_BY_NAME, *SERIES, *FRAME, "x"]), TOML_VALUES), max_size=5
)


FRAME_LINES = """
[book]
currency = "CNY"
licence = "CF"
as_of_on = 2026-10-31

[columns]
customer_id = "cust_no"
"""


def toml(value: object) -> str:
    """Return a value as TOML."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case str():
            return json.dumps(value)
        case _:
            return str(value)


@given(lines=TOML_LINES, frame=st.sampled_from(["", FRAME_LINES]))
@example(lines=[("income_minor", {"constant": "1e5"})], frame=FRAME_LINES)
@example(lines=[("months_inactive", {"column": "mob", "default": -1})], frame=FRAME_LINES)
def test_any_mapping_is_used_or_refused(lines: list[tuple[str, object]], frame: str) -> None:
    """Whatever a mapping says, importing by it ends with a sound book or one fault."""
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder, "m.toml")
        written = "".join(f"{name} = {toml(value)}\n" for name, value in lines)
        mapping.write_text((frame or "[columns]\n") + written, encoding="utf-8")

        def by_mapping(source: Path) -> None:
            """Import by this mapping."""
            request = ImportRequest(source=source, out=source.with_name("book"))
            books.import_mapped(request, mapping=mapping, progress=silent)

        content = planted(LENDER_HEADER, LENDER_ROWS, [])
        assert end_of(by_mapping, content, "t.csv") in SOUND_OR_ONE_FAULT
