"""Every keyed call of the catalogue: once however often it is sent (I3)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.served.asking import Outcomes, client_of
from tests.served.call import Customer, quote_body
from tests.served.every_call import STEPS
from tests.served.held import require_none
from tests.served.life import told
from tests.served.person import person
from twinline.app.bank.catalogue import CATALOGUE
from twinline.sim.auditor import Auditor

if TYPE_CHECKING:
    from tests.served.asking import Answer, Client
    from tests.served.bank import Served
    from tests.served.every_call import Step

AT_ONCE = 3
NUMBER, SIBLING = 70_000, 70_001
METHODS = {command.name: command.method for command in CATALOGUE}
ANOTHER_PATH = "customers/{customer}/lines/pay_later/limit"
ANOTHER_BODY = {"decision_id": "D9", "limit": "1.00", "base_version_seen": 99}
"""Another command on the customer, which moves nothing even where it comes first."""


def test_every_call_is_made_once_however_often_it_is_sent(bank: Served) -> None:
    """The same key and body again gives the first answer and moves nothing, also while it runs.

    The same key with another body or command is refused, while the first runs and after.
    """
    assert {step.command for step in STEPS} == {each.name for each in CATALOGUE if each.keyed}
    asyncio.run(_live(bank))


async def _live(bank: Served) -> None:
    outcomes = Outcomes()
    client = client_of(bank, Auditor(), outcomes)
    async with client.http:
        who = person(NUMBER)
        known = {
            **{name: str(text) for name, text in who.application.items()},
            "merchant": "M9",
            "funder": "F9",
            "stop": "S9",
            "card_ending": who.card[-4:],
            "sibling": (await client.open_customer(SIBLING)).customer_id,
        }
        for number, step in enumerate(STEPS):
            if step.command == "draw_loan":
                await _quote(client, known)
            answer = await _made_once(client, step, known, f"every-{number}")
            for name, place in step.keeps.items():
                known[name] = _member(answer, place)
        verified = await client.plain("GET", f"customers/{known['customer']}/verification")
    require_none([*outcomes.faults, *map(str, verified.body["findings"])])


async def _made_once(client: Client, step: Step, known: dict[str, str], key: str) -> Answer:
    """Send a call many times, at once and after; return its answer."""
    path, body, other = step.filled(known)
    key, answers = await _at_once(client, step, known, key)
    first = answers[0]
    assert first.reason == step.reason, f"{step.command}: {first}"
    before = await _moved(client, known)
    answers.append(await _sent(client, step.command, path, body, key))
    assert [told(answer) for answer in answers] == [told(first)] * len(answers)
    if other != body:
        again = await _sent(client, step.command, path, other, key)
        assert again.reason == "key_reused", f"{step.command}: {again}"
    assert await _moved(client, known) == before, step.command
    return first


async def _at_once(
    client: Client, step: Step, known: dict[str, str], key: str
) -> tuple[str, list[Answer]]:
    """Send a call three times at once, and beside it another one under the same key.

    Return the key and the three answers, of another key if the other call came first.
    """
    path, body, _ = step.filled(known)
    same = [_sent(client, step.command, path, body, key) for _ in range(AT_ONCE)]
    if not step.is_of_customer:
        return key, await asyncio.gather(*same)
    elsewhere = ANOTHER_PATH.format_map(known)
    *answers, another = await asyncio.gather(
        *same, _sent(client, "change_limit", elsewhere, ANOTHER_BODY, key)
    )
    if another.reason == "key_reused":
        return key, answers
    assert {answer.reason for answer in answers} == {"key_reused"}, f"{step.command}: {answers}"
    return await _at_once(client, step, known, f"{key}-again")


async def _sent(client: Client, command: str, path: str, body: object, key: str) -> Answer:
    method = METHODS[command]
    asked = None if method == "DELETE" else body
    return await client.plain(method, path, asked, {"Idempotency-Key": key})


async def _quote(client: Client, known: dict[str, str]) -> None:
    customer = Customer(known["customer"], known["card_ending"])
    quoted = await client.plain("POST", "loan-quotes", quote_body(customer, 1_000_00))
    known["quote"], known["sheet"] = quoted.body["quote_id"], quoted.body["sheet_sha256"]


async def _moved(client: Client, known: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Return all that a call could have moved of the customer."""
    if "customer" not in known:
        return None
    return (await client.plain("GET", f"customers/{known['customer']}")).body


def _member(answer: Answer, place: str) -> str:
    value: Any = answer.body
    for name in place.split("."):
        value = value[name]
    return str(value)
