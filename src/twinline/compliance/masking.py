"""Personal data as it is shown to who need not see it whole: JR/T 0171-2020, mask on display."""

from __future__ import annotations

from typing import Final

_HIDDEN: Final = "*"


def masked(text: str, first: int, last: int) -> str:
    """Return a text with what lies between its first and last characters hidden, one by one.

    A text too short to hide anything is hidden whole.

    >>> masked("13800138000", 3, 4), masked("0004", 0, 4)
    ('138****8000', '****')
    """
    hidden = len(text) - first - last
    if hidden <= 0:
        return _HIDDEN * len(text)
    return text[:first] + _HIDDEN * hidden + text[len(text) - last :]


def masked_name(name: str) -> str:
    """Return a name of which only the first character shows, in Chinese the family's.

    >>> masked_name("张三")
    '张*'
    """
    return masked(name, 1, 0)


def masked_resident_id(resident_id: str) -> str:
    """Return a resident id with the first six and the last four characters: place and check.

    >>> masked_resident_id("11010519491231002X")
    '110105********002X'
    """
    return masked(resident_id, 6, 4)


def masked_mobile(mobile: str) -> str:
    """Return a mobile number with its first three and last four digits.

    >>> masked_mobile("13800138000")
    '138****8000'
    """
    return masked(mobile, 3, 4)


def masked_card(card: str) -> str:
    """Return a card number of which only the last four digits show.

    >>> masked_card("6222020200112230004")
    '***************0004'
    """
    return masked(card, 0, 4)
