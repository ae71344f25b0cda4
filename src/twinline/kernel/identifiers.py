"""Chinese identifiers and their check characters: format and arithmetic, never a register."""

from __future__ import annotations

import re
from datetime import date
from enum import Enum, unique
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


@unique
class Identifier(Enum):
    """The identifiers known here."""

    RESIDENT_ID = "resident_id"
    """Citizen identification number, GB 11643-1999: region, birth date, sequence, check."""

    CREDIT_CODE = "credit_code"
    """Unified social credit code of an organisation, GB 32100-2015."""

    BANK_CARD = "bank_card"
    """Primary account number of a card, ISO/IEC 7812-1."""

    MOBILE = "mobile"
    """Mainland mobile number without country code, by the prefixes allocated."""


@unique
class Broken(Enum):
    """The rule that a text breaks, in the order they are checked."""

    FORMAT = "format"
    PREFIX = "prefix"
    BIRTH_DATE = "birth_date"
    CHECK_DIGIT = "check_digit"


def broken_rule(kind: Identifier, text: str) -> Broken | None:
    """Return the first rule that an identifier breaks, or None where it is valid.

    >>> broken_rule(Identifier.RESIDENT_ID, "11010519491231002X")
    >>> broken_rule(Identifier.MOBILE, "12345678901")
    <Broken.PREFIX: 'prefix'>
    """
    return _CHECKS[kind](text)


_RESIDENT_ID = re.compile(r"[0-9]{17}[0-9Xx]")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
_BANK_CARD = re.compile(r"[0-9]{12,19}")
_MOBILE = re.compile(r"[0-9]{11}")
_MOBILE_PREFIX = re.compile(
    r"13[0-9]|14[57]|15[0-35-9]|16[2567]|17[0-35-8]|18[0-9]|19[0-35-9]|1740[0-5]"
)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _resident_id(text: str) -> Broken | None:
    """Check weights 2 ** (17 - place) modulo 11, X for ten (GB 11643-1999, ISO 7064 MOD 11-2)."""
    if not _RESIDENT_ID.fullmatch(text):
        return Broken.FORMAT
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return Broken.BIRTH_DATE
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(text[:17]))
    check = "0123456789X"[(1 - total) % 11]
    return None if text[17].upper() == check else Broken.CHECK_DIGIT


def _credit_code(text: str) -> Broken | None:
    """Check weights 3 ** place modulo 31 over an alphabet without I, O, S, V and Z."""
    if not _CREDIT_CODE.fullmatch(text):
        return Broken.FORMAT
    values = [_CREDIT_ALPHABET.index(character) for character in text]
    total = sum(value * pow(3, place, 31) for place, value in enumerate(values[:17]))
    return None if values[17] == -total % 31 else Broken.CHECK_DIGIT


def _bank_card(text: str) -> Broken | None:
    """Luhn's check: every second digit from the right counts double, its digits added."""
    if not _BANK_CARD.fullmatch(text):
        return Broken.FORMAT
    total = 0
    for place, digit in enumerate(reversed(text)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - two digits add to nine less
    return None if total % 10 == 0 else Broken.CHECK_DIGIT


def _mobile(text: str) -> Broken | None:
    """Eleven digits whose first three, or five, are a block given to a mobile carrier."""
    if not _MOBILE.fullmatch(text):
        return Broken.FORMAT
    return None if _MOBILE_PREFIX.match(text) else Broken.PREFIX


_CHECKS: Final[dict[Identifier, Callable[[str], Broken | None]]] = {
    Identifier.RESIDENT_ID: _resident_id,
    Identifier.CREDIT_CODE: _credit_code,
    Identifier.BANK_CARD: _bank_card,
    Identifier.MOBILE: _mobile,
}
