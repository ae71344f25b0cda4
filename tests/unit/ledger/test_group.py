"""What may stand in a group, and what it does to headroom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from msgspec import structs

from tests.postings import draw, group_of, opening, place, purchase_hold
from twinline.ledger.account import HOUSE, Account, AccountFault, AccountKind, account_named
from twinline.ledger.control import Control
from twinline.ledger.entry import TEMPLATES, transfers_of
from twinline.ledger.event import Event
from twinline.ledger.group import (
    AMOUNT_MAX_MINOR,
    GroupFault,
    Held,
    Resolution,
    Transfer,
    headroom_changes,
)

USE = Account(AccountKind.USE, "C1", "CNY", part="joint")
LEFT = Account(AccountKind.HEADROOM, "C1", "CNY", part="joint")
OWED = Account(AccountKind.PRINCIPAL, "C1", "CNY", "CF", "own", "K1")
BANK = Account(AccountKind.SETTLEMENT, HOUSE, "CNY", "CF", "own")


@pytest.mark.parametrize(
    ("transfer", "rule"),
    [
        (Transfer(OWED, BANK, 0), "an amount from 1"),
        (Transfer(OWED, BANK, -5), "an amount from 1"),
        (Transfer(OWED, BANK, AMOUNT_MAX_MINOR + 1), "an amount from 1"),
        (Transfer(OWED, OWED, 5), "two accounts"),
        (Transfer(OWED, structs.replace(BANK, currency="EUR"), 5), "one currency"),
        (Transfer(structs.replace(OWED, owner="C2"), BANK, 5), "an account of C1"),
        (Transfer(USE, structs.replace(LEFT, owner="C2"), 5), "an account of C1"),
        (Transfer(USE, BANK, 5), "a control moves against itself"),
        (Transfer(USE, structs.replace(LEFT, part="person"), 5), "a control moves against itself"),
        (Transfer(LEFT, USE, 5, pending=True), "what waits brings no headroom"),
        (
            Transfer(structs.replace(USE, part="moon"), structs.replace(LEFT, part="moon"), 5),
            "that is known",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unsound_transfer_makes_no_group(transfer: Transfer, rule: str) -> None:
    """A transfer that could break the books is refused with its place and the rule."""
    with pytest.raises(GroupFault, match=f"group G1, transfer 1: .*{rule}"):
        group_of("C1", "G1", Event.CORRECTED, (transfer,))


def test_the_largest_amount_is_booked() -> None:
    """The bound of an amount is itself allowed."""
    largest = Transfer(OWED, BANK, AMOUNT_MAX_MINOR)
    assert group_of("C1", "G1", Event.CORRECTED, (largest,)).transfers == (largest,)


def test_a_group_has_a_name_and_an_owner() -> None:
    """Without an id nobody could ask for it again; without an owner it would stand nowhere."""
    with pytest.raises(GroupFault, match="group_id"):
        group_of("C1", "", Event.CORRECTED)
    with pytest.raises(AccountFault, match="owner"):
        group_of("C 1", "G1", Event.CORRECTED)


def test_a_command_is_named_by_a_whole_hash() -> None:
    """A command hash of another length is no SHA-256."""
    with pytest.raises(GroupFault, match="command_hash: 00: 32 bytes"):
        replace(draw("D1", 5).group, command_hash=b"\0")


def test_a_moment_without_zone_is_none() -> None:
    """A booking moment must say where on earth it is meant."""
    with pytest.raises(GroupFault, match="booked_at"):
        replace(draw("D1", 5).group, booked_at=datetime(2026, 11, 2))  # noqa: DTZ001


def test_a_grant_raises_and_a_draw_lowers() -> None:
    """An opening moves each control by its limit, a draw the controls of its line."""
    assert headroom_changes(opening().group, None) == (1_000, 800, 1_200, 5_000)
    assert headroom_changes(draw("D1", 300).group, None) == (0, -300, -300, -300)


def test_a_hold_takes_and_its_end_gives_back() -> None:
    """Holding takes all at once; posting a part gives back what is not posted, voiding all."""
    group = purchase_hold("H1", 300).group
    held = Held(group.pending)
    assert headroom_changes(group, None) == (-300, 0, -300, -300)

    part = replace(group, group_id="P1", transfers=(), resolves=Resolution("H1", (100, 250, 300)))
    assert headroom_changes(part, held) == (200, 0, 50, 0)
    voided = replace(part, resolves=Resolution("H1", (0, 0, 0)))
    assert headroom_changes(voided, held) == (300, 0, 300, 300)


@pytest.mark.parametrize("event", list(Event), ids=str)
def test_every_account_is_read_back_from_its_name(event: Event) -> None:
    """The text of an account in the journal names that account and no other."""
    amounts = {leg.amount: 7 for leg in TEMPLATES[event].legs}
    for transfer in transfers_of(event, amounts, place("C1", Control.CASH_LOAN)):
        for account in (transfer.debit, transfer.credit):
            assert account_named(account.name) == account


@pytest.mark.parametrize("name", ["", "/", "a/b", "é", " C1", "x" * 81])
def test_an_account_that_no_text_could_name_is_refused(name: str) -> None:
    """An owner must be letters, digits and a few marks, 80 at most."""
    with pytest.raises(AccountFault, match="owner"):
        Account(AccountKind.USE, name, "CNY")


@pytest.mark.parametrize("name", ["principal/C1", "moon/C1/CNY///", "use/C1/CNY///joint/x"])
def test_a_text_that_names_no_account_is_refused(name: str) -> None:
    """Six parts and a known kind, or no account."""
    with pytest.raises(ValueError, match=r".+"):
        account_named(name)
