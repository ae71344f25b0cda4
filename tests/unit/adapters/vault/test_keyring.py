from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidTag

from tests.banks import KEYRING
from twinline.adapters.vault.keyring import Keyring, KeyringFault
from twinline.app.bank.vault import Field


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


def test_a_data_key_under_an_unknown_master_key_is_a_fault() -> None:
    """Who has not the master key that wraps a data key is told which one is missing."""
    renewed = replace(KEYRING, masters={"m2": b"3" * 32}, current="m2")
    wrapped = renewed.new_data_key("C1")
    with pytest.raises(KeyringFault, match="master: m2: one of m1"):
        KEYRING.seal("C1", wrapped, Field.NAME, "张三")
