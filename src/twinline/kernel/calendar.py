"""Working days: a calendar is data with a first and a last day, never a rule that guesses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, unique
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from datetime import date

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The holidays and make-up working days of one place, known from `first_on` to `last_on`.

    A Saturday or Sunday is no working day unless it is a make-up day; any day is one that is no
    holiday and no weekend.
    """

    name: str
    first_on: date
    last_on: date
    holidays: frozenset[date]
    make_up_days: frozenset[date]

    def is_working_day(self, on: date) -> bool:
        """Return whether work is done on a day. Raises `CalendarUnknownError` outside the data."""
        if not self.first_on <= on <= self.last_on:
            raise CalendarUnknownError(self, on)
        if on.weekday() >= _SATURDAY:
            return on in self.make_up_days
        return on not in self.holidays


class CalendarUnknownError(LookupError):
    """A day for which the calendar has no data: its holidays are not known yet, or no longer."""

    def __init__(self, calendar: Calendar, on: date) -> None:
        """Name the calendar, the day and what is known."""
        super().__init__(
            f"{calendar.name} is known from {calendar.first_on} to {calendar.last_on}, not {on}"
        )
        self.on = on


@unique
class Roll(Enum):
    """Which working day stands in for a day that is none (2006 ISDA Definitions, 4.12)."""

    FOLLOWING = "following"
    """The next one."""

    PRECEDING = "preceding"
    """The one before."""

    MODIFIED_FOLLOWING = "modified_following"
    """The next one, but the one before where the next lies in another month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledDate:
    """A contractual date beside the working day that stands in for it."""

    contractual_on: date
    adjusted_on: date


def roll(on: date, calendar: Calendar, convention: Roll) -> RolledDate:
    """Return a date and the working day that stands in for it.

    Raises `CalendarUnknownError` where the way to that day leaves what the calendar knows.
    """
    match convention:
        case Roll.FOLLOWING:
            adjusted = _walk(on, calendar, _DAY)
        case Roll.PRECEDING:
            adjusted = _walk(on, calendar, -_DAY)
        case Roll.MODIFIED_FOLLOWING:
            adjusted = _walk(on, calendar, _DAY)
            if adjusted.month != on.month:
                adjusted = _walk(on, calendar, -_DAY)
        case _:
            assert_never(convention)
    return RolledDate(contractual_on=on, adjusted_on=adjusted)


def _walk(on: date, calendar: Calendar, step: timedelta) -> date:
    """Return the first working day on the way; holidays are finite, so it ends."""
    while not calendar.is_working_day(on):
        on += step
    return on
