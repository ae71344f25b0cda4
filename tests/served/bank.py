"""A bank as a lender runs it: `twinline serve` on PostgreSQL, two processes that can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import psycopg

from tests.databases import quick_folder
from twinline.adapters.keys.secret import new_key
from twinline.adapters.postgres.access import PostgresKeys
from twinline.adapters.postgres.connections import OWNER, Connections
from twinline.adapters.postgres.launcher import Launcher
from twinline.adapters.postgres.migrate import make_book
from twinline.adapters.vault.file import KeyringFile
from twinline.app.bank.access import ApiKey, key_hash
from twinline.app.bank.command import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 60.0
PROCESSES: Final = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
MADE_AT: Final = datetime(2026, 11, 22, tzinfo=UTC)
_SETTINGS: Final = {"max_wal_size": "256MB"}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Served:
    """A bank in a folder: its database, its service, the key of a client who may do everything."""

    folder: Path
    url: str = ""
    port: int = field(default_factory=_free_port)
    key: str = ""
    second_key: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own files."""
        return self._launcher.cluster

    @property
    def log(self) -> Path:
        """What the service has said since it was first started."""
        return self.folder / "service.log"

    @property
    def keyring(self) -> Path:
        """The keys that seal personal data."""
        return self.folder / "keyring.json"

    @property
    def headers(self) -> dict[str, str]:
        """Who asks, and the second person who agrees."""
        return {
            "Authorization": f"Bearer {self.key}",
            "Second-Authorization": f"Bearer {self.second_key}",
        }

    def start(self) -> None:
        """Make the database, the book and the keys, and serve."""
        self.start_database()
        make_book(self.url)
        KeyringFile(self.keyring).make()
        self.key = asyncio.run(self._new_key("soak"))
        self.second_key = asyncio.run(self._new_key("second"))
        self.start_service()

    def start_database(self) -> None:
        """Start the database, after a kill as well."""
        self.url = self._launcher.start(_SETTINGS).url

    def start_service(self) -> None:
        """Serve, and wait until it answers."""
        command = [sys.executable, "-m", "twinline", "serve", "--port", str(self.port)]
        command += ["--rate", "1000000", "--keyring", str(self.keyring)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        until = time.monotonic() + PATIENCE_S
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")[-2_000:]
            assert time.monotonic() < until, "the service does not answer"
            time.sleep(0.02)

    def kill_service(self) -> None:
        """End the service where it stands."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def kill_database(self) -> None:
        """End the database where it stands, every process that it tells of."""
        first = (self.cluster / "postmaster.pid").read_text(encoding="ascii").splitlines()[0]
        with psycopg.connect(self.url) as connection:
            told = connection.execute(PROCESSES).fetchall()
        for pid in (int(first), *(each for (each,) in told)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """End both in peace."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)
        self._launcher.stop()

    def twinline(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a verb on the bank's book."""
        command = [sys.executable, "-m", "twinline", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "TWINLINE_DATABASE_URL": self.url}

    @property
    def _launcher(self) -> Launcher:
        return Launcher(self.folder / "db")

    async def _new_key(self, client: str) -> str:
        key = new_key()
        made = ApiKey(
            key_sha256=key_hash(key), client=client, scopes=frozenset(Scope), made_at=MADE_AT
        )
        async with Connections(self.url, 1, session=OWNER) as connections:
            await PostgresKeys(connections).add(made)
        return key

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/ready").status_code == httpx.codes.OK
        return False


@contextmanager
def served() -> Iterator[Served]:
    """Yield a bank that was never used, and end it."""
    with quick_folder() as folder:
        bank = Served(folder)
        try:
            bank.start()
            yield bank
        finally:
            bank.stop()
