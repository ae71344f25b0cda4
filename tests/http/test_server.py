from __future__ import annotations

import hashlib
import json
import logging
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.banks import KEYRING
from tests.http.live import serving
from tests.http.small import Small
from twinline.adapters.http.callers import Rates
from twinline.adapters.http.log import JsonLines
from twinline.adapters.http.running import listening
from twinline.adapters.http.server import application
from twinline.app.bank.command import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

DRAWS = "/v1/customers/c1/draws"
STOP = "/v1/customers/c1/stop"


@pytest.fixture(scope="module")
def small() -> Small:
    """Return what the server of this file stands on."""
    return Small()


@pytest.fixture(scope="module")
def address(small: Small) -> Iterator[str]:
    """Yield where the server of this file is."""
    with serving(application(small.service())) as address:
        yield address


@pytest.fixture
def client(small: Small, address: str) -> Iterator[httpx.Client]:
    """Yield a client that may do everything, under one idempotency key."""
    headers = {"Authorization": f"Bearer {small.key('shop')}", "Idempotency-Key": "k1"}
    with httpx.Client(base_url=address, headers=headers) as client:
        yield client


def problem(answer: httpx.Response) -> dict[str, Any]:
    """Return the problem of an answer, held to the form that every one has."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    assert told["type"] == f"/problems/{told['reason']}"
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert told["title"]
    return told


def findings(answer: httpx.Response) -> dict[str, str]:
    """Return the rules of a problem's findings by field."""
    assert answer.status_code == 400
    told = problem(answer)
    assert told["reason"] == "invalid_request"
    return {each["field"]: each["rule"] for each in told["findings"]}


def test_path_and_body_make_one_request(client: httpx.Client, small: Small) -> None:
    """A command is run with the members of path and body, the caller, the key and the hash."""
    answer = client.post(DRAWS, json={"amount": "100.00"})

    assert answer.status_code == 201
    assert answer.json()["amount"] == "100.00"
    assert answer.json()["client"] == "shop"
    call = small.played.calls[-1]
    asked = b'draw\n{"amount":"100.00","customer_id":"c1","parts":1}'
    assert call.command_hash == KEYRING.keyed(asked)
    assert call.command_hash != hashlib.sha256(asked).digest(), "it may name a person"
    assert call.key == "k1"
    assert call.request_id == answer.headers["X-Request-Id"]
    assert call.at.utcoffset() is not None
    assert len(set(call.new_ids)) == 8


def test_the_query_of_a_reading_is_its_request(client: httpx.Client) -> None:
    """What a GET asks for stands in its query, as text of the member's type."""
    assert client.get(DRAWS, params={"count": "7"}).json() == {"customer_id": "c1", "count": 7}
    assert client.get(DRAWS).json()["count"] == 20


@pytest.mark.parametrize(
    ("count", "rule"),
    [
        ("0", "a whole number, 1 or more"),
        ("101", "a whole number, 100 at most"),
        ("1" * 40, "a whole number, 100 at most"),
        ("many", "a whole number, not text"),
        ("1.5", "a whole number, not text"),
        ("1" * 41, "a whole number, not text"),
    ],
)
def test_a_number_in_a_query_is_held_to_its_own_bounds(
    client: httpx.Client, count: str, rule: str
) -> None:
    """A number out of bounds is told the bound; only what is no number is called text."""
    assert findings(client.get(DRAWS, params={"count": count})) == {"count": rule}


def test_everything_wrong_with_a_request_is_told_at_once(client: httpx.Client) -> None:
    """Each member that breaks a rule is found with its name, its value and the rule."""
    answer = client.post(DRAWS, json={"amount": 5, "parts": "many", "colour": "red"})

    told = findings(answer)
    assert told == {
        "amount": "text, not a whole number",
        "parts": "a whole number, not text",
        "colour": "no member of this name; the ones there are: customer_id, amount, parts",
    }
    assert {each["value"] for each in answer.json()["findings"]} == {"5", "many", "red"}


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"amount": "-5"}, ("amount", "-5", "decimal text")),
        ({"amount": None}, ("amount", "null", "text, not null")),
        ({"amount": True}, ("amount", "true", "text, not true or false")),
        ({"amount": {"fen": "五"}}, ("amount", '{"fen": "五"}', "text, not an object")),
        ({"parts": 0}, ("parts", "0", "a whole number, 1 or more")),
        ({"parts": 13}, ("parts", "13", "a whole number, 12 at most")),
    ],
)
def test_a_rule_is_in_the_words_of_who_asks(
    client: httpx.Client, members: dict[str, object], told: tuple[str, str, str]
) -> None:
    """A finding shows a value as it was sent, and says its rule without our code's words."""
    answer = client.post(DRAWS, json={"amount": "1.00", **members})
    (finding,) = answer.json()["findings"]
    assert (finding["field"], finding["value"], finding["rule"]) == told


def test_what_is_missing_is_found_by_name(client: httpx.Client) -> None:
    """A member that must be given and is not there is a finding."""
    assert findings(client.post(DRAWS, json={})) == {"amount": "must be given"}
    assert findings(client.post(DRAWS)) == {"amount": "must be given"}


def test_a_member_is_given_in_one_place(client: httpx.Client) -> None:
    """A member in path and body, twice in the query, or in the wrong place is refused."""
    body = {"amount": "1.00", "customer_id": "c2"}
    assert findings(client.post(DRAWS, json=body)) == {"customer_id": "given once"}
    assert findings(client.get(f"{DRAWS}?count=1&count=2")) == {"count": "given once"}
    told = findings(client.post(f"{DRAWS}?amount=1.00", json={}))
    assert told == {"amount": "in the body, not in the address"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"1",
        b'{"amount":"1.00","amount":"2.00"}',
        b'{"amount":NaN}',
        b"\xff",
        b"[" * 20_000,
    ],
)
def test_what_is_no_json_object_is_malformed(client: httpx.Client, body: bytes) -> None:
    """Broken JSON, a name given twice and numbers JSON does not have are one problem, a 400."""
    answer = client.post(DRAWS, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert problem(answer)["reason"] == "malformed_json"


def test_a_reading_takes_no_body(client: httpx.Client) -> None:
    """A GET with a body is refused instead of read without it."""
    answer = client.request("GET", DRAWS, json={"count": 3})

    assert answer.status_code == 400
    assert problem(answer)["rule"] == "GET takes no body"


@pytest.mark.parametrize("text", ["a\\u0000b", "\\ud800", "\\u001b[31m", "1\\n", "\\t1"])
def test_text_that_could_not_be_kept_is_refused(client: httpx.Client, text: str) -> None:
    """Control characters and half surrogate pairs never reach a command."""
    body = f'{{"amount":"{text}"}}'.encode()
    answer = client.post(DRAWS, content=body, headers={"Content-Type": "application/json"})

    assert findings(answer) == {"amount": "text in Unicode without control characters"}


def test_a_large_body_is_not_read_to_its_end(client: httpx.Client) -> None:
    """More than 64 KiB is a 413."""
    answer = client.post(DRAWS, json={"amount": "1" * 70_000})

    assert answer.status_code == 413
    assert problem(answer)["rule"] == "65536 bytes at most"


def test_a_body_must_say_that_it_is_json(client: httpx.Client) -> None:
    """Another media type or none is a 415."""
    for content_type in ("text/plain", "application/json; charset=gbk", ""):
        headers = {"Content-Type": content_type}
        answer = client.post(DRAWS, content=b'{"amount":"1.00"}', headers=headers)
        assert answer.status_code == 415
        assert problem(answer).get("value", "") == content_type


def test_a_command_that_moves_something_needs_a_key(client: httpx.Client) -> None:
    """Without an Idempotency-Key, or with one that cannot be used, nothing is run."""
    request = client.build_request("POST", DRAWS, json={"amount": "1.00"})
    del request.headers["Idempotency-Key"]
    answer = client.send(request)
    assert answer.status_code == 400
    assert problem(answer)["reason"] == "idempotency_key_missing"
    for key in ("", "with space", "k" * 65, "a/b", "-"):
        answer = client.post(DRAWS, json={"amount": "1.00"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 400
        assert problem(answer)["reason"] == "idempotency_key_invalid"


def test_a_refusal_is_a_problem_by_its_family(client: httpx.Client) -> None:
    """A refusal tells family, reason, field, value and rule; its status follows the family."""
    answer = client.post(DRAWS, json={"amount": "99999.00"})
    assert answer.status_code == 422
    told = problem(answer)
    assert told["family"] == "limit"
    assert told["reason"] == "too_much"
    assert (told["field"], told["value"], told["rule"]) == (
        "amount",
        "99999.00",
        "at most 1000.00",
    )

    assert client.get("/v1/customers/nobody/draws").status_code == 404

    answer = client.post("/v1/customers/busy/draws", json={"amount": "1.00"})
    assert answer.status_code == 409
    assert problem(answer)["family"] == "time_out"
    assert answer.headers["Retry-After"] == "1"


def test_a_stranger_is_told_how_to_sign_in(client: httpx.Client) -> None:
    """No key, a wrong one and another scheme are a 401 with a challenge."""
    for authorization in ("", "Bearer twl_wrong", "Basic dTpw", "Bearer"):
        answer = client.get(DRAWS, headers={"Authorization": authorization})
        assert answer.status_code == 401
        assert problem(answer)["reason"] == "unauthenticated"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_does_what_its_scopes_cover(client: httpx.Client, small: Small) -> None:
    """A key without the command's scope is a 403 that names the scope."""
    reader = {"Authorization": f"Bearer {small.key('reader', Scope.READING)}"}

    assert client.get(DRAWS, headers=reader).status_code == 200
    answer = client.post(DRAWS, json={"amount": "1.00"}, headers=reader)

    assert answer.status_code == 403
    assert problem(answer)["rule"] == "a key with the scope loans"


def test_two_persons_are_two_clients(client: httpx.Client, small: Small) -> None:
    """A command that needs a second person is run only with the key of another client."""
    own = client.headers["Authorization"]
    reader = f"Bearer {small.key('reader', Scope.READING)}"
    for second in ("", own, reader):
        answer = client.put(STOP, headers={"Second-Authorization": second})
        assert answer.status_code == 403
        assert problem(answer)["reason"] == "second_person_missing"

    other = f"Bearer {small.key('chief', Scope.OPERATING)}"
    assert client.put(STOP, headers={"Second-Authorization": other}).status_code == 200
    assert small.played.calls[-1].second_person == "chief"


def test_an_address_tells_its_methods(client: httpx.Client) -> None:
    """A method that an address does not know is a 405 with those it knows."""
    answer = client.delete(DRAWS)

    assert answer.status_code == 405
    assert problem(answer)["reason"] == "method_not_allowed"
    assert answer.headers["Allow"] == "GET, POST"


def test_nothing_is_at_other_addresses(client: httpx.Client) -> None:
    """An address that stands for no command is a problem too."""
    assert problem(client.get("/v1/nothing"))["reason"] == "not_found"
    assert problem(client.post("/v1/customers//draws"))["reason"] == "not_found"


def test_a_caller_may_name_its_request(client: httpx.Client) -> None:
    """A sane X-Request-Id comes back; any other is replaced by one of ours."""
    assert client.get(DRAWS, headers={"X-Request-Id": "r-1"}).headers["X-Request-Id"] == "r-1"
    for bad in ("a b", "x" * 65, '"'):
        given = client.get(DRAWS, headers={"X-Request-Id": bad}).headers["X-Request-Id"]
        assert len(given) == 26


def test_a_client_that_asks_too_often_is_told_when_to_come_back(small: Small) -> None:
    """Above its rate a client gets a 429 with Retry-After, and another client does not."""
    service = replace(small.service(), rates=Rates(1))
    headers = {"Authorization": f"Bearer {small.key('eager')}"}
    calm = {"Authorization": f"Bearer {small.key('calm')}"}
    with serving(application(service)) as address, httpx.Client(base_url=address) as client:
        answers = [client.get(DRAWS, headers=headers) for _ in range(5)]
        assert client.get(DRAWS, headers=calm).status_code == 200

    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    assert answers[-1].status_code == 429
    assert problem(answers[-1])["rule"] == "1 requests a second"
    assert answers[-1].headers["Retry-After"] == "1"


def test_strangers_cannot_fill_the_record(small: Small) -> None:
    """Those whose key is nobody's have one rate together, and what goes beyond it is not kept."""
    before = len(small.accesses.accesses)
    service = replace(small.service(), rates=Rates(1))
    with serving(application(service)) as address, httpx.Client(base_url=address) as client:
        answers = [
            client.get(DRAWS, headers={"Authorization": f"Bearer twl_{number}"})
            for number in range(6)
        ]
        known = client.get(DRAWS, headers={"Authorization": f"Bearer {small.key('calm')}"})

    assert [answer.status_code for answer in answers[:2]] == [401, 401]
    assert answers[-1].status_code == 429
    assert known.status_code == 200
    kept = [access.status for access in small.accesses.accesses[before:]]
    assert kept == [401] * kept.count(401) + [200]
    assert 2 <= kept.count(401) < len(answers)


def test_a_fault_tells_nothing_of_what_it_met(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault is a 500 with the request's id; log and answer carry no words of the exception."""
    with caplog.at_level(logging.INFO, "twinline.http"):
        answer = client.post("/v1/customers/broken/draws", json={"amount": "1.00"})

    assert answer.status_code == 500
    told = problem(answer)
    assert told["family"] == "fault"
    lines = [JsonLines().format(record) for record in caplog.records]
    fault = next(json.loads(line) for line in lines if '"fault"' in line)
    assert fault["request_id"] == told["request_id"]
    assert fault["exception"] == "RuntimeError"
    assert any("small.py" in place for place in fault["passed"])
    assert "Zhang" not in answer.text + "".join(lines)
    assert "broken" not in "".join(lines), "a customer's id stands in the record, not in the log"


def test_a_store_that_is_away_is_said_so(client: httpx.Client) -> None:
    """A bank that cannot be reached is a 503 that may be asked again, and names no machine."""
    answer = client.post("/v1/customers/away/draws", json={"amount": "1.00"})

    assert answer.status_code == 503
    assert problem(answer)["family"] == "fault"
    assert answer.headers["Retry-After"] == "1"
    assert "203.0.113.1" not in answer.text


def test_every_access_is_recorded(client: httpx.Client, small: Small) -> None:
    """Who asked what of whom, and how it ended, strangers and refusals included."""
    client.get(DRAWS, headers={"X-Request-Id": "seen-1"})
    client.get(DRAWS, headers={"X-Request-Id": "seen-2", "Authorization": ""})

    first, second = (
        next(each for each in small.accesses.accesses if each.request_id == name)
        for name in ("seen-1", "seen-2")
    )
    assert (first.client, first.command, first.customer_id) == ("shop", "look", "c1")
    assert (first.status, first.reason) == (200, "")
    assert (second.client, second.status, second.reason) == ("", 401, "unauthenticated")


def test_somebody_who_is_not_there_is_not_named(client: httpx.Client, small: Small) -> None:
    """What was asked for in a customer's place is not kept: it may be a mobile number (I12)."""
    path = DRAWS.replace("c1", "nobody")
    assert client.get(path, headers={"X-Request-Id": "seen-3"}).status_code == 404

    (seen,) = (each for each in small.accesses.accesses if each.request_id == "seen-3")
    assert (seen.customer_id, seen.reason) == ("", "customer_not_found")


def test_figures_are_counted_by_command(client: httpx.Client) -> None:
    """Requests, refusals and latency are there for Prometheus, and name no customer."""
    client.post(DRAWS, json={"amount": "99999.00"})

    figures = client.get("/metrics").text
    assert 'twinline_requests_total{command="draw",status="422"}' in figures
    assert 'twinline_refusals_total{command="draw",reason="too_much"}' in figures
    assert 'twinline_request_seconds_count{command="draw"}' in figures
    assert "twinline_requests_running 0.0" in figures
    assert "c1" not in figures


def test_a_small_answer_does_not_wait_for_another() -> None:
    """The listening socket says that it is TCP, without which asyncio leaves Nagle's rule on."""
    with listening("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_health_and_readiness(client: httpx.Client, small: Small) -> None:
    """A server is healthy while it runs, and ready while its store is."""

    async def not_ready() -> bool:
        return False

    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ready"}
    with serving(application(replace(small.service(), ready=not_ready))) as address:
        assert httpx.get(f"{address}/ready").status_code == 503
