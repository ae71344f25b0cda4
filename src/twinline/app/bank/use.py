"""Whether a customer may use credit at all: the gates that purchases and draws share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.app.bank.fields import money
from twinline.app.bank.reason import reason_like, refused
from twinline.app.bank.store import CustomerStatus
from twinline.compliance.lending_stop import stopped
from twinline.compliance.person_control import Granted, counted_minor, person_cap
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
    from twinline.app.bank.funding import Lender, Lending
    from twinline.app.bank.reason import Reason
    from twinline.app.bank.store import Snapshot
    from twinline.ledger.group import Group
    from twinline.lines.line import Line

_SPENT = {FactKind.PURCHASE, FactKind.DISBURSEMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is taken from a line: how much, on which business day."""

    product: Product
    amount_minor: int
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Use(Taken):
    """New use of a line, with what bears on all new use."""

    lending: Lending

    @property
    def lender(self) -> Lender | None:
        """Who funds it, None where the line's own lender does."""
        return self.lending.fundings.on(self.product, self.on)


def use_refused(snapshot: Snapshot, use: Use, reasons: type[Reason]) -> Refused | None:
    """Return the first reason against new use, among those that `reasons` declares in this order.

    Lending stop, no credit by the customer's own wish, line not found, the line's state and stops,
    the cap of the funder's licence, own spending. Whether headroom is enough is the ledger's to
    say, in the step that takes it.
    """
    line = snapshot.lines.get(use.product)
    if line is not None:
        lender = use.lender
        licence = Licence(line.licence) if lender is None else lender.licence
        funder = line.funder if lender is None else lender.funder
        stop = stopped(use.lending.stops, use.product, licence, funder, use.on)
        if stop is not None:
            return refused(reasons["LENDING_STOPPED"], "reason", stop.reason)
    if snapshot.customer.no_credit:
        return refused(reasons["NO_CREDIT"])
    if line is None:
        return refused(reasons["LINE_NOT_FOUND"], "product", use.product)
    return (
        _line_refused(line, use.on, reasons)
        or _licence_refused(snapshot, line, use, reasons)
        or _own_spending_refused(snapshot, use, reasons)
    )


def beyond(snapshot: Snapshot, use: Taken, why: Reason) -> Refused:
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


def taken_in(group: Group) -> Taken | None:
    """Return what new use takes from a line by a group; None for a group that takes nothing."""
    if group.admission is not Admission.REQUEST:
        return None
    changes = dict(zip(CONTROLS, headroom_changes(group, None), strict=True))
    for product in Product:
        taken = -changes[control_of(product)]
        if taken > 0:
            return Taken(product=product, amount_minor=taken, on=group.value_on)
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


def _licence_refused(
    snapshot: Snapshot, line: Line, use: Use, reasons: type[Reason]
) -> Refused | None:
    """Refuse what the law of the funder's licence does not let one person owe.

    The cap of the line's own licence is held by the person's control and the joint limit.
    """
    lender, customer = use.lender, snapshot.customer
    if lender is None or lender.licence == line.licence:
        return None
    cap = person_cap(use.lending.law, (lender.licence,), use.on, customer.currency)
    pay_later, cash_loan, joint, person = snapshot.limits
    used = person - snapshot.headroom[-1] + customer.doubles_owe_minor
    granted = Granted(
        pay_later_minor=pay_later,
        cash_loan_minor=cash_loan,
        joint_minor=joint,
        used_minor=used + use.amount_minor,
    )
    if counted_minor(cap, granted) <= cap.cap_minor:
        return None
    return refused(reasons["LICENCE_CAP"], "licence", lender.licence)


def _own_spending_refused(snapshot: Snapshot, use: Use, reasons: type[Reason]) -> Refused | None:
    left = own_spending_minor(snapshot, use.on)
    if left is None or use.amount_minor <= left:
        return None
    return beyond(snapshot, use, reasons["OWN_SPENDING_CAP"])
