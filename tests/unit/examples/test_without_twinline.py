"""The two examples that do without Twinline pass an honest review, and find what was changed."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from examples import check_certificate, decide_again
from tests.standard import FOLDER
from twinline.wiring import main as twinline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str]]


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


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the checker of certificates as a person would; return its exit code and words."""
    return _runner(check_certificate.main, monkeypatch, capsys)


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Decide again as a person would; return the exit code and words."""
    return _runner(decide_again.main, monkeypatch, capsys)


def _runner(
    main: Callable[[], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    def run(folder: Path, *more: str) -> tuple[int, str]:
        words = ["example", str(folder / "review"), str(folder / "book.parquet"), *more]
        monkeypatch.setattr(sys, "argv", words)
        capsys.readouterr()
        code = main()
        return code, capsys.readouterr().out

    return run


def tamper(path: Path, column: str, row: int, value: object) -> None:
    """Change one value of a Parquet file."""
    table = pq.read_table(path)
    values = table[column].to_pylist()
    values[row] = value
    place = table.schema.get_field_index(column)
    field = table.schema.field(column)
    pq.write_table(table.set_column(place, field, pa.array(values, field.type)), path)


def decisions(folder: Path) -> Path:
    """Return where a review's decisions are."""
    return folder / "review" / "decisions.parquet"


def first_with(folder: Path, column: str, *wanted: object) -> int:
    """Return the first row whose column holds one of some values."""
    found: list[object] = pq.read_table(decisions(folder))[column].to_pylist()
    return next(at for at, value in enumerate(found) if value in wanted)


def test_an_honest_review_passes(reviewed: Path, checked: Run, decided: Run) -> None:
    """Every certificate holds; every decision is made again from the tables, and none differs."""
    assert checked(reviewed) == (0, "300 certificates checked, 0 claims do not hold\n")
    assert decided(reviewed) == (0, "300 decisions made again, none differ\n")


def test_one_customer_can_be_asked_for(reviewed: Path, decided: Run) -> None:
    """With --customer one decision is made again; somebody unknown is a difference."""
    ids = pq.read_table(reviewed / "book.parquet")["customer_id"].to_pylist()

    assert decided(reviewed, "--customer", ids[5]) == (0, "1 decisions made again, none differ\n")
    code, said = decided(reviewed, "--customer", "nobody")
    assert code == 1
    assert "customer nobody: not in the book" in said


CHANGES: list[tuple[str, object, str]] = [
    ("pay_later_base_limit_minor", 1, "pay_later: the terms give the limit"),
    ("cash_loan_effective_limit_minor", 10**12, "cash_loan: the effective limit is within"),
    ("pay_later_reasons", [], "pay_later: a reason, each in both languages"),
    ("pay_later_reasons", ["LUCK"], "pay_later: a reason, each in both languages"),
    ("pay_later_terms", [1], "pay_later: a term for each of the table"),
    ("pay_later_binding", "luck", "pay_later: the term that binds"),
    ("pay_later_price_ppm", 1_000, "pay_later: the parts give the price"),
    ("pay_later_price_ppm", 240_001, "pay_later: within the legal ceiling"),
    ("points", [1], "points are the card's"),
    ("score", 999, "points give the score"),
    ("pd_ppm", 1, "the score gives the PD"),
    ("joint_limit_minor", 7, "the joint limit"),
    ("challenger", None, "the draw of challengers"),
    ("segment", "friends", "decisions: not the file that was reviewed"),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change[0]}, {change[1]}")
def test_a_changed_decision_is_found(
    folder: Path, checked: Run, decided: Run, change: tuple[str, object, str]
) -> None:
    """A claim that does not hold is named; so is a value that does not follow from the tables."""
    column, value, claim = change
    at = first_with(folder, "pay_later_action", "keep", "raise")
    tamper(decisions(folder), column, at, value)

    code, said = checked(folder)
    assert code == 1
    assert claim in said
    assert "decisions: not the file that was reviewed" in said
    code, said = decided(folder)
    assert code == 1
    assert f": {column}: stored {value!r}, expected " in said


def test_a_changed_strategy_is_found(folder: Path, checked: Run, decided: Run) -> None:
    """A cell of a table changed after the review changes its hash and the decisions."""
    path = folder / "review" / "strategy" / "scorecard.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][4] = str(int(rows[1][4]) - 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)

    code, said = checked(folder)
    assert code == 1
    assert "points are the card's" in said
    code, said = decided(folder)
    assert code == 1
    assert ": score: stored " in said


def test_a_changed_book_is_found(folder: Path, checked: Run, decided: Run) -> None:
    """A customer's data changed after the review changes its hash and the decision."""
    tamper(folder / "book.parquet", "pay_later_lateness_1", 0, 9)

    assert checked(folder) == (
        1,
        "book: not the file that was reviewed\n300 certificates checked, 1 claims do not hold\n",
    )
    code, said = decided(folder)
    assert code == 1
    assert ": score: stored " in said


def test_a_changed_law_is_found(folder: Path, checked: Run, decided: Run) -> None:
    """The law's values in the summary are those the decisions were made under."""
    path = folder / "review" / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    for law in summary["law"]:
        law["price_ceiling_ppm"] = 60_000
    path.write_text(json.dumps(summary), "utf-8")

    code, said = checked(folder)
    assert code == 1
    assert "within the legal ceiling" in said
    assert decided(folder)[0] == 1


def test_a_decision_less_is_found(folder: Path, checked: Run, decided: Run) -> None:
    """Every customer of the book has a decision."""
    path = decisions(folder)
    pq.write_table(pq.read_table(path).slice(0, 299), path)

    code, said = checked(folder)
    assert code == 1
    assert "decisions: not the file that was reviewed" in said
    code, said = decided(folder)
    assert code == 1
    assert "book and decisions: 300: end apart" in said
