"""PostgreSQL for tests: one server for the whole run, a book that is emptied for each test."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from twinline.adapters.postgres.launcher import Launcher
from twinline.adapters.postgres.migrate import make_book

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""What only a test's server may have."""

EMPTIED = (
    "load_chunk",
    "load",
    "customer",
    "journal",
    "hold",
    "refused",
    "line",
    "fact",
    "contract",
    "outbox",
    "rollup",
    "record",
    "api_key",
    "access",
    "letter",
    "subscriber",
    "person_field",
    "person",
    "personal_reading",
    "keyring_mark",
    "closing",
)


_MEMORY = Path("/dev/shm")  # noqa: S108 - each folder in it is made for one test alone
_ROOM_BYTES = 2**30


@contextmanager
def quick_folder() -> Iterator[Path]:
    """Yield a folder that any user may enter: in memory where there is room, for its speed."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES
    with tempfile.TemporaryDirectory(prefix="twinline-", dir=_MEMORY if roomy else None) as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder


@contextmanager
def server() -> Iterator[str]:
    """Yield the address of a server that ends with the run."""
    with quick_folder() as folder:
        launcher = Launcher(folder / "db")
        launched = launcher.start(QUICK)
        try:
            yield launched.url
        finally:
            launcher.stop()


def new_database(url: str, name: str) -> str:
    """Make an empty database on a server; return its address."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return url.rsplit("/", 1)[0] + f"/{name}"


def new_book(url: str, name: str) -> str:
    """Make a database with an empty book; return its address."""
    made = new_database(url, name)
    assert make_book(made)
    return made


def empty(url: str) -> None:
    """Empty a book, as nobody but a test ever does."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in EMPTIED:  # small as they are, this is quicker than TRUNCATE
            table = sql.Identifier("twinline", name)
            connection.execute(sql.SQL("DELETE FROM {}").format(table))
        connection.execute("UPDATE twinline.watermark SET xact = 0, position = 0")
