"""The catalogue as an ASGI application: a route for each command, and what operators ask."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

import twinline
from twinline.adapters.http.answering import answered
from twinline.adapters.http.openapi import description
from twinline.adapters.http.page import reference_page
from twinline.adapters.http.reference import entries, transport_refusals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import Receive, Scope, Send

    from twinline.adapters.http.service import Service
    from twinline.app.bank.command import Command

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The page has its own style and nothing else to load."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address as an ASGI application: the commands that live there, by method."""

    service: Service
    commands: Mapping[str, Command[Any, Any]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        reply = await answered(self.service, HttpRequest(scope, receive), self.commands)
        headers = {**reply.headers, "Cache-Control": "no-store"}
        response = Response(reply.body, reply.status, headers, reply.media_type)
        await response(scope, receive, send)


def application(service: Service) -> Starlette:
    """Return the application of a service."""
    return Starlette(routes=[*_operating(service), *_reading(service), *_commands(service)])


def by_path(commands: Iterable[Command[Any, Any]]) -> dict[str, dict[str, Command[Any, Any]]]:
    """Return commands by path and method, in the order of the catalogue."""
    addresses: dict[str, dict[str, Command[Any, Any]]] = {}
    for command in commands:
        methods = addresses.setdefault(command.path, {})
        assert command.method not in methods, f"two commands at {command.method} {command.path}"
        methods[command.method] = command
    return addresses


def _commands(service: Service) -> list[Route]:
    addresses = by_path(service.commands).items()
    routes = [Route(path, Address(service, methods)) for path, methods in addresses]
    return [*routes, Route("/{path:path}", Address(service, {}))]


def _operating(service: Service) -> list[Route]:
    async def health(_: HttpRequest) -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    async def ready(_: HttpRequest) -> Response:
        if await service.ready():
            return Response(b'{"status":"ready"}', media_type="application/json")
        return Response(b'{"status":"not ready"}', 503, media_type="application/json")

    async def metrics(_: HttpRequest) -> Response:
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")

    return [Route("/health", health), Route("/ready", ready), Route("/metrics", metrics)]


def _reading(service: Service) -> list[Route]:
    """Return what explains the server: made once, for it does not change while it runs."""
    document = msgspec.json.encode(description(service.commands, twinline.__version__))
    page = reference_page(service.commands, twinline.__version__)
    anchors = {
        refusal.reason: entry.name
        for entry in reversed(entries(service.commands))
        for refusal in entry.refusals
    } | {refusal.reason: "problems" for refusal in transport_refusals()}

    async def openapi(_: HttpRequest) -> Response:
        return Response(document, media_type="application/json")

    async def docs(_: HttpRequest) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    async def problem(request: HttpRequest) -> Response:
        anchor = anchors.get(request.path_params["reason"])
        if anchor is None:
            return Response("no reason of this name\n", HTTPStatus.NOT_FOUND)
        return RedirectResponse(f"/#{anchor}", HTTPStatus.SEE_OTHER)

    return [
        Route("/", docs),
        Route("/openapi.json", openapi),
        Route("/problems/{reason}", problem),
    ]
