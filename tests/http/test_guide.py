"""The guide's commands are run as they stand there, by a shell, against a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.databases import quick_folder
from tests.http.process import running, twinline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.http.process import Running

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "integrate.md"
BLOCK = re.compile(r"```(sh|text)\n(.*?)```\n", re.DOTALL)
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
LEFT = re.compile(r"^ *(pay-later .*)$", re.MULTILINE)
MARK = "-- end of block --"


def steps(guide: str) -> Iterator[tuple[str, str]]:
    """Yield each block of commands with what it is said to print."""
    blocks = BLOCK.findall(guide)
    for place, (kind, text) in enumerate(blocks):
        if kind == "sh":
            shown = blocks[place + 1 : place + 2]
            yield text, shown[0][1] if shown and shown[0][0] == "text" else ""


@pytest.fixture(params=["memory", "postgres"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Running, str]]:
    """Yield a server as the guide starts it, or on a database, and a key."""
    if request.param == "memory":
        with running("--memory") as in_memory:
            yield in_memory, in_memory.key
        return
    with quick_folder() as folder:
        database = ("--folder", str(folder / "db"))
        keyring = ("--keyring", str(folder / "keyring.json"))
        with running(*database, *keyring, last="simulated") as kept:
            yield kept, twinline("key", "add", "shop", *database).stdout.strip()
            assert kept.stop() == 0


@pytest.mark.slow
def test_the_guide_says_what_happens(tmp_path: Path, server: tuple[Running, str]) -> None:
    """Every command of the guide prints what the guide says it prints, wherever the bank is."""
    bank, key = server
    (start, banner), (sign_in, _), *asked = steps(GUIDE.read_text(encoding="utf-8"))
    assert start == "twinline serve --memory\n"
    assert "URL=" in sign_in
    told = bank.told.replace(bank.address, "http://127.0.0.1:8000")
    if "in memory" in told:
        assert re.sub("twl_.*", "twl_…", told) == banner

    script = f"URL={bank.address}\nKEY={key}\n" + "".join(
        f"{commands}echo '{MARK}'\n" for commands, _ in asked
    )
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607 - the reader's own shell
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    printed = ran.stdout.split(f"{MARK}\n")[:-1]
    assert printed == [shown for _, shown in asked], ran.stderr


def test_the_readme_shows_what_the_guide_shows() -> None:
    """What README says is left after each of its steps stands in the guide, in that order."""
    bank = README.split("## The bank")[1].split("\n## ")[0]
    guide = GUIDE.read_text(encoding="utf-8")
    (start, _), *_ = steps(guide)
    told = iter(LEFT.findall(guide))

    assert f"    {start}" in bank
    assert len(LEFT.findall(bank)) >= 4
    assert all(line in told for line in LEFT.findall(bank))
