from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.banks import APPLICATION
from tests.http.live import serving
from tests.http.small import Small
from twinline.adapters.http.server import application
from twinline.adapters.notify.memory import MemoryWebhooks
from twinline.app.bank.command import Scope
from twinline.app.bank.event_kind import EventKind
from twinline.bank_wiring import commands, memory_bank

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = 32


@dataclass
class Desk:
    """A client of a real server, and the one customer of its bank."""

    client: httpx.Client
    customer_id: str = ""

    def ask(self, method: str, path: str, key: str, **members: Any) -> httpx.Response:  # noqa: ANN401 - JSON
        """Ask for something under a key."""
        headers = {"Idempotency-Key": key}
        return self.client.request(method, f"/v1/{path}", json=members, headers=headers)

    def authorise(self, key: str, amount: str) -> httpx.Response:
        """Authorise a purchase of the customer."""
        return self.ask(
            "POST",
            "authorisations",
            key,
            customer_id=self.customer_id,
            merchant_id="M1",
            order="1",
            amount=amount,
        )

    @property
    def available(self) -> str:
        """What is left of the pay-later line."""
        customer = self.client.get(f"/v1/customers/{self.customer_id}").json()
        left: str = customer["headroom"]["available_pay_later"]
        return left


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Yield a desk whose customer has both lines open."""
    small = Small()
    service = small.service(memory_bank(), commands(MemoryWebhooks()))
    headers = {"Authorization": f"Bearer {small.key('shop')}"}
    with (
        serving(application(service)) as address,
        httpx.Client(base_url=address, headers=headers, timeout=30) as client,
    ):
        desk = Desk(client)
        desk.ask("PUT", "merchants/M1", "m1", name="Tea House", categories=["food"])
        applied = desk.ask("POST", "applications", "a1", **APPLICATION).json()
        desk.ask("POST", f"applications/{applied['application_id']}/acceptance", "a2")
        desk.customer_id = applied["customer_id"]
        yield desk


def test_one_key_sent_by_many_at_once_is_one_purchase(desk: Desk) -> None:
    """The same key and body, sent while the first runs, gives the first answer and moves once."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda _: desk.authorise("k1", "100.00"), range(CLIENTS)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert desk.available == "14900.00"


def test_one_key_is_one_request(desk: Desk) -> None:
    """The same key with another body is refused, and so is a second use for another command."""
    first = desk.authorise("k1", "100.00")

    assert desk.authorise("k1", "100.01").json()["reason"] == "key_reused"
    assert desk.authorise("k1", "100.00").text == first.text
    other = desk.ask(
        "POST", "authorisations/k1/capture", "k1", customer_id=desk.customer_id, amount="1.00"
    )
    assert other.status_code == 409
    assert other.json()["reason"] == "key_reused"
    assert desk.available == "14900.00"


def test_a_refusal_is_given_again(desk: Desk) -> None:
    """What was refused under a key stays refused, also once there would be room for it."""
    desk.authorise("k1", "14000.00")
    refused = desk.authorise("k2", "2000.00")
    assert refused.status_code == 422
    desk.ask("POST", "authorisations/k1/void", "k3", customer_id=desk.customer_id)

    again = desk.authorise("k2", "2000.00")

    said = {"reason", "family", "field", "value", "rule"}
    assert {name: refused.json().get(name) for name in said} == {
        name: again.json().get(name) for name in said
    }
    assert desk.authorise("k4", "2000.00").status_code == 201


def test_a_merchants_key_hears_the_reason_and_nobodys_headroom() -> None:
    """With `purchases` alone a purchase goes through and a no says why; amounts need `reading`."""
    small = Small()
    keys = {
        name: {"Authorization": f"Bearer {small.key(name, *scopes)}"}
        for name, scopes in (
            ("bank", ()),
            ("shop", (Scope.PURCHASES,)),
            ("checkout", (Scope.PURCHASES, Scope.READING)),
        )
    }
    service = small.service(memory_bank(), commands(MemoryWebhooks()))
    with serving(application(service)) as address, httpx.Client(base_url=address) as client:
        desk = Desk(client)
        client.headers.update(keys["bank"])
        desk.ask("PUT", "merchants/M1", "m-1", name="Tea", categories=["food"])
        applied = desk.ask("POST", "applications", "a-1", **APPLICATION).json()
        desk.ask("POST", f"applications/{applied['application_id']}/acceptance", "a-2")
        desk.customer_id = applied["customer_id"]
        told = {}
        for name in ("shop", "checkout"):
            client.headers.update(keys[name])
            said = desk.authorise(f"{name}-1", "15000.01").json()
            told[name] = (said["family"], said["reason"], said["value"])
            assert ("headroom" in desk.authorise(f"{name}-2", "1").json()) is (name != "shop")
        assert told == {
            "shop": ("limit", "pay_later_headroom", "15000.01"),
            "checkout": ("limit", "pay_later_headroom", "15000.01, available 14999.00"),
        }


def test_an_event_that_does_not_exist_is_not_subscribed_to(desk: Desk) -> None:
    """A kind that no event has is refused with those there are; one that is takes effect."""
    hook = {"url": "https://shop.example/hook"}
    wrong = desk.client.post("/v1/webhooks", json={**hook, "kinds": ["authorisation.hold"]})
    (finding,) = wrong.json()["findings"]

    assert (wrong.status_code, finding["field"]) == (400, "kinds")
    assert finding["value"] == '["authorisation.hold"]'
    assert finding["rule"].endswith(", ".join(sorted(EventKind)))
    right = desk.client.post("/v1/webhooks", json={**hook, "kinds": ["authorisation.held"]})
    assert right.json()["kinds"] == ["authorisation.held"]


def test_many_clients_never_pass_the_limit(desk: Desk) -> None:
    """Of purchases asked for at once as many are accepted as fit, and each other one is named."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(
            clients.map(lambda number: desk.authorise(f"k{number}", "700.00"), range(CLIENTS))
        )

    accepted = [answer for answer in answers if answer.status_code == 201]
    reasons = {answer.json()["reason"] for answer in answers if answer.status_code != 201}
    assert len(accepted) == 21
    assert reasons == {"pay_later_headroom"}
    assert desk.available == "300.00"
