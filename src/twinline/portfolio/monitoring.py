"""The figures of a monitor: two books under one strategy, measure by measure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING

import msgspec

from twinline.portfolio.bins import Apart, Bin, Bins, Count
from twinline.portfolio.census import ACTIONS, LIMITS, OUTCOMES, PRICES, SCORE, SEGMENT
from twinline.portfolio.drift import (
    Calibration,
    Drift,
    Verdict,
    auc_spread,
    beyond_bound,
    binomial_interval,
    calibration_moved,
    moved,
    ranked_worse,
    share_moved,
    verdict,
)

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from twinline.portfolio.bins import Spectrum
    from twinline.portfolio.census import Census

PPM = 1_000_000
CHANCE = 0.99
"""Of a bound: what chance alone exceeds once in a hundred."""

PLACES = 8


@unique
class Kind(StrEnum):
    """What is measured; thresholds are set by kind."""

    FEATURE = "feature"
    SCORE = "score"
    SEGMENT = "segment"
    ACTION = "action"
    LIMIT = "limit"
    PRICE = "price"
    POPULATION = "population"
    MISSING = "missing"
    OUTSIDE = "outside"
    UNSEEN = "unseen"
    REFER = "refer"
    DEFAULT_RATE = "default_rate"
    CALIBRATION = "calibration"
    AUC = "auc"


INDEX = frozenset(
    {
        Kind.FEATURE,
        Kind.SCORE,
        Kind.SEGMENT,
        Kind.ACTION,
        Kind.LIMIT,
        Kind.PRICE,
        Kind.POPULATION,
    }
)
"""Kinds measured by the population stability index."""


class Lines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where on to watch, and from where on to act."""

    watch: float
    act: float


class BinCount(Bin, frozen=True, kw_only=True):
    """A bin and how many were in it, then and now."""

    then: int
    now: int


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: what it is of, how far it moved, its yardsticks and the verdict.

    `value` is an index, a difference of shares, a factor or a fall of AUC, by its kind. While
    nothing has changed, chance takes one measure above `bound_99` once in a hundred runs, and any
    of a run's measures above its `bound` once in a hundred runs; the verdict uses `bound`.
    `then` and `now` are the shares or figures that were compared, `bins` the distributions.
    """

    name: str
    kind: Kind
    value: float
    bound_99: float
    bound: float
    lines: Lines
    verdict: Verdict
    then: float | None = None
    now: float | None = None
    bins: tuple[BinCount, ...] = ()


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """Customers of one predicted probability of default, and what came of those known.

    `least` and `greatest` are the ends of the interval that holds the true rate 99 times in 100.
    """

    pd_ppm: int
    known: int
    defaulted: int
    least: float
    greatest: float


class BookFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two books."""

    customers: int
    referred: int
    outcome_known: int
    defaulted: int
    auc: float | None
    ks: float | None
    brier: float | None
    predicted: float | None
    bands: tuple[Band, ...]
    doubts: dict[str, int]


class MonitorFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All measures, the bins they were counted in, and both books."""

    then: BookFigures
    now: BookFigures
    measures: tuple[Measure, ...]
    bins: dict[str, Bins]

    @property
    def verdict(self) -> Verdict:
        """Return the gravest verdict; too few to tell of the score is too few for all."""
        found = {measure.verdict for measure in self.measures}
        for grave in (Verdict.ACT, Verdict.WATCH):
            if grave in found:
                return grave
        score = next(each for each in self.measures if each.kind is Kind.SCORE)
        return score.verdict


def frozen_bins(features: Sequence[str], census: Census) -> dict[str, Bins]:
    """Return the bins of a reference, with the ends of what it held."""
    counters = zip((*features, *OUTCOMES), (*census.features, *census.outcomes), strict=True)
    return {name: counter.frozen()[0] for name, counter in counters}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A measure before its yardsticks are known."""

    name: str
    kind: Kind
    drift: Drift | Callable[[float], float]
    value: float
    then: float | None = None
    now: float | None = None
    bins: tuple[BinCount, ...] = ()

    def bound(self, chance: float) -> float:
        """Return what chance alone does not exceed."""
        return self.drift.bound(chance) if isinstance(self.drift, Drift) else self.drift(chance)


def monitored(
    then: Census,
    now: Census,
    features: Mapping[str, bool],
    lines: Callable[[Kind, str], Lines],
) -> MonitorFigures:
    """Return every measure of two books; `now` is counted in the bins of `then`.

    `features` says of each whether it reads a column of the book. `lines` gives the thresholds of
    a measure by kind and name.
    """
    asked = [*_asked(then, now, features)]
    # Many measures are looked at, and any of them may raise the alarm: each has its part of the
    # one chance in a hundred.
    chance = 1 - (1 - CHANCE) / len(asked)
    measures = []
    for each in asked:
        drawn = lines(each.kind, each.name)
        bound, value = round(each.bound(chance), PLACES), round(each.value, PLACES)
        measures.append(
            Measure(
                name=each.name,
                kind=each.kind,
                value=value,
                bound_99=round(each.bound(CHANCE), PLACES),
                bound=bound,
                lines=drawn,
                verdict=verdict(value, bound, drawn.watch, drawn.act),
                then=_rounded(each.then),
                now=_rounded(each.now),
                bins=each.bins,
            )
        )
    return MonitorFigures(
        then=_book(then),
        now=_book(now),
        measures=tuple(measures),
        bins=frozen_bins(list(features), then),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def _asked(then: Census, now: Census, features: Mapping[str, bool]) -> Iterator[_Asked]:
    """Yield all measures: the score first, then the decision, the features and the data."""
    counters = dict(zip(OUTCOMES, zip(then.outcomes, now.outcomes, strict=True), strict=True))
    yield _index(SCORE, Kind.SCORE, *counters[SCORE])
    yield from _of_outcome(then, now)
    yield _share(
        "refer", Kind.REFER, (then.referred, then.customers), (now.referred, now.customers)
    )
    yield _mixed(SEGMENT, Kind.SEGMENT, then, now)
    for name in ACTIONS:
        yield _mixed(name, Kind.ACTION, then, now)
    for kind, names in ((Kind.LIMIT, LIMITS), (Kind.PRICE, PRICES)):
        for name in names:
            yield _index(name, kind, *counters[name])
    for name in then.mixes:
        if name not in {SEGMENT, *ACTIONS}:
            yield _mixed(name, Kind.POPULATION, then, now)
    for (name, reads), was, is_now in zip(
        features.items(), then.features, now.features, strict=True
    ):
        yield _index(name, Kind.FEATURE, was, is_now)
        yield from _of_data(name, was, is_now, reads=reads)


def _of_outcome(then: Census, now: Census) -> Iterator[_Asked]:
    """Yield what can be said where it is known what became of the customers."""
    if then.outcome_known and now.outcome_known:
        yield _share(
            "default rate",
            Kind.DEFAULT_RATE,
            (then.defaulted, then.outcome_known),
            (now.defaulted, now.outcome_known),
        )
    before, after = _calibration(then), _calibration(now)
    if after is not None:
        drift = calibration_moved(before, after)
        yield _Asked(
            name="calibration",
            kind=Kind.CALIBRATION,
            drift=drift,
            value=drift.value,
            then=None if before is None else before.factor,
            now=after.factor,
        )
    was, is_now = _auc(then), _auc(now)
    if was is not None and is_now is not None:
        drift = ranked_worse(*was, *is_now)
        yield _Asked(
            name="AUC", kind=Kind.AUC, drift=drift, value=drift.value, then=was[0], now=is_now[0]
        )


def _of_data(
    name: str, then: Count | Spectrum, now: Count | Spectrum, *, reads: bool
) -> Iterator[_Asked]:
    """Yield what is missing, out of range and never seen before."""
    was, is_now = then.frozen()[1], now.frozen()[1]
    n, m = sum(was), sum(is_now)
    if reads:
        for kind, place in ((Kind.MISSING, -2), (Kind.OUTSIDE, -1)):
            if was[place] or is_now[place]:
                yield _share(name, kind, (was[place], n), (is_now[place], m))
    held = n - was[-1] - was[-2]
    seen = m - is_now[-1] - is_now[-2]
    if isinstance(now, Count) and held and seen:
        beyond = now.beyond_least + now.beyond_greatest
        if beyond:
            yield _Asked(
                name=name,
                kind=Kind.UNSEEN,
                drift=lambda chance: beyond_bound(held, seen, chance),
                value=beyond / seen,
                then=0.0,
                now=beyond / seen,
            )


def _share(name: str, kind: Kind, then: tuple[int, int], now: tuple[int, int]) -> _Asked:
    drift = share_moved(*then, *now)
    return _Asked(
        name=name,
        kind=kind,
        drift=drift,
        value=drift.value,
        then=then[0] / then[1] if then[1] else None,
        now=now[0] / now[1] if now[1] else None,
    )


def _index(name: str, kind: Kind, then: Count | Spectrum, now: Count | Spectrum) -> _Asked:
    bins, was = then.frozen()
    is_now = now.frozen()[1]
    drift = moved(was, is_now)
    counts = tuple(
        BinCount(
            name=each.name,
            special=each.special,
            start=each.start,
            below=each.below,
            then=one,
            now=other,
        )
        for each, one, other in zip(bins.names(), was, is_now, strict=True)
        if one or other or each.name not in set(Apart)
    )
    return _Asked(name=name, kind=kind, drift=drift, value=drift.value, bins=counts)


def _mixed(name: str, kind: Kind, then: Census, now: Census) -> _Asked:
    was, is_now = then.mixes[name], now.mixes[name]
    names = sorted({*was, *is_now}, key=lambda each: (-was[each], -is_now[each], each))
    drift = moved([was[each] for each in names], [is_now[each] for each in names])
    counts = tuple(BinCount(name=each, then=was[each], now=is_now[each]) for each in names)
    return _Asked(name=name, kind=kind, drift=drift, value=drift.value, bins=counts)


def _calibration(census: Census) -> Calibration | None:
    known = census.known
    if not known:
        return None
    return Calibration(
        known=known.total(),
        defaulted=census.bad.total(),
        predicted=sum(pd * count for pd, count in known.items()) / PPM,
        variance=sum(count * pd * (PPM - pd) for pd, count in known.items()) / PPM**2,
    )


def _auc(census: Census) -> tuple[float, float] | None:
    figures = census.ranking.figures()
    if figures.auc_ppm is None:
        return None
    auc = figures.auc_ppm / PPM
    return auc, auc_spread(auc, figures.outcome_known - figures.defaulted, figures.defaulted)


def _book(census: Census) -> BookFigures:
    ranked = census.ranking.figures()
    known = census.known.total()
    return BookFigures(
        customers=census.customers,
        referred=census.referred,
        outcome_known=census.outcome_known,
        defaulted=census.defaulted,
        auc=None if ranked.auc_ppm is None else ranked.auc_ppm / PPM,
        ks=None if ranked.ks_ppm is None else ranked.ks_ppm / PPM,
        brier=_rounded(_brier(census.known, census.bad)) if known else None,
        predicted=_rounded(sum(pd * count for pd, count in census.known.items()) / known / PPM)
        if known
        else None,
        bands=tuple(_band(census, pd) for pd in sorted(census.known, reverse=True)),
        doubts=dict(sorted(census.doubts.items(), key=lambda item: (-item[1], item[0]))),
    )


def _brier(known: Counter[int], bad: Counter[int]) -> float:
    """Return the mean squared distance of what was predicted from what came."""
    whole = sum(bad[pd] * (PPM - pd) ** 2 + (known[pd] - bad[pd]) * pd**2 for pd in known)
    return whole / PPM**2 / known.total()


def _band(census: Census, pd: int) -> Band:
    least, greatest = binomial_interval(census.bad[pd], census.known[pd], CHANCE)
    return Band(
        pd_ppm=pd,
        known=census.known[pd],
        defaulted=census.bad[pd],
        least=round(least, PLACES),
        greatest=round(greatest, PLACES),
    )
