"""A posting as the arguments of the database's posting functions: texts, so that many are one.

PostgreSQL reads `{"a","b"}` as an array; many postings are one array of each argument, where an
argument that is an array itself stands as its own text.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from twinline.ledger.chain import content_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from twinline.app.bank.store import Posting

_json = msgspec.json.Encoder()


class Arguments(NamedTuple):
    """The lending stops that were seen, and what `post_group_1` takes, in its order."""

    stops_seen: str | None
    owner: str
    name: str
    event: str
    admission: str
    hash: str
    value_on: str
    booked_at: str
    cause: str
    content_hash: str
    seq_seen: str | None
    opens: str
    resolves: str | None
    posted: str | None
    debits: str
    credits: str
    amounts: str
    pending: str
    answer: str
    status: str | None
    document: str | None
    hold_amount: str | None
    hold_placed_at: str | None
    hold_expires_at: str | None
    hold_document: str | None
    event_ids: str | None
    event_kinds: str | None
    event_documents: str | None
    riders: str | None


_OPENS = Arguments._fields.index("opens")


def arguments_of(posting: Posting) -> Arguments:
    """Return the arguments that post one group and what goes with it."""
    group, hold, customer, events = posting.group, posting.hold, posting.customer, posting.events
    transfers, resolves = group.transfers, group.resolves
    return Arguments(
        stops_seen=None if posting.stops_seen is None else str(posting.stops_seen),
        owner=group.owner,
        name=group.group_id,
        event=group.event,
        admission=group.admission,
        hash=bytea(group.command_hash),
        value_on=group.value_on.isoformat(),
        booked_at=instant(group.booked_at),
        cause=group.cause,
        content_hash=bytea(content_hash(group)),
        seq_seen=None if posting.seq_seen is None else str(posting.seq_seen),
        opens="true" if posting.opens else "false",
        resolves=None if resolves is None else resolves.group_id,
        posted=None if resolves is None else array_of(map(str, resolves.posted_minor)),
        debits=array_of(transfer.debit.name for transfer in transfers),
        credits=array_of(transfer.credit.name for transfer in transfers),
        amounts=array_of(str(transfer.amount_minor) for transfer in transfers),
        pending=array_of("t" if transfer.pending else "f" for transfer in transfers),
        answer=posting.answer,
        status=None if customer is None else customer.status,
        document=None if customer is None else _json.encode(customer).decode(),
        hold_amount=None if hold is None else str(hold.amount_minor),
        hold_placed_at=None if hold is None else instant(hold.placed_at),
        hold_expires_at=None if hold is None else instant(hold.expires_at),
        hold_document=None if hold is None else hold.document,
        event_ids=_texts([event.event_id for event in events]) if events else None,
        event_kinds=_texts([event.kind for event in events]) if events else None,
        event_documents=_texts([event.document for event in events]) if events else None,
        riders=_riders(posting),
    )


def together(postings: Sequence[Arguments]) -> tuple[str, ...]:
    """Return the arguments of `post_groups_1`: all but `opens`, each an array."""
    columns = list(zip(*postings, strict=True))
    del columns[_OPENS]
    return tuple(map(_texts, columns))


def _riders(posting: Posting) -> str | None:
    if not (posting.lines or posting.contracts or posting.facts):
        return None
    parts = {"lines": posting.lines, "contracts": posting.contracts, "facts": posting.facts}
    return _json.encode({name: rows for name, rows in parts.items() if rows}).decode()


def bytea(value: bytes) -> str:
    """Return bytes as the database reads them."""
    return f"\\x{value.hex()}"


def instant(value: datetime) -> str:
    """Return an instant as the database reads it."""
    return value.astimezone(UTC).isoformat()


def array_of(items: Iterable[str]) -> str:
    """Return an array of what needs no quotes: numbers and names of accounts."""
    return "{" + ",".join(items) + "}"


def _texts(items: Sequence[str | None]) -> str:
    """Return an array of any text. What is absent is NULL."""
    return "{" + ",".join(["NULL" if item is None else _quoted(item) for item in items]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
