"""The calendars that are known by name, made from the data of a maintained package."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from twinline.kernel.calendar import Calendar


@lru_cache(maxsize=1)
def china() -> Calendar:
    """Return the mainland's calendar: the State Council's yearly notices, make-up days included.

    The data is the package chinesecalendar's; it reaches to the end of the last year whose notice
    it knows, and not a day further.
    """
    from chinese_calendar.constants import holidays, workdays  # noqa: PLC0415 - slow to import

    years = [on.year for on in holidays]
    return Calendar(
        name="CN",
        first_on=date(min(years), 1, 1),
        last_on=date(max(years), 12, 31),
        holidays=frozenset(holidays),
        make_up_days=frozenset(workdays),
    )
