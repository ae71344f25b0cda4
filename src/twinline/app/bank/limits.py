"""How a change of lines is posted: the controls follow, in a group of its own."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from twinline.app.bank.posting import group_of
from twinline.app.bank.store import Posting
from twinline.compliance.person_control import person_cap
from twinline.ledger.control import CONTROLS, Control, moved
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.lines.changes import limits_changed, limits_on
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call
    from twinline.app.bank.store import Customer, Snapshot
    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Group
    from twinline.lines.line import Line
    from twinline.terms.product import Product

_JOINT, _PERSON = CONTROLS.index(Control.JOINT), CONTROLS.index(Control.PERSON)


def group_following(
    snapshot: Snapshot,
    call: Call,
    lines: Mapping[Product, Line],
    *,
    beside: Mapping[Control, int] | None = None,
    cause: str = "",
) -> tuple[Group, Headroom]:
    """Return the group in which the controls follow these lines, and the limits after it.

    `beside` is what else is to be so: what both lines are granted together, what the law leaves
    the person. What is not given stays as it is.
    """
    customer = snapshot.customer
    standing = dict(zip(CONTROLS, snapshot.limits, strict=True)) | dict(beside or {})
    after = limits_on(
        lines,
        call.business_on,
        joint_minor=standing[Control.JOINT],
        person_minor=standing[Control.PERSON],
    )
    change = limits_changed(snapshot.limits, after)
    if change is None:
        return group_of(customer.customer_id, call, Event.LINE_CHANGED, (), cause), after
    place = Place(customer=customer.customer_id, currency=customer.currency, line=change.line)
    transfers = transfers_of(change.event, change.amounts, place)
    return group_of(customer.customer_id, call, change.event, transfers, cause), after


def lawful_person_minor(bank: Bank, customer: Customer, lines: Iterable[Line], on: date) -> int:
    """Return what the law of a day lets a person owe here, less what the person's doubles owe."""
    licences = {Licence(line.licence) for line in lines} or {bank.house.licence}
    cap = person_cap(bank.law, licences, on, customer.currency)
    return max(0, cap.cap_minor - customer.doubles_owe_minor)


def followed(bank: Bank, snapshot: Snapshot, call: Call) -> Posting | None:
    """Return the posting that makes the controls follow what the day has brought, if anything.

    A delayed grant takes effect, a temporary limit ends, a restriction begins, the law's cap
    changes: by the day alone.
    """
    after = _limits_of_day(bank, snapshot, call.business_on)
    if after == snapshot.limits:
        return None
    key = f"follow:{call.business_on}:{snapshot.seq}"
    own = replace(call, key=key, command_hash=sha256(key.encode()).digest())
    beside = {Control.PERSON: after[_PERSON]}
    group, _ = group_following(snapshot, own, snapshot.lines, beside=beside)
    return Posting(group=group, seq_seen=snapshot.seq)


def as_of(bank: Bank, snapshot: Snapshot, on: date) -> Snapshot:
    """Return a customer as the day has it, before the controls have followed."""
    limits = _limits_of_day(bank, snapshot, on)
    a, b, c, d = (new - old for new, old in zip(limits, snapshot.limits, strict=True))
    return replace(snapshot, limits=limits, headroom=moved(snapshot.headroom, (a, b, c, d)))


def _limits_of_day(bank: Bank, snapshot: Snapshot, on: date) -> Headroom:
    return limits_on(
        snapshot.lines,
        on,
        joint_minor=snapshot.limits[_JOINT],
        person_minor=lawful_person_minor(bank, snapshot.customer, snapshot.lines.values(), on),
    )
