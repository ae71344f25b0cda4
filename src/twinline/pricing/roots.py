"""Where all the roots of a worth lie, for flows whose sign changes more than once.

Two ways. A point that has every root on one side, and at most one: the signs of the running
totals of the discounted flows bound the roots beyond it (Laguerre's extension of Descartes'
rule). It settles the usual loan that is paid out in parts. For all else the interval is halved:
received and paid, and their derivatives, fall as growth rises, so that their values at two ends
enclose what lies between.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from twinline.kernel.decimals import ONE, PRECISE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.pricing.discount import Series

Interval = tuple[Decimal, Decimal]

_GRID = 24
_TERMS_MAX = 1_000_000
_NODES_MAX = 5_000
_TOUCH = Decimal("1e-30")
_CUT = Decimal("0.4839")


def enclosing_intervals(series: Series, low: Decimal, high: Decimal) -> list[Interval] | None:
    """Return an interval for each root between two growth factors, in order of growth.

    An interval of no width is a root where the worth touches nothing without changing its sign.
    None where the roots could not be told apart within the work allowed, 5,000 points or a million
    terms. To be called in the context `PRECISE`.
    """
    if not series.has_odd:
        single = _beyond_one_point(series, low, high)
        if single is not None:
            return single
    return _by_halves(series, low, high)


def _beyond_one_point(series: Series, low: Decimal, high: Decimal) -> list[Interval] | None:
    """Return the one interval with a root, if some point shows that there is no other."""
    ratio = PRECISE.power(PRECISE.divide(high, low), PRECISE.divide(ONE, Decimal(_GRID)))
    grid = [low * ratio**step for step in range(_GRID)] + [high]
    nets = [series.net_at(growth) for growth in grid]
    cells = [
        (a, b)
        for (a, at_a), (b, at_b) in pairwise(zip(grid, nets, strict=True))
        if (at_a < 0) != (at_b < 0)
    ]
    if len(cells) != 1:
        return None
    left, right = cells[0]
    negative_left = series.net_at(left) < 0
    for _ in range(80):
        middle = (left * right).sqrt()
        if (series.net_at(middle) < 0) == negative_left:
            left = middle
        else:
            right = middle
        if _all_roots_above(series, left):
            return [(left, cells[0][1])]
    return None


def _all_roots_above(series: Series, growth: Decimal) -> bool:
    """Return whether no root lies below a growth factor and at most one above it."""
    terms = series.discounted(growth)
    return _changes(accumulate(reversed(terms))) == 0 and _changes(accumulate(terms)) == 1


def _changes(totals: Iterator[Decimal]) -> int:
    """Return how often the sign changes, zeros left out."""
    signs = [total > 0 for total in totals if total]
    return sum(a != b for a, b in pairwise(signs))


@dataclass(frozen=True, slots=True)
class _Node:
    """Received and paid at a growth factor, and the sizes of their first two derivatives."""

    growth: Decimal
    received: tuple[Decimal, Decimal, Decimal]
    paid: tuple[Decimal, Decimal, Decimal]

    @property
    def net(self) -> Decimal:
        return self.received[0] - self.paid[0]

    @property
    def touches(self) -> bool:
        """Whether the worth is nothing as far as can be told."""
        return abs(self.net) <= _TOUCH * (self.received[0] + self.paid[0])

    @property
    def fall(self) -> Decimal:
        """How fast the worth falls."""
        return self.received[1] - self.paid[1]


def _node(series: Series, growth: Decimal) -> _Node:
    """Return the node at a growth factor."""
    received, paid = [Decimal(0)] * 3, [Decimal(0)] * 3
    discount = PRECISE.divide(ONE, growth)
    for step, worth in zip(series.steps, series.discounted(growth), strict=True):
        value, speed, bend = abs(worth), step.periods * discount, step.periods * discount**2
        if step.odd is not None:
            extra = PRECISE.divide(step.odd, ONE + step.odd * (growth - ONE))
            speed, bend = speed + extra, bend + extra**2
        sums = received if step.is_received else paid
        sums[0] += value
        sums[1] += value * speed
        sums[2] += value * (speed**2 + bend)
    return _Node(growth, (received[0], received[1], received[2]), (paid[0], paid[1], paid[2]))


def _by_halves(series: Series, low: Decimal, high: Decimal) -> list[Interval] | None:
    """Return the roots' intervals by halving whatever cannot be decided whole."""
    found: list[Interval] = []
    boxes = [(_node(series, low), _node(series, high))]
    nodes_left = min(max(_TERMS_MAX // len(series.steps), 60), _NODES_MAX)
    while boxes:
        left, right = boxes.pop()
        if not _may_vanish(left, right, 0):
            continue
        if not _may_vanish(left, right, 1):
            if (left.net < 0) != (right.net < 0):
                found.append((left.growth, right.growth))
            continue
        if not _may_vanish(left, right, 2):
            found.extend(_of_curve(series, left, right))
            continue
        nodes_left -= 1
        if nodes_left == 0:
            return None
        middle = _node(
            series, left.growth * PRECISE.power(PRECISE.divide(right.growth, left.growth), _CUT)
        )
        if not left.growth < middle.growth < right.growth:
            return None
        boxes += [(middle, right), (left, middle)]
    return found


def _may_vanish(left: _Node, right: _Node, order: int) -> bool:
    """Return whether the worth, or a derivative of it, may be nothing between two nodes."""
    least = right.received[order] - left.paid[order]
    most = left.received[order] - right.paid[order]
    return least <= 0 <= most


def _of_curve(series: Series, left: _Node, right: _Node) -> Iterator[Interval]:
    """Yield the roots between two nodes where the worth bends one way only: two at most."""
    if (left.net < 0) != (right.net < 0):
        yield left.growth, right.growth
        return
    if (left.fall < 0) == (right.fall < 0):
        return
    low, high = left, right
    for _ in range(160):
        middle = _node(series, (low.growth * high.growth).sqrt())
        if not low.growth < middle.growth < high.growth:
            break
        if (middle.fall < 0) == (low.fall < 0):
            low = middle
        else:
            high = middle
        if (middle.net < 0) != (left.net < 0) and not middle.touches:
            yield left.growth, middle.growth
            yield middle.growth, right.growth
            return
    if low.touches:
        yield low.growth, low.growth
