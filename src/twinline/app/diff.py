"""Two strategies' folders compared, as a page for a credit committee."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.app.review import usable_strategy
from twinline.decision.diff.change import told
from twinline.decision.diff.compare import diff, side_of

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.review_ports import Shelf


def diff_strategies(before: Path, after: Path, shelf: Shelf) -> str:
    """Return what changed from one folder to the other."""
    sides = []
    for folder in (before, after):
        files = shelf.strategy_files(folder)
        sides.append(side_of(usable_strategy(folder, files, 1), files))
    return told(sides[0].strategy, sides[1].strategy, diff(sides[0], sides[1]))
