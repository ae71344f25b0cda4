"""What may be used of a line now, as the least of named terms, so that a person can be told why.

The same numbers the ledger holds a request against, taken apart: the line's headroom into what
bounds its limit, then both lines together, then the person, then the customer's own wishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.ledger.control import CONTROLS, Control
from twinline.lines.effective import UseRefusal, effective_limit, new_use, stop_on
from twinline.lines.least import Term, TermKind, least
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from twinline.ledger.control import Headroom
    from twinline.lines.least import Least
    from twinline.lines.line import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """A customer's controls as the ledger has them: limit, and limit less use, in minor units."""

    limits: Headroom
    headroom: Headroom

    def used_minor(self, control: Control) -> int:
        """Return what holds and principal use of a control."""
        at = CONTROLS.index(control)
        return self.limits[at] - self.headroom[at]

    def headroom_minor(self, control: Control) -> int:
        """Return what is left of a control, below zero after a cut below what is used."""
        return self.headroom[CONTROLS.index(control)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """What may be used of a line: never negative, in minor units, and its terms.

    A term is what it alone would leave, below zero where more is used than it allows; `least` says
    which bound and what the next would have given. `refusal` is why nothing may be used, whatever
    the amount; `limit_minor` is the effective limit, `used_minor` what is used of it.
    """

    available_minor: int
    limit_minor: int
    used_minor: int
    refusal: UseRefusal | None
    least: Least


def control_of(product: Product) -> Control:
    """Return the control account that bounds a product's line.

    >>> control_of(Product.CASH_LOAN)
    <Control.CASH_LOAN: 'cash_loan'>
    """
    match product:
        case Product.PAY_LATER:
            return Control.PAY_LATER
        case Product.CASH_LOAN:
            return Control.CASH_LOAN


def availability(
    line: Line, controls: Controls, on: date, *, own_spending_minor: int | None = None
) -> Availability:
    """Return what may be used of a line on a day, with the term that binds.

    `own_spending_minor` is what is left of the spending the customer allows themselves, None
    without such a wish. The line's part follows its terms of that day, also where its control
    account has not followed yet; what may be drawn as an instalment is less by the plan's weight.
    """
    used = controls.used_minor(control_of(line.product))
    effective = effective_limit(line, on)
    terms = [
        Term(term.kind, term.amount_minor - used, term.restriction)
        for term in effective.least.terms
        if term.kind is not TermKind.STATE
    ]
    terms.append(Term(TermKind.JOINT, controls.headroom_minor(Control.JOINT)))
    terms.append(Term(TermKind.PERSON, controls.headroom_minor(Control.PERSON)))
    if own_spending_minor is not None:
        terms.append(Term(TermKind.OWN_SPENDING, own_spending_minor))
    refusal = new_use(line, on)
    lowest = least(terms, None if refusal is None else _nothing(line, refusal, on))
    return Availability(
        available_minor=max(0, lowest.amount_minor),
        limit_minor=effective.limit_minor,
        used_minor=used,
        refusal=refusal,
        least=lowest,
    )


def availability_by_line(
    lines: Mapping[Product, Line],
    controls: Controls,
    on: date,
    *,
    own_spending_minor: int | None = None,
) -> dict[Product, Availability]:
    """Return what may be used of each line, in the order of `Product`."""
    return {
        product: availability(lines[product], controls, on, own_spending_minor=own_spending_minor)
        for product in Product
        if product in lines
    }


def _nothing(line: Line, refusal: UseRefusal, on: date) -> Term:
    match refusal:
        case UseRefusal.NO_CREDIT:
            return Term(TermKind.NO_CREDIT, 0, stop_on(line, on))
        case UseRefusal.LINE_STOPPED:
            return Term(TermKind.STOP, 0, stop_on(line, on))
        case _:
            return Term(TermKind.STATE, 0)
