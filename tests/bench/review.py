"""A book of a million reviewed, Parquet to Parquet, beside pyarrow copying its columns: B2."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tests.bench.figure import Figure, table
from twinline.adapters.batch.decision_schema import repeating

ROOT = Path(__file__).resolve().parents[2]
STANDARD = ROOT / "strategies" / "standard"
TWINLINE = [sys.executable, "-m", "twinline"]
MADE, COPIES, LARGE, ROUNDS = 50_000, 20, 400, 5
ROWS_PER_GROUP = 2**16
GB = 2**30
Spent = tuple[float, float, float]
"""Seconds of wall, seconds of CPU, gigabytes at the most."""


def figures() -> list[Figure]:
    """Return the review's time and memory beside pyarrow's in the same minute."""
    with TemporaryDirectory() as folder:
        book, out = Path(folder) / "book.parquet", Path(folder) / "review"
        make_book(book, COPIES)
        review = [*TWINLINE, "review", str(book), "--strategy", str(STANDARD), "--out", str(out)]
        spend(review)  # the first finds the files cold
        decisions = out / "decisions.parquet"
        rounds, alike = [], []
        for _ in range(ROUNDS):
            rounds.append((copy(book, decisions), spend(review)))
            alike.append(rounds[-1][1][1] / copy(book, decisions, repeating())[1])
    size = _millions(COPIES)
    wall = tuple(ours[0] / theirs[0] for theirs, ours in rounds)
    cpu = tuple(ours[1] / theirs[1] for theirs, ours in rounds)

    def figure(name: str, unit: str, found: tuple[float, ...], bound: float | None) -> Figure:
        return Figure(budget="B2", name=f"{name}, {size}", unit=unit, rounds=found, bound=bound)

    return [
        figure("review, wall", "s", tuple(ours[0] for _, ours in rounds), None),
        figure("review, CPU", "s", tuple(ours[1] for _, ours in rounds), None),
        figure("pyarrow copying the columns, wall", "s", tuple(a[0] for a, _ in rounds), None),
        figure("pyarrow copying the columns, CPU", "s", tuple(a[1] for a, _ in rounds), None),
        figure("review over pyarrow, wall", "×", wall, 2.5),
        figure("review over pyarrow, CPU", "×", cpu, None),
        figure("review over pyarrow writing with its options, CPU", "×", tuple(alike), None),
        figure("review, peak memory", "GB", tuple(ours[2] for _, ours in rounds), 1.5),
    ]


def large() -> list[Figure]:
    """Return the time and memory of one review of twenty million rows: some minutes, 3 GB of disk.

    The book and its review lie in a temporary folder that is removed.
    """
    with TemporaryDirectory() as folder:
        book, out = Path(folder) / "book.parquet", Path(folder) / "review"
        make_book(book, LARGE)
        review = [*TWINLINE, "review", str(book), "--strategy", str(STANDARD), "--out", str(out)]
        wall, cpu, memory = spend(review)
    size = _millions(LARGE)
    return [
        Figure(budget="B2", name=f"review, wall, {size}", unit="s", rounds=(wall,)),
        Figure(budget="B2", name=f"review, CPU, {size}", unit="s", rounds=(cpu,)),
        Figure(
            budget="B2",
            name=f"review, peak memory, {size}",
            unit="GB",
            rounds=(memory,),
            bound=1.5,
        ),
    ]


def _millions(copies: int) -> str:
    return f"{MADE * copies // 1_000_000} million rows"


def make_book(path: Path, copies: int) -> None:
    """Write a synthetic book many times over, each time under other ids, a copy at a time."""
    once = path.with_name("once.parquet")
    size = ["--customers", str(MADE), "--seed", "1", "--out", str(once)]
    subprocess.run([*TWINLINE, "book", "make", *size], check=True, stdout=subprocess.DEVNULL)
    rows = pq.read_table(once)
    held: list[pa.Table] = []
    with pq.ParquetWriter(path, rows.schema, compression="zstd") as writer:
        for number in range(copies):
            ids = pc.binary_join_element_wise(rows["customer_id"], f"-{number}", "")
            held.append(rows.set_column(0, rows.schema.field(0), ids))
            whole = pa.concat_tables(held)
            full = whole.num_rows // ROWS_PER_GROUP * ROWS_PER_GROUP
            writer.write_table(whole.slice(0, full), ROWS_PER_GROUP)
            held = [whole.slice(full)]
        writer.write_table(held[0], ROWS_PER_GROUP)


def spend(command: list[str]) -> Spent:
    """Return what a command and the processes it waits for spend, its start included."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    assert os.waitstatus_to_exitcode(status) == 0, command
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / GB


def copy(
    book: Path, decisions: Path, dictionaries: list[str] | None = None
) -> tuple[float, float]:
    """Return the seconds of wall and CPU to read a book and to write its decisions with pyarrow.

    To read the decisions that are written takes time too; it is left out. Columns have
    dictionaries as pyarrow likes it, all, or those named.
    """
    wall, cpu = -time.perf_counter(), -time.process_time()
    with pq.ParquetFile(book) as file:
        for _ in file.iter_batches(ROWS_PER_GROUP):
            pass
    wall, cpu = wall + time.perf_counter(), cpu + time.process_time()
    again = decisions.with_name("again.parquet")
    with pq.ParquetFile(decisions) as file:
        writer = pq.ParquetWriter(
            again, file.schema_arrow, compression="zstd", use_dictionary=dictionaries or True
        )
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            wall, cpu = wall - time.perf_counter(), cpu - time.process_time()
            writer.write_table(rows, ROWS_PER_GROUP)
            wall, cpu = wall + time.perf_counter(), cpu + time.process_time()
        writer.close()
    again.unlink()
    return wall, cpu


def main() -> None:
    """Print the figures."""
    print(table(figures()))


if __name__ == "__main__":
    main()
