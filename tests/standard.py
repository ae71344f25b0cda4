"""The standard strategy as tests need it: its files, loaded, and a customer to decide."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from twinline.app.book import readable_columns
from twinline.decision.load import load_strategy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.decision.strategy import Strategy

FOLDER = Path(__file__).parents[1] / "strategies" / "standard"
BESIDE = frozenset({"cases.jsonl", "monitor.toml", "training.toml"})
"""Files that stand beside the tables: no decision reads them."""


@cache
def _files() -> dict[str, bytes]:
    paths = (path for path in FOLDER.rglob("*") if path.is_file() and path.name not in BESIDE)
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}


def standard_files() -> dict[str, bytes]:
    """Return the files of the standard strategy, a copy to do with as one likes."""
    return dict(_files())


def load(files: Mapping[str, bytes]) -> Strategy:
    """Return the strategy of files that read the standard book."""
    return load_strategy(files, columns=readable_columns())


@cache
def standard() -> Strategy:
    """Return the standard strategy."""
    return load(_files())


@cache
def referring() -> Strategy:
    """Return the standard strategy, but that a person decides where it does not know the income.

    And where there are three other lenders.
    """
    files = standard_files()
    income = b'reads = "income_minor"\nmissing = '
    assert income + b'"bin"' in files["features.toml"]
    files["features.toml"] = files["features.toml"].replace(income + b'"bin"', income + b'"refer"')
    files["gates.csv"] += (
        b'three lenders,"coalesce(lenders_elsewhere, 0) == 3",pay_later,refer,MANY_LENDERS\n'
    )
    return load(files)
