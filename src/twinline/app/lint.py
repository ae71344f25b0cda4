"""A strategy's folder checked for mistakes, as of the day it is to be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.app.book import readable_columns
from twinline.compliance.law import read_law
from twinline.decision.lint.checks import lint

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from twinline.app.review_ports import Shelf
    from twinline.decision.lint.checks import Remark


def lint_strategy(folder: Path, on: date | None, shelf: Shelf) -> tuple[Remark, ...]:
    """Return what lint finds in a folder; without a day, on that of the law's table."""
    day = on or read_law(shelf.law_text()).known_on
    return lint(shelf.strategy_files(folder), columns=readable_columns(), on=day)
