"""Read cells exactly: text or numbers become 64-bit integers, dates or truths, never by float.

Each reader takes a raw column and returns the values with a mask of the cells it could not read;
such a cell is empty in the values. A double is read as its shortest decimal text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS_MAX = 16
WHOLE_RULE = f"a whole number of at most {DIGITS_MAX} digits, without separators"
TRUTH_RULE = "1 or 0, true or false"
DATE_RULE = "a day such as 2005-09-30"


class Cells(NamedTuple):
    """Values read from a column, and which cells could not be read."""

    values: pa.Array
    unread: pa.Array


def as_text(raw: pa.Array) -> pa.Array:
    """Return a column as trimmed text; an empty cell is null."""
    if pa.types.is_dictionary(raw.type):
        raw = raw.dictionary_decode()
    text = pc.utf8_trim_whitespace(raw.cast(pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def whole(raw: pa.Array) -> Cells:
    """Read whole numbers; `12.0` is whole, `1e3`, `1,000` and `nan` are not numbers here."""
    if pa.types.is_signed_integer(raw.type):
        return Cells(raw.cast(pa.int64()), _none(raw))
    text = as_text(raw)
    unread = _unmatched(text, rf"^-?[0-9]{{1,{DIGITS_MAX}}}(\.0+)?$")
    digits = pc.replace_substring_regex(_without(text, unread), r"\.0+$", "")
    return Cells(digits.cast(pa.int64()), unread)


def scaled(raw: pa.Array, digits: int) -> Cells:
    """Read decimal amounts of at most `digits` decimals as whole numbers of minor units."""
    if digits == 0:
        return whole(raw)
    if pa.types.is_signed_integer(raw.type):
        return _times(raw.cast(pa.int64()), 10**digits)
    text = as_text(raw)
    unread = _unmatched(text, rf"^-?[0-9]{{1,{DIGITS_MAX}}}(\.[0-9]{{1,{digits}}}0*)?$")
    exact = pc.replace_substring_regex(_without(text, unread), rf"(\.[0-9]{{{digits}}})0+$", r"\1")
    decimal = exact.cast(pa.decimal128(DIGITS_MAX + digits, digits))
    minor = decimal.view(pa.decimal128(DIGITS_MAX + digits, 0))
    return Cells(minor.cast(pa.int64()), unread)


def amount_rule(digits: int) -> str:
    """Return the rule an amount in major units keeps."""
    if digits == 0:
        return WHOLE_RULE
    return f"an amount such as -12.34: at most {digits} decimals, no separators, no exponent"


def truth(raw: pa.Array) -> Cells:
    """Read 1 and 0, or true and false."""
    if pa.types.is_boolean(raw.type):
        return Cells(raw, _none(raw))
    text = pc.utf8_lower(as_text(raw))
    yes = pc.is_in(text, pa.array(["1", "1.0", "true"]))
    known = pc.is_in(text, pa.array(["1", "1.0", "true", "0", "0.0", "false"]))
    unread = pc.and_(pc.is_valid(text), pc.invert(known))
    return Cells(pc.if_else(known, yes, pa.scalar(None, pa.bool_())), unread)


def day(raw: pa.Array) -> Cells:
    """Read days: dates, midnights, or text such as 2005-09-30."""
    if pa.types.is_date32(raw.type):
        return Cells(raw, _none(raw))
    text = pc.replace_substring_regex(as_text(raw), r"[ T]00:00:00(\.0+)?$", "")
    pattern = r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
    candidate = _without(text, _unmatched(text, pattern))
    moment = pc.strptime(candidate, format="%Y-%m-%d", unit="s", error_is_null=True)
    kept = pc.equal(pc.strftime(moment, format="%Y-%m-%d"), text)  # 31 February is not kept
    values = pc.if_else(kept, moment.cast(pa.date32()), pa.scalar(None, pa.date32()))
    return Cells(values, pc.and_(pc.is_valid(text), pc.is_null(values)))


def coded(text: pa.Array, meanings: Mapping[str, str]) -> Cells:
    """Read codes by their meanings; a code without one is unread."""
    codes = pa.array(list(meanings), pa.string())
    found = pc.index_in(text, codes)
    values = pc.take(pa.array(list(meanings.values()), pa.string()), found)
    return Cells(values, pc.and_(pc.is_valid(text), pc.is_null(found)))


def _times(values: pa.Array, factor: int) -> Cells:
    bound = (2**63 - 1) // factor
    unread = pc.greater(pc.abs(values), bound)
    return Cells(pc.multiply(_without(values, unread), factor), unread)


def _unmatched(text: pa.Array, pattern: str) -> pa.Array:
    return pc.fill_null(pc.invert(pc.match_substring_regex(text, pattern)), False)  # noqa: FBT003


def _without(values: pa.Array, unread: pa.Array) -> pa.Array:
    return pc.if_else(pc.fill_null(unread, False), pa.scalar(None, values.type), values)  # noqa: FBT003


def _none(raw: pa.Array) -> pa.Array:
    return pa.repeat(False, len(raw))  # noqa: FBT003
