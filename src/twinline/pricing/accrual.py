"""Interest day by day: what a loan has earned since its last due date, exactly."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from twinline.kernel.daycount import year_fraction
from twinline.kernel.rounding import Rounding, divide
from twinline.pricing.timeline import charge_of, cut, spans_of

if TYPE_CHECKING:
    from datetime import date

    from twinline.kernel.daycount import DayCount
    from twinline.pricing.plan import Plan
    from twinline.terms.plan import PlanTerms


def interest_minor(
    balance_minor: int,
    annual_rate: Fraction,
    days: tuple[date, date],
    day_count: DayCount,
    rounding: Rounding = Rounding.HALF_UP,
) -> int:
    """Return the interest on a balance between two days, the first not counted, rounded once."""
    exact = annual_rate * year_fraction(*days, day_count) * balance_minor
    return divide(exact.numerator, exact.denominator, rounding)


def accrued(terms: PlanTerms, plan: Plan, on: date) -> Fraction:
    """Return what a plan's loan has earned, paid as agreed, since the last due date before `on`.

    Minor units, exact. On a due date it is the whole interest of the row that falls due, before
    its one rounding; waived rows earn nothing. `on` lies after the start and not after the last
    due date.
    """
    spans = spans_of(terms, [row.due_on for row in plan.rows])
    rate, balance = terms.annual_rate, terms.principal_minor + spans[0].at_start_minor
    for span, row in zip(spans, plan.rows, strict=True):
        if on <= span.due_on:
            if row.number <= terms.grace.interest_free_periods:
                return Fraction(0)
            part = cut(span, on, terms.rules.day_count)
            charge, _ = charge_of(part, rate, terms.rules.day_count)
            return Fraction(*charge.times(balance))
        _, rate = charge_of(span, rate, terms.rules.day_count)
        balance = row.balance_minor
    raise AssertionError("a day after the last due date earns nothing")


def payoff_minor(terms: PlanTerms, plan: Plan, on: date) -> int:
    """Return what ends a loan on a day: the principal left and the interest earned until then.

    Interest runs to the day and no further (Civil Code of China, article 677); rows due before
    that day have been paid, one due on it has not.
    """
    earned = accrued(terms, plan, on)
    before = [row for row in plan.rows if row.due_on < on]
    balance = before[-1].balance_minor if before else terms.principal_minor
    later = sum(
        paid.amount_minor
        for paid in plan.paid_out[1:]
        if (before[-1].due_on if before else terms.due.start_on) < paid.on < on
    )
    return balance + later + divide(earned.numerator, earned.denominator, terms.rules.rounding)
