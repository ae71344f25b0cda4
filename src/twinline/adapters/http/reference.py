"""The catalogue as a person reads it, in Markdown or as a page: one view for both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from twinline.adapters.http.answering import WITH_BODY
from twinline.adapters.http.openapi import about, path_members, reasons
from twinline.adapters.http.problem import STATUS_OF_FAMILY, Wrong, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinline.app.bank.command import Command, Scope

Json = dict[str, Any]

_WORDS: Final = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "null": "null",
    "object": "object",
    "date": "date",
    "date-time": "instant",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of a request or an answer. `place` is path, query, body or answer.

    One `for_readers` is told to keys that may also read, and to no others.
    """

    name: str
    place: str
    kind: str
    required: bool
    about: str
    for_readers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason for a no."""

    reason: str
    family: str
    status: int
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One command. `about_asked` and `about_answered` say what the members mean together."""

    name: str
    meaning: str
    about_asked: str
    about_answered: str
    method: str
    path: str
    scope: str
    keyed: bool
    needs_second_person: bool
    success: int
    asked: tuple[Member, ...]
    answered: tuple[Member, ...]
    refusals: tuple[Refusal, ...]

    @property
    def title(self) -> str:
        """The name in words."""
        return title_of(self.name)


def entries(commands: Sequence[Command[Any, Any]]) -> tuple[Entry, ...]:
    """Return the entries of commands, in the order of the catalogue."""
    types = [kind for command in commands for kind in (command.request, command.outcome)]
    _, schemas = msgspec.json.schema_components(types, ref_template="{name}")
    return tuple(_entry(command, schemas) for command in commands)


def by_scope(
    commands: Sequence[Command[Any, Any]],
) -> Iterator[tuple[Scope, tuple[Entry, ...]]]:
    """Yield the entries of each scope that has any, in the order of scopes."""
    found = entries(commands)
    for scope in dict.fromkeys(command.scope for command in commands):
        yield scope, tuple(entry for entry in found if entry.scope == scope)


def transport_refusals() -> tuple[Refusal, ...]:
    """Return what can be wrong before any command runs."""
    return tuple(
        Refusal(reason=each.reason, family=each.family, status=each.status, rule=each.title)
        for each in Wrong
    )


def _entry(command: Command[Any, Any], schemas: Mapping[str, Json]) -> Entry:
    in_path = path_members(command)
    elsewhere = "body" if command.method in WITH_BODY else "query"
    asked, answered = schemas[command.request.__name__], schemas[command.outcome.__name__]
    places = {name: "path" if name in in_path else elsewhere for name in asked["properties"]}
    return Entry(
        name=command.name,
        meaning=command.meaning,
        about_asked=about(asked),
        about_answered=about(answered),
        method=command.method,
        path=command.path,
        scope=command.scope.value,
        keyed=command.keyed,
        needs_second_person=command.needs_second_person,
        success=command.success,
        asked=tuple(_members(asked, schemas, places)),
        answered=tuple(_answered(command, answered, schemas)),
        refusals=tuple(
            Refusal(
                reason=each.value,
                family=each.family.value,
                status=STATUS_OF_FAMILY[each.family],
                rule=each.rule,
            )
            for each in reasons(command)
        ),
    )


def _answered(
    command: Command[Any, Any], schema: Json, schemas: Mapping[str, Json]
) -> Iterator[Member]:
    for each in _members(schema, schemas, {}):
        yield replace(each, for_readers=each.name.partition(".")[0] in command.for_readers)


def _members(
    schema: Json, schemas: Mapping[str, Json], places: Mapping[str, str]
) -> Iterator[Member]:
    """Yield a struct's members, those of a struct or a list of them inside it after it."""
    required = schema.get("required", [])
    for name, member in schema["properties"].items():
        place = places.get(name, "answer")
        described = member.get("description") or _inner(member).get("description", "")
        yield Member(
            name=name,
            place=place,
            kind="instant" if name.endswith("_at") else _kind(member, schemas),
            required=name in required,
            about=described,
        )
        inner = _inner(member)
        found = schemas.get(inner.get("$ref", ""), {})
        if "properties" in found:
            prefix = name + ("[]." if "items" in member else ".")
            for each in _members(found, schemas, dict.fromkeys(found["properties"], place)):
                yield replace(each, name=prefix + each.name)


def _inner(schema: Json) -> Json:
    """Return what a list holds, or what may stand where null may too."""
    if "items" in schema:
        found: Json = schema["items"]
        return found
    others = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return others[0] if len(others) == 1 else schema


def _kind(schema: Json, schemas: Mapping[str, Json]) -> str:
    """Return what a member's value is, in words."""
    if "$ref" in schema:
        return _kind(schemas[schema["$ref"]], schemas)
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_kind(each, schemas) for each in schema["anyOf"])
    kind: str = schema.get("format") or schema.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}), schemas)}"
    return _WORDS.get(kind, kind) + _bounds(schema)


def _bounds(schema: Json) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if "maxLength" in schema:
        return f" of {schema['maxLength']} characters at most"
    return f" of {least} or more" if least is not None else ""
