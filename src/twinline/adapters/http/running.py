"""A server that runs until it is told to stop, and then ends what it has begun."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import uvicorn

from twinline.adapters.http.server import application
from twinline.app.fault import InputFault

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType

    from twinline.adapters.http.service import Service

    _Handler = Callable[[int, FrameType | None], Any] | int | signal.Handlers | None

GRACE_S: Final = 30
"""How long requests that have begun may take to end once the server is told to stop."""

Ended = TypeVar("Ended")

_BACKLOG: Final = 2048
_GARBAGE_AT: Final = 20_000
"""How many more objects there must be than at the last search for cycles; Python's own is 700."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that connections come to; port 0 finds a free one. Raises `InputFault`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only of a socket that says it is TCP does asyncio send small answers at once (TCP_NODELAY).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        rule = f"an address of this machine that is free and ours to take ({error.strerror})"
        raise InputFault(place="--host and --port", value=f"{host}:{port}", rule=rule) from None
    return listener


class Stopping:
    """Whether a signal has told the server to stop; within it, both signals do nothing else.

    They are heard from `listen` on, which is called before a person is told that the server is
    there: an earlier signal interrupts the start. On leaving they mean what they meant before.
    """

    def __init__(self) -> None:
        """Hear nothing yet."""
        self.told = False
        self._before: dict[signal.Signals, _Handler] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the signals back."""
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def listen(self) -> None:
        """Take the signals from now on."""
        for each in _SIGNALS:
            self._before[each] = signal.signal(each, self._hear)

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        self.told = True


def run_to_end(work: Coroutine[Any, Any, Ended]) -> Ended:
    """Return what a server's work ends with; it runs in an event loop in C where there is one.

    What is there by then lives as long as the server, so garbage is never sought in it; elsewhere
    it is sought less often than Python does, for a request leaves next to none that needs it.
    """
    gc.freeze()
    gc.set_threshold(_GARBAGE_AT)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


async def run(service: Service, listener: socket.socket, stopping: Stopping) -> None:
    """Serve until told to stop; then accept nothing more, end what has begun, and return."""
    config = uvicorn.Config(
        application(service),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    await _Server(config, stopping).serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Uvicorn, which hears no signals itself: having been stopped is no failure."""

    def __init__(self, config: uvicorn.Config, stopping: Stopping) -> None:
        """Take what says when to stop."""
        super().__init__(config)
        self._stopping = stopping

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to who has them."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Return whether to stop; asked ten times a second."""
        return await super().on_tick(counter) or self._stopping.told
