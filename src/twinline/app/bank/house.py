"""The house's own terms: what this lender has settled for all its customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from twinline.terms.licence import Licence
from twinline.terms.plan import Method

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

FORBIDDEN_PURPOSES: Final = frozenset({"property", "securities", "gambling", "lending_on"})
"""What consumer credit may not pay for: CBIRC Order 2020-9 and NFRA Order 2024-3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Terms that are the same for all, periods in months.

    A person decides on a referral within `referral_days`; it lapses, as an offer does, after
    `offer_days`. `loan_min_minor` is the smallest cash loan of each currency that is lent in, in
    minor units.
    `service_cap` is the share of a month's income that debt service may take (R28).
    """

    lender: str
    licence: Licence = Licence.CONSUMER_FINANCE
    funder: str = "own"
    offer_days: int = 30
    referral_days: int = 7
    hold_days: int = 7
    loan_min_minor: Mapping[str, int]
    loan_periods: tuple[int, ...] = (3, 6, 12)
    loan_methods: tuple[Method, ...] = (Method.EQUAL_INSTALMENT, Method.INTEREST_ONLY)
    service_cap: Fraction = Fraction(1, 2)
    penalty_multiple: Fraction = Fraction(3, 2)
    forbidden_purposes: frozenset[str] = FORBIDDEN_PURPOSES
    thought_days: int = 1

    def eases_on(self, on: date) -> date:
        """Return the day from which a wider cap of the customer's own holds, asked for on a day.

        The days between let a wish of the moment pass.
        """
        return on + timedelta(days=self.thought_days)
