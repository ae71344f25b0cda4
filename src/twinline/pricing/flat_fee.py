"""Instalment plans priced by a flat fee: a share of the opening principal, spread evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.kernel.rounding import divide, divide_to_step
from twinline.pricing.plan import Paid, Plan, PlanRefusal, Row

if TYPE_CHECKING:
    from twinline.terms.plan import FlatFeeTerms


def spread_flat_fee(terms: FlatFeeTerms) -> Plan | PlanRefusal:
    """Return the plan of a flat-fee instalment, or the first reason there is none.

    Fee = principal x rate, rounded once; principal and fee of each row are rounded down to the
    minor unit and the last row takes the rest. With a step above the minor unit the payment is
    rounded to it and principal takes the difference.
    """
    due = terms.due
    if due.first_due_on is not None and due.first_due_on <= due.start_on:
        return PlanRefusal.DUE_BEFORE_START
    try:
        due_dates = due.dates()
    except OverflowError:
        return PlanRefusal.DATE_OUT_OF_CALENDAR
    rate = terms.flat_fee_rate
    fee_left = divide(terms.principal_minor * rate.numerator, rate.denominator, terms.rounding)
    fee_each = fee_left // due.periods
    each, left, rows = _level_principal(terms, fee_each), terms.principal_minor, list[Row]()
    starts = [due.start_on, *due_dates[:-1]]
    for number, (start, end) in enumerate(zip(starts, due_dates, strict=True), 1):
        principal, fee = (each, fee_each) if number < due.periods else (left, fee_left)
        left, fee_left = left - principal, fee_left - fee
        if principal < 0 or left < 0:
            return PlanRefusal.INSTALMENT_STEP
        days = (end - start).days
        rows.append(Row(number, start, end, days, principal, 0, fee, left))
    assert left == 0
    months = due.every.months if due.first_is_regular else None
    paid_out = (Paid(on=due.start_on, amount_minor=terms.principal_minor),)
    return Plan(rows=tuple(rows), paid_out=paid_out, months=months)


def _level_principal(terms: FlatFeeTerms, fee_each: int) -> int:
    """Return the principal of each row before the last, before any step of the payment."""
    each = terms.principal_minor // terms.due.periods
    if terms.step_minor == 1:
        return each
    payment = divide_to_step(each + fee_each, 1, terms.step_minor, terms.instalment_rounding)
    return payment - fee_each
