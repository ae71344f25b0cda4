"""A server that runs until it is told to stop, and then ends what it has begun."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import uvicorn

from twinline.adapters.http.server import application
from twinline.app.fault import InputFault

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from twinline.adapters.http.service import Service

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


def run_to_end(work: Coroutine[Any, Any, Ended]) -> Ended:
    """Return what a server's work ends with; it runs in an event loop in C where there is one.

    What is there by then lives as long as the server, so garbage is never sought in it; elsewhere
    it is sought less often than Python does, for a request leaves next to none that needs it.
    """
    gc.freeze()
    gc.set_threshold(_GARBAGE_AT)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


async def run(service: Service, listener: socket.socket) -> None:
    """Serve until a signal comes; then accept nothing more, end what has begun, and return."""
    config = uvicorn.Config(
        application(service),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    await _Server(config).serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Uvicorn, whose signals end it and nothing else: having been stopped is no failure."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let both signals end the server while it runs."""
        loop = asyncio.get_running_loop()
        for each in _SIGNALS:
            loop.add_signal_handler(each, self._stop)
        try:
            yield
        finally:
            for each in _SIGNALS:
                loop.remove_signal_handler(each)

    def _stop(self) -> None:
        self.should_exit = True
