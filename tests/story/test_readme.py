"""README's path over the real book, run as it stands, every figure held to what comes out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from tests.books import real_table
from tests.tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text("utf-8")
STORY = README.split("## A real book")[1].split("\n## ")[0]
PROGRAMS = {"twinline": [sys.executable, "-m", "twinline"], "python": [sys.executable]}
PATH = ("import", "train", "lint", "test", "review", "explain", "replay", "check", "monitor")


@dataclass(frozen=True)
class Step:
    """A command of the story, and the lines shown under it."""

    words: tuple[str, ...]
    shown: tuple[str, ...]


def steps() -> list[Step]:
    """Return the story's commands in order, each with what is shown of its output."""
    lines = [line[4:] for line in STORY.splitlines() if line.startswith("    ")]
    starts = [at for at, line in enumerate(lines) if line.split()[0] in PROGRAMS]
    ends = [*starts[1:], len(lines)]
    return [
        Step(tuple(lines[start].split()), tuple(lines[start + 1 : end]))
        for start, end in zip(starts, ends, strict=True)
    ]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[Step, list[str]]]:
    """Run every command where the real book, the strategies and the examples lie."""
    folder = tmp_path_factory.mktemp("readme")
    table = real_table()
    shutil.copy(table, folder / table.name)
    for name in ("strategies", "examples"):
        shutil.copytree(ROOT / name, folder / name)
    said = {}
    for step in steps():
        program, *words = step.words
        done = subprocess.run(
            [*PROGRAMS[program], *words], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(step.words)}: {done.stderr}"
        said[step] = done.stdout.splitlines()
    return folder, said


def test_the_readme_walks_the_whole_path() -> None:
    """From a table to the pages, no step is left out, and the old strategy is compared with."""
    commands = [" ".join(step.words) for step in steps()]

    at = [next(i for i, line in enumerate(commands) if word in line) for word in PATH]
    assert at == sorted(at)
    assert any("--against" in line for line in commands)


def test_the_readme_shows_what_its_commands_print(
    told: tuple[Path, dict[Step, list[str]]],
) -> None:
    """Each line shown under a command is a line that this command prints, figure for figure."""
    shown = [(step, line) for step in steps() for line in step.shown]

    assert len(shown) >= len(PATH)
    for step, line in shown:
        assert line in told[1][step], (step.words, line)


def test_the_readme_says_who_defaulted(told: tuple[Path, dict[Step, list[str]]]) -> None:
    """The shares of defaults by action are those of the review, and every page named is there."""
    folder, _ = told
    action = pq.read_table(folder / "review" / "decisions.parquet")["pay_later_action"]
    outcomes = pq.read_table(folder / "uci.parquet")["defaulted"].to_pylist()
    found = {}
    for each in ("raise", "keep", "cut", "stop"):
        known = [bad for one, bad in zip(action.to_pylist(), outcomes, strict=True) if one == each]
        found[each] = f"{100 * sum(known) / len(known):.0f}"
    sentence = STORY.partition("Of those raised")[2].partition(".")[0]

    assert re.findall(r"(\d+) %", sentence) == list(found.values())
    for page in re.findall(r"`(\w+\.html)`", STORY):
        assert list(folder.rglob(page)), page
