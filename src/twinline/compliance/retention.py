"""How long the law wants it kept who a customer was, whatever the customer wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinline.kernel.months import add_months

if TYPE_CHECKING:
    from datetime import date

    from twinline.compliance.law import Law

_MONTHS_OF_A_YEAR: Final = 12


def kept_until(law: Law, ended_on: date, on: date) -> date:
    """Return the first day on which a customer's identity may be forgotten, by the law of a day.

    `ended_on` is the day of the last that happened between customer and lender. Raises
    `NotInForceError` before the first law.
    """
    return add_months(ended_on, law.retention_years.on(on) * _MONTHS_OF_A_YEAR)
