"""Kinds of a pool's figures: `points`, `woe`, `psi`, `irb` and `ecl`."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from twinline.app.calc.fields import (
    PERIODS_MAX,
    Amount,
    Answer,
    BadFieldError,
    Number,
    NumberOrInteger,
    Request,
    RequestPart,
    exact_text,
    minor_of,
    money_of,
    number_of,
    positive_of,
    rate_of,
    share_of,
    statistic_text,
)
from twinline.portfolio.capital import AssetClass, capital
from twinline.portfolio.expected_loss import Period, expected_loss
from twinline.portfolio.points import PointScale, odds_of, pd_of
from twinline.portfolio.separation import Bin, Sign, separation
from twinline.portfolio.stability import stability

COUNT_MAX = 10**15
BINS_MAX = 10_000


class PointsRequest(Request, frozen=True, kw_only=True, tag="points"):
    """One of odds, score and probability of default; the other two follow."""

    base_score: NumberOrInteger
    base_odds: Annotated[NumberOrInteger, Meta(description="Good to bad at the base score.")]
    pdo: Annotated[NumberOrInteger, Meta(description="Points that double the odds.")]
    odds: Annotated[NumberOrInteger | UnsetType, Meta(description="Good to bad.")] = UNSET
    score: NumberOrInteger | UnsetType = UNSET
    pd: Number | UnsetType = UNSET


class PointsAnswer(Answer, frozen=True, kw_only=True):
    """The two that were not given, and the scale's factor and offset."""

    factor: str
    offset: str
    odds: str | UnsetType = UNSET
    score: str | UnsetType = UNSET
    pd: str | UnsetType = UNSET


class BinField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods and bads of one bin."""

    good: Annotated[int, Meta(ge=1, le=COUNT_MAX)]
    bad: Annotated[int, Meta(ge=1, le=COUNT_MAX)]


class WoeRequest(Request, frozen=True, kw_only=True, tag="woe"):
    """Bins of a score, the lowest first."""

    bins: Annotated[list[BinField], Meta(min_length=1, max_length=BINS_MAX)]
    sign: Sign = Sign.GOOD_OVER_BAD


class BinAnswer(Struct, frozen=True, kw_only=True):
    """Weight of evidence of a bin, and its part of the information value."""

    woe: str
    iv: str


class WoeAnswer(Answer, frozen=True, kw_only=True):
    """How well the bins separate."""

    bins: list[BinAnswer]
    iv: str
    ks: str
    auc: str
    gini: str


class PsiRequest(Request, frozen=True, kw_only=True, tag="psi"):
    """Shares or counts of two populations over the same bins."""

    expected: Annotated[list[NumberOrInteger], Meta(min_length=1, max_length=BINS_MAX)]
    actual: Annotated[list[NumberOrInteger], Meta(min_length=1, max_length=BINS_MAX)]


class PsiAnswer(Answer, frozen=True, kw_only=True):
    """The index by bin and in all."""

    parts: list[str]
    psi: str


class IrbRequest(Request, frozen=True, kw_only=True, tag="irb"):
    """One retail exposure; no floor is applied to the inputs."""

    pd: Number
    lgd: Number
    asset_class: AssetClass


class IrbAnswer(Answer, frozen=True, kw_only=True):
    """Fractions of the exposure."""

    correlation: str
    k: str
    risk_weight: str


class ExposureField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exposure at a period's start; `pd` is given that no default came before."""

    exposure: Amount
    pd: Number


class EclRequest(Request, frozen=True, kw_only=True, tag="ecl"):
    """Expected loss over the first `horizon` rows; over all if it is absent."""

    rows: Annotated[list[ExposureField], Meta(min_length=1, max_length=PERIODS_MAX)]
    lgd: Number
    periodic_rate: Number
    horizon: Annotated[int, Meta(ge=1, le=PERIODS_MAX)] | UnsetType = UNSET


class EclAnswer(Answer, frozen=True, kw_only=True):
    """Each part and their sum, each rounded half up from what is exact."""

    parts: list[str]
    ecl: str


def points(request: PointsRequest) -> PointsAnswer:
    """Return the two that are missing of odds, score and pd. Raises `BadFieldError`."""
    scale = PointScale(
        base_score=float(number_of("base_score", request.base_score, least=None)),
        base_odds=float(positive_of("base_odds", request.base_odds)),
        pdo=float(positive_of("pdo", request.pdo)),
    )
    asked = {"odds": request.odds, "score": request.score, "pd": request.pd}
    known = {name: value for name, value in asked.items() if not isinstance(value, UnsetType)}
    if len(known) != 1:
        name = list(known)[1] if known else "odds"
        raise BadFieldError(name, known.get(name), "exactly_one_of_odds_score_pd")
    ((name, value),) = known.items()
    odds = _odds(scale, name, value)
    found = {"odds": odds, "score": scale.score(odds), "pd": pd_of(odds)}
    texts = {other: statistic_text(figure) for other, figure in found.items() if other != name}
    return PointsAnswer(
        id=request.id,
        factor=statistic_text(scale.factor),
        offset=statistic_text(scale.offset),
        odds=texts.get("odds", UNSET),
        score=texts.get("score", UNSET),
        pd=texts.get("pd", UNSET),
    )


def _odds(scale: PointScale, name: str, value: str | int) -> float:
    """Return the odds that one of the three stands for, where they are a number."""
    if name == "odds":
        return float(positive_of(name, value))
    if name == "pd":
        pd = positive_of(name, value)
        if pd >= 1:
            raise BadFieldError(name, value, "below_1")
        return odds_of(float(pd))
    score = float(number_of(name, value, least=None))
    try:
        odds = scale.odds(score)
    except OverflowError:
        raise BadFieldError(name, value, "odds_are_finite") from None
    if not odds:
        raise BadFieldError(name, value, "odds_are_finite")
    return odds


def woe(request: WoeRequest) -> WoeAnswer:
    """Return how well bins separate."""
    figures = separation([Bin(good=b.good, bad=b.bad) for b in request.bins], request.sign)
    return WoeAnswer(
        id=request.id,
        bins=[
            BinAnswer(woe=statistic_text(weight), iv=statistic_text(part))
            for weight, part in zip(figures.woe, figures.iv_parts, strict=True)
        ],
        iv=statistic_text(figures.iv),
        ks=exact_text(figures.ks),
        auc=exact_text(figures.auc),
        gini=exact_text(figures.gini),
    )


def psi(request: PsiRequest) -> PsiAnswer:
    """Return how far a population has moved. Raises `BadFieldError`."""
    if len(request.actual) != len(request.expected):
        raise BadFieldError("actual", request.actual, "as_many_as_expected")
    moved = stability(
        [positive_of("expected", share) for share in request.expected],
        [positive_of("actual", share) for share in request.actual],
    )
    return PsiAnswer(
        id=request.id,
        parts=[statistic_text(part) for part in moved.parts],
        psi=statistic_text(moved.psi),
    )


def irb(request: IrbRequest) -> IrbAnswer:
    """Return the capital for an exposure. Raises `BadFieldError`."""
    pd = positive_of("pd", request.pd)
    if pd >= 1:
        raise BadFieldError("pd", request.pd, "below_1")
    lgd = share_of("lgd", request.lgd)
    needed = capital(float(pd), float(lgd), request.asset_class)
    return IrbAnswer(
        id=request.id,
        correlation=statistic_text(needed.correlation),
        k=statistic_text(needed.k),
        risk_weight=statistic_text(needed.risk_weight),
    )


def ecl(request: EclRequest) -> EclAnswer:
    """Return the expected loss. Raises `BadFieldError`."""
    periods = [
        Period(
            exposure_minor=minor_of("rows", row.exposure),
            pd=share_of("rows", row.pd),
        )
        for row in request.rows
    ]
    horizon = len(periods) if isinstance(request.horizon, UnsetType) else request.horizon
    loss = expected_loss(
        periods,
        share_of("lgd", request.lgd),
        rate_of("periodic_rate", request.periodic_rate),
        horizon,
    )
    return EclAnswer(
        id=request.id, parts=[money_of(part) for part in loss.parts], ecl=money_of(loss.total)
    )
