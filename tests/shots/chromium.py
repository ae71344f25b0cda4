"""Chromium without a window, spoken to over a pipe in its own protocol; needs no driver."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READS, WRITES = 3, 4
"""The files on which Chromium hears and answers."""

ABOVE = 10
"""Our ends of the pipes are opened from here up, out of Chromium's way."""

PIECE = 4_000
"""A picture is at most so many pixels high; above 16,384 Chromium repeats what it drew."""

DRAWN_SECONDS = 60
DRAWN = """
document.fonts.status === "loaded" &&
[...document.querySelectorAll(".plot")].every((plot) => plot.querySelector("svg.main-svg"))
"""


class NoChromiumError(Exception):
    """Chromium is not on this machine."""

    def __str__(self) -> str:
        """Say what would help."""
        return (
            "pictures need Chromium, and there is none on PATH: install it "
            "(Debian: apt install chromium) or name it: make shots CHROMIUM=/path/to/chromium"
        )


class NotDrawnError(Exception):
    """A page had charts that were never drawn."""


def chromium() -> str:
    """Return the browser to use: $CHROMIUM, else the first on PATH; raises `NoChromiumError`."""
    named = os.environ.get("CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        raise NoChromiumError
    return found


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    """Start a browser with a profile of its own, and end it."""
    with tempfile.TemporaryDirectory() as profile:
        hears, say = (fcntl.fcntl(end, fcntl.F_DUPFD, ABOVE) for end in os.pipe())
        hear, says = (fcntl.fcntl(end, fcntl.F_DUPFD, ABOVE) for end in os.pipe())

        def place_pipes() -> None:
            os.dup2(hears, READS)
            os.dup2(says, WRITES)

        process = subprocess.Popen(
            [
                program,
                "--headless",
                "--remote-debugging-pipe",
                "--disable-gpu",
                "--disable-background-networking",
                "--hide-scrollbars",
                "--no-first-run",
                f"--user-data-dir={profile}",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
            ],
            stderr=subprocess.DEVNULL,
            preexec_fn=place_pipes,  # noqa: PLW1509 - no thread runs here; it is how 3 and 4 are set
            pass_fds=(READS, WRITES),
            start_new_session=True,
        )
        os.close(hears)
        os.close(says)
        try:
            yield Browser(hear, say)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            os.close(hear)
            os.close(say)


class Browser:
    """A running browser with one open tab."""

    def __init__(self, hear: int, say: int) -> None:
        """Open the tab."""
        self._hear, self._say = hear, say
        self._last = 0
        self._heard = b""
        self._session = ""
        tab = self._ask("Target.createTarget", url="about:blank")["targetId"]
        opened = self._ask("Target.attachToTarget", targetId=tab, flatten=True)
        self._session = opened["sessionId"]

    def open(self, page: Path, *, width: int, dark: bool, media: str = "screen") -> None:
        """Show a page laid out at a width of CSS pixels, and wait until its charts are drawn."""
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", media="screen", features=[scheme])
        self._ask("Page.navigate", url=page.resolve().as_uri())
        ends = time.monotonic() + DRAWN_SECONDS
        while not self._value(f'document.readyState === "complete" && {DRAWN}'):
            if time.monotonic() > ends:
                raise NotDrawnError(page)
            time.sleep(0.2)
        if media == "print":
            self._value('window.dispatchEvent(new Event("beforeprint"))')
            self._ask("Emulation.setEmulatedMedia", media="print", features=[scheme])
        time.sleep(0.5)  # a chart that was fitted to its place is painted in the next frames

    def too_wide(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        root = "document.documentElement"
        return int(self._value(f"{root}.scrollWidth - {root}.clientWidth"))

    def pictures(self) -> Iterator[bytes]:
        """Yield the whole page from top to bottom as PNGs, each a piece of it."""
        width, height = (
            int(self._value(f"document.documentElement.scroll{side}"))
            for side in ("Width", "Height")
        )
        for top in range(0, height, PIECE):
            clip = {"x": 0, "y": top, "width": width, "height": min(PIECE, height - top)}
            shot = self._ask(
                "Page.captureScreenshot", captureBeyondViewport=True, clip={**clip, "scale": 1}
            )
            yield base64.b64decode(shot["data"])

    def _value(self, expression: str) -> Any:  # noqa: ANN401 - whatever the page answers
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def _ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """Return the answer to a command; what else the browser tells meanwhile is dropped."""
        self._last += 1
        asked = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._say, json.dumps(asked).encode() + b"\0")
        while True:
            message = json.loads(self._next())
            if message.get("id") == self._last:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

    def _next(self) -> bytes:
        """Return the next message, which ends with a zero byte."""
        parts = [self._heard]
        while b"\0" not in parts[-1]:
            read = os.read(self._hear, 1 << 20)
            assert read, "the browser has ended"
            parts.append(read)
        message, _, self._heard = b"".join(parts).partition(b"\0")
        return message
