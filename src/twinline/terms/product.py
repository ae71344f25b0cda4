"""The two products."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Product(StrEnum):
    """Pay-later: buy now, pay the statement or by instalments. Cash loan: draw, then repay."""

    PAY_LATER = "pay_later"
    CASH_LOAN = "cash_loan"
