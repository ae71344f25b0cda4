"""`twinline serve` on the measured book, and clients that ask it as fast as it answers."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tests.bench.bank_book import anyone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.bench.bank_book import Served

CONNECTIONS: Final = 64
RATE: Final = 1_000_000
TWINLINE: Final = (sys.executable, "-m", "twinline")
TEA: Final = {"name": "Tea House", "categories": ["food"]}
_ADDRESS: Final = re.compile(r"http://[\d.]+:(\d+)")


@dataclass(frozen=True, slots=True)
class Shop:
    """A server that a merchant may call."""

    port: int
    key: str
    process_id: int

    def cpu_s(self) -> float:
        """Return the seconds of CPU that the HTTP server has used."""
        words = Path(f"/proc/{self.process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def request(self, method: str, path: str, key: str, body: Mapping[str, object]) -> bytes:
        """Return a request as it goes over the wire."""
        content = json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: bank\r\nAuthorization: Bearer {self.key}\r\n"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content


@contextmanager
def shop(server: Served) -> Iterator[Shop]:
    """Yield a server on the book, with a merchant to buy from; its log is thrown away."""
    with TemporaryDirectory(prefix="twinline-bench-") as keys:
        where = ["--folder", str(server.folder)]
        told = subprocess.run(
            [*TWINLINE, "key", "add", "bench", *where], check=True, capture_output=True, text=True
        ).stdout
        key = next(word for word in told.split() if word.startswith("twl_"))
        keyring = ["--keyring", f"{keys}/keyring.json"]
        with subprocess.Popen(
            [*TWINLINE, "serve", *where, *keyring, "--rate", str(RATE), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            address = next(found for line in process.stdout if (found := _ADDRESS.search(line)))
            opened = Shop(int(address[1]), key, process.pid)
            try:
                asyncio.run(_one(opened, opened.request("PUT", "/v1/merchants/M1", "tea", TEA)))
                yield opened
            finally:
                process.terminate()


async def authorise(shop: Shop, run: str, seconds: float) -> tuple[int, float]:
    """Ask for authorisations over kept connections; return how many, and in how many seconds."""
    chance = random.Random(run)
    done = 0

    async def client(number: int) -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", shop.port)
        asked = 0
        while time.perf_counter() < end:
            asked += 1
            body = {
                "customer_id": anyone(chance),
                "merchant_id": "M1",
                "order": "order-1",
                "amount": "12.00",
            }
            key = f"{run}-{number}-{asked}"
            writer.write(shop.request("POST", "/v1/authorisations", key, body))
            status, answer = await _answer(reader)
            assert status == b"201", answer
            done += 1
        writer.close()

    began = time.perf_counter()
    end = began + seconds
    await asyncio.gather(*map(client, range(CONNECTIONS)))
    return done, time.perf_counter() - began


async def _one(shop: Shop, request: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", shop.port)
    writer.write(request)
    status, answer = await _answer(reader)
    assert status.startswith(b"20"), answer
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Return an answer's status and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    _, _, length = head.lower().partition(b"content-length:")
    return head.split(b" ", 2)[1], await reader.readexactly(int(length.split(b"\r\n", 1)[0]))
