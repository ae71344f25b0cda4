"""What every command's posting is put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from twinline.app.bank.deciding import text
from twinline.app.bank.fields import Money, SignedMoney, money
from twinline.app.bank.store import OutboxEvent
from twinline.ledger.control import moved
from twinline.ledger.event import Event
from twinline.ledger.group import Admission, Group, headroom_changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.app.bank.command import Call
    from twinline.app.bank.event_kind import EventKind
    from twinline.app.bank.store import Snapshot
    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Held, Transfer


class HeadroomAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of each limit, negative after a cut below use, and what of it may be used.

    A line's `available` is the least of its own headroom, of both lines' together and of the
    person's, and never below 0. Whether the line admits new use at all, its customer's page says.
    """

    pay_later: SignedMoney
    cash_loan: SignedMoney
    joint: SignedMoney
    person: SignedMoney
    available_pay_later: Money
    available_cash_loan: Money


def headroom_answer(headroom: Headroom, currency: str) -> HeadroomAnswer:
    """Return headroom as it is answered."""
    pay_later, cash_loan, joint, person = headroom
    return HeadroomAnswer(
        pay_later=money(pay_later, currency),
        cash_loan=money(cash_loan, currency),
        joint=money(joint, currency),
        person=money(person, currency),
        available_pay_later=money(max(0, min(pay_later, joint, person)), currency),
        available_cash_loan=money(max(0, min(cash_loan, joint, person)), currency),
    )


REQUESTS: Final = frozenset({Event.HOLD_PLACED, Event.LOAN_DISBURSED})
"""What headroom may refuse; everything else has happened, or gives headroom back.

An instalment at checkout takes its weight with the hold; one of what is drawn already is a fact.
"""


def group_of(
    owner: str,
    call: Call,
    event: Event,
    transfers: Sequence[Transfer] = (),
    cause: str = "",
) -> Group:
    """Return a call's group: its id is the caller's key, its day the business day."""
    return Group(
        owner=owner,
        group_id=call.key,
        event=event,
        admission=Admission.REQUEST if event in REQUESTS else Admission.FACT,
        command_hash=call.command_hash,
        value_on=call.business_on,
        booked_at=call.at,
        transfers=tuple(transfers),
        cause=cause,
    )


def headroom_after(snapshot: Snapshot, group: Group, held: Held | None = None) -> Headroom:
    """Return the customer's headroom once a group is accepted on this snapshot."""
    return moved(snapshot.headroom, headroom_changes(group, held))


def told(
    owner: str, call: Call, kind: EventKind, answer: msgspec.Struct
) -> tuple[OutboxEvent, ...]:
    """Return the event that tells subscribers what a call was answered."""
    return (OutboxEvent(event_id=f"{owner}:{call.key}", kind=kind, document=text(answer)),)
