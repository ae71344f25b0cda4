"""The command `twinline`, also `python -m twinline`; interrupted at any moment it says so."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress

INTERRUPTED = 130


def main() -> int:
    """Run one command; return its exit code."""
    with suppress(ValueError):  # only the main thread hears signals
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from twinline import wiring  # noqa: PLC0415 - what takes long may be interrupted

        return wiring.main()
    except KeyboardInterrupt:
        print("twinline: interrupted; nothing was left half done", file=sys.stderr)  # noqa: T201
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
