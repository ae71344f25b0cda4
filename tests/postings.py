"""Small postings for tests of the bank's book: amounts in fen, one day, one command an id."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from twinline.app.bank.store import Customer, CustomerStatus, Hold, Posting
from twinline.ledger.control import Control
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.ledger.group import Admission, Group, Held, Resolution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.ledger.group import Transfer

ON = date(2026, 11, 2)
AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
LIMITS = {"pay_later": 1_000, "cash_loan": 800, "joint": 1_200, "person": 5_000}
PLACES = {
    line: Place(
        customer="C1",
        currency="CNY",
        line=line,
        licence="CF",
        funder="own",
        contract=f"K-{line}",
        merchant="M1",
    )
    for line in (Control.PAY_LATER, Control.CASH_LOAN)
}


def hash_of(body: str) -> bytes:
    """Return the hash of a command that is told apart by its body alone."""
    return sha256(body.encode()).digest()


def place(owner: str, line: Control) -> Place:
    """Return where a customer's events of a line are booked."""
    return replace(PLACES[line], customer=owner)


def fact_of(owner: str, name: str, event: Event, transfers: tuple[Transfer, ...] = ()) -> Posting:
    """Return a posting that headroom cannot refuse, decided on no state."""
    group = group_of(owner, name, event, transfers)
    return Posting(group=group, seq_seen=None, answer=f'{{"done": "{name}"}}')


def group_of(owner: str, name: str, event: Event, transfers: tuple[Transfer, ...] = ()) -> Group:
    """Return a group of the day that headroom cannot refuse."""
    return Group(
        owner=owner,
        group_id=name,
        event=event,
        admission=Admission.FACT,
        command_hash=hash_of(f"{owner} {name}"),
        value_on=ON,
        booked_at=AT,
        transfers=transfers,
    )


def request_of(posting: Posting) -> Posting:
    """Return a posting that headroom may refuse."""
    return replace(posting, group=replace(posting.group, admission=Admission.REQUEST))


def another_body(posting: Posting) -> Posting:
    """Return the same key with another command behind it."""
    return replace(posting, group=replace(posting.group, command_hash=hash_of("another")))


def dated(posting: Posting, *, on: date = ON, at: datetime = AT) -> Posting:
    """Return a posting of other days: when it counts, and when it was booked."""
    return replace(posting, group=replace(posting.group, value_on=on, booked_at=at))


def opening(owner: str = "C1", limits: Mapping[str, int] = LIMITS) -> Posting:
    """Return what opens a customer with limits."""
    transfers = transfers_of(Event.CUSTOMER_OPENED, limits, place(owner, Control.PAY_LATER))
    customer = Customer(
        customer_id=owner, status=CustomerStatus.ACTIVE, currency="CNY", opened_on=ON
    )
    posting = fact_of(owner, "open", Event.CUSTOMER_OPENED, transfers)
    return replace(posting, opens=True, seq_seen=0, customer=customer)


def draw(name: str, amount: int, owner: str = "C1") -> Posting:
    """Return a cash loan paid out."""
    return request_of(_used(owner, name, Event.LOAN_DISBURSED, amount))


def repayment(name: str, amount: int, owner: str = "C1") -> Posting:
    """Return principal of cash loans paid back."""
    return _used(owner, name, Event.REPAID, amount)


def returned(name: str, amount: int, owner: str = "C1") -> Posting:
    """Return a repayment called back: a fact that uses headroom again."""
    return _used(owner, name, Event.REPAYMENT_RETURNED, amount)


def _used(owner: str, name: str, event: Event, amount: int) -> Posting:
    amounts = dict.fromkeys(("principal", "line", "joint", "person"), amount)
    return fact_of(
        owner, name, event, transfers_of(event, amounts, place(owner, Control.CASH_LOAN))
    )


def limit_moved(name: str, event: Event, amount: int, owner: str = "C1") -> Posting:
    """Return a raise or cut of the pay-later line and of both together."""
    amounts = {"line": amount, "joint": amount}
    return fact_of(
        owner, name, event, transfers_of(event, amounts, place(owner, Control.PAY_LATER))
    )


def purchase_hold(name: str, amount: int, owner: str = "C1") -> Posting:
    """Return a purchase authorised."""
    amounts = dict.fromkeys(("line", "joint", "person"), amount)
    transfers = transfers_of(Event.HOLD_PLACED, amounts, place(owner, Control.PAY_LATER))
    group = group_of(owner, name, Event.HOLD_PLACED, transfers)
    hold = Hold(
        group_id=name,
        amount_minor=amount,
        placed_at=AT,
        expires_at=AT + timedelta(days=7),
        held=Held(group.pending),
        document=f'{{"merchant": "M1", "amount": {amount}}}',
    )
    return request_of(Posting(group=group, seq_seen=None, answer='{"held": true}', hold=hold))


def resolution(name: str, hold: str, event: Event, posted: int, owner: str = "C1") -> Posting:
    """Return the end of a hold, of which each transfer is posted by the same amount."""
    amounts = {"principal": posted} if event is Event.PURCHASE_CAPTURED else {}
    transfers = transfers_of(event, amounts, place(owner, Control.PAY_LATER))
    posting = fact_of(owner, name, event, transfers)
    resolves = Resolution(hold, (posted, posted, posted))
    return replace(posting, group=replace(posting.group, resolves=resolves))


def capture(name: str, hold: str, amount: int, owner: str = "C1") -> Posting:
    """Return goods handed over for an authorised purchase, in whole or in part."""
    return resolution(name, hold, Event.PURCHASE_CAPTURED, amount, owner)


def void(name: str, hold: str, owner: str = "C1") -> Posting:
    """Return an authorisation given up."""
    return resolution(name, hold, Event.HOLD_VOIDED, 0, owner)


def expiry(name: str, hold: str, owner: str = "C1") -> Posting:
    """Return an authorisation that nobody captured in time."""
    return resolution(name, hold, Event.HOLD_EXPIRED, 0, owner)
