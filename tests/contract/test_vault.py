"""Personal data, wherever it is kept: sealed, found by exact text, read on record, destroyed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.banks import CARD, KEYRING, MOBILE, RESIDENT_ID, START
from tests.databases import empty
from twinline.adapters.postgres.connections import OWNER, Connections
from twinline.adapters.postgres.vault import PostgresVault, is_marked, wrap_again
from twinline.adapters.vault.memory import MemoryVault
from twinline.app.bank.vault import Field, Index, NoPersonalDataError, Reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twinline.app.bank.vault import Vault

pytestmark = pytest.mark.anyio

PERSON = {
    Field.NAME: "张三",
    Field.RESIDENT_ID: RESIDENT_ID,
    Field.MOBILE: MOBILE,
    Field.CARD: CARD,
}
OTHER_ID = "110105194912310038"


def by(reader: str) -> Reading:
    """Return a reading, of which two fields were shown whole."""
    whole = (Field.MOBILE, Field.CARD)
    return Reading(reader=reader, at=START, purpose="complaint", whole=whole)


@pytest.fixture(params=["memory", "postgres"])
async def vault(request: pytest.FixtureRequest) -> AsyncIterator[Vault]:
    """Yield an empty vault of each kind."""
    if request.param == "memory":
        yield MemoryVault(KEYRING)
        return
    url: str = request.getfixturevalue("book")
    empty(url)
    async with Connections(url, 4) as connections:
        yield PostgresVault(connections, lambda: KEYRING)


async def test_a_person_is_found_by_exact_text_and_enrolled_once(vault: Vault) -> None:
    """The same resident id, in either case of X, is the customer who is known."""
    assert await vault.enrol("C1", PERSON) == "C1"
    again = {**PERSON, Field.NAME: "李四", Field.RESIDENT_ID: RESIDENT_ID.lower()}
    assert await vault.enrol("C2", again) == "C1"
    assert await vault.found(Index.MOBILE, MOBILE) == ("C1",)
    assert await vault.found(Index.CARD, "1") == ()
    assert (await vault.read("C1", by("desk")))[Field.NAME] == "张三"
    with pytest.raises(NoPersonalDataError):
        await vault.read("C2", by("desk"))


async def test_fields_are_replaced_one_by_one(vault: Vault) -> None:
    """What is put replaces what was there, is found from then on, and leaves the rest."""
    await vault.enrol("C1", PERSON)
    await vault.put("C1", {Field.MOBILE: "13900139000"})
    assert await vault.found(Index.MOBILE, MOBILE) == ()
    assert await vault.found(Index.MOBILE, "13900139000") == ("C1",)
    assert await vault.read("C1", by("desk")) == {**PERSON, Field.MOBILE: "13900139000"}


async def test_two_people_may_share_a_card(vault: Vault) -> None:
    """What is no resident id leads to everybody whose it is, in order."""
    await vault.enrol("C2", PERSON)
    await vault.enrol("C1", {**PERSON, Field.RESIDENT_ID: OTHER_ID})
    assert await vault.found(Index.CARD, CARD) == ("C1", "C2")


async def test_of_many_who_enrol_one_person_at_once_one_is_first(vault: Vault) -> None:
    """Everybody hears of the same customer, and there is only that one."""
    tries = [vault.enrol(f"C{number}", PERSON) for number in range(12)]
    (first,) = set(await asyncio.gather(*tries))
    assert await vault.found(Index.RESIDENT_ID, RESIDENT_ID) == (first,)
    assert await vault.read(first, by("desk")) == PERSON


async def test_every_reading_is_recorded(vault: Vault) -> None:
    """Who read whose data, when and what for (I12); a look that found nothing is no reading."""
    await vault.enrol("C1", PERSON)
    assert await vault.read("C1", by("auditor")) == PERSON
    with pytest.raises(NoPersonalDataError):
        await vault.read("C2", by("auditor"))
    assert await vault.readings("C1") == (by("auditor"),)
    assert await vault.readings("C2") == ()


async def test_a_destroyed_key_leaves_nothing_to_read_or_find(vault: Vault) -> None:
    """After deletion nobody reads or finds the person; twice is once; a new one may come."""
    await vault.enrol("C1", PERSON)
    assert await vault.delete_key("C1")
    assert not await vault.delete_key("C1")
    with pytest.raises(NoPersonalDataError):
        await vault.read("C1", by("auditor"))
    with pytest.raises(NoPersonalDataError):
        await vault.put("C1", PERSON)
    assert await vault.found(Index.RESIDENT_ID, RESIDENT_ID) == ()
    assert await vault.enrol("C2", PERSON) == "C2"


async def test_what_was_said_has_the_same_hash_for_ever(vault: Vault) -> None:
    """The same gives the same, and nothing that a hash without the key would give."""
    assert vault.keyed(b"said") == KEYRING.keyed(b"said") != vault.keyed(b"other")


async def test_the_database_sees_no_personal_data(book: str) -> None:
    """No table holds a field in clear, however it is spelled in bytes."""
    empty(book)
    async with Connections(book, 1) as connections:
        await PostgresVault(connections, lambda: KEYRING).enrol("C1", PERSON)
    with psycopg.connect(book) as connection:
        rows = connection.execute(
            "SELECT p.*, f.* FROM twinline.person p JOIN twinline.person_field f"
            " ON f.customer_id = p.customer_id"
        ).fetchall()
    assert len(rows) == len(PERSON)
    kept = b"\n".join(
        part if isinstance(part, bytes) else str(part).encode() for row in rows for part in row
    )
    for text in PERSON.values():
        assert text.encode() not in kept


async def test_rotation_leaves_the_old_master_key_nothing(book: str) -> None:
    """Every data key goes under the new master key, no field changes, servers go on meanwhile."""
    empty(book)
    both = replace(KEYRING, masters={**KEYRING.masters, "m2": b"3" * 32}, current="m2")
    new_only = replace(both, masters={"m2": b"3" * 32})
    async with Connections(book, 2) as desk, Connections(book, 1, session=OWNER) as owner:
        before = PostgresVault(desk, lambda: KEYRING)
        await before.enrol("C1", PERSON)
        await before.enrol("C2", {**PERSON, Field.RESIDENT_ID: OTHER_ID})
        assert await wrap_again(owner, both) == 2
        assert await wrap_again(owner, both) == 0
        assert await PostgresVault(desk, lambda: new_only).read("C1", by("desk")) == PERSON


async def test_a_book_knows_its_keyring(book: str) -> None:
    """The first keyring that comes is the book's; another index key is another keyring."""
    empty(book)
    async with Connections(book, 1) as connections:
        assert await is_marked(connections, KEYRING)
        assert await is_marked(connections, KEYRING)
        assert not await is_marked(connections, replace(KEYRING, index_key=b"9" * 32))
