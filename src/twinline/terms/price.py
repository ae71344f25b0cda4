"""What a product charges and whom it may be offered to: the terms that the law gates."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from typing import TYPE_CHECKING

from twinline.terms.plan import USUAL

if TYPE_CHECKING:
    from twinline.terms.plan import Method, Rules


@unique
class EarlyFee(Enum):
    """Which fees that are not yet due an early settlement is charged."""

    NONE = "none"
    """No fee for time not used: the default, as the card rules of 2022 have it."""

    NEXT_FEE = "next_fee"
    """The fee of the next row."""

    ALL_FEES = "all_fees"
    """Every fee still due, as if the plan ran on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestPrice:
    """A price by interest: the highest nominal rate a year, and how the loan is repaid."""

    annual_rate: Fraction
    method: Method
    rules: Rules = USUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatFeePrice:
    """A price by a flat fee on the opening principal, as a rate for each number of rows."""

    rates: tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPrice:
    """A product version's price in full: nothing else may be charged.

    Amounts in minor units. `periods` are the numbers of monthly rows offered. `deducted_rate` is
    kept back from what is paid out, `row_fee_minor` is collected with every row by whomever,
    `settlement_rate` is charged on the principal of an early settlement. Overdue amounts bear the
    contract rate times `penalty_multiple`, or the ceiling if `penalty_capped`.
    """

    price: InterestPrice | FlatFeePrice
    periods: tuple[int, ...]
    principal_min_minor: int
    principal_max_minor: int
    deducted_rate: Fraction = Fraction(0)
    row_fee_minor: int = 0
    early_fee: EarlyFee = EarlyFee.NONE
    settlement_rate: Fraction = Fraction(0)
    penalty_multiple: Fraction = Fraction(3, 2)
    penalty_capped: bool = True
