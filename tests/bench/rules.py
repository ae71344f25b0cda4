"""The same twenty rules here and on zen-engine, in turns: B1."""

from __future__ import annotations

import json
import time
from datetime import date
from statistics import median
from typing import TYPE_CHECKING

import zen

from tests.bench.figure import Figure, table
from tests.small import COLUMNS, LAW, small_files
from twinline.decision.decide import Decider
from twinline.decision.load import load_strategy

if TYPE_CHECKING:
    from collections.abc import Callable

RULES, ROUNDS, CALLS = 20, 9, 400
STEP = 5_000  # yuan; a customer's `now` is below one rule's bound after another


def figures() -> list[Figure]:
    """Return how many times as long zen-engine takes for the first rule that fits."""
    ours, theirs = _ours(), _theirs()
    rows = [(now * STEP + 1, late) for now in range(RULES) for late in range(2)]
    for now, late in rows:
        assert ours(now, late) == theirs(now, late), (now, late)
    ratios, spent = [], []
    for _ in range(ROUNDS):
        mine, other = _each(ours, rows), _each(theirs, rows)
        spent.append(mine)
        ratios.append(other / mine)
    return [
        Figure(budget="B1", name="20 rules, whole decision", unit="µs", rounds=tuple(spent)),
        Figure(
            budget="B1",
            name="zen-engine, the same 20 rules, beside it",
            unit="×",
            rounds=tuple(ratios),
            bound=4,
            more=True,
        ),
    ]


def _each(decide: Callable[[int, int], str], rows: list[tuple[int, int]]) -> float:
    """Return the median microseconds of a call."""
    spent = []
    for call in range(CALLS):
        now, late = rows[call % len(rows)]
        started = time.perf_counter_ns()
        decide(now, late)
        spent.append(time.perf_counter_ns() - started)
    return median(spent) / 1_000


def _ours() -> Callable[[int, int], str]:
    """Return the rules as gates, the first that holds decides, with all that a decision says."""
    gates = ["gate,when,lines,action,reason"]
    gates += [
        f"r{rule},now < {(rule + 1) * STEP * 100} and late >= {rule % 2},both,refer,RULE"
        for rule in range(RULES)
    ]
    files = small_files(**{"gates.csv": "\n".join([*gates, ""])})
    decider = Decider(load_strategy(files, columns=set(COLUMNS)), date(2026, 11, 1))

    def decide(now: int, late: int) -> str:
        """Return the name of the first rule that fits."""
        outcome = decider.decide("C1", (now * 100, None, None, None, late), LAW, 0)
        return outcome.pay_later.gate

    return decide


def _theirs() -> Callable[[int, int], str]:
    """Return the rules as a decision table with the hit policy first."""
    rules = [
        {
            "_id": f"r{rule}",
            "now": f"< {(rule + 1) * STEP * 100}",
            "late": f">= {rule % 2}",
            "gate": f'"r{rule}"',
        }
        for rule in range(RULES)
    ]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in ("now", "late")],
        "outputs": [{"id": "gate", "name": "gate", "field": "gate"}],
        "rules": rules,
    }
    graph = {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "rules", "name": "rules", "type": "decisionTableNode", "content": content},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "first", "sourceId": "in", "targetId": "rules", "type": "edge"},
            {"id": "second", "sourceId": "rules", "targetId": "out", "type": "edge"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(graph))

    def decide(now: int, late: int) -> str:
        """Return the name of the first rule that fits."""
        return str(decision.evaluate({"now": now * 100, "late": late})["result"].get("gate", ""))

    return decide


def main() -> None:
    """Print the figures."""
    print(table(figures()))


if __name__ == "__main__":
    main()
