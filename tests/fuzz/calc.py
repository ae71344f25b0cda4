"""Random lines for the calculator: `python tests/fuzz/calc.py 100000` must answer them all.

Four sources, mixed: requests whose fields are drawn from good and bad values, good requests with
bytes changed, flows of any size and sign for the rate solvers, and bytes. The seed is printed and
may be given after the count.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from random import Random
from typing import Any

from twinline.app.calc.answering import answer_line

NUMBERS = [
    "0", "1", "-1", "0.1", "0.146", "10", "10.1", "999", "1e999999", "nan", "inf", "-0", "",
    "9" * 5000, "0." + "3" * 30, "0." + "3" * 31, "9" * 16 + ".99", " 1", "1_0", "\u0661",
    "\ud800",
]  # fmt: skip
DATES = [
    "2026-01-15", "2024-02-29", "2026-02-29", "1900-01-01", "1899-01-01", "9999-12-31", "x",
    "2026-01-31", "2027-03-31", "2026-10-01", "0001-01-01",
]  # fmt: skip
WORDS = [
    "equal_instalment", "equal_principal", "interest_only", "flat_fee", "actual/365", "30/360",
    "actual/actual", "twelfth", "half_up", "up", "least_last", "annuity", "period_factors",
    "last_day", "next_first", "xirr", "irr_periodic", "us_reg_z", "eu_aprc", "months", "years",
    "CN", "none", "following", "modified_following", "standard", "component", "bank_2023",
    "card_2011", "qrre", "mortgage", "resident_id", "credit_code", "bank_card", "mobile",
]  # fmt: skip
KINDS = [
    "schedule", "rate", "day_count", "roll", "worth", "allocate", "dpd", "minimum_payment",
    "points", "woe", "psi", "irb", "ecl", "headroom", "identifier", "contract", "",
]  # fmt: skip
FIELDS = [
    "principal", "periods", "every", "start_on", "annual_rate", "flat_fee_rate", "first_due_on",
    "method", "day_count", "rounding", "digits", "instalment", "instalment_step",
    "instalment_rounding", "month_end", "disbursements", "rate_changes", "grace", "flows",
    "convention", "per_year", "unit_period", "interval", "on", "calendar", "from_on", "to_on",
    "dues", "amount", "order", "by", "payments", "as_of", "scheme", "purchases", "rate",
    "base_score", "base_odds", "pdo", "odds", "score", "pd", "bins", "sign", "expected", "actual",
    "lgd", "asset_class", "rows", "horizon", "weight", "type", "text", "id", "x",
]  # fmt: skip
INNER = [
    "on", "amount", "months", "weeks", "days", "half_months", "years", "due_on", "fee",
    "principal", "good", "bad", "exposure", "pd", "annual_rate", "principal_periods",
    "interest_free_periods",
]  # fmt: skip
LOANS: list[dict[str, Any]] = [
    {"kind": "schedule", "principal": "10000.00", "annual_rate": "0.146", "periods": 12,
     "every": {"months": 1}, "start_on": "2026-01-15"},
    {"kind": "schedule", "principal": "0.07", "annual_rate": "9", "periods": 60,
     "every": {"weeks": 1}, "start_on": "2026-01-31"},
    {"kind": "rate", "flows": [{"on": "2026-01-15", "amount": "100"},
                               {"on": "2026-03-31", "amount": "-60"},
                               {"on": "2027-02-28", "amount": "-60"}]},
]  # fmt: skip


def value(random: Random, depth: int = 2) -> Any:  # noqa: ANN401 - any JSON there is
    """Return a JSON value, most often of a kind that some field takes."""
    pick = random.random()
    if pick < 0.3:
        return random.choice(NUMBERS)
    if pick < 0.5:
        return random.choice(DATES)
    if pick < 0.65:
        return random.choice(WORDS)
    if pick < 0.8 or depth == 0:
        return random.choice([0, 1, 2, 12, 60, -1, 10**30, 2.5, 1e308, True, None])
    if pick < 0.9:
        return [value(random, depth - 1) for _ in range(random.randrange(4))]
    return {random.choice(INNER): value(random, depth - 1) for _ in range(random.randrange(4))}


def flows(random: Random) -> dict[str, Any]:
    """Return a request for a rate whose flows may turn at any time."""
    convention = random.choice(["xirr", "irr_periodic", "us_reg_z", "eu_aprc"])
    request: dict[str, Any] = {"kind": "rate", "convention": convention, "flows": []}
    if convention == "us_reg_z":
        unit = random.choice(["months", "weeks", "days", "half_months", "years"])
        request["unit_period"] = {unit: 1}
    start = date(random.randrange(1900, 2100), random.randrange(1, 13), random.randrange(1, 29))
    for _ in range(random.randrange(1, 12)):
        cents = random.choice(
            [1, 2, 100, 10**17, random.randrange(1, 10 ** random.randrange(2, 17))]
        )
        amount = f"{random.choice(['', '-'])}{cents // 100}.{cents % 100:02d}"
        on = start + timedelta(days=random.choice([0, 1, 30, 31, 365, random.randrange(20_000)]))
        request["flows"].append({"on": on.isoformat(), "amount": amount})
    return request


def line(random: Random) -> bytes:
    """Return a line of input, good or bad."""
    pick = random.random()
    if pick < 0.05:
        return random.randbytes(random.randrange(200))
    if pick < 0.15:
        return json.dumps(flows(random)).encode()
    if pick < 0.5:
        fields = {random.choice(FIELDS): value(random) for _ in range(random.randrange(9))}
        request: dict[str, Any] = {"kind": random.choice(KINDS)} | fields
    else:
        request = dict(random.choice(LOANS))
        for _ in range(random.randrange(4)):
            request[random.choice(FIELDS)] = value(random)
    text = json.dumps(request).encode()
    if pick > 0.9:
        place = random.randrange(len(text))
        text = text[:place] + random.randbytes(1) + text[place + random.randrange(3) :]
    return text


def run(count: int, seed: int) -> tuple[int, float]:
    """Answer random lines; return how many were good, and the longest time of one in seconds."""
    random, good, longest = Random(seed), 0, 0.0
    for number in range(count):
        asked = line(random)
        started = time.perf_counter()
        try:
            answered = answer_line(asked)
            answer = json.loads(answered.line)
        except Exception as fault:
            raise AssertionError(f"seed {seed}, line {number}: {asked!r}") from fault
        assert answer["ok"] is answered.ok, asked
        assert answered.ok or answer["problem"]["rule"], asked
        good += answered.ok
        longest = max(longest, time.perf_counter() - started)
    return good, longest


def main() -> None:
    """Run as many lines as the command line says."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.monotonic_ns() % 10**6
    good, longest = run(count, seed)
    print(f"seed {seed}: {count:,} lines, {good:,} answered, longest {1000 * longest:.0f} ms")


if __name__ == "__main__":
    main()
