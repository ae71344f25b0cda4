"""A repayment plan: its rows, its totals, and why one may be refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@unique
class PlanRefusal(Enum):
    """Why terms give no plan, in the order the checks run."""

    DUE_BEFORE_START = "due_before_start"
    TWELFTH_NEEDS_MONTHS = "twelfth_needs_months"
    ANNUITY_NEEDS_MONTHS = "annuity_needs_months"
    GRACE_PAST_PERIODS = "grace_past_periods"
    DATE_OUT_OF_CALENDAR = "date_out_of_calendar"
    DISBURSEMENT_BEFORE_START = "disbursement_before_start"
    DISBURSEMENT_AFTER_LAST_DUE = "disbursement_after_last_due"
    RATE_CHANGE_BEFORE_START = "rate_change_before_start"
    RATE_CHANGED_TWICE = "rate_changed_twice"
    INSTALMENT_STEP = "instalment_step"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a plan; amounts in minor units.

    `days` are the calendar days from `from_on` to `due_on`; `balance_minor` is the principal left
    once the row is paid, with what is disbursed on the due date.
    """

    number: int
    from_on: date
    due_on: date
    days: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    balance_minor: int

    @property
    def payment_minor(self) -> int:
        """What falls due: principal, interest and fee."""
        return self.principal_minor + self.interest_minor + self.fee_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Principal given out: the day and the amount."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The rows in order and the principal given out for them, the first amount on the start."""

    rows: tuple[Row, ...]
    paid_out: tuple[Paid, ...]
    months: int | None
    """Whole months in each period where all are regular and money is paid out on due dates only;
    None elsewhere. It says whether the plan's flows are equally spaced."""
