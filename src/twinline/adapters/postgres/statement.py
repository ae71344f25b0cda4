"""Statements by name: each is a file of `queries/` that opens with one sentence on what it is."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

_FOLDER: Final = files("twinline.adapters.postgres")


@cache
def statement(name: str) -> bytes:
    """Return a statement. Raises `FileNotFoundError` for a name that is none."""
    return (_FOLDER / "queries" / f"{name}.sql").read_bytes()


def schema() -> tuple[str, ...]:
    """Return the scripts that make a new book, in order; the first one makes the roles."""
    folder = _FOLDER / "schema"
    scripts = sorted(path.name for path in folder.iterdir())
    return tuple((folder / name).read_text(encoding="utf-8") for name in scripts)
