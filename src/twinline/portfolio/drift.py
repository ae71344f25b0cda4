"""Whether two samples differ by more than chance, and whether that is enough to act on.

Every measure is a number that is zero, or one for a factor, where nothing has moved. It has two
yardsticks: the lender's lines, which say what matters, and a bound that knows the sample sizes,
which says what chance alone does. A verdict needs both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from fractions import Fraction
from math import exp, log, sqrt
from typing import TYPE_CHECKING

from twinline.portfolio.chi_square import at_most
from twinline.portfolio.stability import stability

if TYPE_CHECKING:
    from collections.abc import Sequence

EXPECTED_LEAST = 10
"""Bins in which fewer are expected on either side are counted together."""

HALF = Fraction(1, 2)
FEWEST = 2
"""Fewer bins than this cannot move against each other."""


@unique
class Verdict(StrEnum):
    """What to make of a measure."""

    STABLE = "stable"
    TOO_FEW = "too few to tell"
    WATCH = "watch"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Drift:
    """How far something has moved: `bound(chance)` is how far chance alone moves it."""

    value: float
    spread: float
    degrees: int
    form: str = "sum"

    def bound(self, chance: float) -> float:
        """Return the value that is not exceeded with this chance while nothing has changed."""
        far = at_most(chance, self.degrees)
        match self.form:
            case "sum":
                return far * self.spread
            case "factor":
                return exp(sqrt(far) * self.spread)
            case _:
                return sqrt(far) * self.spread


def verdict(value: float, bound: float, watch: float, act: float) -> Verdict:
    """Return what to make of a value.

    Above a line and above the bound it says so. Above the line for watching and within the bound,
    or where even the line for acting lies within the bound, there are too few to tell.
    """
    if value > watch:
        if value <= bound:
            return Verdict.TOO_FEW
        return Verdict.ACT if value > act else Verdict.WATCH
    return Verdict.TOO_FEW if bound > act else Verdict.STABLE


def moved(then: Sequence[int], now: Sequence[int]) -> Drift:
    """Return the population stability index of counts over the same bins.

    While nothing has changed, the index divided by 1/n + 1/m is about chi-square with one degree
    of freedom less than there are bins. A bin that is empty on one side gives half a customer to
    every bin on both, so that the logarithm exists.
    """
    n, m = sum(then), sum(now)
    if not n or not m:
        return Drift(0.0, 1.0, max(len(then) - 1, 1))
    pairs = _together(then, now)
    if len(pairs) < FEWEST:
        # One value on both sides has nothing to move; several that were counted as one might.
        several = sum(bool(was or is_now) for was, is_now in zip(then, now, strict=True)) > 1
        return Drift(0.0, 1 / n + 1 / m, int(several))
    added = HALF if any(not was or not is_now for was, is_now in pairs) else Fraction(0)
    found = stability([was + added for was, _ in pairs], [is_now + added for _, is_now in pairs])
    return Drift(found.psi, 1 / n + 1 / m, len(pairs) - 1)


def _together(then: Sequence[int], now: Sequence[int]) -> list[tuple[int, int]]:
    """Return the counts of the bins, those with few expected counted as one."""
    n, m = sum(then), sum(now)
    least = EXPECTED_LEAST * (n + m)
    held: list[tuple[int, int]] = []
    few_then = few_now = 0
    for was, is_now in zip(then, now, strict=True):
        if (was + is_now) * min(n, m) < least:
            few_then, few_now = few_then + was, few_now + is_now
        else:
            held.append((was, is_now))
    if not few_then + few_now:
        return held
    if held and (few_then + few_now) * min(n, m) < least:
        smallest = min(range(len(held)), key=lambda place: sum(held[place]))
        was, is_now = held[smallest]
        held[smallest] = (was + few_then, is_now + few_now)
        return held
    return [*held, (few_then, few_now)]


def share_moved(then: int, of_then: int, now: int, of_now: int) -> Drift:
    """Return by how much a share has moved, either way."""
    if not of_then or not of_now:
        return Drift(0.0, 1.0, 1, "root")
    pooled = (then + now + 1) / (of_then + of_now + 2)
    spread = sqrt(pooled * (1 - pooled) * (1 / of_then + 1 / of_now))
    return Drift(abs(now / of_now - then / of_then), spread, 1, "root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How many defaulted of those known, and how many were predicted to."""

    known: int
    defaulted: int
    predicted: float
    variance: float

    @property
    def factor(self) -> float:
        """How many defaulted for each that was predicted; half a default is added to both."""
        return (self.defaulted + 0.5) / (self.predicted + 0.5)

    @property
    def spread(self) -> float:
        """The variance of the factor's logarithm, as observed."""
        return (1 - self.defaulted / self.known) / (self.defaulted + 0.5)


def calibration_moved(then: Calibration | None, now: Calibration) -> Drift:
    """Return the factor by which defaults for each predicted have moved, one or more either way.

    Without a `then` it is the factor by which the prediction itself misses.
    """
    if then is None:
        factor = now.factor
        spread = sqrt(now.variance) / now.predicted if now.predicted else 1.0
    else:
        factor = now.factor / then.factor
        spread = sqrt(then.spread + now.spread)
    return Drift(max(factor, 1 / factor), spread, 1, "factor")


def ranked_worse(then: float, spread_then: float, now: float, spread_now: float) -> Drift:
    """Return by how much an AUC has fallen; 0 where it has risen."""
    return Drift(max(then - now, 0.0), sqrt(spread_then**2 + spread_now**2), 1, "root")


def auc_spread(auc: float, goods: int, bads: int) -> float:
    """Return the standard error of an AUC (Hanley and McNeil, 1982)."""
    above = auc / (2 - auc)
    twice = 2 * auc * auc / (1 + auc)
    parts = auc * (1 - auc) + (bads - 1) * (above - auc * auc) + (goods - 1) * (twice - auc * auc)
    return sqrt(max(parts, 0.0) / (goods * bads))


def beyond_bound(of_then: int, of_now: int, chance: float) -> float:
    """Return the share of `of_now` that chance alone takes beyond the ends of `of_then` values.

    While nothing has changed, k of the new ones beyond one end have a chance of at most
    (m / (n + m)) ** k; both ends are looked at.
    """
    if not of_then or not of_now:
        return 1.0
    count = log((1 - chance) / 2) / log(of_now / (of_then + of_now))
    return 2 * count / of_now


def binomial_interval(bad: int, known: int, chance: float) -> tuple[float, float]:
    """Return the interval of a rate by Wilson's score (1927).

    >>> [round(end, 4) for end in binomial_interval(10, 100, 0.95)]
    [0.0552, 0.1744]
    """
    if not known:
        return 0.0, 1.0
    squared = at_most(chance, 1)
    rate, scale = bad / known, 1 + squared / known
    middle = (rate + squared / (2 * known)) / scale
    half = sqrt(squared * (rate * (1 - rate) + squared / (4 * known)) / known) / scale
    return max(middle - half, 0.0), min(middle + half, 1.0)
