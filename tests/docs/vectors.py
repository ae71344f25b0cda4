"""The project's own vectors as the agreement table shows them: worked by hand beforehand."""

from __future__ import annotations

from typing import Any

from tests.docs.figures import Figure

SOURCE = "worked vectors"
LOAN: dict[str, Any] = {
    "kind": "schedule", "principal": "10000", "periods": 12, "every": {"months": 1},
    "start_on": "2026-01-15",
}  # fmt: skip
BY_MONTHS = {"day_count": "twelfth", "instalment": "annuity"}


def _v(number: str, what: str, request: dict[str, Any], at: str, published: str) -> Figure:
    percent = at.startswith("cost.") or at in {"rate", "risk_weight"}
    return Figure(
        source=SOURCE, what=f"V{number}: {what}", request=request, at=at, published=published,
        percent=percent,
    )  # fmt: skip


def _loans() -> list[Figure]:
    by_months = LOAN | BY_MONTHS | {"annual_rate": "0.146"}
    by_days = LOAN | {"annual_rate": "0.146"}
    six = LOAN | BY_MONTHS | {"annual_rate": "0.1825", "periods": 6}
    level = by_months | {"method": "equal_principal"}
    bullet = by_days | {"method": "interest_only"}
    twelve = LOAN | BY_MONTHS | {"annual_rate": "0.12"}
    return [
        _v("1", "level payment", by_months, "rows.0.payment", "900.70"),
        _v("1", "last payment", by_months, "rows.11.payment", "900.66"),
        _v("1", "interest", by_months, "totals.interest", "808.36"),
        _v("2", "level payment", six, "rows.0.payment", "1756.50"),
        _v("2", "interest", six, "totals.interest", "538.97"),
        _v("3", "level payment", by_days, "rows.0.payment", "900.41"),
        _v("3", "last payment", by_days, "rows.11.payment", "900.42"),
        _v("3", "interest", by_days, "totals.interest", "804.93"),
        _v("4", "first payment", level, "rows.0.payment", "955.00"),
        _v("4", "last payment", level, "rows.11.payment", "843.51"),
        _v("4", "interest", level, "totals.interest", "790.84"),
        _v("5", "last payment", bullet, "rows.11.payment", "10124.00"),
        _v("5", "interest", bullet, "totals.interest", "1460.00"),
        _v("9", "nominal cost", twelve, "cost.nominal", "12.0001"),
        _v("9", "effective cost", twelve, "cost.effective", "12.6826"),
    ]


def _fees() -> list[Figure]:
    cases = (
        (3, "0.025", "14.9384", "16.0048"), (6, "0.045", "15.2677", "16.3828"),
        (9, "0.065", "15.3402", "16.4660"), (12, "0.088", "15.8643", "17.0702"),
        (3, "0.023", "13.7478", "14.6480"), (12, "0.075", "13.5666", "14.4428"),
    )  # fmt: skip
    figures = []
    for periods, rate, nominal, effective in cases:
        request = LOAN | {
            "method": "flat_fee", "principal": "12000", "flat_fee_rate": rate, "periods": periods,
        }  # fmt: skip
        words = f"flat fee {float(rate):.1%} over {periods}"
        figures.append(_v("6", f"{words}, nominal", request, "cost.nominal", nominal))
        figures.append(_v("6", f"{words}, effective", request, "cost.effective", effective))
    return figures


def _pool() -> list[Figure]:
    bins = [{"good": g, "bad": b} for g, b in ((400, 80), (500, 60), (600, 40), (500, 20))]
    woe = {"kind": "woe", "bins": bins}
    psi = {
        "kind": "psi", "expected": ["0.10", "0.20", "0.40", "0.20", "0.10"],
        "actual": ["0.08", "0.17", "0.38", "0.22", "0.15"],
    }  # fmt: skip
    points = {"kind": "points", "base_score": 600, "base_odds": 50, "pdo": 20}
    figures = [
        _v("29", "population stability", psi, "psi", "0.03254376"),
        _v("30", "information value", woe, "iv", "0.32573563"),
        _v("30", "KS", woe, "ks", "0.2500"),
        _v("30", "AUC", woe, "auc", "0.655000"),
        _v("31", "factor", points | {"odds": 10}, "factor", "28.853901"),
        _v("31", "score at 10:1", points | {"odds": 10}, "score", "553.5614"),
        _v("31", "score at PD 5 %", points | {"pd": "0.05"}, "score", "572.0814"),
        _v("31", "odds at 650", points | {"score": 650}, "odds", "282.8427"),
    ]
    table = (
        ("0.01", "0.50", "19.1380", "50.8586"), ("0.03", "0.65", "55.8482", "90.6994"),
        ("0.10", "0.75", "139.8222", "125.9047"),
    )  # fmt: skip
    for pd, lgd, qrre, other in table:
        for name, published in (("qrre", qrre), ("other_retail", other)):
            request = {"kind": "irb", "pd": pd, "lgd": lgd, "asset_class": name}
            figures.append(_v("33", f"{name} at PD {pd}", request, "risk_weight", published))
    return figures


def vectors() -> list[Figure]:
    """Return the vectors that one answer shows."""
    return [*_loans(), *_fees(), *_pool()]
