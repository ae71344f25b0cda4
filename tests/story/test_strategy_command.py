"""`twinline strategy`: exit codes and last lines, as a risk team's own checks rely on them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.standard import FOLDER
from twinline.wiring import main

if TYPE_CHECKING:
    from pathlib import Path

STANDARD = str(FOLDER)
CAUTIOUS = str(FOLDER.parent / "challengers" / "cautious")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the standard strategy to spoil."""
    folder = tmp_path / "mine"
    shutil.copytree(FOLDER, folder)
    return folder


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    """Replace some words of a file."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the last line that was printed."""
    return capsys.readouterr().out.splitlines()[-1]


def test_a_clean_strategy_exits_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing found is said in one line, and strictness changes nothing."""
    assert main(["strategy", "lint", STANDARD, "--strict"]) == 0
    assert capsys.readouterr().out == f"{STANDARD}: nothing found\n"


def test_a_warning_counts_when_strict(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning is told and exits with 0, with 1 where every warning counts."""
    spoil(copy, "strategy.toml", "[amounts]", '[amounts]\nspare_minor = "1"')

    assert main(["strategy", "lint", str(copy)]) == 0
    assert main(["strategy", "lint", str(copy), "--strict"]) == 1
    assert last_line(capsys) == f"{copy}: 0 errors, 1 warning, 0 notes"


def test_an_error_exits_with_2(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What must not decide anyone exits with 2, be it lint's own or the loader's."""
    spoil(copy, "prices.toml", '"law_price_ceiling_ppm"', '"300_000"')

    assert main(["strategy", "lint", str(copy)]) == 2
    assert last_line(capsys) == f"{copy}: 1 error, 0 warnings, 0 notes"

    spoil(copy, "gates.csv", "late_now >= 3", "late_then >= 3")

    assert main(["strategy", "lint", str(copy)]) == 2
    assert last_line(capsys) == f"{copy}: 1 error, 0 warnings, 0 notes"


def test_the_day_of_use_decides_what_has_begun(copy: Path) -> None:
    """A dated value that begins next year is an error today and none then."""
    days = "2020-01-01 = 36_000\n2025-01-01 = 31_000\n2026-01-01 = 30_000"
    spoil(copy, "strategy.toml", days, "2027-01-01 = 28_000")

    assert main(["strategy", "lint", str(copy)]) == 2
    assert main(["strategy", "lint", str(copy), "--on", "2027-01-01"]) == 0


def test_cases_pass_or_fail(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All cases passed exits with 0; one that fails is counted once and exits with 1."""
    count = len((copy / "cases.jsonl").read_text(encoding="utf-8").splitlines())

    assert main(["strategy", "test", STANDARD]) == 0
    assert last_line(capsys) == f"{STANDARD}: {count} cases passed"

    spoil(copy, "cases.jsonl", '"action": "invite"', '"action": "decline"')

    assert main(["strategy", "test", str(copy)]) == 1
    assert last_line(capsys) == f"{copy}: 1 of {count} cases failed"


def test_what_a_committee_reads(capsys: pytest.CaptureFixture[str]) -> None:
    """Both strategies by name, then what the cautious one does otherwise, under headings."""
    assert main(["strategy", "diff", STANDARD, CAUTIOUS]) == 0
    said = capsys.readouterr().out.splitlines()

    assert said[0].startswith("- standard 2026-11, credit committee (logic ")
    assert said[1].startswith("+ cautious 2026-11, credit committee (logic ")
    assert "    amount 'cash_loan_ticket_minor': 200,000.00 → 100,000.00" in said
    gates = said.index("Who is stopped, referred or declined")
    assert gates < said.index("Tables of limits") < said.index("Wording only")
