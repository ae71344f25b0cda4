from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from twinline.adapters.cli.progress import progress_bar

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    """A terminal that remembers what was drawn on it."""

    def isatty(self) -> bool:
        """Be a terminal."""
        return True


def test_a_terminal_sees_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the bar shows what is being done and how much of it is done."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with progress_bar("importing") as progress:
        progress(1, 4)
        progress(4, 4)

    assert "importing" in terminal.getvalue()


def test_a_pipe_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody watches, nothing is drawn."""
    pipe = io.StringIO()
    monkeypatch.setattr(sys, "stderr", pipe)

    with progress_bar("importing") as progress:
        progress(1, 4)

    assert pipe.getvalue() == ""
