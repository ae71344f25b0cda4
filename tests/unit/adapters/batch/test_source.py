from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.tables import ROOT
from twinline.adapters.batch.source import open_source
from twinline.app.book_ports import silent
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from pathlib import Path

NOT_TABLES = [
    ("t.parquet", b"a,b\n1,2\n", "a Parquet name must hold Parquet"),
    ("t.csv", b"PAR1\0\0PAR1", "a .csv name must hold CSV"),
    ("t.xlsx", b"PK\x03\x04rest", "a spreadsheet or archive: save the table as CSV"),
    ("t.xls", b"\xd0\xcf\x11\xe0rest", "an old spreadsheet: save the table as CSV"),
    ("t.csv.gz", b"\x1f\x8brest", "compressed: save the table as CSV"),
    ("t.csv", "a,b\n1,2\n".encode("utf-16"), "UTF-16 text: save the table as CSV in UTF-8"),
    ("t.csv", b"", "empty: the file must hold a table"),
    ("t.csv", b"\n\n", "the file must be whole"),
    ("t.csv", b"\xb9\xc5,b\n1,2\n", "the file must be whole"),
    ("t.parquet", b"PAR1 cut off", "the file must be whole"),
]


@pytest.mark.parametrize(("name", "content", "message"), NOT_TABLES)
def test_what_is_not_what_it_says_is_one_fault(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    """A file that cannot be the table its name promises is refused with its reason."""
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InputFault, match=message):
        open_source(tmp_path / name)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    """A folder in place of a file is refused."""
    with pytest.raises(InputFault, match="a file is needed"):
        open_source(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A file that does not exist is refused."""
    with pytest.raises(InputFault, match="the file must exist"):
        open_source(tmp_path / "none.csv")


def test_a_cell_that_is_not_utf_8_is_one_fault(tmp_path: Path) -> None:
    """Text in another encoding further down is found when it is reached."""
    (tmp_path / "t.csv").write_bytes(b"a,b\n1,2\n\xb9\xc5,3\n")

    with pytest.raises(InputFault, match="invalid UTF8"):
        list(open_source(tmp_path / "t.csv").chunks(["a"], silent))


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    """A table saved by a spreadsheet program begins with a mark that nobody sees."""
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\r\n")

    assert open_source(tmp_path / "t.csv").names == ["a", "b"]


def test_a_cell_may_hold_a_line_break(tmp_path: Path) -> None:
    """A quoted line break does not end its row, and the next row keeps its number."""
    (tmp_path / "t.csv").write_bytes(b'a,b\n"x\ny",1\nz,2\n')

    (chunk,) = open_source(tmp_path / "t.csv").chunks(["b", "a"], silent)

    assert list(chunk.rows) == [1, 2]
    assert chunk.cells.to_pylist() == [{"b": "1", "a": "x\ny"}, {"b": "2", "a": "z"}]


def test_a_column_that_holds_no_values_is_refused(tmp_path: Path) -> None:
    """Lists and bytes are neither text nor numbers nor days."""
    pq.write_table(pa.table({"a": [[1]], "b": [b"x"], "c": ["x"]}), tmp_path / "t.parquet")
    source = open_source(tmp_path / "t.parquet")

    source.reject_unreadable(["c"], "c")
    for name in ("a", "b"):
        with pytest.raises(InputFault, match=f"column {name}: .*text, numbers or days"):
            source.reject_unreadable([name], "c")


def test_ids_may_not_be_doubles(tmp_path: Path) -> None:
    """A double cannot tell 10000000000000001 from its neighbour, so it is no id."""
    pq.write_table(pa.table({"id": [1.0], "x": [1.0]}), tmp_path / "t.parquet")

    with pytest.raises(InputFault, match="column id: double: ids must be text or whole"):
        open_source(tmp_path / "t.parquet").reject_unreadable(["x", "id"], "id")


def test_progress_ends_at_the_whole(tmp_path: Path) -> None:
    """The last word of the progress is that all is done."""
    said: list[tuple[int, int]] = []
    (tmp_path / "t.csv").write_bytes(b"a\n" + b"1\n" * 1000)
    pq.write_table(pa.table({"a": ["1"] * 1000}), tmp_path / "t.parquet")

    for name in ("t.csv", "t.parquet"):
        list(open_source(tmp_path / name).chunks(["a"], lambda *part: said.append(part)))
        assert said[-1][0] == said[-1][1]


def test_the_example_table_is_readable() -> None:
    """The table shipped as an example opens."""
    assert open_source(ROOT / "examples/lender.csv").names[0] == "cust_no"
