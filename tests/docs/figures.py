"""Published figures that the calculator is held against, with their sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from twinline.kernel.months import add_months

Request = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One published figure: where it stands, what was asked, and which part of the answer it is.

    `percent` says that the source prints a percentage.
    """

    source: str
    what: str
    request: Request
    at: str
    published: str
    percent: bool = False
    why: str = ""


Paid = list[tuple[date, str]]


def _flows(on: date, amount: str, paid: Paid) -> list[dict[str, str]]:
    flows = [{"on": on.isoformat(), "amount": amount}]
    return flows + [{"on": day.isoformat(), "amount": f"-{payment}"} for day, payment in paid]


def _monthly(first: date, count: int, payment: str, months: int = 1) -> Paid:
    return [(add_months(first, months * n), payment) for n in range(count)]


def _weekly(first: date, count: int, payment: str, weeks: int = 1) -> Paid:
    return [(first + timedelta(weeks=weeks * n), payment) for n in range(count)]


def _half_monthly(count: int, payment: str) -> Paid:
    starts = [date(1978, 3, 1), date(1978, 3, 16)]
    return [(add_months(starts[n % 2], n // 2), payment) for n in range(count)]


MONTH, WEEK = {"months": 1}, {"weeks": 1}
REG_Z = "12 CFR 1026, appendix J"
_REG_Z_CASES: tuple[tuple[str, date, str, Paid, dict[str, int], str], ...] = (
    (
        "(c)(1)(i)",
        date(1978, 1, 10),
        "5000",
        _monthly(date(1978, 2, 10), 24, "230"),
        MONTH,
        "9.69",
    ),
    (
        "(c)(1)(ii)",
        date(1978, 2, 10),
        "6000",
        _monthly(date(1978, 4, 1), 36, "200"),
        MONTH,
        "11.82",
    ),
    (
        "(c)(1)(iii)",
        date(1978, 2, 23),
        "5000",
        _half_monthly(24, "219.17"),
        {"half_months": 1},
        "10.34",
    ),
    (
        "(c)(1)(iv)",
        date(1978, 5, 23),
        "10000",
        _monthly(date(1978, 10, 1), 40, "385", 3),
        {"months": 3},
        "8.97",
    ),
    (
        "(c)(1)(v)",
        date(1978, 3, 20),
        "500",
        _weekly(date(1978, 4, 21), 30, "17.60"),
        WEEK,
        "14.96",
    ),
    (
        "(c)(2)(i)",
        date(1978, 1, 10),
        "5000",
        [(date(1978, 2, 10), "250"), *_monthly(date(1978, 3, 10), 23, "230")],
        MONTH,
        "10.08",
    ),
    (
        "(c)(2)(ii)",
        date(1978, 3, 18),
        "400",
        [(date(1978, 4, 20), "39.50"), *_weekly(date(1978, 5, 18), 11, "38.31", 4)],
        {"weeks": 4},
        "28.50",
    ),
    (
        "(c)(3)(i)",
        date(1978, 1, 10),
        "5000",
        [*_monthly(date(1978, 2, 10), 23, "230"), (date(1980, 1, 10), "280")],
        MONTH,
        "10.50",
    ),
    (
        "(c)(3)(ii)",
        date(1978, 4, 3),
        "200",
        [*_weekly(date(1978, 4, 11), 19, "9.50", 2), (date(1979, 1, 2), "30")],
        {"weeks": 2},
        "12.22",
    ),
    (
        "(c)(4)(i)",
        date(1978, 1, 10),
        "5000",
        [
            (date(1978, 2, 10), "250"),
            *_monthly(date(1978, 3, 10), 22, "230"),
            (date(1980, 1, 10), "280"),
        ],
        MONTH,
        "10.90",
    ),
    (
        "(c)(4)(ii)",
        date(1978, 1, 10),
        "8000",
        [
            (date(1978, 3, 1), "449.36"),
            *_monthly(date(1978, 5, 1), 18, "465", 2),
            (date(1981, 5, 1), "200"),
        ],
        {"months": 2},
        "7.30",
    ),
    ("(c)(5)(i)", date(1978, 1, 3), "1000", [(date(1978, 9, 15), "1080")], {"days": 255}, "11.45"),
)


def _reg_z() -> list[Figure]:
    return [
        Figure(
            source=REG_Z,
            what=f"example {name}",
            request={
                "kind": "rate",
                "convention": "us_reg_z",
                "unit_period": unit,
                "flows": _flows(on, amount, paid),
            },
            at="rate",
            published=published,
            percent=True,
        )
        for name, on, amount, paid, unit, published in _REG_Z_CASES
    ]


EU = "Directive 98/7/EC, annex III"
_LENT_ON = date(1994, 1, 1)
_HALF_YEARS = (
    "the example counts calendar days; ours counts months, as Directive 2008/48/EC does since"
)


def _eu() -> list[Figure]:
    one = _flows(_LENT_ON, "1000", [(date(1995, 7, 1), "1200")])
    less = _flows(_LENT_ON, "950", [(date(1995, 7, 1), "1200")])
    two = _flows(_LENT_ON, "1000", [(date(1995, 1, 1), "600"), (date(1996, 1, 1), "600")])
    cases: tuple[tuple[str, list[dict[str, str]], str, str, str], ...] = (
        ("A, first example", one, "xirr", "12.96", ""),
        ("A, second example", less, "xirr", "16.9", ""),
        ("A, third example", two, "xirr", "13.07", ""),
        ("A, third example", two, "eu_aprc", "13.07", ""),
        ("A, first example", one, "eu_aprc", "12.96", _HALF_YEARS),
    )
    return [
        Figure(
            source=EU,
            what=f"{what}, as {convention}",
            request={"kind": "rate", "convention": convention, "flows": flows},
            at="rate",
            published=published,
            percent=True,
            why=why,
        )
        for what, flows, convention, published, why in cases
    ]


BASEL = "Basel II (2006), annex 5"
_BASEL_PD = (
    "0.0003", "0.0005", "0.001", "0.0025", "0.004", "0.005", "0.0075", "0.01", "0.013", "0.015",
    "0.02", "0.025", "0.03",
)  # fmt: skip
_BASEL: dict[tuple[str, str], tuple[str, ...]] = {
    ("mortgage", "0.45"): ("4.15", "6.23", "10.69", "21.30", "29.94", "35.08", "46.46", "56.40",
                           "67.00", "73.45", "87.94", "100.64", "111.99"),
    ("mortgage", "0.25"): ("2.30", "3.46", "5.94", "11.83", "16.64", "19.49", "25.81", "31.33",
                           "37.22", "40.80", "48.85", "55.91", "62.22"),
    ("other_retail", "0.45"): ("4.45", "6.63", "11.16", "21.15", "28.42", "32.36", "40.10",
                               "45.77", "50.80", "53.37", "57.99", "60.90"),
    ("other_retail", "0.85"): ("8.41", "12.52", "21.08", "39.96", "53.69", "61.13", "75.74",
                               "86.46", "95.95", "100.81", "109.53", "115.03"),
    ("qrre", "0.45"): ("0.98", "1.51", "2.71", "5.76", "8.41", "10.04", "13.80", "17.22", "21.02",
                       "23.40", "28.92", "33.98"),
    ("qrre", "0.85"): ("1.85", "2.86", "5.12", "10.88", "15.88", "18.97", "26.06", "32.53",
                       "39.70", "44.19", "54.63", "64.18"),
}  # fmt: skip
_TABLE = "the table's last digit; worked to forty digits the formula gives ours"


def _basel() -> list[Figure]:
    return [
        Figure(
            source=BASEL,
            what=f"{asset_class}, PD {float(pd):.2%}, LGD {float(lgd):.0%}",
            request={"kind": "irb", "pd": pd, "lgd": lgd, "asset_class": asset_class},
            at="risk_weight",
            published=published,
            percent=True,
            why=_TABLE,
        )
        for (asset_class, lgd), weights in _BASEL.items()
        for pd, published in zip(_BASEL_PD, weights, strict=False)
    ]


def _annuities() -> list[Figure]:
    cases = (
        ("100000", "0.06", 360, "599.55"),
        ("200000", "0.04", 360, "954.83"),
        ("100000", "0.05", 360, "536.82"),
        ("10000", "0.12", 12, "888.49"),
        ("1000", "0.12", 12, "88.85"),
        ("20000", "0.06", 60, "386.66"),
    )
    loans = [
        Figure(
            source="annuity tables",
            what=f"payment on {principal} at {float(rate):.0%} over {periods} months",
            request={
                "kind": "schedule",
                "principal": principal,
                "annual_rate": rate,
                "periods": periods,
                "every": {"months": 1},
                "start_on": "2026-01-15",
                "day_count": "twelfth",
                "instalment": "annuity",
            },
            at="rows.0.payment",
            published=payment,
        )
        for principal, rate, periods, payment in cases
    ]
    dated = (
        ("2008-01-01", "-10000"), ("2008-03-01", "2750"), ("2008-10-30", "4250"),
        ("2009-02-15", "3250"), ("2009-04-01", "2750"),
    )  # fmt: skip
    years = ("-70000", "12000", "15000", "18000", "21000", "26000")
    return [
        *loans,
        Figure(
            source="Microsoft Excel, help on XIRR",
            what="the example there",
            request={"kind": "rate", "flows": [{"on": on, "amount": a} for on, a in dated]},
            at="rate",
            published="0.373362535",
            why="the help's figure is a float's root to eight digits",
        ),
        Figure(
            source="Microsoft Excel, help on IRR",
            what="the example there, five years",
            request={
                "kind": "rate",
                "convention": "irr_periodic",
                "flows": [{"amount": a} for a in years],
            },
            at="rate",
            published="8.7",
            percent=True,
        ),
    ]


def published_figures() -> list[Figure]:
    """Return every figure, those of one source together."""
    return [*_reg_z(), *_eu(), *_basel(), *_annuities()]
