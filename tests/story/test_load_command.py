"""`twinline bank load` as a person runs it: a book made, reviewed, loaded, killed, verified."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.books import real_table
from tests.databases import empty, quick_folder
from tests.tables import ROOT
from twinline.adapters.batch import shelf
from twinline.adapters.memory.bulk import MemoryBulk
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.clock import Clock
from twinline.app.bank.load import LoadRequest, load
from twinline.app.bank.store import CustomerStatus
from twinline.app.bank.verify import verify
from twinline.wiring import main

if TYPE_CHECKING:
    from twinline.app.bank.store import Store

pytestmark = pytest.mark.slow

GUIDE = ROOT / "docs" / "guide" / "load.md"
BLOCK = re.compile(r"```(sh|text)\n(.*?)```\n", re.DOTALL)
TWINLINE = [sys.executable, "-m", "twinline"]
STRATEGY = ROOT / "strategies" / "standard"
MADE = 5_000


def run(*arguments: object) -> int:
    """Run a command; return its exit code."""
    return main([str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a synthetic book and its review."""
    folder = tmp_path_factory.mktemp("load")
    book, review = folder / "book.parquet", folder / "review"
    made = ("book", "make", "--customers", MADE, "--seed", 4, "--as-of", "2025-06-30")
    assert run(*made, "--out", book) == 0
    assert run("review", book, "--strategy", STRATEGY, "--out", review) == 0
    return book, review


def counted(url: str) -> tuple[int, int]:
    """Return how many customers are in a book, and the last row that is done."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM twinline.customer),"
            " (SELECT coalesce(max(last_row), 0) FROM twinline.load_chunk)"
        ).fetchone()
    assert row is not None
    return row


async def findings(store: Store) -> list[str]:
    """Return what is not true of a book that nobody uses."""
    until = datetime.now(UTC) + timedelta(days=1)  # noqa: TID251 - nothing is on its way
    return [str(finding) async for finding in verify(store, until=until)]


def test_a_killed_load_goes_on(
    book: str, reviewed: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed without warning between its chunks, a load goes on; nobody comes twice."""
    empty(book)
    options = ("--instalment-weight", "1.5", "--database", book)
    command = ("bank", "load", reviewed[0], "--decisions", reviewed[1], *options)
    with subprocess.Popen([*TWINLINE, *map(str, command)], cwd=ROOT) as process:
        while not counted(book)[1] and process.poll() is None:
            time.sleep(0.005)
        process.kill()
    customers, last_row = counted(book)
    assert customers == last_row
    assert 0 < last_row <= MADE

    capsys.readouterr()
    assert run(*command) == 0
    said = capsys.readouterr().out
    if last_row < MADE:
        assert said == f"{MADE - last_row:,} customers loaded, {last_row:,} before\n"
    assert counted(book) == (MADE, MADE)
    assert run(*command) == 0
    assert capsys.readouterr().out == f"already loaded: {MADE:,} customers\n"


def test_a_loaded_book_is_verified(
    book: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A book of some hundred lives in PostgreSQL, and what it says of itself is true."""
    empty(book)
    made, review = tmp_path / "b.parquet", tmp_path / "r"
    lot = ("--customers", 300, "--seed", 9, "--as-of", "2025-06-30", "--out", made)
    assert run("book", "make", *lot) == 0
    assert run("review", made, "--strategy", STRATEGY, "--out", review) == 0
    options = ("--database", book, "--instalment-weight", "1.5", "--funder", "trust")
    capsys.readouterr()
    assert run("bank", "load", made, "--decisions", review, *options) == 0
    assert capsys.readouterr().out == "300 customers loaded\n"

    async def check() -> None:
        async with PostgresStore(book) as store:
            assert await findings(store) == []
            snapshot = await store.snapshot("C000000300")
            assert snapshot is not None
            assert snapshot.customer.status is CustomerStatus.IMPORTED
            assert {line.funder for line in snapshot.lines.values()} <= {"trust"}

    asyncio.run(check())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "the following arguments are required: --instalment-weight"),
        (("--instalment-weight", "0.9"), "'0.9' is not a weight from 1 to 100"),
        (
            ("--instalment-weight", "1", "--database", "postgresql://nobody@127.0.0.1:1/none"),
            "the same command goes on",
        ),
        (
            ("--instalment-weight", "1", "--folder", "nothing"),
            "nothing: no book: must be a book's folder",
        ),
    ],
)
def test_what_stands_in_the_way_is_named(
    reviewed: tuple[Path, Path], arguments: tuple[str, ...], said: str
) -> None:
    """No weight or one that is none, a bank or a book that is not there: exit code 2."""
    command = ["bank", "load", str(reviewed[0]), "--decisions", str(reviewed[1]), *arguments]
    ran = subprocess.run(
        [*TWINLINE, *command],
        cwd=ROOT,
        env=os.environ | {"TWINLINE_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert said in ran.stderr


def test_the_guides_commands_do_what_it_says() -> None:
    """Each command of the guide that shows what it prints prints that."""
    blocks = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    commands = "".join(text for kind, text in blocks if kind == "sh")
    shown = "".join(text for kind, text in blocks if kind == "text").splitlines()
    script = f"trap 'jobs -p | xargs -r kill' EXIT\n{commands}"
    with quick_folder() as folder:
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],  # noqa: S607 - the reader's own shell
            cwd=folder,
            env={
                "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
                "PYTHONPATH": str(ROOT / "src"),
                "STRATEGY": str(STRATEGY),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    said = ran.stdout.splitlines()
    started = next(place for place, line in enumerate(said) if line.startswith("started: "))
    assert said[started + 1 :] == [*shown, "stopped"], ran.stderr


class Still(Clock):
    """A clock that stands at a day after the book's."""

    def now(self) -> datetime:
        """Return the moment."""
        return datetime(2026, 11, 10, tzinfo=UTC)

    def new_id(self) -> str:
        """Give no identifiers."""
        raise AssertionError


def test_the_real_book_lives_in_the_bank(tmp_path: Path) -> None:
    """All 24,000 real customers come with what they owe, and the book is true."""
    book, review = tmp_path / "book.parquet", tmp_path / "review"
    assert run("book", "import", "uci", real_table(), "--out", book) == 0
    assert run("review", book, "--strategy", STRATEGY, "--out", review) == 0
    store = MemoryStore()

    async def live() -> None:
        request = LoadRequest(book=book, decisions=review, weight=Fraction(3, 2))
        loaded = await load(request, shelf, MemoryBulk(store), Still(), lambda _done, _all: None)
        assert (loaded.rows, loaded.added) == (24_000, 24_000)
        assert await findings(store) == []

    asyncio.run(live())
