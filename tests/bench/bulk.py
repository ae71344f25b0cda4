"""A reviewed book of a million loaded into the bank, beside COPY of the same rows."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psycopg

from tests.bench.figure import Figure, table
from tests.bench.review import COPIES, MADE, STANDARD, TWINLINE, make_book, spend
from tests.databases import new_book
from twinline.adapters.postgres.bulk_rows import TABLES
from twinline.adapters.postgres.launcher import Launcher
from twinline.adapters.postgres.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK_BYTES = 2**20
ROUNDS = 1


WEIGHT = ("--instalment-weight", "1.5")
"""As the standard strategy weighs an instalment."""


def figures(copies: int = COPIES, rounds: int = ROUNDS) -> list[Figure]:
    """Return what loading takes beside COPY, both durably into a book that is empty."""
    with TemporaryDirectory() as name, server(Path(name) / "db") as url:
        folder = Path(name)
        book, review = folder / "book.parquet", folder / "review"
        make_book(book, copies)
        spend([*TWINLINE, "review", str(book), "--strategy", str(STANDARD), "--out", str(review)])
        load = [*TWINLINE, "bank", "load", str(book), "--decisions", str(review), *WEIGHT]
        found = []
        for number in range(rounds):
            loaded = new_book(url, f"loaded_{number}")
            ours = spend([*load, "--database", loaded])
            found.append((ours, copied(loaded, new_book(url, f"copied_{number}"), folder)))
            dropped(url, f"loaded_{number}", f"copied_{number}")
    size = f"{MADE * copies:,} customers"

    def figure(name: str, unit: str, values: Iterator[float]) -> Figure:
        return Figure(budget="Bulk", name=f"{name}, {size}", unit=unit, rounds=tuple(values))

    return [
        figure("loading, wall", "s", (ours[0] for ours, _ in found)),
        figure("loading, CPU without the server's", "s", (ours[1] for ours, _ in found)),
        figure("loading, peak memory", "GB", (ours[2] for ours, _ in found)),
        figure("COPY of the same rows, wall", "s", (theirs for _, theirs in found)),
        figure("loading over COPY, wall", "×", (ours[0] / theirs for ours, theirs in found)),
    ]


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Yield the address of a durable server of its own."""
    launcher = Launcher(folder)
    try:
        yield launcher.start().url
    finally:
        launcher.stop()


def copied(source: str, target: str, folder: Path) -> float:
    """Return the seconds to COPY a book's rows into another, one transaction for each table."""
    seconds = 0.0
    for name in TABLES:
        file = folder / name
        writing = statement(f"copy_{name}")
        with (
            connected(source) as connection,
            connection.cursor().copy(writing.replace(b"FROM STDIN", b"TO STDOUT")) as rows,
            file.open("wb") as kept,
        ):
            for block in rows:
                kept.write(block)
        started = time.perf_counter()
        with (
            connected(target) as connection,
            file.open("rb") as kept,
            connection.cursor().copy(writing) as rows,
        ):
            while block := kept.read(BLOCK_BYTES):
                rows.write(block)
        seconds += time.perf_counter() - started
        file.unlink()
    return seconds


def connected(url: str) -> psycopg.Connection:
    """Return a session that finds our tables."""
    return psycopg.connect(url, options="-c search_path=twinline")


def dropped(url: str, *names: str) -> None:
    """Drop databases."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in names:
            connection.execute(
                psycopg.sql.SQL("DROP DATABASE {}").format(psycopg.sql.Identifier(name))
            )


def main() -> None:
    """Print the figures; a number of copies of the book may be given."""
    copies = int(sys.argv[1]) if len(sys.argv) > 1 else COPIES
    print(table(figures(copies)))


if __name__ == "__main__":
    main()
