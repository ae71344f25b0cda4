"""Schedules and internal rates of return a second, beside pyxirr and numpy-financial.

The others compute in floats and make no rows to the fen: numpy-financial gives the interest and
principal of each row unrounded, pyxirr a rate. Rounds of each are interleaved on the same inputs,
so that a slow minute of the machine slows all; the median round is shown with the quickest and
the slowest.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import numpy_financial
import pyxirr

from twinline.app.calc.answering import answer_line
from twinline.kernel.schedule import DueDates, Every, Unit
from twinline.pricing.amortisation import amortise
from twinline.pricing.conventions import Flow, irr_periodic, xirr
from twinline.pricing.plan import Plan
from twinline.terms.plan import PlanTerms

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS, CALLS, PERIODS, LOANS = 15, 50, 12, 10


@dataclass(frozen=True)
class Rate:
    """Calls a second of one piece of work: the median round, the slowest and the quickest."""

    name: str
    median_per_s: float
    slowest_per_s: float
    quickest_per_s: float

    def __str__(self) -> str:
        """Return one line of the report."""
        spread = f"{self.slowest_per_s:,.0f} to {self.quickest_per_s:,.0f}"
        return f"{self.name:<52} {self.median_per_s:>10,.0f} /s  ({spread})"


def _terms() -> list[PlanTerms]:
    """Return loans of twelve months that differ in size and price."""
    due = DueDates(
        start_on=date(2026, 1, 15), every=Every(count=1, unit=Unit.MONTHS), periods=PERIODS
    )
    return [
        PlanTerms(
            principal_minor=1_000_000 + 12_345 * number,
            annual_rate=Fraction(100 + 10 * number, 1_000),
            due=due,
        )
        for number in range(LOANS)
    ]


def _work() -> dict[str, Callable[[int], object]]:
    """Return each piece of work; the argument says with which of the loans."""
    loans = _terms()
    plans = [plan for plan in map(amortise, loans) if isinstance(plan, Plan)]
    assert len(plans) == LOANS
    flows = [
        [Flow(on=plan.paid_out[0].on, amount_minor=plan.paid_out[0].amount_minor)]
        + [Flow(on=row.due_on, amount_minor=-row.payment_minor) for row in plan.rows]
        for plan in plans
    ]
    amounts = [[flow.amount_minor for flow in loan] for loan in flows]
    days = [[flow.on for flow in loan] for loan in flows]
    numbers = np.arange(1, PERIODS + 1)
    lines = [
        f'{{"kind":"schedule","principal":"{loan.principal_minor / 100:.2f}","annual_rate":'
        f'"{float(loan.annual_rate)}","periods":{PERIODS},"every":{{"months":1}},'
        f'"start_on":"2026-01-15"}}'.encode()
        for loan in loans
    ]

    def float_rows(n: int) -> object:
        loan = loans[n]
        rate, principal = float(loan.annual_rate) / 12, float(loan.principal_minor)
        interest = numpy_financial.ipmt(rate, numbers, PERIODS, principal)
        return interest, numpy_financial.ppmt(rate, numbers, PERIODS, principal)

    return {
        "schedule of 12 rows, twinline, to the fen": lambda n: amortise(loans[n]),
        "schedule of 12 rows, numpy-financial, floats": float_rows,
        "schedule by `calc`, a JSON line with its cost": lambda n: answer_line(lines[n]),
        "irr of 13 flows, twinline, 28 digits": lambda n: irr_periodic(amounts[n]),
        "irr of 13 flows, numpy-financial, floats": lambda n: numpy_financial.irr(amounts[n]),
        "irr of 13 flows, pyxirr, floats": lambda n: pyxirr.irr(amounts[n]),
        "xirr of 13 flows, twinline, 28 digits": lambda n: xirr(flows[n]),
        "xirr of 13 flows, pyxirr, floats": lambda n: pyxirr.xirr(days[n], amounts[n]),
    }


def run() -> list[Rate]:
    """Return the rate of each piece of work, rounds interleaved."""
    work = _work()
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, call in work.items():
            started = time.perf_counter()
            for number in range(CALLS):
                call(number % LOANS)
            seconds[name].append((time.perf_counter() - started) / CALLS)
    return [
        Rate(name, 1 / median(spent), 1 / max(spent), 1 / min(spent))
        for name, spent in seconds.items()
    ]


def main() -> None:
    """Print the report."""
    for rate in run():
        print(rate)


if __name__ == "__main__":
    main()
