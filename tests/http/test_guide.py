"""The guide's commands are run as they stand there, by a shell, against a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.http.process import running

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "integrate.md"
BLOCK = re.compile(r"```(sh|text)\n(.*?)```\n", re.DOTALL)
MARK = "-- end of block --"


def steps(guide: str) -> Iterator[tuple[str, str]]:
    """Yield each block of commands with what it is said to print."""
    blocks = BLOCK.findall(guide)
    for place, (kind, text) in enumerate(blocks):
        if kind == "sh":
            shown = blocks[place + 1 : place + 2]
            yield text, shown[0][1] if shown and shown[0][0] == "text" else ""


def test_the_guide_says_what_happens(tmp_path: Path) -> None:
    """Every command of the guide prints what the guide says it prints."""
    (start, banner), (sign_in, _), *asked = steps(GUIDE.read_text(encoding="utf-8"))
    assert start == "twinline serve --memory\n"
    assert "URL=" in sign_in

    with running("--memory") as server:
        told = server.told.replace(server.address, "http://127.0.0.1:8000")
        assert re.sub("twl_.*", "twl_…", told) == banner
        script = f"URL={server.address}\nKEY={server.key}\n" + "".join(
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
