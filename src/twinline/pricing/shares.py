"""Parts of one amount, and of one price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.kernel.rounding import divide

if TYPE_CHECKING:
    from fractions import Fraction

    from twinline.kernel.rounding import Rounding


def split(amount_minor: int, share: Fraction, rounding: Rounding) -> tuple[int, int]:
    """Return a share of an amount, rounded, and the rest: together they are the amount.

    >>> from fractions import Fraction
    >>> from twinline.kernel.rounding import Rounding
    >>> split(90_041, Fraction("0.3"), Rounding.HALF_UP)
    (27012, 63029)
    """
    part = divide(amount_minor * share.numerator, share.denominator, rounding)
    return part, amount_minor - part


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceParts:
    """What a price has to cover a year, as fractions of the principal."""

    funding: Fraction
    operating: Fraction
    pd: Fraction
    lgd: Fraction
    capital_ratio: Fraction
    risk_weight: Fraction
    return_on_capital: Fraction

    @property
    def expected_loss(self) -> Fraction:
        """Probability of default times loss given default."""
        return self.pd * self.lgd

    @property
    def capital_charge(self) -> Fraction:
        """What the capital behind the loan has to earn beyond its funding."""
        capital = self.capital_ratio * self.risk_weight
        return capital * (self.return_on_capital - self.funding)

    @property
    def floor(self) -> Fraction:
        """The lowest price that covers every part."""
        return self.funding + self.operating + self.expected_loss + self.capital_charge
