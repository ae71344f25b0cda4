"""A search as a person runs it: proposals, their tables, and a strategy that nobody touched."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.standard import load, standard_files
from tests.tables import ROOT
from twinline.wiring import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

STANDARD = ROOT / "strategies" / "standard"
FACTORS = "limits/pay_later_factor.csv"


def run(*arguments: object) -> int:
    """Run a command; return its exit code."""
    return main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a synthetic book."""
    path = tmp_path_factory.mktemp("made") / "book.parquet"
    assert run("book", "make", "--customers", 800, "--seed", 4, "--out", path) == 0
    return path


def search(book: Path, out: Path, table: str, *options: object) -> list[dict[str, object]]:
    """Search a table of the standard strategy; return its candidates."""
    base = ["strategy", "search", book, "--strategy", STANDARD, "--table", table, "--out", out]
    assert run(*base, *options) == 0
    found: list[dict[str, object]] = json.loads((out / "search.json").read_text())["candidates"]
    return found


def test_the_frontier_is_not_beaten(book: Path, tmp_path: Path) -> None:
    """No candidate has less loss and more profit than one on the frontier."""
    found = [each for each in search(book, tmp_path / "out", FACTORS) if not each["fault"]]
    points = [
        (Decimal(str(each["expected_loss"])), Decimal(str(each["expected_profit"])))
        for each in found
    ]
    best = [point for point, each in zip(points, found, strict=True) if each["on_frontier"]]

    assert best
    assert not any(
        loss <= other_loss
        and profit >= other_profit
        and (loss, profit) != (other_loss, other_profit)
        for other_loss, other_profit in best
        for loss, profit in points
    )


def test_a_proposal_is_one_table_that_loads(book: Path, tmp_path: Path) -> None:
    """Each proposal holds the changed table and its difference, and makes a sound strategy."""
    search(book, tmp_path / "out", FACTORS)
    folders = sorted((tmp_path / "out" / "proposals").iterdir())

    assert folders
    for folder in folders:
        held = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        assert held == ["change.diff", FACTORS]
        proposed = load({**standard_files(), FACTORS: (folder / FACTORS).read_bytes()})
        assert proposed.logic_hash != load(standard_files()).logic_hash
        assert "\n+" in (folder / "change.diff").read_text()


def test_a_proposal_of_a_clean_table_is_clean(book: Path, tmp_path: Path) -> None:
    """Lint finds no error in a strategy whose proposed table replaces a clean one."""
    search(book, tmp_path / "out", FACTORS, "--by", "0.8", "--shift", "0")
    trial = tmp_path / "trial"
    shutil.copytree(STANDARD, trial)
    shutil.copy(tmp_path / "out" / "proposals" / "01" / FACTORS, trial / FACTORS)

    assert run("strategy", "lint", trial) == 0


def test_nothing_in_the_strategy_changes(book: Path, tmp_path: Path) -> None:
    """The strategy's folder holds the same files with the same bytes after a search."""
    before = {path: path.read_bytes() for path in STANDARD.rglob("*") if path.is_file()}
    for number, table in enumerate(("gates.csv", "scorecard.csv", "prices/cash_loan_margin.csv")):
        search(book, tmp_path / str(number), table, "--sample", 200)

    assert {path: path.read_bytes() for path in STANDARD.rglob("*") if path.is_file()} == before


def test_a_sample_comes_near_the_whole(book: Path, tmp_path: Path) -> None:
    """A half sample's change of profit is within five standard errors of the whole book's."""
    by = ["--by", "0.8", "--shift", "0"]
    (_, whole) = search(book, tmp_path / "whole", FACTORS, *by, "--sample", 0)
    (_, half) = search(book, tmp_path / "half", FACTORS, *by, "--sample", 400)
    apart = Decimal(str(half["profit_change"])) - Decimal(str(whole["profit_change"]))

    assert whole["profit_change_error"] == "0.00"
    assert 0 < abs(apart) < 5 * Decimal(str(half["profit_change_error"]))


def test_the_same_search_twice_has_the_same_bytes(book: Path, tmp_path: Path) -> None:
    """A second search with the same seed gives the same record and pages."""
    for out in ("one", "two"):
        search(book, tmp_path / out, "gates.csv", "--sample", 300)

    for name in ("search.json", "search.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_an_unsound_candidate_is_left_out_with_its_reason(book: Path, tmp_path: Path) -> None:
    """A candidate that turns a rising column is listed without figures, with the reason."""
    found = search(book, tmp_path / "out", FACTORS, "--rows", "540", "--by", "3", "--shift", "0")

    assert [each["fault"] != "" for each in found] == [False, True]
    assert "no longer run one way" in str(found[1]["fault"])
    assert not (tmp_path / "out" / "proposals").exists()


@pytest.mark.parametrize(("language", "said"), [("en", "The frontier"), ("zh", "前沿")])
def test_the_page_is_in_the_language_asked_for(
    book: Path, tmp_path: Path, language: str, said: str
) -> None:
    """The page has its sections in the language asked for."""
    search(book, tmp_path / "out", FACTORS, "--sample", 100, "--lang", language)
    page = (tmp_path / "out" / "search.html").read_text()

    assert f"<h2>{said}</h2>" in page
    assert all(f'<section id="{name}">' in page for name in ("frontier", "all", "assumed"))


def test_bad_inputs_are_one_clear_fault(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table that is none, too many candidates, a share above one: one line, exit code 2."""
    base = ["strategy", "search", book, "--strategy", STANDARD, "--out", tmp_path / "out"]
    cases: list[tuple[list[object], str]] = [
        (["--table", "limits.toml"], "--table: limits.toml: one table of the strategy: "),
        (["--table", "../x.csv"], "--table: ../x.csv: "),
        (["--table", FACTORS, "--most", 3], "--by: 14 candidates: at most 3 candidates"),
        (["--table", FACTORS, "--by", "1", "--shift", "0"], "--by: nothing: "),
        (["--table", FACTORS, "--shift", "x"], "--shift: x: whole numbers"),
        (["--table", FACTORS, "--lgd", "2000000"], "--lgd: 2000000: 0 to 1000000 ppm"),
        (["--table", FACTORS, "--sample", "-1"], "--sample -1: "),
        (["--table", "scorecard.csv", "--shift=1"], "--shift: scorecard.csv: points are scaled"),
    ]
    for options, said in cases:
        assert run(*base, *options) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()
