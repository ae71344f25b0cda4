"""Rows of the database as values: each function here knows the columns of one statement."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from twinline.adapters.postgres.later import Later
from twinline.adapters.postgres.shape import CONTRACT, CUSTOMER, FACT, LINE, RECORD
from twinline.app.bank.store import (
    Closing,
    Hold,
    KeptEvent,
    OutboxEvent,
    Snapshot,
    StoredAnswer,
)
from twinline.ledger.account import AccountKind, account_named
from twinline.ledger.admission import Accepted, Refusal, Standing
from twinline.ledger.balance import Balance, Heading
from twinline.ledger.event import Event
from twinline.ledger.group import Admission, Group, Held, Resolution, Transfer
from twinline.ledger.journal import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinline.app.bank.register import Record, RecordName
    from twinline.ledger.account import Account
    from twinline.servicing.fact import Fact

BUSY = "busy"
"""What `post_groups_1` says of an owner whose row is held elsewhere; no refusal of the ledger."""

Row = tuple[Any, ...]


def outcome_of(row: Row) -> Accepted | Refusal:
    """Return what became of a group: columns of `post_group_1`."""
    refusal, again, seq, chain, *headroom = row
    if refusal is not None:
        return Refusal(refusal)
    a, b, c, d = headroom
    return Accepted(seq, (a, b, c, d), chain, again)


def answer_of(row: Row) -> StoredAnswer | None:
    """Return what was answered to a key: columns of `answer`; None where nothing was."""
    command_hash, accepted, text, booked_at = row
    if command_hash is None:
        return None
    return StoredAnswer(
        command_hash=command_hash, accepted=accepted, answer=text, booked_at=booked_at
    )


def records_of(records: str | None) -> dict[RecordName, Record]:
    """Return records by name: the last column of the first row of `look`."""
    return {(each.kind, each.record_id): each for each in RECORD.read_all(records)}


def snapshot_of(row: Row) -> Snapshot | None:
    """Return a customer: columns of `look`; None where there is none."""
    seq, *minor, document, lines, contracts, facts, holds = row
    if seq is None:
        return None
    a, b, c, d, e, f, g, h = minor
    agreed = Later(lambda: {each.contract_id: each for each in CONTRACT.read_all(contracts)})
    return Snapshot(
        customer=CUSTOMER.read(document),
        seq=seq,
        headroom=(a, b, c, d),
        limits=(e, f, g, h),
        lines={line.product: line for line in LINE.read_all(lines)},
        contracts=agreed,
        facts=Later(lambda: _facts_of(agreed, facts)),
        holds=Later(lambda: _holds_of(holds)),
    )


def _facts_of(agreed: Iterable[str], facts: str | None) -> dict[str, tuple[Fact, ...]]:
    happened: dict[str, list[Fact]] = {contract_id: [] for contract_id in agreed}
    for fact in FACT.read_all(facts):
        happened[fact.contract_id].append(fact)
    return {contract_id: tuple(rows) for contract_id, rows in happened.items()}


def _holds_of(holds: str | None) -> dict[str, Hold]:
    waiting = () if holds is None else map(hold_of, json.loads(holds))
    return {hold.group_id: hold for hold in waiting}


def hold_of(row: dict[str, Any]) -> Hold:
    """Return an authorisation from its row as a JSON object."""
    pending = [True] * len(row["amounts"])
    return Hold(
        group_id=row["group_id"],
        amount_minor=row["amount_minor"],
        placed_at=datetime.fromisoformat(row["placed_at"]).astimezone(UTC),
        expires_at=datetime.fromisoformat(row["expires_at"]).astimezone(UTC),
        held=Held(
            _transfers(row["debits"], row["credits"], row["amounts"], pending), row["resolved_by"]
        ),
        document=row["document"],
    )


def standing_of(row: Row) -> Standing:
    """Return where a journal stands: columns of `standing`."""
    seq, a, b, c, d, chain = row
    return Standing(seq=seq, headroom=(a, b, c, d), chain=chain)


def entry_of(owner: str, row: Row) -> Entry:
    """Return an entry of a journal: columns of `entries`."""
    (seq, group_id, event, admission, command_hash, value_on, booked_at, cause) = row[:8]
    (resolves, posted, debits, credits_, amounts, pending, headroom, chain) = row[8:]
    group = Group(
        owner=owner,
        group_id=group_id,
        event=Event(event),
        admission=Admission(admission),
        command_hash=command_hash,
        value_on=value_on,
        booked_at=booked_at,
        transfers=_transfers(debits, credits_, amounts, pending),
        resolves=None if resolves is None else Resolution(resolves, tuple(posted)),
        cause=cause,
    )
    a, b, c, d = headroom
    return Entry(seq=seq, group=group, headroom=(a, b, c, d), chain=chain)


def balance_of(row: Row) -> tuple[Account, Balance]:
    """Return an account and its balance: columns of `balances`."""
    name, posted_minor, pending_minor = row
    return account_named(name), Balance(posted_minor, pending_minor)


def total_of(row: Row) -> tuple[Heading, Balance]:
    """Return a heading and what its accounts come to: columns of `totals`."""
    currency, kind, licence, funder, posted_minor, pending_minor = row
    heading = Heading(currency, AccountKind(kind), licence, funder)
    return heading, Balance(posted_minor, pending_minor)


def closing_of(row: Row) -> Closing:
    """Return a closing of a period: columns of `closing`."""
    closed_until, closed_by, closed_at = row
    return Closing(closed_until=closed_until, closed_by=closed_by, closed_at=closed_at)


def kept_event_of(row: Row) -> KeptEvent:
    """Return an event of the outbox: columns of `events`."""
    position, owner, seq, booked_at, *event = row
    return KeptEvent(
        position=position, owner=owner, seq=seq, booked_at=booked_at, event=event_of(event)
    )


def event_of(row: Sequence[str]) -> OutboxEvent:
    """Return what a subscriber is told: columns of `outbox`."""
    event_id, kind, document = row
    return OutboxEvent(event_id=event_id, kind=kind, document=document)


def _transfers(
    debits: Iterable[str], credits_: Iterable[str], amounts: Iterable[int], pending: Iterable[bool]
) -> tuple[Transfer, ...]:
    return tuple(
        Transfer(account_named(debit), account_named(credit), amount, waits)
        for debit, credit, amount, waits in zip(debits, credits_, amounts, pending, strict=True)
    )
