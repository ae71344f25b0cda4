from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tables import ROOT, UCI_HEADER, uci_row, write_csv
from twinline.adapters.batch import books
from twinline.wiring import main

if TYPE_CHECKING:
    from pathlib import Path


def test_import_says_what_the_book_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """After an import a person reads rows, day, currency, lines and outcome."""
    rows = [uci_row(ID=1), uci_row(ID=2, default_payment_next_month=1)]
    table = write_csv(tmp_path / "t.csv", UCI_HEADER, rows)

    code = main(["book", "import", "uci", str(table), "--out", str(tmp_path / "b")])

    said = capsys.readouterr().out
    assert code == 0
    assert "a sound book of 2 customers on 2005-09-30" in said
    assert "amounts    TWD, 2 decimals" in said
    assert "lines      2 pay-later, 0 cash-loan" in said
    assert "outcome    known of 2, defaulted 1" in said


def test_the_day_of_the_public_set_can_be_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy of the set as of another day says so on the command line."""
    table = write_csv(tmp_path / "t.csv", UCI_HEADER, [uci_row()])

    main(
        [
            "book",
            "import",
            "uci",
            str(table),
            "--out",
            str(tmp_path / "b"),
            "--as-of",
            "2005-08-31",
        ]
    )

    assert "on 2005-08-31" in capsys.readouterr().out


def test_import_by_mapping_leaves_out_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows left out are counted, and the list of them is named."""
    text = (ROOT / "examples/lender.csv").read_text(encoding="utf-8")
    (tmp_path / "t.csv").write_text(text.replace("12000", "-1"), encoding="utf-8")
    mapping, out = str(ROOT / "examples/mapping.toml"), str(tmp_path / "b")

    code = main(
        ["book", "import", mapping, str(tmp_path / "t.csv"), "--out", out, "--leave-out-broken"]
    )

    said = capsys.readouterr().out
    assert code == 0
    assert "a sound book of 2 customers" in said
    assert f"left out   1 broken row, listed in {out}.broken.csv" in said


def test_make_and_check_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checking a made book says the same as making it did."""
    out = str(tmp_path / "b")
    main(["book", "make", "--customers", "30", "--seed", "4", "--licence", "ML", "--out", out])
    made = capsys.readouterr().out

    assert main(["book", "check", out]) == 0
    assert capsys.readouterr().out == made
    assert "a sound book of 30 customers on 2026-10-31" in made


def test_fetch_says_what_comes_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a fetch a person reads the licence of the set and the next command."""
    monkeypatch.setattr(books, "fetch_uci", lambda out, **_: out)

    assert main(["book", "fetch", "uci", "--out", str(tmp_path)]) == 0

    said = capsys.readouterr().out
    assert "CC BY 4.0" in said
    assert f"twinline book import uci {tmp_path} --out BOOK.parquet" in said


FAULTS = [
    (["book", "check", "none.parquet"], "none.parquet: nothing there: the file must exist"),
    (
        ["book", "make", "--customers", "0", "--seed", "1", "--out", "b"],
        "--customers: 0: a number",
    ),
    (
        ["book", "make", "--customers", "1", "--seed", "1", "--licence", "XX", "--out", "b"],
        "--licence: XX: one of BK, CF, ML",
    ),
    (
        ["book", "make", "--customers", "1", "--seed", "1", "--as-of", "today", "--out", "b"],
        "--as-of: today: a day such as 2005-09-30",
    ),
    (
        ["book", "make", "--customers", "1", "--seed", "1", "--as-of", "1970-01-01", "--out", "b"],
        "--as-of: 1970-01-01: a day from 1990-01-01",
    ),
    (
        ["book", "import", "m.toml", "t.csv", "--as-of", "2026-01-01", "--out", "b"],
        "--as-of: 2026-01-01: with a mapping file, the day stands there",
    ),
]


@pytest.mark.parametrize(("argv", "message"), FAULTS)
def test_a_fault_is_one_line_and_exit_code_2(
    argv: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What a person can mend is said in one line on standard error."""
    monkeypatch.chdir(tmp_path)

    assert main(argv) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"twinline: error: {message}")
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
