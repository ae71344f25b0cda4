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
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench import bank, bulk, calc, decide, review, rules, trees  # noqa: E402 - found from the root
from tests.bench.figure import Figure, table  # noqa: E402 - found from the root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE = ROOT / "docs" / "reference" / "performance.md"
HELD = PAGE.with_suffix(".json")
BEGIN, END = "<!-- made by make bench -->\n", "<!-- end of what make bench made -->\n"


PARTS: Final = {
    "decide": decide,
    "rules": rules,
    "review": review,
    "trees": trees,
    "bulk": bulk,
    "bank": bank,
}
"""What can be measured by itself, in the order of the table."""

LARGE: Final = "large"
"""The part that is measured only where BENCH_LARGE says so."""


def main(parts: Sequence[str]) -> None:
    """Measure, print the tables, and put them in their page.

    Parts that are named are measured anew and the other figures stay as they were, each with the
    machine it was measured on; without names everything is measured.
    """
    if unknown := set(parts) - set(PARTS):
        raise SystemExit(f"{', '.join(sorted(unknown))}: one of {', '.join(PARTS)}")
    python, day = platform.python_version(), date.today().isoformat()  # noqa: DTZ011, TID251 - a report says when
    load = f"load {os.getloadavg()[1]:.1f} before"
    machine = f"{day}, Python {python}, {platform.machine()}, {os.cpu_count()} cores, {load}"
    found = {name: PARTS[name].figures() for name in parts or PARTS}
    if os.environ.get("BENCH_LARGE"):
        found[LARGE] = review.large()
    kept: dict[str, Any] = json.loads(HELD.read_text("utf-8")) if parts else {}
    figures = _joined(kept.get("figures", []), found, machine)
    calculator = kept.get("calculator") or _calculator()
    shown = table([one for one, _, _ in figures])
    made = f"{_heads(figures)}\n\n{shown}\n\nThe calculator:\n\n"
    made += f"```\n{calculator}```\n"
    print(made)
    before, rest = PAGE.read_text("utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{made}{END}{rest.split(END)[1]}", "utf-8")
    rows = [
        asdict(one) | {"median": one.median, "kept": one.kept, "part": part, "machine": on}
        for one, part, on in figures
    ]
    held = {"figures": rows, "calculator": calculator}
    HELD.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _joined(
    kept: list[dict[str, Any]], found: Mapping[str, Sequence[Figure]], machine: str
) -> list[tuple[Figure, str, str]]:
    """Return figures with part and machine: a part that was found stands in place of the kept."""
    known = [field.name for field in fields(Figure)]
    joined = [
        (Figure(**{name: row[name] for name in known}), row["part"], row["machine"])
        for row in kept
        if row["part"] not in found
    ]
    joined += [(one, part, machine) for part, figures in found.items() for one in figures]
    order = [*PARTS, LARGE]
    return sorted(joined, key=lambda each: order.index(each[1]))


def _heads(figures: Sequence[tuple[Figure, str, str]]) -> str:
    """Return a line for each machine and day, with the budgets measured then."""
    heads: dict[str, list[str]] = {}
    for one, _, machine in figures:
        heads.setdefault(machine, []).append(one.budget)
    return "\n\n".join(
        f"{', '.join(dict.fromkeys(budgets))}: {machine}" for machine, budgets in heads.items()
    )


def _calculator() -> str:
    said = io.StringIO()
    with redirect_stdout(said):
        calc.main()
    return said.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
