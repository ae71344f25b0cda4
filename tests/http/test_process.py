"""A served bank as its operator meets it: a process with its messages, signals and keys."""

from __future__ import annotations

import json
import stat
import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.banks import APPLICATION
from tests.http.process import running, twinline
from tests.http.receiver import receiving
from twinline.adapters.http.clock import SystemClock
from twinline.app.bank.clock import business_day

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
"""Every test starts a server of its own."""

MERCHANT = {"name": "Tea House", "categories": ["food"]}


def put(address: str, key: str, merchant_id: str = "M1") -> httpx.Response:
    """Register a merchant."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"m-{merchant_id}"}
    return httpx.put(f"{address}/v1/merchants/{merchant_id}", json=MERCHANT, headers=headers)


def test_a_stopped_server_ends_what_it_has_begun() -> None:
    """Told to stop, a server takes no new connection, answers what it works on, and exits 0."""
    with running(module="tests.http.slow") as server:
        headers = {"Authorization": f"Bearer {server.key}", "Idempotency-Key": "k1"}
        url = f"{server.address}/v1/customers/c1/draws"
        answers: list[httpx.Response] = []

        def draw() -> None:
            answers.append(httpx.post(url, json={"amount": "1.00"}, headers=headers))

        asking = threading.Thread(target=draw)
        asking.start()
        time.sleep(0.4)
        code = server.stop()
        asking.join()

    assert code == 0
    assert [answer.status_code for answer in answers] == [201]
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.address}/health")


@pytest.mark.parametrize("pause_s", [0.0, 0.005, 0.02, 0.1])
def test_a_server_told_to_stop_at_its_first_line_stops(pause_s: float) -> None:
    """From its first line on a server ends with exit code 0 and no traceback."""
    with running("--memory", last="Twinline") as server:
        time.sleep(pause_s)
        assert server.stop() == 0
    assert server.log == ""


def test_a_server_in_memory_says_what_one_needs_to_begin() -> None:
    """It prints its address and a key that works, and logs lines of JSON without the key."""
    with running("--memory") as server:
        assert put(server.address, server.key).json()["version"] == 1
        assert put(server.address, server.key).json()["version"] == 1, "the same answer again"
        assert httpx.get(f"{server.address}/ready").status_code == 200
        assert server.stop() == 0

    lines = [json.loads(line) for line in server.log.splitlines()]
    assert [line["command"] for line in lines] == ["register_merchant"] * 2
    assert server.key not in server.log
    assert "Tea House" not in server.log


def test_a_strategy_decides_on_who_brings_no_decision() -> None:
    """A served strategy makes the offer, and says in both languages why it makes none."""
    person = {name: value for name, value in APPLICATION.items() if name != "decision"}
    today = business_day(SystemClock().now()).isoformat()
    known = {"income": "12000", "external_score": 700, "external_score_on": today}
    crowded = {"income": "9000", "lenders_elsewhere": 9}
    with running("--memory", "--strategy", "strategies/standard") as server:
        key = {"Authorization": f"Bearer {server.key}"}
        offered, declined = (
            httpx.post(
                f"{server.address}/v1/applications",
                json=person | more,
                headers=key | {"Idempotency-Key": f"a{number}"},
            ).json()
            for number, more in enumerate((known, crowded))
        )
        server.stop()

    assert "decided by standard" in server.told
    assert offered["state"] == "offered"
    assert offered["offer"]["pay_later_limit"] == "5000.00"
    assert (declined["state"], declined["offer"]) == ("declined", None)
    assert all(reason["zh"] and reason["en"] for reason in declined["reasons"])


def test_keys_are_made_shown_once_and_withdrawn(tmp_path: Path) -> None:
    """A key that is added works at once, says no more than its scopes, and can be withdrawn."""
    where = ("--memory", "--folder", str(tmp_path / "bank"))
    with running(*where, last="simulated") as server:
        made = twinline("key", "add", "shop", "--scopes", "operating", *where)
        key = made.stdout.strip()
        reader = twinline("key", "add", "desk", "--scopes", "reading", *where)
        assert put(server.address, key).status_code == 200
        assert put(server.address, reader.stdout.strip()).status_code == 403

        listed = twinline("key", "list", *where).stdout
        assert [line.split()[0] for line in listed.splitlines()] == ["shop", "desk"]
        assert key not in listed

        gone = twinline("key", "withdraw", "shop", *where)
        assert gone.stdout == "shop: 1 key withdrawn\n"
        assert put(server.address, key).status_code == 401

    kept = (tmp_path / "bank" / "keys.jsonl").read_text()
    assert key not in kept
    accesses = [
        json.loads(line)
        for line in (tmp_path / "bank" / "accesses.jsonl").read_text().splitlines()
    ]
    assert [(each["client"], each["status"]) for each in accesses] == [
        *(("shop", 200), ("desk", 403), ("", 401))
    ]
    for path in (tmp_path / "bank").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("serve", "--memory", "--port", "70000"), "is not a port"),
        (("serve", "--memory", "--cut-off", "25:00"), "is not a time"),
        (("serve", "--memory", "--rate", "0"), "is not a number of requests"),
        (("serve", "--memory", "--strategy", "tests"), "strategy.toml"),
        (
            ("serve", "--memory", "--host", "203.0.113.1", "--port", "0"),
            "an address of this machine that is free",
        ),
        (("key", "add", "a b", "--folder", "x"), "is not a name"),
        (("key", "add", "shop", "--scopes", "all", "--folder", "x"), "is no list of scopes"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], said: str) -> None:
    """A wrong argument is named with the rule, and the exit code is 2."""
    ran = twinline(*arguments)

    assert ran.returncode == 2
    assert said in ran.stderr


def test_a_file_of_keys_that_is_none_is_said(tmp_path: Path) -> None:
    """A broken line is named with its file and number."""
    (tmp_path / "keys.jsonl").write_text('{"client":"shop"\n')

    ran = twinline("key", "list", "--memory", "--folder", str(tmp_path))

    assert ran.returncode == 2
    assert "keys.jsonl, line 1" in ran.stderr


def test_nobody_to_withdraw_is_an_exit_code(tmp_path: Path) -> None:
    """Withdrawing the keys of nobody says so with exit code 1."""
    where = ("--memory", "--folder", str(tmp_path))
    assert twinline("key", "withdraw", "shop", *where).returncode == 1


def test_a_subscriber_is_told_by_a_running_server() -> None:
    """What a command does reaches a subscriber, signed with the secret that was shown."""
    with receiving() as receiver, running("--memory") as server:
        client = httpx.Client(
            base_url=server.address, headers={"Authorization": f"Bearer {server.key}"}
        )
        secret = client.post("/v1/webhooks", json={"url": receiver.url}).json()["secret"]
        application = client.post(
            "/v1/applications", json=APPLICATION, headers={"Idempotency-Key": "a1"}
        ).json()
        accepted = client.post(
            f"/v1/applications/{application['application_id']}/acceptance",
            headers={"Idempotency-Key": "a2"},
        )
        receiver.wait_for(1)
        client.close()
        server.stop()

    (told,) = receiver.told
    assert told.is_signed_with(secret)
    assert told.said["type"] == "customer.opened"
    assert told.said["owner"] == application["customer_id"]
    assert told.said["data"] == accepted.json()
    for personal in ("张三", "11010519491231002X", "13800138000", "6222020200112230004"):
        assert personal not in told.body.decode() + server.log
