"""How a change of lines is posted: the controls follow, in a group of its own."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from twinline.app.bank.posting import group_of
from twinline.app.bank.store import Posting
from twinline.ledger.control import CONTROLS, Control, moved
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.lines.changes import limits_changed, limits_on

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from twinline.app.bank.command import Call
    from twinline.app.bank.store import Snapshot
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
    joint_minor: int | None = None,
    cause: str = "",
) -> tuple[Group, Headroom]:
    """Return the group in which the controls follow these lines, and the limits after it.

    `joint_minor` is what both lines are granted together, as before where it is not given.
    """
    customer = snapshot.customer
    after = limits_on(
        lines,
        call.business_on,
        joint_minor=snapshot.limits[_JOINT] if joint_minor is None else joint_minor,
        person_minor=snapshot.limits[_PERSON],
    )
    change = limits_changed(snapshot.limits, after)
    if change is None:
        return group_of(customer.customer_id, call, Event.LINE_CHANGED, (), cause), after
    place = Place(customer=customer.customer_id, currency=customer.currency, line=change.line)
    transfers = transfers_of(change.event, change.amounts, place)
    return group_of(customer.customer_id, call, change.event, transfers, cause), after


def followed(snapshot: Snapshot, call: Call) -> Posting | None:
    """Return the posting that makes the controls follow what the day has brought, if anything.

    A delayed grant takes effect, a temporary limit ends, a restriction begins: by the day alone.
    """
    key = f"follow:{call.business_on}:{snapshot.seq}"
    own = replace(call, key=key, command_hash=sha256(key.encode()).digest())
    group, after = group_following(snapshot, own, snapshot.lines)
    if after == snapshot.limits:
        return None
    return Posting(group=group, seq_seen=snapshot.seq)


def as_of(snapshot: Snapshot, on: date) -> Snapshot:
    """Return a customer as the day has it, before the controls have followed."""
    limits = limits_on(
        snapshot.lines,
        on,
        joint_minor=snapshot.limits[_JOINT],
        person_minor=snapshot.limits[_PERSON],
    )
    a, b, c, d = (new - old for new, old in zip(limits, snapshot.limits, strict=True))
    return replace(snapshot, limits=limits, headroom=moved(snapshot.headroom, (a, b, c, d)))
