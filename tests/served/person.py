"""People who do not exist, one for each number, with identifiers that pass every check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_BORN: Final = date(1970, 1, 1)
_DAYS: Final = 12_000
_NAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_GIVEN: Final = "柏槐榕楠桐樟梓椿榆枫桦棠橙柚杉松"


@dataclass(frozen=True, slots=True)
class Person:
    """Who a person is, in clear."""

    name: str
    resident_id: str
    mobile: str
    card: str

    @property
    def application(self) -> dict[str, Any]:
        """What a person applies with."""
        return {
            "name": self.name,
            "resident_id": self.resident_id,
            "mobile": self.mobile,
            "card": self.card,
        }


def person(number: int) -> Person:
    """Return the person of a number."""
    born = _BORN + timedelta(days=number % _DAYS)
    seventeen = f"110105{born:%Y%m%d}{number // _DAYS % 1_000:03}"
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True))
    name = _NAMES[number % 16] + _GIVEN[number // 16 % 16] + _GIVEN[number // 256 % 16]
    return Person(
        name=name,
        resident_id=seventeen + _CHECKS[total % 11],
        mobile=f"138{number % 10**8:08}",
        card=_with_luhn(f"622202{number:012}"),
    )


def _with_luhn(digits: str) -> str:
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    total = sum(each - 9 if each > 9 else each for each in doubled)
    return f"{digits}{-total % 10}"
