"""What time it is, for those who may ask: the edge reads the clock and hands instants on."""

from __future__ import annotations

from datetime import time, timedelta, timezone
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from datetime import date, datetime

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had one time without summer time since 1991, so no table of zones is needed."""

MIDNIGHT: Final = time()


class Clock(Protocol):
    """Instants and fresh identifiers."""

    def now(self) -> datetime:
        """Return the moment, in UTC."""
        ...

    def new_id(self) -> str:
        """Return an identifier that no one has had, in letters and digits."""
        ...


def business_day(at: datetime, cut_off: time = MIDNIGHT) -> date:
    """Return the business day of an instant: from the cut-off on it is the next day's.

    A cut-off at midnight lets business days be calendar days of Asia/Shanghai.

    >>> from datetime import UTC, datetime
    >>> business_day(datetime(2026, 11, 22, 15, 59, tzinfo=UTC))
    datetime.date(2026, 11, 22)
    >>> business_day(datetime(2026, 11, 22, 15, 0, tzinfo=UTC), time(23))
    datetime.date(2026, 11, 23)
    """
    local = at.astimezone(SHANGHAI)
    late = cut_off != MIDNIGHT and local.time() >= cut_off
    return local.date() + timedelta(days=late)
