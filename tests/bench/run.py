"""`make bench`: every measurement, each beside something run in the same minute.

A machine is noisy; a figure alone says little. Each figure shows its median with the spread of
its rounds, and a ratio or a bound of its own. The tables replace those of
docs/reference/performance.md, and stand beside it as JSON.
"""

from __future__ import annotations

import io
import json
import os
import platform
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench import bulk, calc, decide, review, rules, trees  # noqa: E402 - found from the root
from tests.bench.figure import table  # noqa: E402 - found from the root

PAGE = ROOT / "docs" / "reference" / "performance.md"
BEGIN, END = "<!-- made by make bench -->\n", "<!-- end of what make bench made -->\n"


def main() -> None:
    """Measure, print the tables, and put them in their page."""
    python, day = platform.python_version(), date.today().isoformat()  # noqa: DTZ011, TID251 - a report says when
    load = f"load {os.getloadavg()[1]:.1f} before"
    machine = f"{day}, Python {python}, {platform.machine()}, {os.cpu_count()} cores, {load}"
    found = [
        *decide.figures(),
        *rules.figures(),
        *review.figures(),
        *trees.figures(),
        *bulk.figures(),
    ]
    if os.environ.get("BENCH_LARGE"):
        found += review.large()
    calculator = io.StringIO()
    with redirect_stdout(calculator):
        calc.main()
    made = f"{machine}\n\n{table(found)}\n\nThe calculator:\n\n```\n{calculator.getvalue()}```\n"
    print(made)
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{made}{END}{rest.split(END)[1]}", "utf-8")
    figures = [asdict(each) | {"median": each.median, "kept": each.kept} for each in found]
    held = json.dumps({"machine": machine, "figures": figures}, ensure_ascii=False, indent=1)
    PAGE.with_suffix(".json").write_text(held + "\n", "utf-8")


if __name__ == "__main__":
    main()
