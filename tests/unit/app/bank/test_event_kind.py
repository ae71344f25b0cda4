from __future__ import annotations

from pathlib import Path

import twinline.app.bank
from twinline.app.bank.event_kind import EventKind


def test_every_kind_of_event_is_told_by_some_command() -> None:
    """Nobody subscribes to what never comes: each kind is given where something happens."""
    folder = Path(twinline.app.bank.__path__[0])
    told = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))

    assert [kind for kind in EventKind if f"EventKind.{kind.name}" not in told] == []
