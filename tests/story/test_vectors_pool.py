"""The published vectors of expected loss, stability, separation, points and capital."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tests.loans import BY_MONTHS, made, minor, terms
from twinline.app.calc.fields import money_of
from twinline.portfolio.capital import AssetClass, capital
from twinline.portfolio.expected_loss import Period, expected_loss
from twinline.portfolio.points import PointScale, odds_of, pd_of
from twinline.portfolio.separation import Bin, Sign, separation
from twinline.portfolio.stability import stability

if TYPE_CHECKING:
    from twinline.portfolio.expected_loss import ExpectedLoss

BINS = [Bin(good=g, bad=b) for g, b in ((400, 80), (500, 60), (600, 40), (500, 20))]
SCALE = PointScale(base_score=600, base_odds=50, pdo=20)


def loss(periods: int, horizon: int) -> ExpectedLoss:
    """Return the expected loss of V1's loan over some periods, of a horizon."""
    plan = made(terms("10000.00", "0.146", periods, rules=BY_MONTHS))
    starts = [minor("10000.00")] + [row.balance_minor for row in plan.rows[:-1]]
    rows = [Period(exposure_minor=start, pd=Fraction("0.01")) for start in starts]
    return expected_loss(rows, Fraction("0.65"), Fraction("0.146") / 12, horizon)


def test_v24_expected_loss_of_twelve_months() -> None:
    """Survival, default at month end, discounting: 393.78 in all."""
    found = loss(12, 12)

    assert [str((part / 100).quantize(Decimal("1e-6"))) for part in found.parts[:3]] == [
        "64.218673", "57.919006", "51.806225"
    ]  # fmt: skip
    assert str((found.total / 100).quantize(Decimal("1e-6"))) == "393.775089"
    assert money_of(found.total) == "393.78"


def test_v25_twelve_months_and_lifetime() -> None:
    """Of two years the first loses 549.54 and both lose 711.41."""
    assert money_of(loss(24, 12).total) == "549.54"
    assert money_of(loss(24, 24).total) == "711.41"


def test_v26_revolving_exposure_and_scenarios() -> None:
    """Drawn and a share of the rest make 5,000; scenarios are weighted by their chances."""
    exposure = minor("3000.00") + minor("5000.00") * Fraction("0.4")
    weighted = Fraction("0.6") * 100 + Fraction("0.2") * 80 + Fraction("0.2") * 150
    period = Period(exposure_minor=int(exposure), pd=Fraction("0.03"))
    found = expected_loss([period], Fraction("0.65"), Fraction(0), 1)

    assert exposure == minor("5000.00")
    assert money_of(found.total) == "97.50"
    assert weighted == 106


def test_v29_population_stability() -> None:
    """Each part and the sum of the index."""
    was = [Fraction(x) for x in ("0.10", "0.20", "0.40", "0.20", "0.10")]
    now = [Fraction(x) for x in ("0.08", "0.17", "0.38", "0.22", "0.15")]
    moved = stability(was, now)

    assert [f"{part:.8f}" for part in moved.parts] == [
        "0.00446287", "0.00487557", "0.00102587", "0.00190620", "0.02027326"
    ]  # fmt: skip
    assert f"{moved.psi:.8f}" == "0.03254376"


def test_v30_weight_of_evidence() -> None:
    """Weights, information value, KS, AUC and Gini of four bins."""
    found = separation(BINS, Sign.GOOD_OVER_BAD)

    assert [f"{weight:.8f}" for weight in found.woe] == [
        "-0.69314718", "-0.18232156", "0.40546511", "0.91629073"
    ]  # fmt: skip
    assert [f"{part:.8f}" for part in found.iv_parts] == [
        "0.13862944", "0.00911608", "0.04054651", "0.13744361"
    ]  # fmt: skip
    assert f"{found.iv:.8f}" == "0.32573563"
    assert (found.ks, found.auc, found.gini) == (
        Fraction(1, 4), Fraction("0.655"), Fraction("0.31")
    )  # fmt: skip


def test_v30_the_other_sign() -> None:
    """The inverse sign turns the weights and leaves every other figure."""
    found, turned = separation(BINS, Sign.GOOD_OVER_BAD), separation(BINS, Sign.BAD_OVER_GOOD)

    assert turned.woe == tuple(-weight for weight in found.woe)
    assert turned.iv_parts == found.iv_parts


def test_v31_points() -> None:
    """Six hundred at 50:1 with twenty points to double the odds."""
    assert f"{SCALE.factor:.6f}" == "28.853901"
    assert f"{SCALE.offset:.6f}" == "487.122876"
    assert f"{SCALE.score(100):.4f}" == "620.0000"
    assert f"{SCALE.score(25):.4f}" == "580.0000"
    assert f"{SCALE.score(10):.4f}" == "553.5614"
    assert f"{SCALE.score(odds_of(0.05)):.4f}" == "572.0814"
    assert f"{SCALE.odds(650):.4f}" == "282.8427"
    assert f"{100 * pd_of(SCALE.odds(650)):.4f}" == "0.3523"


def test_v32_points_of_attributes() -> None:
    """Three attributes' points add up to the score of their log odds."""
    factor, offset, b0 = SCALE.factor, SCALE.offset, -2.5
    attributes = [(-0.8, 0.25), (-0.6, -0.40), (-1.1, 0.10)]
    points = [-(beta * woe + b0 / 3) * factor + offset / 3 for beta, woe in attributes]
    logit = b0 + sum(beta * woe for beta, woe in attributes)

    assert [f"{p:.6f}" for p in points] == ["192.189990", "179.494273", "189.593139"]
    assert f"{offset - factor * logit:.6f}" == f"{sum(points):.6f}" == "561.277401"


@pytest.mark.parametrize(
    ("pd", "lgd", "k_qrre", "weight_qrre", "correlation", "k_other", "weight_other"),
    [
        (0.01, 0.50, "0.01531036", "19.1380", "0.12160945", "0.04068687", "50.8586"),
        (0.03, 0.65, "0.04467857", "55.8482", "0.07549191", "0.07255948", "90.6994"),
        (0.10, 0.75, "0.11185773", "139.8222", "0.03392566", "0.10072374", "125.9047"),
    ],
)
def test_v33_internal_ratings(  # noqa: PLR0913, PLR0917 - one row of the table
    pd: float, lgd: float, k_qrre: str, weight_qrre: str, correlation: str, k_other: str,
    weight_other: str,
) -> None:  # fmt: skip
    """Capital and risk weight of both retail classes."""
    qrre, other = capital(pd, lgd, AssetClass.QRRE), capital(pd, lgd, AssetClass.OTHER_RETAIL)

    assert (f"{qrre.k:.8f}", f"{100 * qrre.risk_weight:.4f}") == (k_qrre, weight_qrre)
    assert f"{other.correlation:.8f}" == correlation
    assert (f"{other.k:.8f}", f"{100 * other.risk_weight:.4f}") == (k_other, weight_other)


def test_v33_risk_weighted_assets() -> None:
    """Half of 5,000 undrawn counts: 3,071.65 of risk-weighted assets on an exposure of 5,500."""
    weight = capital(0.03, 0.65, AssetClass.QRRE).risk_weight

    assert f"{weight * 5500:.2f}" == "3071.65"
    assert f"{weight * 5500 * 0.105:.2f}" == "322.52"
