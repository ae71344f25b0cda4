"""A real server on a free port of this machine, for as long as a test needs it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from twinline.adapters.http.running import listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

PATIENCE_S = 20.0


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application in a thread; yield where it is."""
    listener = listening("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
