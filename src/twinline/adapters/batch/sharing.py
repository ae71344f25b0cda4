"""A book's parts decided by one process or by several, in the book's order either way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

from twinline.adapters.batch.book_file import BookReader
from twinline.adapters.batch.deciding import BatchDecider
from twinline.app.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from twinline.adapters.batch.book_file import Part
    from twinline.app.review_ports import Decided, Deciding

ROWS_WORTH_A_PROCESS = 100_000
"""A process starts in the time in which another decides about so many rows."""

PART_ROWS_MAX = 1 << 18
"""A part with more rows than this is too big to be held as one result."""


class LostProcessError(RuntimeError):
    """A process that was deciding has ended before its time."""

    def __init__(self, code: int | None) -> None:
        """Say how it ended; a code below zero is the signal that ended it."""
        super().__init__(f"a deciding process ended with code {code}, perhaps out of memory")


@contextmanager
def decided(
    reader: BookReader, deciding: Deciding, jobs: int | None
) -> Iterator[Iterator[Decided]]:
    """Decide a book in order; without a number of jobs, as many as are worth their start.

    One core is left to whoever hashes and writes what is decided. Leaving the context ends all
    processes, whatever they are at.
    """
    parts = reader.parts()
    wanted = min(_cores() - 1, reader.rows // ROWS_WORTH_A_PROCESS) if jobs is None else jobs
    wanted = min(wanted, len(parts))
    if wanted <= 1 or any(part.rows > PART_ROWS_MAX for part in parts):
        yield _alone(reader, deciding)
        return
    workers: list[_Worker] = []
    try:
        with _interrupts_held():
            for place in range(wanted):
                own = parts[place::wanted]
                workers.append(_Worker(reader.path, deciding, reader.currency, own))
        yield (rows for place in range(len(parts)) for rows in workers[place % wanted].next_part())
    finally:
        for worker in workers:
            worker.end()


def _alone(reader: BookReader, deciding: Deciding) -> Iterator[Decided]:
    decider = BatchDecider(deciding, reader.currency)
    first_row = 1
    for batch in reader.batches(decider.columns):
        yield decider.decide(batch, first_row)
        first_row += batch.num_rows


def _cores() -> int:
    """Return how many cores this process may use."""
    with suppress(AttributeError):  # not every system tells
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start processes that never see an interruption: whoever started them ends them.

    A terminal interrupts every process of its group. What reaches this process meanwhile, in
    whichever thread, is raised when all have started. Python's tracker of resources lets
    interruptions through once it runs, so it starts before they are blocked.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: arrived.append(number))
    try:
        resource_tracker.ensure_running()
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, before)
    if arrived:
        raise KeyboardInterrupt


class _Worker:
    """A process that decides its parts one after another, and waits while nobody takes them."""

    def __init__(
        self, path: Path, deciding: Deciding, currency: str, parts: Sequence[Part]
    ) -> None:
        context = multiprocessing.get_context("spawn")  # Arrow has threads, which no fork copies
        self._results, results = context.Pipe(duplex=False)
        self._process: BaseProcess = context.Process(
            target=_work, args=(results, path, deciding, currency, parts), daemon=True
        )
        self._process.start()
        results.close()

    def next_part(self) -> list[Decided]:
        """Return the decisions of the next of its parts; raises the fault it met there."""
        try:
            found = self._results.recv()
        except EOFError:
            self._process.join()
            raise LostProcessError(self._process.exitcode) from None
        if isinstance(found, Fault):
            raise found
        rows: list[Decided] = found
        return rows

    def end(self) -> None:
        """End the process and wait until it is gone."""
        self._results.close()
        self._process.terminate()
        self._process.join()


def _work(
    results: Connection, path: Path, deciding: Deciding, currency: str, parts: Sequence[Part]
) -> None:
    """Decide parts in a process of its own."""
    with suppress(BrokenPipeError, ConnectionResetError):  # nobody is left to tell
        try:
            decider, reader = BatchDecider(deciding, currency), BookReader(path)
            for part in parts:
                first_row, rows = part.first_row, []
                for batch in reader.part_batches(part, decider.columns):
                    rows.append(decider.decide(batch, first_row))
                    first_row += batch.num_rows
                results.send(rows)
        except Fault as fault:
            results.send(fault)
