from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from schemathesis.core.failures import FailureGroup

from tests.http.fuzzing import fuzz
from tests.http.live import serving
from tests.http.small import Small
from twinline.adapters.http import server
from twinline.adapters.http.openapi import description
from twinline.adapters.http.server import application

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinline.app.bank.command import Command


@pytest.fixture(scope="module")
def small() -> Small:
    """Return what the server of this file stands on."""
    return Small()


@pytest.fixture(scope="module")
def address(small: Small) -> Iterator[str]:
    """Yield where the server of this file is."""
    with serving(application(small.service())) as address:
        yield address


def test_the_description_is_of_the_commands(address: str) -> None:
    """Each command is an operation; body and path share its members; each refusal is told."""
    told = httpx.get(f"{address}/openapi.json").json()

    assert told["openapi"] == "3.1.0"
    draw = told["paths"]["/v1/customers/{customer_id}/draws"]["post"]
    assert draw["operationId"] == "draw"
    body = draw["requestBody"]["content"]["application/json"]["schema"]
    assert list(body["properties"]) == ["amount", "parts"]
    assert body["required"] == ["amount"]
    assert [each["name"] for each in draw["parameters"]] == ["customer_id", "Idempotency-Key"]
    assert draw["description"].startswith("What is drawn: in `parts` of a month each. Needs")
    assert "`too_much`: at most 1000.00" in draw["responses"]["422"]["description"]
    assert set(draw["responses"]) == {
        *("201", "400", "401", "403", "404", "409", "413", "415", "422", "429", "500", "503")
    }


def test_the_page_shows_every_command_and_loads_nothing(address: str) -> None:
    """The page has each command's address and refusals, a phone's width, and no foreign part."""
    answer = httpx.get(address)

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for part in ("/v1/customers/{customer_id}/stop", "too_much", "needs a second person"):
        assert part in answer.text
    assert "What is drawn: in <code>parts</code> of a month each." in answer.text
    assert "width=device-width" in answer.text
    assert "light dark" in answer.text
    assert "<script" not in answer.text
    assert (
        "http" not in answer.text.replace("http://", "", 0).split("<style>")[0].split("<title>")[1]
    )


def test_a_problem_s_type_leads_to_its_explanation(address: str) -> None:
    """The `type` of each problem is an address that leads to where it is explained."""
    page = httpx.get(address).text
    for reason, anchor in (("too_much", "draw"), ("unauthenticated", "problems")):
        answer = httpx.get(f"{address}/problems/{reason}")
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/#{anchor}"
        assert f'id="{anchor}"' in page
    assert httpx.get(f"{address}/problems/nonsense").status_code == 404


@pytest.mark.slow
def test_what_the_description_says_is_what_happens(address: str, small: Small) -> None:
    """Whatever is sent, no answer is undocumented, of another form, or a server's error."""
    assert fuzz(address, small.key("fuzzer"), small.key("second")) >= 3 * 20


def test_an_undocumented_answer_is_noticed(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fuzzer fails where a description leaves out what is answered."""

    def without_400(commands: Sequence[Command[Any, Any]], version: str) -> dict[str, Any]:
        told = description(commands, version)
        del told["paths"]["/v1/customers/{customer_id}/draws"]["post"]["responses"]["400"]
        return told

    monkeypatch.setattr(server, "description", without_400)
    with serving(application(small.service())) as address, pytest.raises(FailureGroup):
        fuzz(address, small.key("fuzzer"), small.key("second"))
