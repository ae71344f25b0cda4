"""Values that change on a date: the last that has begun is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class NotInForceError(LookupError):
    """No value had begun by the day asked for."""

    def __init__(self, name: str, day: date, first: date) -> None:
        """Name the parameter, the day and when its first value begins."""
        super().__init__(f"{name}: {day}: the first value begins on {first}")


@dataclass(frozen=True, slots=True)
class Dated:
    """A named value by the date from which it holds, and for a law's where it comes from."""

    name: str
    values: tuple[tuple[date, int], ...]
    unit: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """State what the reader has made sure of."""
        starts = [start for start, _ in self.values]
        assert starts, self.name
        assert starts == sorted(set(starts)), self.name

    def on(self, day: date) -> int:
        """Return the value in force on a day; raises `NotInForceError` before the first."""
        begun = [value for start, value in self.values if start <= day]
        if not begun:
            raise NotInForceError(self.name, day, self.values[0][0])
        return begun[-1]
