"""When payments fall due: a period, a first date, and the dates that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, unique
from typing import TYPE_CHECKING

from twinline.kernel.months import MonthEnd, add_months

if TYPE_CHECKING:
    from datetime import date


@unique
class Unit(Enum):
    """What a period is a number of."""

    MONTHS = "months"
    WEEKS = "weeks"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """The length of a period: so many months, weeks or days, at least one."""

    count: int
    unit: Unit

    @property
    def months(self) -> int | None:
        """The period's whole months, or None where it is counted in weeks or days."""
        return self.count if self.unit is Unit.MONTHS else None

    def after(self, on: date, periods: int, month_end: MonthEnd) -> date:
        """Return the day that is `periods` periods after `on`.

        Raises `OverflowError` after the year 9999.
        """
        match self.unit:
            case Unit.MONTHS:
                return add_months(on, periods * self.count, month_end=month_end)
            case Unit.WEEKS:
                return on + timedelta(weeks=periods * self.count)
            case Unit.DAYS:
                return on + timedelta(days=periods * self.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDates:
    """When the rows of a plan fall due, before any calendar moves them.

    Later dates count from the first due date's day of the month where that date was given, else
    from the day of the start, always from the first, so that the 31st comes back after a short
    month.
    """

    start_on: date
    every: Every
    periods: int
    first_due_on: date | None = None
    month_end: MonthEnd = MonthEnd.LAST_DAY

    @property
    def first_is_regular(self) -> bool:
        """Whether the first period has the length of the others."""
        regular_on = self.every.after(self.start_on, 1, self.month_end)
        return self.first_due_on is None or self.first_due_on == regular_on

    def dates(self) -> list[date]:
        """Return the due dates in order. Raises `OverflowError` after the year 9999."""
        if self.first_due_on is None:
            anchor, steps = self.start_on, range(1, self.periods + 1)
        else:
            anchor, steps = self.first_due_on, range(self.periods)
        return [self.every.after(anchor, step, self.month_end) for step in steps]
