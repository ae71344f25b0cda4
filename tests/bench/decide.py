"""One customer decided with all reasons, in process: the shipped strategy, limit p50 40 µs."""

from __future__ import annotations

import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.bench.figure import Figure, table
from twinline.adapters.batch import shelf
from twinline.app.review import decider_on, laws_on, scale_of, usable_strategy
from twinline.compliance.law import read_law
from twinline.decision.decide import day_number
from twinline.wiring import main as twinline

if TYPE_CHECKING:
    from collections.abc import Callable

STANDARD = Path(__file__).resolve().parents[2] / "strategies" / "standard"
CUSTOMERS, ROUNDS, LIMIT_US = 2_000, 7, 40


def run() -> list[float]:
    """Return the microseconds of each decision of each round."""
    law = read_law(shelf.law_text())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.parquet"
        made = ["book", "make", "--customers", str(CUSTOMERS), "--seed", "1", "--out", str(path)]
        with redirect_stdout(StringIO()):
            assert twinline(made) == 0
        book = shelf.book(path)
        files = shelf.strategy_files(STANDARD)
        strategy = usable_strategy(STANDARD, files, scale_of(law, book))
        customers = [each for chunk in book.customers(strategy.columns) for each in chunk]
        as_of_day = day_number(book.as_of_on)
        decider = decider_on(strategy, law.known_on)
        laws = laws_on(law, law.known_on, book.currency)
    spent = []
    for _ in range(ROUNDS):
        for each in customers:
            started = time.perf_counter_ns()
            decider.decide(each.customer_id, each.cells, laws[each.licence], as_of_day)
            spent.append((time.perf_counter_ns() - started) / 1_000)
    return spent


def figures() -> list[Figure]:
    """Return the median and the ninety-ninth percentile of each round."""
    spent = run()
    rounds = [spent[at : at + CUSTOMERS] for at in range(0, len(spent), CUSTOMERS)]
    names: dict[str, Callable[[list[float]], float]] = {
        "p50": median,
        "p99": lambda each: quantiles(each, n=100)[-1],
    }
    return [
        Figure(
            budget="B1",
            name=f"one customer, all reasons, {name}",
            unit="µs",
            rounds=tuple(measure(each) for each in rounds),
            bound=LIMIT_US if name == "p50" else None,
        )
        for name, measure in names.items()
    ]


def main() -> None:
    """Print the figures."""
    print(table(figures()))


if __name__ == "__main__":
    main()
