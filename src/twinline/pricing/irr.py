"""The rate at which flows are worth nothing: found in decimals, and shown to be the only one.

Searched are growth factors a period between two bounds. Exactly one root is the answer. Flows
whose sign changes once have one root at most (Descartes' rule, which Laguerre carried over to any
exponents); for the others `roots` encloses every root in an interval first. A root is certified:
the worth of the flows has opposite signs a part in 10**28 to either side of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from enum import Enum, unique
from typing import TYPE_CHECKING, NamedTuple

from twinline.kernel.decimals import ONE, PRECISE
from twinline.pricing.discount import Series
from twinline.pricing.roots import enclosing_intervals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.pricing.discount import Timed, Worth

_STEPS_MAX = 500
_CLOSE = Decimal("1e-15")
_ASIDE = Decimal("1e-28")
_HALF, _TWO = Decimal("0.5"), Decimal(2)
_ROUGH = Context(prec=12)
_FAR = Decimal(50)
"""So far from nothing a first guess may lie, as a logarithm; every bracket is narrower."""


@unique
class RateRefusal(Enum):
    """Why flows have no one rate, in the order the checks run."""

    NO_RATE = "no_rate"
    """No rate of the interval makes the flows worth nothing."""

    SEVERAL_RATES = "several_rates"
    """More than one does, or roots lie too close to be told apart."""


class Bounds(NamedTuple):
    """The growth factors searched, the ends left out."""

    low: Decimal
    high: Decimal


def growth_of(flows: Sequence[Timed], bounds: Bounds) -> Decimal | RateRefusal:
    """Return the one growth factor a period at which the flows are worth nothing.

    Either sign convention is taken. The answer is good to about thirty digits.
    """
    series = Series.of(flows)
    changes = series.sign_changes
    if changes == 0:
        return RateRefusal.NO_RATE
    with localcontext(PRECISE):
        if changes == 1:
            growth = _root(series, bounds, rising=True)
        else:
            growth = _among_several(series, bounds)
    if isinstance(growth, Decimal) and not bounds.low < growth < bounds.high:
        return RateRefusal.NO_RATE
    return growth


def _among_several(series: Series, bounds: Bounds) -> Decimal | RateRefusal:
    """Return the root of flows whose sign changes more than once, where there is only one."""
    found = enclosing_intervals(series, bounds.low, bounds.high)
    if found is None or len(found) > 1:
        return RateRefusal.SEVERAL_RATES
    if not found:
        return RateRefusal.NO_RATE
    low, high = found[0]
    if low == high:
        return low
    return _root(series, Bounds(low, high), rising=series.net_at(low) < 0)


@dataclass(slots=True)
class _Bracket:
    """Growth factors with the root between them; an end is known once its sign was seen."""

    low: Decimal
    high: Decimal
    low_known: bool = False
    high_known: bool = False

    def narrow(self, growth: Decimal, *, root_is_above: bool) -> None:
        """Take a growth factor as the end that it turned out to be."""
        if root_is_above:
            self.low, self.low_known = growth, True
        else:
            self.high, self.high_known = growth, True

    def inside(self, growth: Decimal) -> Decimal:
        """Return the growth factor to try: this, an end that is not known, or a middle."""
        if self.low < growth < self.high:
            return growth
        if growth <= self.low and not self.low_known:
            return self.low
        if growth >= self.high and not self.high_known:
            return self.high
        if self.high > _TWO * self.low:
            return (self.low * self.high).sqrt()
        return (self.low + self.high) * _HALF

    @property
    def is_empty(self) -> bool:
        """Whether the root turned out to lie outside."""
        return self.low >= self.high


def _root(series: Series, bounds: Bounds, *, rising: bool) -> Decimal | RateRefusal:
    """Return the one root there is, or that none lies between the bounds.

    `rising` says that the worth is negative below the root and positive above. Newton's method on
    the logarithm of received / paid, kept inside a bracket that shrinks with every step.
    """
    bracket = _Bracket(bounds.low, bounds.high)
    growth = bracket.inside(_first_guess(series))
    for _ in range(_STEPS_MAX):
        worth = series.worth_at(growth)
        net = worth.net
        if not net:
            return growth
        bracket.narrow(growth, root_is_above=(net < 0) == rising)
        if bracket.is_empty:
            return RateRefusal.NO_RATE
        step = _newton_step(worth)
        after = growth * _exp(step)
        if abs(step) < _CLOSE and _is_certain(series, after, rising=rising):
            return after
        growth = bracket.inside(after)
    return RateRefusal.SEVERAL_RATES


def _first_guess(series: Series) -> Decimal:
    """Return the growth factor that one flow in, one flow out at their mean times would have."""
    worth = series.undiscounted()
    apart = _duration_apart(worth)
    if not apart:
        return ONE
    rise = _ROUGH.ln(_ROUGH.divide(worth.received, worth.paid))
    return _ROUGH.exp(max(-_FAR, min(_FAR, _ROUGH.divide(rise, apart))))


def _newton_step(worth: Worth) -> Decimal:
    """Return by how much the logarithm of the growth factor should move.

    Twice the net over the sum stands for the logarithm of received / paid, which it is to third
    order; nothing where Newton's method has no direction.
    """
    apart = _duration_apart(worth)
    if not apart:
        return Decimal(0)
    step = PRECISE.divide(_TWO * worth.net, (worth.received + worth.paid) * apart)
    return max(-ONE, min(ONE, step))


def _duration_apart(worth: Worth) -> Decimal:
    """Return how much later, in periods, the received flows lie than the paid ones."""
    return PRECISE.divide(worth.received_periods, worth.received) - PRECISE.divide(
        worth.paid_periods, worth.paid
    )


def _exp(step: Decimal) -> Decimal:
    """Return e to a small power, right to third order: a step of a search needs no more."""
    half = step * _HALF
    return PRECISE.divide(ONE + half, ONE - half)


def _is_certain(series: Series, growth: Decimal, *, rising: bool) -> bool:
    """Return whether the root lies within a part in 10**28 of a growth factor."""
    below = series.net_at(growth * (ONE - _ASIDE))
    above = series.net_at(growth * (ONE + _ASIDE))
    return below <= 0 <= above if rising else above <= 0 <= below
