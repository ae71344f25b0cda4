"""A subscriber on this machine that keeps what it is told, and can fail or be slow."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Told:
    """One message as it came: headers in lower case, and body."""

    headers: dict[str, str]
    body: bytes

    @property
    def message_id(self) -> str:
        """The id that stays the same at every attempt."""
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        """The body as JSON."""
        said: dict[str, Any] = msgspec.json.decode(self.body)
        return said

    def is_signed_with(self, secret: str) -> bool:
        """Return whether the signature is right, worked out as the standard's text says it."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.message_id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return self.headers["webhook-signature"] == f"v1,{mac}"


@dataclass
class Receiver:
    """What came so far. `status` says what to answer, `pause_s` how long to wait before it."""

    url: str = ""
    told: list[Told] = field(default_factory=list)
    status: Callable[[Told], int] = lambda _: 204
    pause_s: Callable[[Told], float] = lambda _: 0.0

    def wait_for(self, count: int) -> None:
        """Wait until so many messages have come."""
        until = time.monotonic() + PATIENCE_S
        while len(self.told) < count:
            assert time.monotonic() < until, f"{len(self.told)} of {count} messages came"
            time.sleep(0.01)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Yield a receiver that listens."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told = Told({name.lower(): text for name, text in self.headers.items()}, body)
            receiver.told.append(told)
            time.sleep(receiver.pause_s(told))
            self.send_response(receiver.status(told))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
