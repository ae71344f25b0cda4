"""The real book, where it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tables import ROOT

REAL = "uci_credit_card.train.parquet"


def real_table() -> Path:
    """Return the real book's table, or skip with a clear word."""
    folder = Path(os.environ.get("TWINLINE_BOOKS", ROOT.parent / "shared" / "books"))
    if not (folder / REAL).is_file():
        pytest.skip(f"{REAL} is not here; set TWINLINE_BOOKS to the folder that holds it")
    return folder / REAL
