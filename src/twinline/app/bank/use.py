"""Whether a customer may use credit at all: the gates that purchases and draws share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.app.bank.fields import money
from twinline.app.bank.reason import reason_like, refused
from twinline.app.bank.store import CustomerStatus
from twinline.compliance.lending_stop import stopped
from twinline.ledger.control import CONTROLS
from twinline.ledger.group import Admission, headroom_changes
from twinline.lines.available import control_of
from twinline.lines.effective import new_use, stop_on
from twinline.servicing.fact import FactKind
from twinline.servicing.fold import effective
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from datetime import date

    from twinline.app.bank.command import Refused
    from twinline.app.bank.reason import Reason
    from twinline.app.bank.store import Snapshot
    from twinline.compliance.lending_stop import LendingStop
    from twinline.ledger.group import Group
    from twinline.lines.line import Line

_SPENT = {FactKind.PURCHASE, FactKind.DISBURSEMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """New use of a line: how much, on which business day, and the lending stops in force."""

    product: Product
    amount_minor: int
    on: date
    stops: tuple[LendingStop, ...]


def use_refused(snapshot: Snapshot, use: Use, reasons: type[Reason]) -> Refused | None:
    """Return the first reason against new use, among those that `reasons` declares in this order.

    Lending stop, no credit by the customer's own wish, line not found, the line's state and stops,
    own spending. Whether headroom is enough is the ledger's to say, in the step that takes it.
    """
    line = snapshot.lines.get(use.product)
    if line is not None:
        licence = Licence(line.licence)
        stop = stopped(use.stops, use.product, licence, line.funder, use.on)
        if stop is not None:
            return refused(reasons["LENDING_STOPPED"], "reason", stop.reason)
    if snapshot.customer.no_credit:
        return refused(reasons["NO_CREDIT"])
    if line is None:
        return refused(reasons["LINE_NOT_FOUND"], "product", use.product)
    return _line_refused(line, use.on, reasons) or _own_spending_refused(snapshot, use, reasons)


def beyond(snapshot: Snapshot, use: Use, why: Reason) -> Refused:
    """Return that more was asked for than is available, with what would have been accepted.

    That is the least of the line, both lines together, the person and the customer's own spending
    cap, whichever of them said no: who asks for it again is not refused for the next one.
    """
    _, _, joint, person = snapshot.headroom
    line = snapshot.headroom[CONTROLS.index(control_of(use.product))]
    own = own_spending_minor(snapshot, use.on)
    least = min(line, joint, person) if own is None else min(line, joint, person, own)
    currency = snapshot.customer.currency
    asked, available = money(use.amount_minor, currency), money(max(0, least), currency)
    return refused(why, "amount", asked, available)


def use_in(group: Group) -> Use | None:
    """Return the new use that a group takes from a line; None for a group that takes none."""
    if group.admission is not Admission.REQUEST:
        return None
    changes = dict(zip(CONTROLS, headroom_changes(group, None), strict=True))
    for product in Product:
        taken = -changes[control_of(product)]
        if taken > 0:
            return Use(product=product, amount_minor=taken, on=group.value_on, stops=())
    return None


def inactive(snapshot: Snapshot, reasons: type[Reason]) -> Refused | None:
    """Refuse new use to who is not an active customer."""
    status = snapshot.customer.status
    if status is CustomerStatus.ACTIVE:
        return None
    return refused(reasons["CUSTOMER_NOT_ACTIVE"], "status", status)


def own_spending_minor(snapshot: Snapshot, on: date) -> int | None:
    """Return what is left this calendar month of the customer's own spending cap, None without.

    Purchases, draws and what is held count; refunds do not give it back. What was reversed, such
    as a draw that the bank sent back, was never spent.
    """
    cap = snapshot.customer.spending_cap_on(on)
    if cap is None:
        return None
    spent = sum(
        fact.amount_minor
        for facts in snapshot.facts.values()
        for fact in effective(facts)
        if fact.kind in _SPENT and (fact.value_on.year, fact.value_on.month) == (on.year, on.month)
    )
    return cap - spent - sum(hold.amount_minor for hold in snapshot.holds.values())


def _line_refused(line: Line, on: date, reasons: type[Reason]) -> Refused | None:
    refusal = new_use(line, on)
    if refusal is None:
        return None
    stop = line.grounds or stop_on(line, on)
    why = "" if stop is None else stop.reason
    return refused(reason_like(reasons, refusal), "reason" if why else "", why)


def _own_spending_refused(snapshot: Snapshot, use: Use, reasons: type[Reason]) -> Refused | None:
    left = own_spending_minor(snapshot, use.on)
    if left is None or use.amount_minor <= left:
        return None
    return beyond(snapshot, use, reasons["OWN_SPENDING_CAP"])
