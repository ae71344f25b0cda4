"""Kinds `day_count` and `roll`: time between two dates, and working days."""

from __future__ import annotations

from enum import Enum, unique

from twinline.app.calc.fields import Answer, BadFieldError, Day, Request, exact_text
from twinline.kernel.calendar import CalendarUnknownError, Roll, roll
from twinline.kernel.daycount import DayCount, day_number, year_fraction

FRACTION_DECIMALS = 15


@unique
class CalendarName(Enum):
    """The calendars known by name."""

    CN = "CN"
    """Mainland China's working days, make-up days included."""

    NONE = "none"
    """Every day is a working day."""


class DayCountRequest(Request, frozen=True, kw_only=True, tag="day_count"):
    """The time between two dates."""

    from_on: Day
    to_on: Day
    day_count: DayCount = DayCount.ACTUAL_365


class DayCountAnswer(Answer, frozen=True, kw_only=True):
    """Days as the convention counts them, and the fraction of a year."""

    days: int
    fraction: str


class RollRequest(Request, frozen=True, kw_only=True, tag="roll"):
    """The working day that stands in for a day."""

    on: Day
    calendar: CalendarName = CalendarName.CN
    convention: Roll = Roll.FOLLOWING


class RollAnswer(Answer, frozen=True, kw_only=True):
    """The day itself where it is a working day."""

    on: Day


def day_count(request: DayCountRequest) -> DayCountAnswer:
    """Return the time that a request asks for. Raises `BadFieldError`."""
    if request.to_on < request.from_on:
        raise BadFieldError("to_on", request.to_on, "not_before_from_on")
    fraction = year_fraction(request.from_on, request.to_on, request.day_count)
    return DayCountAnswer(
        id=request.id,
        days=day_number(request.from_on, request.to_on, request.day_count),
        fraction=exact_text(fraction, FRACTION_DECIMALS),
    )


def roll_date(request: RollRequest) -> RollAnswer:
    """Return the day that a request asks for. Raises `BadFieldError`."""
    if request.calendar is CalendarName.NONE:
        return RollAnswer(id=request.id, on=request.on)
    from twinline.app.calendars import china  # noqa: PLC0415 - the data is slow to import

    try:
        rolled = roll(request.on, china(), request.convention)
    except CalendarUnknownError as unknown:
        raise BadFieldError("on", unknown.on, "calendar_known") from unknown
    return RollAnswer(id=request.id, on=rolled.adjusted_on)
