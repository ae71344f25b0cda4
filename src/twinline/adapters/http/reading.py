"""A request's path, query and body to one typed value, or to everything that is wrong with it."""

from __future__ import annotations

import json
import re
from ast import literal_eval
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import msgspec

from twinline.adapters.http.problem import Finding, Problem, Wrong
from twinline.app.bank.command import Request
from twinline.app.fault import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BODY_BYTES_MAX: Final = 64 * 1024

Asked = TypeVar("Asked", bound=Request)
Members = dict[str, Any]
"""A request's members before they have types."""

TEXT_RULE: Final = "text in Unicode without control characters"
UNKNOWN_RULE: Final = "no member of this name; the ones there are: {names}"

_WHOLE: Final = re.compile(r"-?[0-9]{1,40}")
"""A whole number, in or out of bounds, and short enough to be worth reading."""


def body_members(body: bytes) -> Members:
    """Return the members of a JSON object. Raises `Problem` for anything else.

    Names given twice, whose later value would silently win, and NaN and Infinity, which JSON does
    not have, are refused.
    """
    try:
        members = _DECODER.decode(body.decode())
    except (ValueError, RecursionError) as fault:
        rule = str(fault) if isinstance(fault, _Twice) else "one JSON object in UTF-8"
        raise Problem(wrong=Wrong.MALFORMED_JSON, rule=rule) from None
    if not isinstance(members, dict):
        raise Problem(wrong=Wrong.MALFORMED_JSON, rule="one JSON object in UTF-8")
    return members


def typed(
    asked: type[Asked], path: Mapping[str, str], query: Sequence[tuple[str, str]], body: Members
) -> Asked:
    """Return the request that the members of path, query and body make.

    Raises `Problem` with every finding.
    """
    types = _types(asked)
    findings: list[Finding] = []
    members = dict(body)
    for name, text in (*query, *path.items()):
        if name in members:
            findings.append(Finding(field=name, value=shown(text), rule="given once"))
        else:
            members[name] = _from_text(text, types.get(name, str))
    if not findings and all(map(_is_clean, members.values())):
        try:
            return msgspec.convert(members, asked)
        except msgspec.ValidationError:
            pass
    findings += _findings(asked, types, members)
    raise Problem(wrong=Wrong.INVALID_REQUEST, findings=tuple(findings))


@cache
def _types(asked: type[Request]) -> Mapping[str, object]:
    """Return a request's members with their types, which takes long to find out."""
    return {each.encode_name: each.type for each in msgspec.structs.fields(asked)}


def _from_text(text: str, kind: object) -> object:
    """Return a path's or query's text as the JSON value it would be in a body."""
    try:
        return msgspec.to_builtins(msgspec.convert(text, kind, strict=False))
    except msgspec.ValidationError:
        types = {each.get("type") for each in _schemas(msgspec.json.schema(kind))}
        return int(text) if "integer" in types and _WHOLE.fullmatch(text) else text


def _findings(
    asked: type[Request], types: Mapping[str, object], members: Members
) -> Iterator[Finding]:
    found = False
    for name, value in members.items():
        if rule := _broken(name, value, types):
            found = True
            yield Finding(field=name, value=shown(_as_sent(value)), rule=rule)
    for each in msgspec.structs.fields(asked):
        if each.required and each.encode_name not in members:
            found = True
            yield Finding(field=each.encode_name, value="", rule="must be given")
    if not found and (fault := _as_a_whole(asked, members)):
        yield Finding(field="", value="", rule=fault)


def _as_sent(value: object) -> str:
    """Return a member's value as its sender wrote it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _broken(name: str, value: object, types: Mapping[str, object]) -> str:
    """Return the rule that a member breaks, or nothing."""
    if name not in types:
        return UNKNOWN_RULE.format(names=", ".join(types) or "none")
    if not _is_clean(value):
        return TEXT_RULE
    try:
        msgspec.convert(value, types[name])
    except msgspec.ValidationError as fault:
        return _rule(str(fault), types[name])
    return ""


def _as_a_whole(asked: type[Request], members: Members) -> str:
    """Return what members that are each right break together, or nothing."""
    try:
        msgspec.convert(members, asked)
    except msgspec.ValidationError as fault:
        return _rule(str(fault), asked)
    return ""


_JSON_TYPES: Final = {
    "str": "text",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "float": "a number",
    "null": "null",
    "date": "a date such as 2026-11-22",
    "datetime": "an instant such as 2026-11-22T08:00:00Z",
}
_BOUNDS: Final = tuple(
    (re.compile(told), meant)
    for told, meant in (
        (r"text of length >= 1$", "text, not empty"),
        (r"text of length >= (\d+)", r"text of \1 characters or more"),
        (r"text of length <= (\d+)", r"text of \1 characters at most"),
        (r"a list of length >= (\d+)", r"a list of \1 or more"),
        (r"a list of length <= (\d+)", r"a list of \1 at most"),
        (r" >= (-?\d+)$", r", \1 or more"),
        (r" <= (-?\d+)$", r", \1 at most"),
        (r"Object missing required field (\w+)", r"\1 must be given"),
        (r"Object contains unknown field (\w+)", r"no member named \1"),
        (r"Invalid RFC3339 encoded date$", _JSON_TYPES["date"]),
        (r"Invalid RFC3339 encoded datetime$", _JSON_TYPES["datetime"]),
    )
)
_PATTERN: Final = re.compile(r"Expected `str` matching regex (.*)", re.DOTALL)
_PLACE: Final = re.compile(r" - at `\$\.?(?P<place>.*)`$", re.DOTALL)


def _rule(message: str, kind: object) -> str:
    """Return what msgspec says of a value of a type as a rule, with the place inside the member.

    >>> _rule("Expected `int`, got `str` - at `$.parts`", int)
    'parts: a whole number, not text'
    >>> _rule("Expected `str` of length >= 2", str)
    'text of 2 characters or more'
    """
    place = _PLACE.search(message)
    said = message[: place.start()] if place else message
    rule = _by_schema(said, kind) or _reworded(said)
    return f"{place['place']}: {rule}" if place and place["place"] else rule


def _reworded(said: str) -> str:
    said = said.removeprefix("Expected ").replace(", got ", ", not ")
    said = re.sub(r"`([\w |]+)`", lambda found: _in_words(found[1]), said)
    for told, meant in _BOUNDS:
        said = told.sub(meant, said)
    return said


def _by_schema(said: str, kind: object) -> str:
    """Return a pattern by its meaning and a choice by what may be chosen, nothing otherwise."""
    schemas = list(_schemas(msgspec.json.schema(kind)))
    if pattern := _PATTERN.fullmatch(said):
        wanted = literal_eval(pattern[1])
        found = next((each for each in schemas if each.get("pattern") == wanted), {})
        meaning = str(found.get("description", f"text of the form {wanted}")).rstrip(".")
        meaning = meaning.replace("`", "")
        return meaning[0].lower() + meaning[1:] + "".join(_examples(found))
    if said.startswith("Invalid enum value"):
        choices = [each["enum"] for each in schemas if "enum" in each]
        return "one of " + ", ".join(map(str, choices[0])) if len(choices) == 1 else ""
    return ""


def _examples(schema: Mapping[str, Any]) -> Iterator[str]:
    for example in schema.get("examples", ())[:1]:
        yield f", such as {example}"


def _schemas(schema: object) -> Iterator[Mapping[str, Any]]:
    """Yield every schema inside one."""
    match schema:
        case dict():
            yield schema
            for inner in schema.values():
                yield from _schemas(inner)
        case list():
            for inner in schema:
                yield from _schemas(inner)
        case _:
            return


def _in_words(kinds: str) -> str:
    return " or ".join(_JSON_TYPES.get(kind, kind) for kind in kinds.split(" | "))


_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Line ends too: a pattern's `$` would let one pass at the end of a name."""


def _is_clean(value: object) -> bool:
    """Return whether no text in a value holds what a database or a log could not carry."""
    match value:
        case str():
            return not _CONTROL.search(value)
        case list():
            return all(map(_is_clean, value))
        case dict():
            return all(_is_clean(key) and _is_clean(each) for key, each in value.items())
        case _:
            return True


class _Twice(ValueError):
    """A name that an object gives twice."""


def _no_name_twice(pairs: list[tuple[str, Any]]) -> Members:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Twice(f"each name once; {shown(twice)} stands there twice")
    return members


def _no_such_number(text: str) -> NoReturn:
    raise ValueError(text)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_no_name_twice, parse_constant=_no_such_number
)
