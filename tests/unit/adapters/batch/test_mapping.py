from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.tables import ROOT, write_csv
from twinline.adapters.batch import books
from twinline.adapters.batch.book_file import BookReader
from twinline.adapters.batch.mapping import read_mapping
from twinline.app.book_ports import ImportRequest, silent
from twinline.app.fault import BrokenRowsFault, InputFault, InputFaults

if TYPE_CHECKING:
    from pathlib import Path

FRAME = """
[book]
currency = "CNY"
licence = "CF"
as_of_on = 2026-10-31

[columns]
customer_id = "no"
"""


def imported(folder: Path, lines: str, cells: dict[str, object]) -> dict[str, object]:
    """Import one row by a mapping made of a usual frame and some lines; return the book's row."""
    (folder / "m.toml").write_text(FRAME + lines, encoding="utf-8")
    table = write_csv(folder / "t.csv", ["no", *cells], [["1", *cells.values()]])
    request = ImportRequest(source=table, out=folder / "b")
    books.import_mapped(request, mapping=folder / "m.toml", progress=silent)
    return BookReader(folder / "b").row(1)


def faults_of(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a mapping file, without its path."""
    path = folder / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputFaults) as caught:
        read_mapping(path)
    return [str(fault).removeprefix(f"{path}, ") for fault in caught.value.faults]


def test_the_shipped_example_makes_a_book(tmp_path: Path) -> None:
    """The example of the reference page imports its table to the last minor unit."""
    request = ImportRequest(source=ROOT / "examples/lender.csv", out=tmp_path / "b")

    summary = books.import_mapped(request, mapping=ROOT / "examples/mapping.toml", progress=silent)

    row = BookReader(tmp_path / "b").row(3)
    assert (summary.rows, summary.cash_loan_lines, summary.defaulted) == (3, 1, 1)
    assert row["pay_later_balance_minor"] == 2_880_000
    assert row["pay_later_instalment_minor"] == 500_000
    assert [row[f"pay_later_lateness_{month}"] for month in range(1, 7)] == [2, 1, 0, *[None] * 3]
    assert (row["cash_loan_limit_minor"], row["external_score_on"]) == (None, date(2026, 9, 15))


@pytest.mark.parametrize(
    ("line", "column", "cell", "value"),
    [
        ('income_minor = "x"', "income_minor", "12.30", 1230),
        ('income_minor = {column = "x", unit = "minor"}', "income_minor", "1230", 1230),
        ('income_minor = {column = "x", default = "0.5"}', "income_minor", "", 50),
        ("income_minor = {constant = 7}", "income_minor", "", 700),
        ('months_on_book = {column = "x", days_each = 30}', "months_on_book", "31", 2),
        ('months_on_book = {column = "x", days_each = 30}', "months_on_book", "0", 0),
        ('months_on_book = {column = "x", values = {a = 3}}', "months_on_book", "a", 3),
        ('defaulted = {column = "x", values = {Y = true, N = false}}', "defaulted", "N", False),
        ('protected_sex = {column = "x", values = {1 = "male"}}', "protected_sex", "1", "male"),
        ('protected_sex = "x"', "protected_sex", " male ", "male"),
    ],
)
def test_a_cell_is_read_as_its_line_says(
    tmp_path: Path, line: str, column: str, cell: str, value: object
) -> None:
    """Units, defaults, constants, codes and days each do what the reference page says."""
    assert imported(tmp_path, line, {"x": cell})[column] == value


@pytest.mark.parametrize(
    ("line", "cell", "rule"),
    [
        ('income_minor = "x"', "1,230.00", "an amount such as -12.34"),
        ('income_minor = "x"', "12.345", "at most 2 decimals"),
        ('income_minor = {column = "x", unit = "minor"}', "12.3", "a whole number"),
        ('months_on_book = {column = "x", days_each = 30}', "-1", "from 0 to 36000"),
        ('months_on_book = "x"', "1201", "from 0 to 1200"),
        ('defaulted = {column = "x", values = {Y = true}}', "N", "one of the codes Y"),
        ('external_score_on = "x"', "31/10/2026", "a day such as"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(
    tmp_path: Path, line: str, cell: str, rule: str
) -> None:
    """The error names the lender's own column, the cell and the rule."""
    with pytest.raises(BrokenRowsFault) as caught:
        imported(tmp_path, line, {"x": cell})

    assert f"t.csv, row 1, column x: {cell}: " in str(caught.value)
    assert rule in str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("gb18030", ","), ("utf-16", ";"), ("utf-8", "\t"), ("cp1252", "|")],
)
def test_a_table_is_read_as_it_is_written(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """Other encodings and delimiters are named in the mapping."""
    word = "caf\u00e9" if encoding == "cp1252" else "\u7537"
    table = f"[table]\nencoding = {encoding!r}\ndelimiter = {json.dumps(delimiter)}\n"
    text = table + FRAME + 'protected_sex = "sex"\n'
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    lines = [delimiter.join(cells) for cells in (("no", "sex"), ("1", word))]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding=encoding)
    request = ImportRequest(source=tmp_path / "t.csv", out=tmp_path / "b")

    books.import_mapped(request, mapping=tmp_path / "m.toml", progress=silent)

    assert BookReader(tmp_path / "b").row(1)["protected_sex"] == word


def test_a_mapping_is_not_overwritten(tmp_path: Path) -> None:
    """The output may not be the mapping."""
    (tmp_path / "m.toml").write_text(FRAME, encoding="utf-8")
    table = write_csv(tmp_path / "t.csv", ["no"], [["1"]])

    with pytest.raises(InputFault, match="the mapping may not be overwritten"):
        books.import_mapped(
            ImportRequest(source=table, out=tmp_path / "m.toml"),
            mapping=tmp_path / "m.toml",
            progress=silent,
        )


def test_currency_and_day_may_be_columns(tmp_path: Path) -> None:
    """A table may say its currency and day in every row; yen have no decimals."""
    (tmp_path / "m.toml").write_text(
        '[book]\nlicence = "ML"\n[columns]\ncustomer_id = "no"\nincome_minor = "in"\n'
        'currency = { column = "cur", values = { yen = "JPY" } }\nas_of_on = "day"\n',
        encoding="utf-8",
    )
    header = ["no", "in", "cur", "day"]
    table = write_csv(tmp_path / "t.csv", header, [["1", "1230", "yen", "2026-10-31"]])
    request = ImportRequest(source=table, out=tmp_path / "b")

    books.import_mapped(request, mapping=tmp_path / "m.toml", progress=silent)

    row = BookReader(tmp_path / "b").row(1)
    assert (row["income_minor"], row["currency"]) == (1230, "JPY")
    assert row["as_of_on"] == date(2026, 10, 31)


def test_a_parquet_table_is_read_without_text(tmp_path: Path) -> None:
    """Numbers, days and truths stored as such need no detour."""
    (tmp_path / "m.toml").write_text(
        FRAME + 'income_minor = "in"\nexternal_score = "s"\nexternal_score_on = "d"\n'
        'defaulted = "bad"\n',
        encoding="utf-8",
    )
    cells = {"no": [17], "in": [1250.5], "s": [600], "d": [date(2026, 1, 2)], "bad": [True]}
    pq.write_table(pa.table(cells), tmp_path / "t.parquet")
    request = ImportRequest(source=tmp_path / "t.parquet", out=tmp_path / "b")

    books.import_mapped(request, mapping=tmp_path / "m.toml", progress=silent)

    row = BookReader(tmp_path / "b").row(1)
    assert (row["customer_id"], row["income_minor"], row["defaulted"]) == ("17", 125_050, True)
    assert (row["external_score"], row["external_score_on"]) == (600, date(2026, 1, 2))


WRONG = [
    ('table = {encoding = "utf-7"}\n', "table.encoding: utf-7: one of 'utf-8', 'utf-16'"),
    ("table = {delimiter = 1}\n", "table.delimiter: 1: one of"),
    ("x = 1\n", "top: x: unknown key; known are book, columns, table"),
    ('income = "x"\n', "columns.income: income: no column of the standard book"),
    ("income_minor = 3\n", "columns.income_minor: 3: a column's name, a list of names, or a"),
    ("income_minor = {}\n", "columns.income_minor: none: one of column, columns, constant"),
    ('income_minor = ["a"]\n', "columns.income_minor: columns: one column; only months are a"),
    ('income_minor = {column = "a", per = 1}\n', "columns.income_minor: per: unknown key"),
    ('income_minor = {column = "a", unit = "fen"}\n', "columns.income_minor.unit: fen: one of"),
    ('defaulted = {column = "a", unit = "major"}\n', "columns.defaulted: unit: only amounts"),
    ('defaulted = {column = "a", days_each = 30}\n', "columns.defaulted: 30: days a month"),
    ('months_on_book = {column = "a", days_each = 0}\n', "columns.months_on_book: 0: days a"),
    ("cash_loan_lateness = []\n", "columns.cash_loan_lateness: 0: one to 6 columns"),
    ('cash_loan_lateness = ["a", "b", "a"]\n', "columns.cash_loan_lateness: a: one column can"),
    (
        'cash_loan_lateness = ["a"]\ncash_loan_lateness_1 = "b"\n',
        "columns.cash_loan_lateness_1: cash_loan_lateness_1: given twice",
    ),
    ('licence = "a"\n', "columns.licence: licence: given twice"),
]


@pytest.mark.parametrize(("line", "fault"), WRONG)
def test_what_is_wrong_with_a_mapping_is_named(tmp_path: Path, line: str, fault: str) -> None:
    """Each slip has its place, its value and its rule."""
    text = line + FRAME if line.startswith(("x", "table")) else FRAME + line
    (said,) = faults_of(tmp_path, text)

    assert said.startswith(fault)


def test_everything_wrong_with_a_mapping_is_said_at_once(tmp_path: Path) -> None:
    """A person mends a mapping once, not slip by slip."""
    said = faults_of(tmp_path, '[book]\ncurency = "CNY"\n[columns]\nincom = "x"\n')

    missing = [line for line in said if "missing" in line]
    assert len(said) == 6
    assert [line.split(": ")[1] for line in missing] == [
        "customer_id",
        "as_of_on",
        "currency",
        "licence",
    ]


def test_an_id_is_taken_as_it_is(tmp_path: Path) -> None:
    """Ids are neither constants nor codes nor defaults."""
    text = FRAME.replace('"no"', '{ column = "no", default = "?" }')

    (said,) = faults_of(tmp_path, text)
    assert said.startswith("columns.customer_id: column, default: a plain column")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('income_minor = {constant = "1e5"}', "income_minor, constant: 1e5: must be an amount"),
        ("income_minor = {constant = -1}", "income_minor, constant: -1: must be"),
        ('income_minor = {column = "x", default = "?"}', "income_minor, default: \\?: must be"),
        ('licence = {constant = "XX"}', "licence, constant: XX: must be one of BK, CF, ML"),
    ],
)
def test_constants_must_fit_their_columns(tmp_path: Path, line: str, fault: str) -> None:
    """A constant that no cell of the column could hold is the mapping's fault, not the rows'."""
    frame = FRAME.replace('licence = "CF"\n', "") if line.startswith("licence") else FRAME
    (tmp_path / "m.toml").write_text(frame + line, encoding="utf-8")
    needed = "" if line.startswith("licence") else 'licence = "CF"'
    assert needed in frame
    table = write_csv(tmp_path / "t.csv", ["no", "x"], [["1", "2"]])
    request = ImportRequest(source=table, out=tmp_path / "b")

    with pytest.raises(InputFaults, match=fault):
        books.import_mapped(request, mapping=tmp_path / "m.toml", progress=silent)


def test_columns_the_table_does_not_have_are_all_named(tmp_path: Path) -> None:
    """Every source column that is missing is named, with the line that asks for it."""
    with pytest.raises(InputFaults) as caught:
        imported(tmp_path, 'income_minor = "a"\nmonths_on_book = "b"', {"x": "1"})

    assert [str(fault).rpartition(", ")[2].split(": ")[:2] for fault in caught.value.faults] == [
        ["columns.income_minor", "a"],
        ["columns.months_on_book", "b"],
    ]


def test_a_column_twice_in_the_header_is_refused(tmp_path: Path) -> None:
    """Of two columns of one name nobody can say which is meant."""
    (tmp_path / "m.toml").write_text(FRAME + 'income_minor = "x"', encoding="utf-8")
    table = write_csv(tmp_path / "t.csv", ["no", "x", "x"], [["1", "2", "3"]])
    request = ImportRequest(source=table, out=tmp_path / "b")

    with pytest.raises(InputFault, match=r"t\.csv, header: x: a column may stand there only"):
        books.import_mapped(request, mapping=tmp_path / "m.toml", progress=silent)


@pytest.mark.parametrize("content", [b"= 1", b"\xff\xfe"])
def test_what_is_not_toml_is_one_fault(tmp_path: Path, content: bytes) -> None:
    """A mapping that is no TOML, or no UTF-8, is refused as a whole."""
    (tmp_path / "m.toml").write_bytes(content)

    with pytest.raises(InputFault, match="a mapping file must be readable TOML"):
        read_mapping(tmp_path / "m.toml")
