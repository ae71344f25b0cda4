"""How much a level payment repays, in whole numbers of fixed width."""

from __future__ import annotations

from functools import lru_cache

FACTOR_SCALE = 10**9
MONTHS_MAX = 60
RATE_MAX_PPM = 10_000_000
YEAR_PPM = 12_000_000
"""Twelve months in ppm: a yearly rate in ppm over this is a month's rate."""


@lru_cache(maxsize=4096)
def annuity_factor(rate_ppm: int, months: int) -> int:
    """Return the present value of 1 a month for `months` months, in billionths, never too high.

    `rate_ppm` is the nominal rate a year in parts per million; a month is a twelfth of it. Each
    month's discount is rounded down, so the factor is at or just below the exact one.
    """
    discount = FACTOR_SCALE * YEAR_PPM // (YEAR_PPM + rate_ppm)
    power, factor = FACTOR_SCALE, 0
    for _ in range(months):
        power = power * discount // FACTOR_SCALE
        factor += power
    return factor


def annuity_principal(payment_minor: int, rate_ppm: int, months: int) -> int:
    """Return the largest loan that `payment_minor` a month repays in `months`, rounded down.

    The equal-instalment formula P = A (1 - (1 + r)^-n) / r turned round, in integers only.

    >>> annuity_principal(220_000, 146_000, 12)
    2442553
    """
    return payment_minor * annuity_factor(rate_ppm, months) // FACTOR_SCALE
