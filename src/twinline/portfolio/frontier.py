"""Expected profit against expected loss: candidates measured on one book, the best kept."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

PPM = 1_000_000


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a year of a line brings and costs, in ppm; first measures, for a lender to replace.

    `use_*` is the share of a limit that is drawn on average and earns the price, `at_default` the
    share that is drawn when a customer defaults, `lgd` what is then lost of it.
    """

    use_pay_later_ppm: int = 500_000
    use_cash_loan_ppm: int = 600_000
    at_default_ppm: int = 600_000
    lgd_ppm: int = 650_000
    funding_ppm: int = 30_000
    operation_ppm: int = 20_000


class Sum:
    """A strategy over the customers so far; profit and loss a year, exact.

    Amounts are in minor units times ppm twice. The probability of default is that of the strategy
    that is in force, for every candidate: a candidate cannot look better by measuring otherwise.
    """

    def __init__(self, assumptions: Assumptions) -> None:
        """Start with nobody."""
        self._assumed = assumptions
        self._uses = (assumptions.use_pay_later_ppm, assumptions.use_cash_loan_ppm)
        self._cost = assumptions.funding_ppm + assumptions.operation_ppm
        self._lost = assumptions.at_default_ppm * assumptions.lgd_ppm
        self.profit = self.loss = self.limit_minor = self.unpriced = 0
        self.differing = 0
        self.squares = 0.0

    def add(self, lent: Sequence[tuple[int, int | None]], pd_ppm: int | None) -> int:
        """Add one customer, lent so much at which price by line; return the profit they bring."""
        profit = 0
        for (limit, price_ppm), use in zip(lent, self._uses, strict=True):
            self.limit_minor += limit
            if not limit:
                continue
            if price_ppm is None or pd_ppm is None:
                self.unpriced += 1
                continue
            loss = limit * pd_ppm * self._lost // PPM
            self.loss += loss
            profit += limit * use * (price_ppm - self._cost) - loss
        self.profit += profit
        return profit

    def differ(self, by: int) -> None:
        """Keep by how much a customer's profit differs from that under the strategy in force."""
        self.differing += by != 0
        self.squares += (by / PPM**2) ** 2


def error_of_total(total: float, squares: float, sampled: int, rows: int) -> float:
    """Return the standard error of a total that a sample of a book was scaled up to."""
    if sampled < 2 or sampled >= rows:  # noqa: PLR2004 - one has no spread
        return 0.0
    mean = total / sampled
    variance = max(squares / sampled - mean * mean, 0.0) * sampled / (sampled - 1)
    return rows * sqrt(variance / sampled * (1 - sampled / rows))


def undominated(points: Sequence[tuple[int, int]]) -> list[int]:
    """Return the places of points, as loss and profit, that no other point beats.

    One beats another where its loss is not higher and its profit not lower, and one of the two is
    better. Of equal points the first is kept. Lowest loss first.

    >>> undominated([(5, 10), (5, 12), (3, 8), (7, 11), (3, 8)])
    [2, 1]
    """
    found: list[int] = []
    for place in sorted(range(len(points)), key=lambda at: (points[at][0], -points[at][1], at)):
        if not found or points[place][1] > points[found[-1]][1]:
            found.append(place)
    return found
