from __future__ import annotations

import math

import pytest

from twinline.portfolio.chi_square import at_most, exceeding

# NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.4: degrees, 0.95, 0.99, 0.999.
TABLE = [
    (1, 3.841, 6.635, 10.828),
    (2, 5.991, 9.210, 13.816),
    (3, 7.815, 11.345, 16.266),
    (4, 9.488, 13.277, 18.467),
    (5, 11.070, 15.086, 20.515),
    (9, 16.919, 21.666, 27.877),
    (10, 18.307, 23.209, 29.588),
    (30, 43.773, 50.892, 59.703),
    (100, 124.342, 135.807, 149.449),
]


@pytest.mark.parametrize(("degrees", "p95", "p99", "p999"), TABLE)
def test_quantiles_are_those_of_the_table(
    degrees: int, p95: float, p99: float, p999: float
) -> None:
    """The quantiles agree with the printed table in all its digits."""
    found = [round(at_most(chance, degrees), 3) for chance in (0.95, 0.99, 0.999)]

    assert found == pytest.approx([p95, p99, p999], abs=0.00051)


@pytest.mark.parametrize("x", [0.01, 0.5, 1.0, 3.0, 3.9, 4.1, 10.0, 60.0, 300.0])
def test_two_and_four_degrees_have_closed_forms(x: float) -> None:
    """With 2 degrees the tail is exp(-x/2), with 4 it is exp(-x/2)(1 + x/2), to 1 in 10^12."""
    assert exceeding(x, 2) == pytest.approx(math.exp(-x / 2), rel=1e-12)
    assert exceeding(x, 4) == pytest.approx(math.exp(-x / 2) * (1 + x / 2), rel=1e-12)


@pytest.mark.parametrize("x", [1e-6, 0.3, 1.0, 2.9, 3.1, 8.0, 40.0])
def test_one_degree_is_a_squared_normal(x: float) -> None:
    """With 1 degree the tail is erfc(sqrt(x/2))."""
    assert exceeding(x, 1) == pytest.approx(math.erfc(math.sqrt(x / 2)), rel=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 7, 40, 400])
@pytest.mark.parametrize("chance", [0.01, 0.5, 0.99, 0.999_99])
def test_a_quantile_is_exceeded_as_often_as_it_says(degrees: int, chance: float) -> None:
    """The tail at a quantile is one less the chance."""
    assert exceeding(at_most(chance, degrees), degrees) == pytest.approx(1 - chance, rel=1e-9)
