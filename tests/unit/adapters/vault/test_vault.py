from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag

from tests.banks import CARD, KEYRING, MOBILE, RESIDENT_ID, START, run
from twinline.adapters.vault.keyring import Keyring, KeyringFault
from twinline.adapters.vault.memory import MemoryVault
from twinline.app.bank.vault import Field, Index, NoPersonalDataError

PERSON = {
    Field.NAME: "张三",
    Field.RESIDENT_ID: RESIDENT_ID,
    Field.MOBILE: MOBILE,
    Field.CARD: CARD,
}


def test_a_field_opens_for_its_own_customer_and_name_only() -> None:
    """A sealed text moved to another customer or field, or altered, does not open."""
    key = KEYRING.new_data_key("C1")
    sealed = KEYRING.seal("C1", key, Field.NAME, "张三")
    assert KEYRING.open("C1", key, Field.NAME, sealed) == "张三"
    with pytest.raises(InvalidTag):
        KEYRING.open("C1", key, Field.CARD, sealed)
    with pytest.raises(InvalidTag):
        KEYRING.open("C2", key, Field.NAME, sealed)
    with pytest.raises(InvalidTag):
        KEYRING.open("C1", key, Field.NAME, sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_the_same_text_is_never_sealed_the_same() -> None:
    """Neither within a customer nor over customers do equal fields show."""
    key = KEYRING.new_data_key("C1")
    assert KEYRING.seal("C1", key, Field.NAME, "张三") != KEYRING.seal(
        "C1", key, Field.NAME, "张三"
    )


def test_a_new_master_key_touches_no_field() -> None:
    """Rotation wraps the data key anew; what was sealed opens, without the old master key too."""
    key = KEYRING.new_data_key("C1")
    sealed = KEYRING.seal("C1", key, Field.NAME, "张三")
    both = replace(KEYRING, masters={**KEYRING.masters, "m2": b"3" * 32}, current="m2")
    again = both.rewrapped("C1", key)
    new_only = replace(KEYRING, masters={"m2": b"3" * 32}, current="m2")
    assert again.master == "m2"
    assert new_only.open("C1", again, Field.NAME, sealed) == "张三"


def test_keys_that_would_not_protect_are_refused() -> None:
    """A short key and an unknown current key are faults, and never show the key."""
    with pytest.raises(KeyringFault, match="m1: 5 bytes"):
        Keyring(masters={"m1": b"short"}, current="m1", index_key=b"2" * 32)
    with pytest.raises(KeyringFault, match="current: m9"):
        Keyring(masters={"m1": b"1" * 32}, current="m9", index_key=b"2" * 32)
    assert "1" * 32 not in repr(KEYRING)


def test_a_person_is_found_by_exact_text_and_enrolled_once() -> None:
    """The same resident id, in either case of X, is the customer who is known."""

    async def story() -> None:
        vault = MemoryVault(KEYRING)
        assert await vault.enrol("C1", PERSON) == "C1"
        again = {**PERSON, Field.RESIDENT_ID: RESIDENT_ID.lower()}
        assert await vault.enrol("C2", again) == "C1"
        assert await vault.found(Index.MOBILE, MOBILE) == ("C1",)
        assert await vault.found(Index.CARD, "1") == ()
        await vault.put("C1", {Field.MOBILE: "13900139000"})
        assert await vault.found(Index.MOBILE, MOBILE) == ()
        assert await vault.found(Index.MOBILE, "13900139000") == ("C1",)

    run(story())


def test_every_reading_is_recorded() -> None:
    """Who read whose data, and when (I12)."""

    async def story() -> None:
        vault = MemoryVault(KEYRING)
        await vault.enrol("C1", PERSON)
        assert await vault.read("C1", "auditor", START) == PERSON
        assert [(r.customer_id, r.reader, r.at) for r in vault.readings] == [
            ("C1", "auditor", START)
        ]

    run(story())


def test_a_destroyed_key_leaves_nothing_to_read_or_find() -> None:
    """After deletion nobody reads or finds the person; twice is once; a new one may come."""

    async def story() -> None:
        vault = MemoryVault(KEYRING)
        await vault.enrol("C1", PERSON)
        await vault.delete_key("C1")
        await vault.delete_key("C1")
        with pytest.raises(NoPersonalDataError):
            await vault.read("C1", "auditor", START)
        with pytest.raises(NoPersonalDataError):
            await vault.put("C1", PERSON)
        assert await vault.found(Index.RESIDENT_ID, RESIDENT_ID) == ()
        assert await vault.enrol("C2", PERSON) == "C2"

    run(story())
