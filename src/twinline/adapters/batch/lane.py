"""Work done behind the caller's back, in order, never far behind and never far ahead."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from concurrent.futures import Future

BEHIND_MAX = 2
T = TypeVar("T")


class Lane:
    """One thread that does what it is given in order; whoever is too far ahead waits for it.

    Made for work that leaves Python's lock alone: encoding, hashing, writing.
    """

    def __init__(self) -> None:
        """Start with nothing to do."""
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._behind: deque[Future[None]] = deque()

    def do(self, work: Callable[[], None]) -> None:
        """Do something once all before it is done; raises what earlier work raised."""
        while len(self._behind) >= BEHIND_MAX:
            self._behind.popleft().result()
        self._behind.append(self._thread.submit(work))

    def finish(self) -> None:
        """Wait until everything is done; raises what it raised."""
        while self._behind:
            self._behind.popleft().result()
        self.end()

    def end(self) -> None:
        """Begin nothing more, and wait for what has begun."""
        self._thread.shutdown(cancel_futures=True)


def ahead(items: Generator[T]) -> Generator[T]:
    """Yield what a generator yields, while a thread has it make the next.

    Made for reading and decoding, as `Lane` is for what follows; raises what the generator raises.
    """
    end = object()
    with ThreadPoolExecutor(max_workers=1) as thread, closing(items):
        following = thread.submit(next, items, end)
        try:
            while (item := following.result()) is not end:
                following = thread.submit(next, items, end)
                yield cast("T", item)
        finally:
            wait([following])
