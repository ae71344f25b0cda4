"""The worked examples of the calculator's reference: at least one for each kind."""

from __future__ import annotations

from typing import Any

LOAN: dict[str, Any] = {
    "principal": "10000.00",
    "annual_rate": "0.146",
    "periods": 12,
    "every": {"months": 1},
    "start_on": "2026-01-15",
}
FLOWS = [
    {"on": "2026-01-15", "amount": "10000.00"},
    {"on": "2026-07-15", "amount": "-5000.00"},
    {"on": "2027-01-15", "amount": "-5900.00"},
]

EXAMPLES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "Equal instalments by actual days: the payment that leaves the smallest difference.",
        {"kind": "schedule", **LOAN, "periods": 3},
    ),
    (
        "A second draw and a new rate: the payment is solved again from their rows.",
        {
            "kind": "schedule",
            **LOAN,
            "periods": 4,
            "disbursements": [{"on": "2026-02-15", "amount": "2000.00"}],
            "rate_changes": [{"on": "2026-04-01", "annual_rate": "0.12"}],
        },
    ),
    (
        "A flat fee, and what it costs a year.",
        {
            "kind": "schedule",
            "method": "flat_fee",
            "principal": "1000.00",
            "flat_fee_rate": "0.025",
            "periods": 3,
            "every": {"months": 1},
            "start_on": "2026-01-15",
        },
    ),
    ("Effective annual rate of dated flows.", {"kind": "rate", "flows": FLOWS}),
    (
        "Equally spaced flows.",
        {
            "kind": "rate",
            "convention": "irr_periodic",
            "per_year": 12,
            "flows": [{"amount": a} for a in ("1000.00", "-341.66", "-341.66", "-341.68")],
        },
    ),
    (
        "Regulation Z with an odd first period of 19 days.",
        {
            "kind": "rate",
            "convention": "us_reg_z",
            "unit_period": {"months": 1},
            "flows": [
                {"on": "1978-02-10", "amount": "400.00"},
                {"on": "1978-04-01", "amount": "-210.00"},
                {"on": "1978-05-01", "amount": "-210.00"},
            ],
        },
    ),
    ("The European Union's rate.", {"kind": "rate", "convention": "eu_aprc", "flows": FLOWS}),
    (
        "More than one rate is no rate.",
        {
            "kind": "rate",
            "convention": "irr_periodic",
            "flows": [{"amount": a} for a in ("-100.00", "230.00", "-132.00")],
        },
    ),
    (
        "A stretch over the end of a year.",
        {
            "kind": "day_count",
            "from_on": "2023-12-12",
            "to_on": "2024-01-12",
            "day_count": "actual/actual",
        },
    ),
    (
        "A due date in the week of the National Day.",
        {"kind": "roll", "on": "2026-10-01", "calendar": "CN", "convention": "following"},
    ),
    (
        "What flows are worth on a day.",
        {"kind": "worth", "flows": FLOWS, "annual_rate": "0.12", "on": "2026-07-15"},
    ),
    (
        "A payment that does not cover what is due.",
        {
            "kind": "allocate",
            "dues": [
                {
                    "due_on": "2026-05-15",
                    "fee": "10.00",
                    "penalty": "9.71",
                    "interest": "91.57",
                    "principal": "808.84",
                }
            ],
            "amount": "500.00",
        },
    ),
    (
        "Two instalments late after a part payment.",
        {
            "kind": "dpd",
            "dues": [
                {"due_on": "2026-03-15", "amount": "900.41"},
                {"due_on": "2026-04-15", "amount": "900.41"},
            ],
            "payments": [{"on": "2026-05-02", "amount": "1000.00"}],
            "as_of": "2026-05-20",
            "scheme": "bank_2023",
        },
    ),
    (
        "A bill with an instalment and an overdue part.",
        {
            "kind": "minimum_payment",
            "purchases": "3000.00",
            "refunds": "200.00",
            "revolved": "500.00",
            "instalment_due": "400.00",
            "fees": "18.00",
            "overdue": "120.00",
            "interest": "6.30",
        },
    ),
    (
        "Points for a probability of default.",
        {"kind": "points", "base_score": 600, "base_odds": 50, "pdo": 20, "pd": "0.05"},
    ),
    (
        "Four bins of a score.",
        {
            "kind": "woe",
            "bins": [
                {"good": good, "bad": bad}
                for good, bad in ((400, 80), (500, 60), (600, 40), (500, 20))
            ],
        },
    ),
    (
        "A population that has moved a little.",
        {
            "kind": "psi",
            "expected": ["0.10", "0.20", "0.40", "0.20", "0.10"],
            "actual": ["0.08", "0.17", "0.38", "0.22", "0.15"],
        },
    ),
    (
        "A retail exposure.",
        {"kind": "irb", "pd": "0.03", "lgd": "0.65", "asset_class": "other_retail"},
    ),
    (
        "Two months of expected loss.",
        {
            "kind": "ecl",
            "rows": [
                {"exposure": "10000.00", "pd": "0.01"},
                {"exposure": "9220.97", "pd": "0.01"},
            ],
            "lgd": "0.65",
            "periodic_rate": "0.012166666666667",
            "horizon": 2,
        },
    ),
    (
        "An instalment weighs on the sibling line.",
        {
            "kind": "headroom",
            "pay_later_limit": "15000.00",
            "cash_loan_limit": "30000.00",
            "joint_limit": "40000.00",
            "plain": "2000.00",
            "instalment": "12000.00",
            "cash": "10000.00",
            "weight": "1.5",
        },
    ),
    (
        "The specimen number of GB 11643.",
        {"kind": "identifier", "type": "resident_id", "text": "11010519491231002X"},
    ),
)
"""What each shows, and the request."""
