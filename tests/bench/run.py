"""`make bench`: every measurement, each beside something run in the same minute.

A machine is noisy; a figure alone says little. Each report shows medians with their spread, and a
ratio or a limit of its own.
"""

from __future__ import annotations

import os
import platform
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench import calc, decide  # noqa: E402 - found from the root

REPORTS = {
    "Deciding one customer, in process": decide.main,
    "The calculator": calc.main,
}


def main() -> None:
    """Print every report."""
    python = platform.python_version()
    print(f"{date.today().isoformat()}, Python {python}, {os.cpu_count()} cores")  # noqa: DTZ011, TID251 - a report says when
    for title, report in REPORTS.items():
        print(f"\n{title}")
        report()


if __name__ == "__main__":
    main()
