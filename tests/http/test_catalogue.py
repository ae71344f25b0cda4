from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest

from docs.reference import make_api
from tests.http.fuzzing import fuzz
from tests.http.live import serving
from tests.http.small import Small
from twinline.adapters.http.openapi import path_members, reasons
from twinline.adapters.http.problem import STATUS_OF_FAMILY
from twinline.adapters.http.server import application
from twinline.adapters.notify.memory import MemoryWebhooks
from twinline.app.bank.command import Scope
from twinline.bank_wiring import commands, memory_bank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.app.bank.command import Command

COMMANDS = commands(MemoryWebhooks())
EXAMPLES = 3


@pytest.fixture(scope="module")
def small() -> Small:
    """Return what the server of this file stands on."""
    return Small()


@pytest.fixture(scope="module")
def address(small: Small) -> Iterator[str]:
    """Yield where a server of the whole catalogue, on a bank in memory, is."""
    with serving(application(small.service(memory_bank(), COMMANDS))) as address:
        yield address


each_command = pytest.mark.parametrize(
    "command", COMMANDS, ids=[command.name for command in COMMANDS]
)


def test_what_only_readers_are_told_is_described_so(address: str) -> None:
    """What an answer may come without is not required of it, and both pages say who is told."""
    told = httpx.get(f"{address}/openapi.json").json()
    page = httpx.get(address).text

    for command in (each for each in COMMANDS if each.for_readers):
        operation = told["paths"][command.path][command.method.lower()]
        required = told["components"]["schemas"][command.outcome.__name__]["required"]
        assert not set(command.for_readers) & set(required)
        for name in command.for_readers:
            assert f"`{name}`" in operation["description"]
            assert f"<code>{name}</code> <small>to keys with reading</small>" in page


@each_command
def test_a_command_has_a_route_and_a_scope(
    command: Command[Any, Any], address: str, small: Small
) -> None:
    """Every command answers at its address, to a key with its scope and to no other."""
    url = address + command.path.replace("{", "").replace("}", "")
    without = {"Authorization": f"Bearer {small.key('a', *(set(Scope) - {command.scope}))}"}
    with_it = {"Authorization": f"Bearer {small.key('b', command.scope)}"}

    assert httpx.request(command.method, url).status_code == 401
    refused = httpx.request(command.method, url, headers=without)
    assert refused.json()["reason"] == "scope_missing"
    come_through = httpx.request(command.method, url, headers=with_it)
    assert come_through.json().get("reason") not in {
        *("scope_missing", "not_found", "method_not_allowed", "fault")
    }


@each_command
def test_a_command_s_refusals_are_documented(command: Command[Any, Any], address: str) -> None:
    """Each reason stands in the description under its family's status, with its rule."""
    told = httpx.get(f"{address}/openapi.json").json()

    answers = told["paths"][command.path][command.method.lower()]["responses"]
    for reason in reasons(command):
        answer = answers[str(int(STATUS_OF_FAMILY[reason.family]))]
        assert f"`{reason.value}`: {reason.rule}" in answer["description"]
        _, only = answer["content"]["application/problem+json"]["schema"]["allOf"]
        assert reason.value in only["properties"]["reason"]["enum"]


@each_command
def test_a_command_is_declared_whole(command: Command[Any, Any]) -> None:
    """What stands in the path is asked for; a reading is not keyed; its meaning is a sentence."""
    asked = {field.encode_name for field in msgspec.structs.fields(command.request)}
    assert set(path_members(command)) <= asked
    assert command.method != "GET" or not command.keyed
    assert command.meaning.endswith(".")
    assert command.path.startswith("/v1/")


def test_no_two_commands_are_one() -> None:
    """Names and addresses are unique."""
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    assert len({(command.method, command.path) for command in COMMANDS}) == len(COMMANDS)


def test_the_reference_page_is_of_the_catalogue() -> None:
    """`docs/reference/api.md` is what `make_api.py` would write."""
    assert make_api.PAGE.read_text(encoding="utf-8") == make_api.page()


@pytest.mark.slow
def test_the_whole_catalogue_answers_as_described(address: str, small: Small) -> None:
    """Whatever is sent to whichever command, no answer is undocumented or a server's error."""
    first, second = small.key("fuzzer"), small.key("second")

    assert fuzz(address, first, second, EXAMPLES) >= EXAMPLES * len(COMMANDS)
