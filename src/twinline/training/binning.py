"""Bins of one feature, monotone in risk, with what each says of good and bad (WOE, IV).

optbinning finds the bins; here their edges become numbers a committee can read: whole, and of two
significant digits. Values are rounded down to such numbers before the bins are sought, so the
bins found are exactly the bins written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twinline.training.quiet import OptimalBinning
from twinline.training.sample import Risk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from twinline.training.sample import Candidate, Column, Flags, Places, Values

BINS_MAX = 8
BIN_SHARE_LEAST = 0.01
TRENDS = {Risk.RISES: "ascending", Risk.FALLS: "descending"}
DIGITS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Bins:
    """The bins of one feature: those of its range, one for each special value, one for missing.

    `edges` are the lower ends of the first kind; `woe`, `goods` and `bads` have one entry for
    each bin of all kinds, in that order. `woe` is ln(share of goods / share of bads); a special
    or missing bin without goods or bads says nothing and has 0.
    """

    candidate: Candidate
    edges: tuple[int, ...]
    woe: tuple[float, ...]
    goods: tuple[int, ...]
    bads: tuple[int, ...]

    @property
    def iv(self) -> float:
        """Return the information value: how well the bins tell goods from bads."""
        goods, bads = sum(self.goods), sum(self.bads)
        parts = zip(self.goods, self.bads, self.woe, strict=True)
        return sum((good / goods - bad / bads) * woe for good, bad, woe in parts)

    def places(self, column: Column) -> Places:
        """Return which bin each value belongs to."""
        found = np.searchsorted(np.array(self.edges), column.values, side="right") - 1
        for number, special in enumerate(self.candidate.specials, len(self.edges)):
            found[column.values == special] = number
        found[column.missing] = len(self.edges) + len(self.candidate.specials)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """What was found of a feature's trend: with the trend asked for, and left to itself."""

    bins: Bins
    risk: Risk
    iv_fixed: float
    iv_automatic: float
    monotone: bool


def bins_of(candidate: Candidate, column: Column, bad: Flags) -> Bins:
    """Return the best bins in which risk runs one way, the way the candidate says."""
    if candidate.risk is not Risk.EITHER:
        return _fit(candidate, column, bad, TRENDS[candidate.risk])
    found = [_fit(candidate, column, bad, trend) for trend in TRENDS.values()]
    return max(found, key=lambda bins: bins.iv)


def trend_of(candidate: Candidate, column: Column, bad: Flags) -> Trend:
    """Return the monotone bins beside what optbinning's automatic trend would give."""
    fixed = bins_of(candidate, column, bad)
    automatic = _fit(candidate, column, bad, "auto")
    steps = np.diff(automatic.woe[: len(automatic.edges)])
    return Trend(
        bins=fixed,
        risk=direction(fixed),
        iv_fixed=fixed.iv,
        iv_automatic=automatic.iv,
        monotone=bool(_one_way(steps, direction(fixed))),
    )


def direction(bins: Bins) -> Risk:
    """Return which way the risk of these bins runs as the feature rises."""
    if bins.candidate.risk is not Risk.EITHER:
        return bins.candidate.risk
    return Risk.RISES if bins.woe[0] > bins.woe[len(bins.edges) - 1] else Risk.FALLS


def rounded_down(values: Values, unit: int) -> Values:
    """Return the greatest number of two significant digits of units not above each value.

    >>> rounded_down(np.array([1, 99, 100, 12_345, -12_345]), 1).tolist()
    [1, 99, 100, 12000, -13000]
    """
    units = values // unit
    powers = 10 ** np.arange(18, dtype=np.int64)
    step = powers[np.maximum(np.searchsorted(powers, np.abs(units), side="right") - DIGITS, 0)]
    return units // step * step * unit


def _fit(candidate: Candidate, column: Column, bad: Flags, trend: str) -> Bins:
    """Return the bins optbinning finds under a trend."""
    plain = ~column.missing & ~np.isin(column.values, candidate.specials)
    values = rounded_down(column.values[plain], candidate.unit)
    splits = _splits(values, bad[plain], trend)
    known = np.unique(values)
    edges = {int(known[np.searchsorted(known, split)]) for split in splits}
    return _counted(candidate, (candidate.least, *sorted(edges)), column, bad)


def _splits(values: Values, bad: Flags, trend: str) -> NDArray[np.float64]:
    if len(np.unique(values)) < DIGITS or bad.all() or not bad.any():
        return np.array([], dtype=np.float64)
    binning = OptimalBinning(
        dtype="numerical",
        solver="cp",
        monotonic_trend=trend,
        max_n_bins=BINS_MAX,
        min_bin_size=BIN_SHARE_LEAST,
        min_bin_n_event=1,
        min_bin_n_nonevent=1,
    )
    binning.fit(values.astype(np.float64), bad.astype(np.int64))
    return np.asarray(binning.splits, dtype=np.float64)


def _counted(candidate: Candidate, edges: tuple[int, ...], column: Column, bad: Flags) -> Bins:
    count = len(edges) + len(candidate.specials) + candidate.may_miss
    empty = Bins(candidate=candidate, edges=edges, woe=(), goods=(), bads=())
    places = empty.places(column)
    goods = np.bincount(places[~bad], minlength=count).tolist()
    bads = np.bincount(places[bad], minlength=count).tolist()
    return Bins(
        candidate=candidate,
        edges=edges,
        woe=tuple(_woe(goods, bads)),
        goods=tuple(goods),
        bads=tuple(bads),
    )


def _woe(goods: Sequence[int], bads: Sequence[int]) -> list[float]:
    odds = sum(bads) / sum(goods)
    return [
        math.log(good / bad * odds) if good and bad else 0.0
        for good, bad in zip(goods, bads, strict=True)
    ]


def _one_way(steps: NDArray[np.float64], risk: Risk) -> bool:
    return bool((steps <= 0).all() if risk is Risk.RISES else (steps >= 0).all())
