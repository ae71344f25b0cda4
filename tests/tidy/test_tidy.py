from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.tidy import rules
from tests.tidy.rules import File

ROOT = Path(__file__).parents[2]
MADE = {
    ".git",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "__pycache__",
}


def tracked() -> dict[str, File]:
    """Return the files git tracks, or, in a copy without git, all that no tool made."""
    return {
        path: File(path, (ROOT / path).read_bytes())
        for path in _listed() or _found()
        if (ROOT / path).is_file()
    }


def _listed() -> list[str]:
    command = ["git", "ls-files", "-z"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return listing.stdout.decode().split("\0")


def _found() -> list[str]:
    found: list[str] = []
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in MADE]
        found += [
            Path(folder, name).relative_to(ROOT).as_posix() for name in names if name not in MADE
        ]
    return found


def test_the_tree_is_tidy() -> None:
    """No tidy rule has a complaint about any tracked file."""
    found = list(rules.complaints(tracked()))

    assert not found, "\n".join(["", *found])


def test_a_copy_without_git_is_checked_too() -> None:
    """Walking the folders finds every file that git lists."""
    assert set(tracked()) <= set(_found())


def test_every_leave_is_still_taken() -> None:
    """A leave names a rule and a file that would break it, so that none outlives its reason."""
    by_name = {rule.__name__: rule for rule in rules.RULES}
    files = tracked()

    stale = [leave for leave in rules.LEAVES if not list(by_name[leave[0]](files[leave[1]]))]

    assert stale == []
