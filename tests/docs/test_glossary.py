"""The glossary names what the code names, once each, in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "glossary.md").read_text("utf-8"))
SOURCE = ROOT / "src" / "twinline"


def texts() -> Iterator[str]:
    """Yield what stands in every file of the sources."""
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in {".py", ".sql", ".toml"}:
            yield path.read_text("utf-8")


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every name and every part of a name that the sources hold, in small letters."""
    names = {name.lower() for text in texts() for name in re.findall(r"[A-Za-z_]+", text)}
    return names | {part for name in names for part in name.split("_")}


def test_every_name_of_the_glossary_is_one_of_the_code(words: set[str]) -> None:
    """A name that no source spells so has changed, and the glossary with it."""
    assert len(ROWS) > 60
    assert [name for name, _, _ in ROWS if not set(name.split()) <= words] == []


def test_every_name_stands_once_with_its_chinese() -> None:
    """No name is told twice, and each has its Chinese."""
    names = [name for name, _, _ in ROWS]

    assert sorted(set(names)) == sorted(names)
    assert [name for name, chinese, _ in ROWS if not re.search("[\u4e00-\u9fff]", chinese)] == []
