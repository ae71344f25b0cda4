"""What was agreed about repaying: method, dates, rate, rounding, grace, later events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import TYPE_CHECKING, Final

from twinline.kernel.daycount import DayCount
from twinline.kernel.rounding import Rounding

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from twinline.kernel.schedule import DueDates


@unique
class Method(Enum):
    """How principal and price are spread over the rows of a plan that bears interest."""

    EQUAL_INSTALMENT = "equal_instalment"
    """Level payments (等额本息)."""

    EQUAL_PRINCIPAL = "equal_principal"
    """Level principal with interest on what is left (等额本金)."""

    INTEREST_ONLY = "interest_only"
    """Interest by row, principal with the last (先息后本)."""


@unique
class Instalment(Enum):
    """How the level payment is found."""

    LEAST_LAST = "least_last"
    """The payment that leaves the smallest difference in the last row."""

    ANNUITY = "annuity"
    """The closed formula A = P r (1 + r)^n / ((1 + r)^n - 1) on rate x months / 12."""

    PERIOD_FACTORS = "period_factors"
    """The payment that repays exactly when each row earns its own interest, unrounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """Rows at the start that repay no principal, and rows whose interest is waived for good."""

    principal_periods: int = 0
    interest_free_periods: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Disbursement:
    """Principal paid out after the first: it bears interest from its day."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """A new nominal rate a year: the day that ends on `on` already earns it."""

    on: date
    annual_rate: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How figures are rounded and days are counted.

    `rounding` is of each row's interest to the minor unit; `instalment_rounding` of payments (or
    of level principal) to multiples of `step_minor`.
    """

    day_count: DayCount = DayCount.ACTUAL_365
    rounding: Rounding = Rounding.HALF_UP
    instalment: Instalment = Instalment.LEAST_LAST
    instalment_rounding: Rounding = Rounding.HALF_UP
    step_minor: int = 1


USUAL: Final = Rules()
"""Actual days over 365, half up, the payment that leaves the smallest difference at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """A loan that bears interest: everything its rows follow from."""

    principal_minor: int
    annual_rate: Fraction
    due: DueDates
    method: Method = Method.EQUAL_INSTALMENT
    rules: Rules = USUAL
    grace: Grace = Grace()
    disbursements: tuple[Disbursement, ...] = ()
    rate_changes: tuple[RateChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatFeeTerms:
    """An instalment plan priced by one fee on the opening principal, not by interest."""

    principal_minor: int
    flat_fee_rate: Fraction
    due: DueDates
    rounding: Rounding = Rounding.HALF_UP
    instalment_rounding: Rounding = Rounding.HALF_UP
    step_minor: int = 1
