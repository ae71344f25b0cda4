"""A group of transfers: all or nothing, named once by its caller, kept for ever."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.ledger.account import (
    CONTROL_KINDS,
    CUSTOMER_KINDS,
    Account,
    AccountKind,
    require_name,
)
from twinline.ledger.control import CONTROLS, Control

if TYPE_CHECKING:
    from datetime import date, datetime

    from twinline.ledger.control import Headroom
    from twinline.ledger.event import Event

AMOUNT_MAX_MINOR: Final = 10**15
"""No transfer is larger: ten trillion yuan, so that no sum of a book leaves 64 bits."""

HASH_LENGTH: Final = 32

_CONTROL_NAMES: Final = frozenset(CONTROLS)


@unique
class Admission(StrEnum):
    """Whether headroom may say no."""

    REQUEST = "request"
    """Refused if it would take a control it uses below zero."""

    FACT = "fact"
    """It has happened: booked whatever headroom says."""


class GroupFault(ValueError):
    """A group that nobody may ask for: a mistake of the caller's code, not of a customer."""

    def __init__(self, group_id: str, place: str, value: object, rule: str) -> None:
        """Name the group, the place in it, what stands there and the rule."""
        super().__init__(f"group {group_id}, {place}: {value}: {rule}")


class Transfer(msgspec.Struct, frozen=True, gc=False):
    """`amount_minor` from the credited account to the debited one, at once or pending.

    A pending transfer takes headroom from the start, and moves money only when its group is
    resolved. It may take headroom, never bring any.
    """

    debit: Account
    credit: Account
    amount_minor: int
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a pending group ends: `posted_minor` of each of its pending transfers, in their order.

    All zero voids it. What is not posted is given back.
    """

    group_id: str
    posted_minor: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Transfers of one owner's accounts and the house's, which are posted all or not at all.

    `group_id` is the caller's and unique for ever among the owner's accepted groups.
    `command_hash` is that of the command that asked for it, keyed where it may name a person, and
    not of the transfers it led to.
    `cause` names what it follows from: a decision, an authorisation, a statement. `value_on` is
    the business day it counts, `booked_at` the moment it was booked, in UTC. A group without
    transfers records a change that moves nothing, such as a freeze, in its place of the chain.
    A transfer of a control stays within it, so that headroom is limit less use whatever comes.
    Raises `GroupFault` for a group that could not be booked, `AccountFault` for its owner's name.
    """

    owner: str
    group_id: str
    event: Event
    admission: Admission
    command_hash: bytes
    value_on: date
    booked_at: datetime
    transfers: tuple[Transfer, ...] = ()
    resolves: Resolution | None = None
    cause: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be booked."""
        require_name("owner", self.owner)
        if not self.group_id:
            raise GroupFault("''", "group_id", "''", "an id, by which it is asked for again")
        if len(self.command_hash) != HASH_LENGTH:
            raise GroupFault(
                self.group_id, "command_hash", self.command_hash.hex(), "32 bytes of SHA-256"
            )
        if self.booked_at.utcoffset() is None:
            raise GroupFault(self.group_id, "booked_at", self.booked_at, "an instant in UTC")
        for place, transfer in enumerate(self.transfers):
            _require_sound(self, f"transfer {place + 1}", transfer)

    @property
    def pending(self) -> tuple[Transfer, ...]:
        """The transfers that wait to be resolved."""
        return tuple(transfer for transfer in self.transfers if transfer.pending)


@dataclass(frozen=True, slots=True)
class Held:
    """A pending group as it stands: what waits, and by which group it ended, if it has."""

    transfers: tuple[Transfer, ...]
    resolved_by: str | None = None


def posts_within(resolution: Resolution, held: Held) -> bool:
    """Return whether a resolution names each held transfer, and posts no more than it holds."""
    posted, transfers = resolution.posted_minor, held.transfers
    return len(posted) == len(transfers) and all(
        0 <= part <= transfer.amount_minor
        for part, transfer in zip(posted, transfers, strict=True)
    )


def headroom_changes(group: Group, held: Held | None) -> Headroom:
    """Return what a group does to each control's headroom at the moment it is accepted.

    What waits takes headroom from the start; a resolution gives back what it does not post.
    """
    changes: dict[str, int] = dict.fromkeys(CONTROLS, 0)
    for transfer in group.transfers:
        debit, credit = transfer.debit, transfer.credit
        if debit.kind is AccountKind.HEADROOM:
            changes[debit.part] += transfer.amount_minor
        if credit.kind is AccountKind.HEADROOM:
            changes[credit.part] -= transfer.amount_minor
    if group.resolves is not None:
        assert held is not None, "a resolution is weighed with the group it resolves"
        for transfer, posted in zip(held.transfers, group.resolves.posted_minor, strict=True):
            if transfer.credit.kind is AccountKind.HEADROOM:
                changes[transfer.credit.part] += transfer.amount_minor - posted
    return (
        changes[Control.PAY_LATER],
        changes[Control.CASH_LOAN],
        changes[Control.JOINT],
        changes[Control.PERSON],
    )


def _require_sound(group: Group, place: str, transfer: Transfer) -> None:
    name, amount = group.group_id, transfer.amount_minor
    debit, credit = transfer.debit, transfer.credit
    if not 0 < amount <= AMOUNT_MAX_MINOR:
        raise GroupFault(name, place, amount, f"an amount from 1 to {AMOUNT_MAX_MINOR}")
    if debit == credit:
        raise GroupFault(name, place, debit.name, "two accounts, not one")
    if debit.currency != credit.currency:
        raise GroupFault(name, place, _pair(transfer), "one currency on both sides")
    for account in (debit, credit):
        if account.owner != group.owner and account.kind in CUSTOMER_KINDS:
            raise GroupFault(name, place, account.name, f"an account of {group.owner}")
    if (control := _control(debit)) != _control(credit):
        raise GroupFault(name, place, _pair(transfer), "a control moves against itself alone")
    if transfer.pending and debit.kind is AccountKind.HEADROOM:
        raise GroupFault(name, place, _pair(transfer), "what waits brings no headroom")
    if control is not None and control not in _CONTROL_NAMES:
        raise GroupFault(name, place, _pair(transfer), "a control that is known")


def _control(account: Account) -> str | None:
    return account.part if account.kind in CONTROL_KINDS else None


def _pair(transfer: Transfer) -> str:
    return f"{transfer.debit.name} and {transfer.credit.name}"
