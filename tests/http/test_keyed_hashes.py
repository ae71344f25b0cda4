"""What is kept of a request that names a person tells nobody without the key whom it named."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import httpx
import msgspec
import pytest

from tests.banks import APPLICATION, CARD, KEYRING
from tests.http.live import serving
from tests.http.small import Small
from twinline.adapters.http.server import application
from twinline.adapters.notify.memory import MemoryWebhooks
from twinline.adapters.vault.keyring import Keyring
from twinline.app.bank.command import Scope
from twinline.app.bank.loans import DrawRequest
from twinline.app.bank.opening import ApplyRequest
from twinline.app.bank.register import RecordKind
from twinline.bank_wiring import commands, memory_bank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Request

INCOME = {"amount": "1000", "periods": 12, "purpose": "education", "income": "20000"}
DRAWN, MISTYPED = "draw-right", "draw-wrong"


@pytest.fixture(scope="module")
def lived() -> tuple[Bank, str, dict[str, Any]]:
    """Return a bank where a person applied and drew, the customer's id, and what the draw said."""
    small, bank = Small(), memory_bank()
    service = small.service(bank, commands(MemoryWebhooks()))
    head = {"Authorization": f"Bearer {small.key('bank', *Scope)}"}
    with (
        serving(application(service)) as address,
        httpx.Client(base_url=f"{address}/v1", headers=head) as client,
    ):

        def post(path: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
            answer = client.post(path, json=body, headers={"Idempotency-Key": key})
            said: dict[str, Any] = answer.json()
            return said

        applied = post("/applications", "apply", APPLICATION)
        post(f"/applications/{applied['application_id']}/acceptance", "accept", {})
        of = {"customer_id": applied["customer_id"]}
        quote = post("/loan-quotes", "quote", {**of, **INCOME})
        draw = {**of, "quote_id": quote["quote_id"], "sheet_sha256": quote["sheet_sha256"]}
        wrong = post("/loans", MISTYPED, {**draw, "card_ending": "1111"})
        assert (wrong["reason"], "1111" in str(wrong)) == ("card_not_bound", False)
        drawn = post("/loans", DRAWN, {**draw, "card_ending": CARD[-4:]})
        assert drawn["amount"] == "1000.00"
    return bank, applied["customer_id"], draw


def kept_of(bank: Bank, customer_id: str, key: str) -> tuple[bytes, str]:
    """Return the hash and the answer that a customer's key has."""
    stored = asyncio.run(bank.store.answer(customer_id, key))
    assert stored is not None
    return stored.command_hash, stored.answer


def plain(name: str, request: Request) -> Iterator[bytes]:
    """Yield what anybody could compute of a request."""
    for order in (None, "deterministic", "sorted"):
        said = msgspec.json.encode(request, order=order)
        for before in (b"", name.encode(), f"{name}\n".encode(), b"said/" + f"{name}\n".encode()):
            yield hashlib.sha256(before + said).digest()


def keyed(bank: Bank, name: str, request: Request) -> bytes:
    """Return what only the keyring's holder can compute."""
    said = msgspec.json.encode(request, order="sorted")
    return bank.vault.keyed(f"{name}\n".encode() + said)


@pytest.mark.parametrize(("key", "ending"), [(DRAWN, CARD[-4:]), (MISTYPED, "1111")])
def test_four_digits_of_a_card_cannot_be_tried_out(
    lived: tuple[Bank, str, dict[str, Any]], key: str, ending: str
) -> None:
    """None of the 10,000 endings gives the hash of a draw, accepted or refused; the key does."""
    bank, customer_id, draw = lived
    kept, answer = kept_of(bank, customer_id, key)

    def request(card_ending: str) -> DrawRequest:
        return msgspec.convert({**draw, "card_ending": card_ending}, DrawRequest)

    assert kept == keyed(bank, "draw_loan", request(ending))
    tried = (f"{number:04}" for number in range(10_000))
    assert not any(kept in plain("draw_loan", request(each)) for each in tried)
    assert f'"{ending}"' not in answer


def test_who_applied_cannot_be_tried_out(lived: tuple[Bank, str, dict[str, Any]]) -> None:
    """Whoever knows all of an application but the key does not find its hash."""
    bank, customer_id, _ = lived
    record = asyncio.run(bank.register.record(RecordKind.ANSWER, "bank:apply"))
    assert record is not None
    request = msgspec.convert(APPLICATION, ApplyRequest)

    assert keyed(bank, "apply", request).hex() in record.document
    assert not any(each.hex() in record.document for each in plain("apply", request))
    entries = asyncio.run(bank.store.entries(customer_id))
    hashes = {entry.group.command_hash for entry in entries}
    assert not hashes & set(plain("apply", request))


def test_another_key_gives_another_hash() -> None:
    """What was said is no more than what is hashed: the key is in it."""
    other = Keyring(masters=KEYRING.masters, current=KEYRING.current, index_key=b"3" * 32)

    assert KEYRING.keyed(b"draw") == KEYRING.keyed(b"draw") != other.keyed(b"draw")
