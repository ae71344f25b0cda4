"""How much of both lines an instalment takes: its outstanding principal by its plan's weight.

Joint use is rounded up to the minor unit, and what a payment gives back is use before less use
after. So repaying a plan in any parts gives back exactly what it took.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from twinline.kernel.rounding import Rounding, divide

UNWEIGHTED: Final = Fraction(1)
"""The weight of what is in no instalment plan."""


def joint_use_minor(outstanding_minor: int, weight: Fraction) -> int:
    """Return ceil(weight × outstanding principal); a weight is at least 1.

    >>> from fractions import Fraction
    >>> joint_use_minor(333, Fraction(3, 2))
    500
    """
    assert weight >= 1, weight
    assert outstanding_minor >= 0, outstanding_minor
    return divide(outstanding_minor * weight.numerator, weight.denominator, Rounding.UP)


def joint_change_minor(before_minor: int, after_minor: int, weight: Fraction) -> int:
    """Return joint use after less joint use before, by the outstanding principal of a plan.

    Positive takes headroom, negative gives it back.

    >>> from fractions import Fraction
    >>> [joint_change_minor(*step, Fraction(3, 2)) for step in ((0, 3), (3, 2), (2, 0))]
    [5, -2, -3]
    """
    return joint_use_minor(after_minor, weight) - joint_use_minor(before_minor, weight)
