"""The audit chain's bytes: the same for ever, and others for anything else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.postings import hash_of, purchase_hold
from twinline.ledger.account import HOUSE, Account, AccountKind
from twinline.ledger.chain import chained, content, content_hash, genesis
from twinline.ledger.event import Event
from twinline.ledger.group import Admission, Group, Resolution, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

OWED = Account(AccountKind.PRINCIPAL, "C1", "CNY", "CF", "own", "K1")
BANK = Account(AccountKind.SETTLEMENT, HOUSE, "CNY", "CF", "own")
GROUP = Group(
    owner="C1",
    group_id="G-1",
    event=Event.LOAN_DISBURSED,
    admission=Admission.REQUEST,
    command_hash=bytes(range(32)),
    value_on=date(2026, 11, 2),
    booked_at=datetime(2026, 11, 2, 9, 30, 0, 7, tzinfo=UTC),
    transfers=(Transfer(OWED, BANK, 300),),
    resolves=Resolution("H-1", (1, 0)),
    cause="quote 现金",
)
BYTES = (
    b'["twinline-journal-1","C1","G-1","loan_disbursed","request",'
    b'"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",'
    b'"2026-11-02","2026-11-02T09:30:00.000007+00:00","quote \\u73b0\\u91d1",'
    b'["H-1",[1,0]],'
    b'[["principal/C1/CNY/CF/own/K1","settlement/house/CNY/CF/own/",300,false]]]'
)


def test_the_bytes_of_an_entry_are_these() -> None:
    """An entry's canonical bytes never change: a new form is a new version."""
    assert content(GROUP) == BYTES
    assert content_hash(GROUP) == sha256(BYTES).digest()


def test_the_heads_of_a_chain_are_these() -> None:
    """A chain begins with its owner's name; each head takes in `seq` and the content's hash."""
    first = sha256(b"twinline-journal-1 C1").digest()
    assert genesis("C1") == first
    assert (
        chained(first, 258, hash_of("x"))
        == sha256(first + b"\0\0\0\0\0\0\1\2" + hash_of("x")).digest()
    )


@pytest.mark.parametrize(
    "changed",
    [
        lambda: replace(GROUP, group_id="G-2"),
        lambda: replace(GROUP, event=Event.REPAID),
        lambda: replace(GROUP, admission=Admission.FACT),
        lambda: replace(GROUP, command_hash=hash_of("other")),
        lambda: replace(GROUP, value_on=date(2026, 11, 3)),
        lambda: replace(GROUP, booked_at=GROUP.booked_at + timedelta(microseconds=1)),
        lambda: replace(GROUP, cause=""),
        lambda: replace(GROUP, resolves=None),
        lambda: replace(GROUP, resolves=Resolution("H-2", (1, 0))),
        lambda: replace(GROUP, resolves=Resolution("H-1", (1, 1))),
        lambda: replace(GROUP, transfers=()),
        lambda: replace(GROUP, transfers=(Transfer(BANK, OWED, 300),)),
        lambda: replace(GROUP, transfers=(Transfer(OWED, BANK, 301),)),
        lambda: replace(GROUP, transfers=(Transfer(OWED, BANK, 300, pending=True),)),
        lambda: replace(GROUP, transfers=(Transfer(OWED, BANK, 300),) * 2),
        lambda: replace(purchase_hold("G-1", 1, "C2").group),
    ],
)
def test_the_bytes_change_with_every_member(changed: Callable[[], Group]) -> None:
    """Nothing of a group can be altered without altering its hash."""
    assert content_hash(changed()) != content_hash(GROUP)


@given(st.text(min_size=1), st.text())
@example("\x7f", '\\ " / \b\x01 ü 额 😀')
def test_any_text_is_written_in_ascii(group_id: str, cause: str) -> None:
    """Whatever stands in an id or a cause, the bytes are those of Python's own JSON in ASCII."""
    written = content(replace(GROUP, group_id=group_id, cause=cause))

    assert written == json.dumps(json.loads(written), separators=(",", ":")).encode("ascii")
    assert json.loads(written)[2] == group_id
    assert json.loads(written)[8] == cause


def test_a_moment_has_one_spelling() -> None:
    """The same instant told in another zone gives the same bytes."""
    shanghai = GROUP.booked_at.astimezone(timezone(timedelta(hours=8)))
    assert content(replace(GROUP, booked_at=shanghai)) == BYTES
