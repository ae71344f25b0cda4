"""Working days in China, and days that stand in for days off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.app.calendars import china
from twinline.kernel.calendar import CalendarUnknownError, Roll, roll

KNOWN = st.dates(date(2005, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("on", "following", "preceding", "modified"),
    [
        ("2026-10-01", "2026-10-08", "2026-09-30", "2026-10-08"),
        ("2026-02-28", "2026-02-28", "2026-02-28", "2026-02-28"),
        ("2026-02-14", "2026-02-14", "2026-02-14", "2026-02-14"),
        ("2026-01-31", "2026-02-02", "2026-01-30", "2026-01-30"),
        ("2026-01-01", "2026-01-04", "2025-12-31", "2026-01-04"),
    ],
)
def test_rolled_dates(on: str, following: str, preceding: str, modified: str) -> None:
    """Holidays, weekends and make-up working days, by each convention."""
    day = date.fromisoformat(on)
    found = [roll(day, china(), convention) for convention in Roll]

    assert [r.adjusted_on.isoformat() for r in found] == [following, preceding, modified]
    assert {r.contractual_on for r in found} == {day}


@given(KNOWN, st.sampled_from(list(Roll)))
def test_a_rolled_date_is_a_working_day_and_rolls_to_itself(on: date, convention: Roll) -> None:
    """Rolling ends on a working day, and a working day stays."""
    adjusted = roll(on, china(), convention).adjusted_on

    assert china().is_working_day(adjusted)
    assert roll(adjusted, china(), convention).adjusted_on == adjusted
    assert abs(adjusted - on) <= timedelta(days=12)


@pytest.mark.parametrize("day", [china().last_on + timedelta(days=1), date(2003, 12, 31)])
def test_an_unknown_day_is_an_error(day: date) -> None:
    """Outside what is known there is no guess."""
    with pytest.raises(CalendarUnknownError, match="CN is known from 2004-01-01"):
        roll(day, china(), Roll.FOLLOWING)


def test_the_way_may_leave_what_is_known() -> None:
    """A holiday at the edge of the data has no following day there."""
    with pytest.raises(CalendarUnknownError):
        roll(date(2004, 1, 1), china(), Roll.PRECEDING)
