"""How one request goes through the server: who, what, once, and what is kept of it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec

from twinline.adapters.http.callers import caller, require_scope, second_person
from twinline.adapters.http.key import required_key
from twinline.adapters.http.log import LOGGER
from twinline.adapters.http.problem import (
    MEDIA_TYPE,
    Finding,
    Problem,
    Wrong,
    refusal,
)
from twinline.adapters.http.reading import BODY_BYTES_MAX, body_members, typed
from twinline.app.bank.access import Access
from twinline.app.bank.asked import command_hash
from twinline.app.bank.clock import business_day
from twinline.app.bank.command import Call, Family, Refused, Scope
from twinline.app.bank.reason import CUSTOMER_NOT_FOUND
from twinline.app.bank.store import Unavailable
from twinline.app.fault import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request as HttpRequest

    from twinline.adapters.http.problem import ProblemDetails
    from twinline.adapters.http.reading import Members
    from twinline.adapters.http.service import Service
    from twinline.app.bank.access import ApiKey
    from twinline.app.bank.command import Command, Outcome, Request

JSON: Final = "application/json"
WITH_BODY: Final = frozenset({"POST", "PUT"})
"""Methods whose members come in a body; the others take theirs from the query."""

NEW_IDS: Final = 8
"""Fresh identifiers that a command which makes something is given, more than any needs."""

NO_COMMAND: Final = "none"
_NOBODY: Final = CUSTOMER_NOT_FOUND[0]
_STRANGER: Final = ""
"""The client of a request whose key is nobody's."""

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes back over the wire; `reason` is empty unless the answer is no."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(slots=True)
class _Known:
    """What has been found out about a request so far, for the record of accesses."""

    request_id: str
    command: str
    client: str = ""
    customer_id: str = ""


async def answered(
    service: Service, http: HttpRequest, commands: Mapping[str, Command[Any, Any]]
) -> Reply:
    """Return the reply to one request at an address whose commands are given by method."""
    began = time.perf_counter()
    service.metrics.began()
    command = commands.get(http.method)
    known = _Known(_request_id(service, http), command.name if command else NO_COMMAND)
    try:
        reply = await _run(service, http, _known_command(http, commands), known)
    except Problem as problem:
        reply = _said(problem.details(known.request_id), problem.headers)
    except Unavailable:
        LOGGER.exception("unavailable", extra={"told": {"request_id": known.request_id}})
        again = {"Retry-After": "1"}
        reply = _said(Problem(wrong=Wrong.UNAVAILABLE).details(known.request_id), again)
    except Exception:  # noqa: BLE001 - whatever failed, the caller gets an answer
        LOGGER.exception("fault", extra={"told": {"request_id": known.request_id}})
        reply = _said(Problem(wrong=Wrong.FAULT).details(known.request_id))
    await _record(service, known, reply, time.perf_counter() - began)
    return replace(reply, headers={**reply.headers, "X-Request-Id": known.request_id})


def _known_command(
    http: HttpRequest, commands: Mapping[str, Command[Any, Any]]
) -> Command[Any, Any]:
    if not commands:
        raise Problem(wrong=Wrong.NOT_FOUND, rule="the addresses are listed at /openapi.json")
    allow = ", ".join(sorted(commands))
    if http.method not in commands:
        raise Problem(
            wrong=Wrong.METHOD_NOT_ALLOWED, value=http.method, rule=allow, headers={"Allow": allow}
        )
    return commands[http.method]


async def _run(
    service: Service, http: HttpRequest, command: Command[Any, Any], known: _Known
) -> Reply:
    """Return a command's answer. Raises `Problem` where it does not come to run."""
    key = await _caller(service, http)
    known.client = key.client
    service.rates.take(key.client, time.monotonic())
    require_scope(key, command.scope)
    second = await _second_person(service, http, command, key)
    idempotency_key = required_key(http.headers.get("Idempotency-Key")) if command.keyed else ""
    request = await _request(http, command)
    known.customer_id = getattr(request, "customer_id", None) or ""
    at = service.clock.now()
    call = Call(
        client=key.client,
        key=idempotency_key,
        command_hash=command_hash(command.name, request, service.bank.vault),
        at=at,
        business_on=business_day(at, service.cut_off),
        request_id=known.request_id,
        new_ids=_new_ids(service) if command.method in WITH_BODY else (),
        second_person=second,
    )

    outcome = await command.run(service.bank, request, call)
    return _reply(command, outcome, known, reads=Scope.READING in key.scopes)


async def _caller(service: Service, http: HttpRequest) -> ApiKey:
    """Return who calls; all strangers together have the rate of one client. Raises `Problem`."""
    try:
        return await caller(http.headers.get("Authorization"), service.keys)
    except Problem:
        service.rates.take(_STRANGER, time.monotonic())
        raise


def _new_ids(service: Service) -> tuple[str, ...]:
    return tuple(service.clock.new_id() for _ in range(NEW_IDS))


async def _second_person(
    service: Service, http: HttpRequest, command: Command[Any, Any], key: ApiKey
) -> str:
    if not command.needs_second_person:
        return ""
    other = http.headers.get("Second-Authorization")
    return await second_person(other, key, command.scope, service.keys)


async def _request(http: HttpRequest, command: Command[Any, Any]) -> Request:
    """Return what the command is asked with. Raises `Problem` for a request that is not that."""
    body = await _body(http)
    members: Members = {}
    if body:
        if command.method not in WITH_BODY:
            raise Problem(wrong=Wrong.MALFORMED_JSON, rule=f"{command.method} takes no body")
        _require_json(http.headers.get("Content-Type", ""))
        members = body_members(body)
    query = http.query_params.multi_items()
    if query and command.method in WITH_BODY:
        raise Problem(wrong=Wrong.INVALID_REQUEST, findings=tuple(map(_misplaced, query)))
    request: Request = typed(command.request, http.path_params, query, members)
    return request


def _misplaced(member: tuple[str, str]) -> Finding:
    name, text = member
    return Finding(field=shown(name), value=shown(text), rule="in the body, not in the address")


async def _body(http: HttpRequest) -> bytes:
    """Return the body, which is read no further than it may be long."""
    body = bytearray()
    async for chunk in http.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise Problem(wrong=Wrong.BODY_TOO_LARGE, rule=f"{BODY_BYTES_MAX} bytes at most")
    return bytes(body)


def _require_json(content_type: str) -> None:
    media_type, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower()
    if media_type.strip().lower() != JSON or charset not in {"", "charset=utf-8"}:
        raise Problem(
            wrong=Wrong.UNSUPPORTED_MEDIA_TYPE,
            field="Content-Type",
            value=content_type,
            rule=JSON,
        )


def _reply(
    command: Command[Any, Any], outcome: Outcome | Refused, known: _Known, *, reads: bool
) -> Reply:
    """Return an answer; a key that may not read is not told what is the customer's own affair."""
    untold = () if reads else command.for_readers
    if isinstance(outcome, Refused):
        if outcome.reason.value == _NOBODY:
            known.customer_id = ""  # whatever was asked for, it is nobody's id
        again = {"Retry-After": "1"} if outcome.family is Family.TIME_OUT else {}
        said = replace(outcome, available="") if untold else outcome
        return _said(refusal(said, known.request_id), again)
    known.customer_id = known.customer_id or getattr(outcome, "customer_id", "")
    return Reply(status=command.success, body=_body_of(outcome, untold))


def _body_of(outcome: Outcome, untold: tuple[str, ...]) -> bytes:
    if not untold:
        return msgspec.json.encode(outcome)
    members = {name: getattr(outcome, name) for name in outcome.__struct_fields__}
    return msgspec.json.encode({n: member for n, member in members.items() if n not in untold})


def _said(details: ProblemDetails, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(
        status=details.status,
        body=msgspec.json.encode(details),
        media_type=MEDIA_TYPE,
        headers=headers or {},
        reason=details.reason,
    )


def _request_id(service: Service, http: HttpRequest) -> str:
    """Return the caller's own id of the request where it is one that can be kept."""
    asked = http.headers.get("X-Request-Id", "")
    return asked if _REQUEST_ID.fullmatch(asked) else service.clock.new_id()


async def _record(service: Service, known: _Known, reply: Reply, seconds: float) -> None:
    """Keep who asked what, count it and log it; the log names no customer."""
    service.metrics.ended(known.command, reply.status, reply.reason, seconds)
    told = {
        "request_id": known.request_id,
        "client": known.client,
        "command": known.command,
        "status": reply.status,
        "reason": reply.reason,
        "ms": round(seconds * 1000, 1),
    }
    LOGGER.info("request", extra={"told": told})
    if known.client == _STRANGER and reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return  # nobody without a key may fill the book
    access = Access(
        at=service.clock.now(),
        request_id=known.request_id,
        client=known.client,
        command=known.command,
        customer_id=known.customer_id,
        status=reply.status,
        reason=reply.reason,
    )
    try:
        await service.accesses.record(access)
    except Unavailable:  # the answer stands; the line above says what was asked
        LOGGER.exception("access not recorded", extra={"told": {"request_id": known.request_id}})
