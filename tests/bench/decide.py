"""One customer decided with all reasons, in process: the shipped strategy, limit p50 40 µs."""

from __future__ import annotations

import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from twinline.adapters.batch import shelf
from twinline.app.review import decider_on, laws_on, scale_of, usable_strategy
from twinline.compliance.law import read_law
from twinline.decision.decide import day_number
from twinline.wiring import main as twinline

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


def main() -> None:
    """Print the median, the ninety-ninth percentile and the limit."""
    spent = run()
    worst = quantiles(spent, n=100)[-1]
    print(f"p50 {median(spent):.1f} µs (limit {LIMIT_US}), p99 {worst:.1f} µs")


if __name__ == "__main__":
    main()
