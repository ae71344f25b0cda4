"""The two products."""

from __future__ import annotations

from enum import Enum, unique


@unique
class Product(Enum):
    """Pay-later: buy now, pay the statement or by instalments. Cash loan: draw, then repay."""

    PAY_LATER = "pay_later"
    CASH_LOAN = "cash_loan"
