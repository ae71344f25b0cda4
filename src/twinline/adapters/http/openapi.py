"""The OpenAPI 3.1 description of a catalogue: every member, every answer, every refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from twinline.adapters.http.answering import JSON, WITH_BODY
from twinline.adapters.http.problem import MEDIA_TYPE, STATUS_OF_FAMILY, ProblemDetails, Wrong
from twinline.app.bank.fields import NAME
from twinline.app.bank.reason import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.app.bank.command import Command

Json = dict[str, Any]

_REF: Final = "#/components/schemas/{name}"
_REQUIREMENTS: Final = re.compile(r" \(R[0-9]+(, R[0-9]+)*\)")
"""Numbers of requirements: they lead from our code to ours, and nobody else anywhere."""

_PROBLEM: Final = {"$ref": _REF.format(name="ProblemDetails")}
_ALWAYS: Final = (
    Wrong.UNAUTHENTICATED,
    Wrong.TOO_MANY_REQUESTS,
    Wrong.SCOPE_MISSING,
    Wrong.MALFORMED_JSON,
    Wrong.INVALID_REQUEST,
    Wrong.BODY_TOO_LARGE,
    Wrong.UNAVAILABLE,
    Wrong.FAULT,
)
_ABOUT: Final = """\
One customer, two credit lines under one joint limit, in one double-entry ledger.

Money is decimal text, never a number. Instants are in UTC; business days are those of
Asia/Shanghai. What moves money or limits needs an `Idempotency-Key`: the same key with the same
request gives the first answer again, with another request it is refused. Every no is a problem
(RFC 9457) whose `reason` is stable."""


def description(commands: Sequence[Command[Any, Any]], version: str) -> Json:
    """Return the OpenAPI document of commands."""
    types = [kind for command in commands for kind in (command.request, command.outcome)]
    _, schemas = msgspec.json.schema_components([*types, ProblemDetails], ref_template=_REF)
    for command in commands:
        outcome = schemas[command.outcome.__name__]
        outcome["required"] = [
            name for name in outcome.get("required", []) if name not in command.for_readers
        ]
    paths: Json = {}
    for command in commands:
        operation = _operation(command, schemas)
        paths.setdefault(command.path, {})[command.method.lower()] = operation
    for command in commands:
        schemas.pop(command.request.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Twinline", "version": version, "description": _ABOUT},
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def about(schema: Json) -> str:
    """Return in one paragraph what a struct says of its members, nothing where it names none.

    >>> about({"description": "A refund, of all without `amount` (R1)."})
    'A refund, of all without `amount`.'
    """
    said = _REQUIREMENTS.sub("", " ".join(schema.get("description", "").split()))
    return said if "`" in said else ""


def path_members(command: Command[Any, Any]) -> tuple[str, ...]:
    """Return the names of the members that stand in a command's path."""
    return tuple(re.findall(r"\{(\w+)\}", command.path))


def reasons(command: Command[Any, Any]) -> tuple[Reason, ...]:
    """Return why a command may be refused, in the order its checks run."""
    found = tuple(each for each in command.refusals if isinstance(each, Reason))
    assert len(found) == len(command.refusals), f"{command.name}: a refusal without family"
    return found


def members(command: Command[Any, Any], schemas: Mapping[str, Json]) -> Json:
    """Return the schemas of a request's members by name."""
    found: Json = schemas[command.request.__name__]["properties"]
    return found


def _operation(command: Command[Any, Any], schemas: Mapping[str, Json]) -> Json:
    asked = about(schemas[command.request.__name__])
    operation: Json = {
        "operationId": command.name,
        "summary": command.meaning,
        "description": " ".join(filter(None, (asked, _needs(command)))),
        "tags": [command.scope.value],
        "parameters": _parameters(command, schemas),
        "responses": _responses(command),
    }
    if command.method in WITH_BODY:
        body = _body(command, schemas)
        if body["properties"]:
            operation["requestBody"] = {
                "required": bool(body["required"]),
                "content": {JSON: {"schema": body}},
            }
    return operation


def _needs(command: Command[Any, Any]) -> str:
    needs = f"Needs the scope `{command.scope}`."
    if not command.for_readers:
        return needs
    members = " and ".join(f"`{name}`" for name in command.for_readers)
    return f"{needs} Only a key with `reading` too is told {members}."


def _parameters(command: Command[Any, Any], schemas: Mapping[str, Json]) -> list[Json]:
    in_path = path_members(command)
    required = schemas[command.request.__name__].get("required", [])
    found = []
    for name, schema in members(command, schemas).items():
        if name in in_path:
            found.append({"name": name, "in": "path", "required": True, "schema": schema})
        elif command.method not in WITH_BODY:
            needed = name in required
            found.append({"name": name, "in": "query", "required": needed, "schema": schema})
    if command.keyed:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "description": "New for each new request, the same for the same one.",
                "schema": {"type": "string", "pattern": NAME},
            }
        )
    if command.needs_second_person:
        found.append(
            {
                "name": "Second-Authorization",
                "in": "header",
                "required": True,
                "description": "`Bearer` and the key of a second client with the scope.",
                "schema": {"type": "string"},
            }
        )
    return found


def _body(command: Command[Any, Any], schemas: Mapping[str, Json]) -> Json:
    """Return a request's schema without what stands in its path."""
    whole, in_path = schemas[command.request.__name__], path_members(command)
    return {
        "type": "object",
        "properties": {
            name: schema for name, schema in whole["properties"].items() if name not in in_path
        },
        "required": [name for name in whole.get("required", []) if name not in in_path],
        "additionalProperties": False,
    }


def wrongs(command: Command[Any, Any]) -> tuple[Wrong, ...]:
    """Return what can be wrong before a command runs."""
    found = list(_ALWAYS)
    if path_members(command):
        found.append(Wrong.NOT_FOUND)
    if command.method in WITH_BODY:
        found.append(Wrong.UNSUPPORTED_MEDIA_TYPE)
    if command.keyed:
        found += [Wrong.IDEMPOTENCY_KEY_MISSING, Wrong.IDEMPOTENCY_KEY_INVALID]
    if command.needs_second_person:
        found.append(Wrong.SECOND_PERSON_MISSING)
    return tuple(found)


def _responses(command: Command[Any, Any]) -> Json:
    by_status: dict[int, list[tuple[str, str]]] = {}
    for wrong in wrongs(command):
        by_status.setdefault(wrong.status, []).append((wrong.reason, wrong.title))
    for reason in reasons(command):
        status = STATUS_OF_FAMILY[reason.family]
        by_status.setdefault(status, []).append((reason.value, reason.rule))
    outcome = {"$ref": _REF.format(name=command.outcome.__name__)}
    success = {"description": "Done.", "content": {JSON: {"schema": outcome}}}
    problems = {str(status): _problem(by_status[status]) for status in sorted(by_status)}
    return {str(command.success): success, **problems}


def _problem(told: Sequence[tuple[str, str]]) -> Json:
    only = {"properties": {"reason": {"enum": [reason for reason, _ in told]}}}
    return {
        "description": "\n".join(f"- `{reason}`: {rule}" for reason, rule in told),
        "content": {MEDIA_TYPE: {"schema": {"allOf": [_PROBLEM, only]}}},
    }
