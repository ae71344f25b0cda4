"""A server of the small commands whose draws take a second, run as a process of its own."""

from __future__ import annotations

import asyncio
import sys

from tests.http.small import Played, Small
from twinline.adapters.http.log import log_to
from twinline.adapters.http.running import Stopping, listening, run


def main() -> None:
    """Serve until told to stop."""
    log_to(sys.stderr)
    small = Small(played=Played(pause_s=1.0))
    key = small.key("shop")
    listener = listening("127.0.0.1", 0)
    place = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with Stopping() as stopping:
        stopping.listen()
        print(place, key, flush=True)  # noqa: T201 - its test reads it
        asyncio.run(run(small.service(), listener, stopping))


if __name__ == "__main__":
    main()
