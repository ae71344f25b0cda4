"""What the bank's use cases ask of a store: a snapshot to decide on, and one atomic posting.

`adapters/memory` and `adapters/postgres` keep it; one contract suite runs over both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date, datetime

    from twinline.app.bank.register import RecordName, Records
    from twinline.ledger.account import Account
    from twinline.ledger.admission import Accepted, Refusal, Standing
    from twinline.ledger.balance import Balance, Heading
    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Group, Held
    from twinline.ledger.journal import Entry
    from twinline.lines.line import Line
    from twinline.servicing.fact import Contract, Fact
    from twinline.terms.product import Product

RECENT_DAYS: Final = 400
"""How long a contract that owes and keeps nothing stays in a snapshot after the last of it."""


@unique
class CustomerStatus(StrEnum):
    """Whether a customer may use credit at all."""

    ACTIVE = "active"
    IMPORTED = "imported"
    """Loaded from a book and never verified: owes and repays, cannot draw."""

    STOPPED = "stopped"
    """No new use: death, identity theft, a court's order. Repayment goes on."""

    MERGED = "merged"
    """A double of another customer."""

    DELETED = "deleted"
    """A former customer of whom it is not known any more who it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer as the ledger knows one: no personal data.

    `spending_cap_minor` is the customer's own for a month; from `spending_cap_next_on` it is
    `spending_cap_next_minor`, None for no cap.
    `stopped_as` is the status that a stopped customer had and goes back to; `doubles_owe_minor` is
    what doubles of this person owed when they were merged, which counts against the law's cap.
    `application_id` is the last application that named an imported customer.
    """

    customer_id: str
    status: CustomerStatus
    currency: str
    opened_on: date
    segment: str = ""
    spending_cap_minor: int | None = None
    no_credit: bool = False
    merged_into: str = ""
    stopped_as: CustomerStatus | None = None
    doubles_owe_minor: int = 0
    spending_cap_next_minor: int | None = None
    spending_cap_next_on: date | None = None
    application_id: str = ""

    def spending_cap_on(self, on: date) -> int | None:
        """Return the customer's own cap of a month as it stands on a day, None for no cap."""
        if self.spending_cap_next_on is not None and self.spending_cap_next_on <= on:
            return self.spending_cap_next_minor
        return self.spending_cap_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An authorisation that waits, or how it ended; its group's pending transfers in `held`.

    `document` is what the use case keeps of it as JSON text: amount, merchant, instalments.
    """

    group_id: str
    amount_minor: int
    placed_at: datetime
    expires_at: datetime
    held: Held
    document: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A customer as of `seq`: everything a command on it is decided on.

    Contracts with something owed or kept, or opened or with facts in the `RECENT_DAYS` before the
    customer's newest group, come with all their facts; in a whole snapshot every contract does.
    Holds are those that wait.
    """

    customer: Customer
    seq: int
    headroom: Headroom
    limits: Headroom
    lines: Mapping[Product, Line]
    contracts: Mapping[str, Contract]
    facts: Mapping[str, tuple[Fact, ...]]
    holds: Mapping[str, Hold]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEvent:
    """What is told to subscribers, at least once and in order for one customer."""

    event_id: str
    kind: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """All that one command changes, in one transaction or not at all.

    `seq_seen` is the snapshot's `seq`, None where the decision did not depend on it. `opens` makes
    the group's owner, whose `seq` is then 0 before it: an owner that is there already makes it
    stale. `answer` is what is answered if the group is accepted, and again if the same command
    comes again. Lines, contracts and the customer replace what is kept of them; facts and events
    are added; `hold` is what a pending group is kept with. `stops_seen` is the version of the
    lending stops that new use was decided on, None for what no stop keeps out. `beside_seen` is
    another customer that bears on the decision, with the `seq` it was seen at: it stands there
    while this is posted, or this is stale. Raises `PostingFault`.
    """

    group: Group
    seq_seen: int | None
    answer: str = "{}"
    opens: bool = False
    customer: Customer | None = None
    lines: tuple[Line, ...] = ()
    contracts: tuple[Contract, ...] = ()
    facts: tuple[Fact, ...] = ()
    hold: Hold | None = None
    events: tuple[OutboxEvent, ...] = ()
    stops_seen: int | None = None
    beside_seen: tuple[str, int] | None = None

    def __post_init__(self) -> None:
        """Refuse parts that do not belong together."""
        group = self.group
        if self.customer is not None and self.customer.customer_id != group.owner:
            raise PostingFault(group, "customer", self.customer.customer_id, "the group's owner")
        hold = self.hold
        if (() if hold is None else hold.held.transfers) != group.pending:
            raise PostingFault(group, "hold", hold, "kept with the group's pending transfers")
        if hold is not None and (hold.group_id, hold.held.resolved_by) != (group.group_id, None):
            raise PostingFault(group, "hold", hold.group_id, "of the group's id, and waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A period that was closed: its last day, by whom and when.

    No group that counts on that day or before is accepted from then on.
    """

    closed_until: date
    closed_by: str
    closed_at: datetime


class PostingFault(ValueError):
    """A posting that nobody may ask for: a mistake of the caller's code. Nothing was done."""

    def __init__(self, group: Group, place: str, value: object, rule: str) -> None:
        """Name the group, the place in the posting, what stands there and the rule."""
        super().__init__(
            f"posting {group.group_id} of {group.owner}, {place}: {value}: must be {rule}"
        )


class Busy(Exception):
    """Another transaction holds the customer's row; nothing was done. Ask again."""

    def __init__(self, owner: str) -> None:
        """Name whose row is held."""
        super().__init__(f"customer {owner}: busy")


class Unavailable(Exception):
    """The book cannot be reached. Whether it was done is not known: ask again with the same id."""

    def __init__(self, reason: str) -> None:
        """Say what the book's keeper said."""
        super().__init__(f"the book cannot be reached: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvent:
    """An event in the outbox: its place in it, and the accepted group it came with."""

    position: int
    owner: str
    seq: int
    booked_at: datetime
    event: OutboxEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """What was answered to a key, accepted or refused."""

    command_hash: bytes
    accepted: bool
    answer: str
    booked_at: datetime


class Looked(NamedTuple):
    """All that a command is decided on, as of one moment; None is a customer or answer not there.

    `records` are the latest versions of the lender's records that were asked for.
    """

    snapshot: Snapshot | None
    answer: StoredAnswer | None
    records: Records = ()


class Store(Protocol):
    """A book of customers, contracts and a journal. Safe under any concurrency."""

    async def snapshot(self, customer_id: str, *, whole: bool = False) -> Snapshot | None:
        """Return a customer as of one moment, or None if there is none of that id.

        A `whole` one has every contract there ever was, whatever its age.
        """
        ...

    async def look(self, customer_id: str, key: str, records: Sequence[RecordName] = ()) -> Looked:
        """Return a customer, what was answered to a key of it, and records, as of one moment.

        What anybody's `Register.write` was answered before this is asked is seen by it.
        """
        ...

    async def hold(self, customer_id: str, group_id: str) -> Hold | None:
        """Return an authorisation, waiting or ended."""
        ...

    async def overdue_holds(self, at: datetime, *, count: int = 100) -> Sequence[tuple[str, str]]:
        """Return customer and group id of holds that wait though they had expired by a moment.

        Those that expired first come first.
        """
        ...

    async def post(self, posting: Posting) -> Accepted | Refusal:
        """Post a group and all that goes with it, or nothing.

        Raises `Busy` and `PostingFault`; this and every other question, `Unavailable`.
        Whether it is accepted is `twinline.ledger.admission.admit`'s rule, under the owner's lock.
        A group whose id has a refusal kept under it is refused as `GROUP_ID_TAKEN`: the first
        answer to a key is its answer.
        One decided on other lending stops than stand, `stops_seen`, is stale: once a stop has been
        written nothing decided without it is posted, on any server.
        A fact of a contract that is not there, or with an id its owner has used, is a fault.
        """
        ...

    async def closing(self) -> Closing | None:
        """Return the last closing of a period, None if none was ever closed."""
        ...

    async def close_period(self, closing: Closing) -> Closing:
        """Close a period, and return the last closing: a later one than this stays.

        From the answer on nothing is booked in the period, also by whoever was about to. Raises
        `Busy`.
        """
        ...

    async def answer(self, owner: str, key: str) -> StoredAnswer | None:
        """Return what was answered to a key, or None; a refusal until it is forgotten."""
        ...

    async def keep_refusal(self, owner: str, key: str, refused: StoredAnswer) -> StoredAnswer:
        """Keep a refusal under its key; return the answer that was first, this one or another."""
        ...

    async def forget_refusals(self, before: datetime, *, count: int = 1_000) -> int:
        """Forget refusals kept before a moment, at most so many; return how many.

        A key whose refusal was forgotten is as new; what was accepted is never forgotten.
        """
        ...

    async def standing(self, owner: str) -> Standing | None:
        """Return where an owner's journal stands, without a group; None without a journal."""
        ...

    async def entries(
        self, owner: str, *, after_seq: int = 0, count: int = 100
    ) -> Sequence[Entry]:
        """Return a page of an owner's journal in order of `seq`."""
        ...

    async def balances(
        self,
        owner: str,
        *,
        booked_until: datetime | None = None,
        value_until: date | None = None,
    ) -> Mapping[Account, Balance]:
        """Return the balances of the accounts an owner has, whoever's groups moved them.

        As booked by a moment or as counted by a day, both included. An account that no group
        named by then is absent. Control accounts know only when they were booked.
        """
        ...

    async def totals(
        self, *, booked_until: datetime | None = None, value_until: date | None = None
    ) -> Mapping[Heading, Balance]:
        """Return what the balances of all accounts come to, as of one moment of the book.

        The days mean what they mean to `balances`; a heading without an account is absent.
        """
        ...

    async def events(self, *, after: int = 0, count: int = 100) -> Sequence[KeptEvent]:
        """Return a page of the outbox, those after a position, in its order.

        An event never appears before one that was already read; those of one owner stand in the
        order of their `seq`.
        """
        ...

    def customers(self, *, after: str = "") -> AsyncIterator[str]:
        """Yield customer ids in order, those after one."""
        ...

    def owners(self, *, after: str = "") -> AsyncIterator[str]:
        """Yield every owner of a journal in order: customers, merchants, funders, the house."""
        ...
