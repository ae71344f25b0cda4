from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.kernel.rounding import Rounding, divide

NUMERATORS = st.integers(-(10**18), 10**18)
DENOMINATORS = st.one_of(st.integers(-12, 12), NUMERATORS).filter(bool)
ROUNDINGS = st.sampled_from(Rounding)


@given(NUMERATORS, DENOMINATORS, ROUNDINGS)
def test_a_quotient_is_less_than_one_away(
    numerator: int, denominator: int, rounding: Rounding
) -> None:
    """Every rounding returns a neighbour of the exact quotient, and the quotient if whole."""
    exact = Fraction(numerator, denominator)
    rounded = divide(numerator, denominator, rounding)

    assert abs(rounded - exact) < 1
    if exact.denominator == 1:
        assert rounded == exact


@given(NUMERATORS, DENOMINATORS)
def test_down_is_towards_zero_and_up_away_from_it(numerator: int, denominator: int) -> None:
    """`DOWN` never grows a magnitude, `UP` never shrinks one."""
    exact = abs(Fraction(numerator, denominator))

    assert abs(divide(numerator, denominator, Rounding.DOWN)) <= exact
    assert abs(divide(numerator, denominator, Rounding.UP)) >= exact


@given(NUMERATORS, DENOMINATORS, st.sampled_from([Rounding.HALF_UP, Rounding.HALF_EVEN]))
def test_a_half_rounding_is_at_most_half_away(
    numerator: int, denominator: int, rounding: Rounding
) -> None:
    """Both half roundings return a nearest whole number."""
    error = abs(divide(numerator, denominator, rounding) - Fraction(numerator, denominator))

    assert error <= Fraction(1, 2)


@given(st.integers(-(10**9), 10**9))
def test_ties_go_away_from_zero_or_to_even(floor: int) -> None:
    """On an exact tie `HALF_UP` grows the magnitude and `HALF_EVEN` picks the even neighbour."""
    tie = 2 * floor + 1

    assert abs(divide(tie, 2, Rounding.HALF_UP)) == (abs(tie) + 1) // 2
    assert divide(tie, 2, Rounding.HALF_EVEN) % 2 == 0


@given(NUMERATORS, DENOMINATORS, ROUNDINGS)
def test_rounding_is_symmetric_in_sign(
    numerator: int, denominator: int, rounding: Rounding
) -> None:
    """Negating either side negates the quotient; negating both changes nothing."""
    rounded = divide(numerator, denominator, rounding)

    assert divide(-numerator, denominator, rounding) == -rounded
    assert divide(numerator, -denominator, rounding) == -rounded
    assert divide(-numerator, -denominator, rounding) == rounded


@pytest.mark.parametrize("rounding", Rounding)
def test_nothing_is_divided_by_zero(rounding: Rounding) -> None:
    """A zero denominator is a fault under every rounding."""
    with pytest.raises(ZeroDivisionError):
        divide(1, 0, rounding)
