from __future__ import annotations

import importlib.util
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.tables import ROOT
from twinline.adapters.batch.mapping import BOOK_KEYS, COLUMN_KEYS, TABLE_KEYS, read_mapping

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = ROOT / "docs/reference"


@pytest.mark.parametrize("name", ["accounts", "book", "entries", "lint", "refusals"])
def test_a_made_page_is_current(name: str) -> None:
    """A page is what its script makes of the declaration today."""
    spec = importlib.util.spec_from_file_location(f"make_{name}", REFERENCE / f"make_{name}.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    assert (REFERENCE / f"{name}.md").read_text(encoding="utf-8") == script.page()


def test_the_page_of_mappings_knows_every_key() -> None:
    """docs/reference/mapping.md explains every key, and its lines are a valid mapping."""
    text = (REFERENCE / "mapping.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)

    assert all(f"| `{key}` |" in text for key in BOOK_KEYS | COLUMN_KEYS | TABLE_KEYS)
    assert len(tomllib.loads(lines)) == lines.count("\n")


def test_the_lines_of_the_page_are_accepted(tmp_path: Path) -> None:
    """What the page shows can be used as it stands."""
    text = (REFERENCE / "mapping.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    frame = '[book]\ncurrency = "CNY"\nlicence = "CF"\nas_of_on = 2026-10-31\n[columns]\n'
    path = tmp_path / "m.toml"
    path.write_text(f'{frame}customer_id = "no"\n{lines}', encoding="utf-8")

    assert len(read_mapping(path).entries) == 3 + 1 + 1 + 2 + 1 + 1 + 2 + 1 + 1
