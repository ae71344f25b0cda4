"""Personal data of people who were planted stands nowhere in clear (I12)."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Final

import httpx
import psycopg
import pytest
from psycopg import sql

from tests.http.receiver import receiving
from tests.served.asking import Outcomes, client_of
from tests.served.call import capture, draw, hold, quote_body
from tests.served.person import person
from twinline.sim.auditor import Auditor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.http.receiver import Receiver
    from tests.served.asking import Client
    from tests.served.bank import Served
    from tests.served.call import Customer
    from tests.served.person import Person

pytestmark = pytest.mark.slow

PLANTED: Final = range(50_000, 50_002)
EVENTS: Final = 4
ENCODINGS: Final = ("utf-8", "utf-16-le", "gb18030")
TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'twinline' ORDER BY 1"


def test_personal_data_is_nowhere_in_clear(bank: Served) -> None:
    """Neither in the database's files and log, nor in ours, in metrics or webhooks, however coded.

    People apply, in vain too, open, buy and borrow, and the database is killed on the way.
    """
    with receiving() as receiver:
        customer_id = asyncio.run(_live(bank, receiver))
        metrics = httpx.get(f"{bank.address}/metrics").content
    hooks = b"\n".join(told.body for told in receiver.told)
    with psycopg.connect(bank.url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        tables = dict(_tables(connection))
    places = {**_files(bank.folder), **tables, "metrics": metrics, "webhooks": hooks}

    forms = {form: text for text in _texts() for form in _coded(text)}
    for place, content in places.items():
        assert [text for form, text in forms.items() if form in content] == [], place
    # The search itself sees what is there: the customer's id, which says nothing of a person.
    seen = {place for place, content in places.items() if customer_id.encode() in content}
    assert {"customer", "journal", "webhooks"} <= seen
    assert any("pg_wal" in place for place in seen)
    assert any("/base/" in place for place in seen)


async def _live(bank: Served, receiver: Receiver) -> str:
    client = client_of(bank, Auditor(), Outcomes())
    async with client.http:
        await client.open_merchant()
        hook = await client.plain("POST", "webhooks", {"url": receiver.url})
        assert hook.accepted, hook
        opened = [await client.open_customer(number) for number in PLANTED[:-1]]
        for customer in opened:
            await _use(client, customer)
        await _in_vain(client, person(PLANTED[-1]))
        await asyncio.to_thread(bank.kill_database)
        lost = asyncio.create_task(client.open_customer(PLANTED[-1]))
        await asyncio.to_thread(bank.start_database)
        await lost
        await asyncio.to_thread(receiver.wait_for, EVENTS)
        path = f"webhooks/{hook.body['subscriber_id']}"
        assert (await client.plain("DELETE", path)).accepted
    return opened[0].customer_id


async def _use(client: Client, customer: Customer) -> None:
    """Buy and borrow."""
    assert (await client.once(hold(customer, "h1", 500_00))) is not None
    assert (await client.once(capture(customer, "c1", "h1", 500_00))) is not None
    quote = await client.plain("POST", "loan-quotes", quote_body(customer, 1_000_00))
    drawn = await client.once(draw(customer, "d1", quote.body))
    assert drawn is not None
    assert drawn.accepted, drawn


async def _in_vain(client: Client, who: Person) -> None:
    """Apply in every way that comes to nothing, personal data in every place."""
    key = {"Idempotency-Key": "in-vain"}
    body = who.application
    for wrong in (
        {**body, "card": who.card[:-1] + str((int(who.card[-1]) + 1) % 10)},
        {**body, who.name: who.mobile},
        {**body, "decision": who.resident_id},
    ):
        assert not (await client.plain("POST", "applications", wrong, key)).accepted
    for path in (f"customers/{who.mobile}", f"applications?mobile={who.mobile}"):
        assert not (await client.plain("GET", path)).accepted
    named = {"Idempotency-Key": who.name.encode().hex()[:20], "X-Request-Id": f"x {who.card}"}
    assert not (await client.plain("POST", "applications", {"name": who.name}, named)).accepted


def _texts() -> Iterator[str]:
    for number in PLANTED:
        who = person(number)
        yield from (who.name, who.resident_id, who.mobile, who.card)


def _coded(text: str) -> set[bytes]:
    """Return a text in every form that somebody could read back."""
    forms = {text.encode(encoding) for encoding in ENCODINGS}
    forms |= {text.encode("unicode_escape"), text.encode().hex().encode()}
    for before in range(3):  # base64 of a longer text that it stands in, at each of three places
        whole = base64.b64encode(b"\0" * before + text.encode())
        forms.add(whole[4 if before else 0 : len(whole) - 4])
    return forms


def _files(folder: Path) -> dict[str, bytes]:
    """Return every file that the bank has, by its place, but for the zeros at its end."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes().rstrip(b"\0") for path in files}


def _tables(connection: psycopg.Connection) -> Iterator[tuple[str, bytes]]:
    """Yield every table as text, since a large value is compressed in its file."""
    for (name,) in connection.execute(TABLES).fetchall():
        table = sql.SQL("SELECT t::text FROM twinline.{} AS t").format(sql.Identifier(name))
        rows = connection.execute(table).fetchall()
        yield name, "\n".join(row for (row,) in rows).encode()
