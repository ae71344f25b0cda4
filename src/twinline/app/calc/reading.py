"""One line of input to one typed request, or to the problem that it has."""

from __future__ import annotations

import json
import re
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final, NoReturn

import msgspec

from twinline.app.calc.fields import BadFieldError
from twinline.app.calc.kinds import KINDS

if TYPE_CHECKING:
    from twinline.app.calc.fields import Identity, Request, Untyped

LINE_BYTES_MAX: Final = 1 << 20
"""Longest line that is read: about twenty thousand flows."""

_ANY_REQUEST: Final[Any] = reduce(or_, (kind.request for kind in KINDS))


def untyped(line: bytes) -> Untyped:
    """Return the JSON object of a line. Raises `BadFieldError` for anything else.

    Refused beyond the grammar are names given twice, whose later value would silently win, and
    the numbers NaN and Infinity, which JSON does not have.
    """
    try:
        text = line.decode()
        value = _DECODER.decode(text)
    except RecursionError:
        raise BadFieldError(None, line, "json_nested_too_deep") from None
    except ValueError as fault:
        if isinstance(fault, BadFieldError):
            raise
        raise BadFieldError(None, line, "json_object") from None
    if not isinstance(value, dict):
        raise BadFieldError(None, line, "json_object")
    return value


def identity(fields: Untyped) -> Identity:
    """Return a request's `id`, or nothing where it has none that can be sent back."""
    value = fields.get("id")
    if isinstance(value, str):
        return value if _is_unicode(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def typed(fields: Untyped) -> Request:
    """Return the request that an object is. Raises `BadFieldError`."""
    asked_id = fields.get("id")
    if isinstance(asked_id, str) and not _is_unicode(asked_id):
        raise BadFieldError("id", asked_id, "unicode")
    try:
        request: Request = msgspec.convert(fields, _ANY_REQUEST)
    except msgspec.ValidationError as fault:
        raise _problem(str(fault), fields) from None
    except UnicodeEncodeError:
        raise _not_unicode(fields) from None
    return request


def _not_unicode(fields: Untyped) -> BadFieldError:
    """Return the problem of half a surrogate pair in some name or value."""
    for name, value in fields.items():
        if not _is_unicode(json.dumps([name, value], ensure_ascii=False)):
            return BadFieldError(name, value, "unicode")
    return BadFieldError(None, None, "unicode")


def _no_name_twice(pairs: list[tuple[str, Any]]) -> Untyped:
    """Return an object whose names all differ."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadFieldError(twice, None, "named_once")
    return fields


def _no_such_number(text: str) -> NoReturn:
    """Refuse NaN and the infinities."""
    raise BadFieldError(None, text, "json_object")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_no_name_twice, parse_constant=_no_such_number
)


def _is_unicode(text: str) -> bool:
    """Return whether text has no half of a surrogate pair, which no answer could carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_PLACE: Final = re.compile(r" - at `\$(?:\.(?P<field>\w+))?.*`$", re.DOTALL)
_RULES: Final = (
    (re.compile(r"Object missing required field `(?P<field>\w+)`"), "required"),
    (re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL), "unknown_field"),
    (re.compile(r"from_1900 `(?P<field>\w+)`"), "from_1900"),
    (re.compile(r"Invalid enum value"), "known_value"),
    (re.compile(r"Invalid value"), "known_value"),
    (re.compile(r"Expected `(?:date|str)` matching"), "decimal_text"),
    (re.compile(r"Expected `str` of length <= (?P<bound>\d+)"), "at_most_{bound}_characters"),
    (re.compile(r"Expected `array` of length <= (?P<bound>\d+)"), "at_most_{bound}_items"),
    (re.compile(r"Expected `array` of length >= (?P<bound>\d+)"), "at_least_{bound}_items"),
    (re.compile(r"Expected `int` <= (?P<bound>\d+)"), "at_most_{bound}"),
    (re.compile(r"Expected `int` >= (?P<bound>\d+)"), "at_least_{bound}"),
    (re.compile(r"Invalid .*date|Expected `date"), "iso_date"),
    (re.compile(r"Expected `(?P<bound>[\w |]+)`, got"), "type_{bound}"),
)
_TYPES: Final = {"str": "text", "int": "integer", "object": "object", "array": "array"}


def _problem(message: str, fields: Untyped) -> BadFieldError:
    """Return the problem that msgspec's message tells of, at the top-level field."""
    place = _PLACE.search(message)
    said = message[: place.start()] if place else message
    top = place["field"] if place else None
    for pattern, rule in _RULES:
        found = pattern.match(said)
        if found:
            parts = found.groupdict()
            field = top or parts.get("field")
            bound = _named(parts.get("bound", ""))
            return BadFieldError(field, fields.get(str(field)), rule.format(bound=bound))
    return BadFieldError(top, fields.get(str(top)), "of_its_type")


def _named(bound: str) -> str:
    """Return a bound as rules name it: types by what they are in JSON, numbers as they are."""
    names = [_TYPES.get(part, part) for part in bound.split(" | ")]
    return "_or_".join(names)
