"""Work done behind the caller's back, in order and never far behind."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

BEHIND_MAX = 2


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
