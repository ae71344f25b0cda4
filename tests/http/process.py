"""`twinline serve` as a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0


@dataclass
class Running:
    """A server: what it said when it began, its process, and after it has ended its log."""

    told: str
    process: subprocess.Popen[str]
    log: str = ""

    @property
    def address(self) -> str:
        """Where it listens."""
        return self._found(r"http://[\d.:]+")

    @property
    def key(self) -> str:
        """The key it made."""
        return self._found(r"twl_\S+")

    def stop(self) -> int:
        """Tell it to stop; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        _, self.log = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode

    def _found(self, pattern: str) -> str:
        found = re.search(pattern, self.told)
        assert found is not None, self.told
        return found[0]


def twinline(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end."""
    command = [sys.executable, "-m", "twinline", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@contextmanager
def running(*arguments: str, module: str = "twinline", last: str = "twl_") -> Iterator[Running]:
    """Yield a server on a free port whose `last` words have come; end it if it still runs."""
    command = [sys.executable, "-m", module, "serve", *arguments, "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if last in line:
                    break
            yield Running("".join(lines), process)
        finally:
            if process.poll() is None:
                process.kill()
