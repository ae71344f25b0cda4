from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.shots.chromium import NoChromiumError, chromium
from tests.shots.take import PHONE, WIDE, Shot, take

if TYPE_CHECKING:
    from pathlib import Path

    from _pytest.monkeypatch import MonkeyPatch

PNG = b"\x89PNG"


def test_a_machine_without_chromium_is_told_what_would_help(monkeypatch: MonkeyPatch) -> None:
    """Whoever names no browser that is there reads how to get or name one."""
    monkeypatch.setenv("CHROMIUM", "no-such-browser")

    with pytest.raises(NoChromiumError, match="make shots CHROMIUM="):
        chromium()


@pytest.mark.slow
def test_pictures_are_laid_out_at_the_width_asked_for(tmp_path: Path) -> None:
    """A page of 800 pixels fits a wide screen, and is 410 too wide for a phone; both are taken."""
    try:
        program = chromium()
    except NoChromiumError as error:
        pytest.skip(str(error))
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><meta name="viewport" content="width=device-width">'
        '<body style="margin:0"><div style="width:800px;height:4100px"></div>'
    )
    shots = [Shot(page=page, name=f"{width}", width=width) for width in (PHONE, WIDE)]

    assert take(shots, tmp_path, program) == ["390: 410 pixels wider than its screen"]
    assert sorted(each.name for each in tmp_path.glob("*.png")) == [
        "1280-1.png", "1280-2.png", "390-1.png", "390-2.png",
    ]  # fmt: skip
    assert all(each.read_bytes().startswith(PNG) for each in tmp_path.glob("*.png"))
