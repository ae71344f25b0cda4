from __future__ import annotations

import csv
import json
import shutil
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from examples import decide_again
from tests.standard import FOLDER
from twinline.wiring import main as twinline

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a made book and its review."""
    folder = tmp_path_factory.mktemp("certificate")
    book, out = str(folder / "book.parquet"), str(folder / "review")
    assert twinline(["book", "make", "--customers", "300", "--seed", "7", "--out", book]) == 0
    assert twinline(["review", book, "--strategy", str(FOLDER), "--out", out]) == 0
    return folder


@pytest.fixture
def folder(reviewed: Path, tmp_path: Path) -> Path:
    """Return a copy of it to tamper with."""
    return shutil.copytree(reviewed, tmp_path / "copy")


def check(folder: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    """Run the checker as a person would."""
    words = ["check", str(folder / "review"), str(folder / "book.parquet"), *more]
    monkeypatch.setattr(sys, "argv", words)
    return decide_again.main()


def tamper(folder: Path, column: str, row: int, value: object) -> None:
    """Change one stored value of one decision."""
    path = folder / "review" / "decisions.parquet"
    table = pq.read_table(path)
    values = table[column].to_pylist()
    values[row] = value
    place = table.schema.get_field_index(column)
    field = table.schema.field(column)
    pq.write_table(table.set_column(place, field, pa.array(values, field.type)), path)


def first_with(folder: Path, column: str, value: object) -> int:
    """Return the first row whose column holds a value."""
    decisions = pq.read_table(folder / "review" / "decisions.parquet")
    found: list[object] = decisions[column].to_pylist()
    return found.index(value)


def test_an_honest_review_passes(
    reviewed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every decision is made again from the tables, and none differs."""
    assert check(reviewed, monkeypatch) == 0
    assert capsys.readouterr().out == "300 decisions verified, none differ\n"


def test_one_customer_can_be_asked_for(
    reviewed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --customer one decision is made again; somebody unknown is a difference."""
    ids = pq.read_table(reviewed / "book.parquet")["customer_id"].to_pylist()

    assert check(reviewed, monkeypatch, "--customer", ids[5]) == 0
    assert check(reviewed, monkeypatch, "--customer", "nobody") == 1
    assert "customer nobody: not in the book" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("pay_later_base_limit_minor", 1),
        ("cash_loan_effective_limit_minor", 10**12),
        ("pay_later_reasons", ["STEP"]),
        ("pay_later_terms", [1]),
        ("pay_later_binding", "luck"),
        ("segment", "friends"),
        ("score", 999),
        ("challenger", None),
    ],
)
def test_a_changed_decision_is_found(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    column: str,
    value: object,
) -> None:
    """A stored value that does not follow from the tables is named with customer and column."""
    tamper(folder, column, 3, value)

    assert check(folder, monkeypatch) == 1
    said = capsys.readouterr().out
    assert f": {column}: stored {value!r}, expected " in said
    assert "decisions.parquet: SHA-256 " in said
    assert "decisions.parquet, content: SHA-256 " in said


def test_a_price_above_the_ceiling_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A price that the law forbids is a difference of its own."""
    tamper(folder, "pay_later_price_ppm", first_with(folder, "pay_later_action", "keep"), 240_001)

    assert check(folder, monkeypatch) == 1
    assert "pay_later_price_ppm: 240001: is above the legal ceiling" in capsys.readouterr().out


def test_an_adverse_decision_without_reasons_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who is cut, stopped or declined is told why."""
    tamper(folder, "pay_later_reasons", first_with(folder, "pay_later_action", "cut"), [])

    assert check(folder, monkeypatch) == 1
    assert "cut: nothing that its customer could read" in capsys.readouterr().out


def test_a_changed_strategy_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cell of a table changed after the review changes hash and decisions."""
    path = folder / "review" / "strategy" / "scorecard.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][4] = str(int(rows[1][4]) - 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)

    assert check(folder, monkeypatch) == 1
    said = capsys.readouterr().out
    assert "strategy: SHA-256 " in said
    assert ": score: stored " in said


def test_a_changed_book_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A customer's data changed after the review changes hash and decision."""
    path = folder / "book.parquet"
    table = pq.read_table(path)
    late = [9, *table["pay_later_lateness_1"].to_pylist()[1:]]
    place = table.schema.get_field_index("pay_later_lateness_1")
    field = table.schema.field(place)
    pq.write_table(table.set_column(place, field, pa.array(late, field.type)), path)

    assert check(folder, monkeypatch) == 1
    said = capsys.readouterr().out
    assert "book.parquet: SHA-256 " in said
    assert ": score: stored " in said


def test_a_changed_law_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law's values in the summary are those the decisions were made under."""
    path = folder / "review" / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    for law in summary["law"]:
        law["price_ceiling_ppm"] = 60_000
    path.write_text(json.dumps(summary), "utf-8")

    assert check(folder, monkeypatch) == 1


def test_a_decision_less_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every customer of the book has a decision."""
    path = folder / "review" / "decisions.parquet"
    pq.write_table(pq.read_table(path).slice(0, 299), path)

    assert check(folder, monkeypatch) == 1
