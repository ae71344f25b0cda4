"""The rows of a loan that bears interest, by each method of repaying it.

Interest of a row is the exact sum over its days, rounded once. A rate change and a disbursement
solve the level payment (or the level principal) again, from the row in which the day falls, over
the rows left; earlier rows know nothing of later events. The last row takes what is left, so that
the principal repaid is the principal given out and the plan has the rows that were agreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from twinline.kernel.daycount import DayCount
from twinline.kernel.rounding import divide, divide_to_step
from twinline.pricing.instalment import Outlook, level_payment
from twinline.pricing.plan import Paid, Plan, PlanRefusal, Row
from twinline.pricing.timeline import Charge, charge_of, spans_of
from twinline.terms.plan import Instalment, Method

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from twinline.pricing.timeline import Ratio, Span
    from twinline.terms.plan import PlanTerms

_FREE = Charge(0, 0, 1)


def amortise(terms: PlanTerms) -> Plan | PlanRefusal:
    """Return the plan of a loan that bears interest, or the first reason there is none.

    Money in minor units. A payment below a row's interest, or one that ends the loan before its
    last row, is refused: principal never grows by unpaid interest, and the rows asked for are the
    rows made.
    """
    refusal = _agreed(terms)
    if refusal is not None:
        return refusal
    try:
        due_dates = terms.due.dates()
    except OverflowError:
        return PlanRefusal.DATE_OUT_OF_CALENDAR
    refusal = _events_within(terms, due_dates[-1])
    if refusal is not None:
        return refusal
    rows = _Rows(terms, spans_of(terms, due_dates)).made()
    if isinstance(rows, PlanRefusal):
        return rows
    plan = Plan(rows=rows, paid_out=_paid_out(terms), months=_equal_months(terms, due_dates))
    assert sum(row.principal_minor for row in rows) == sum(p.amount_minor for p in plan.paid_out)
    return plan


def _agreed(terms: PlanTerms) -> PlanRefusal | None:
    """Return the first reason why the terms contradict themselves, or None."""
    due, monthly = terms.due, terms.due.every.months is not None
    if due.first_due_on is not None and due.first_due_on <= due.start_on:
        return PlanRefusal.DUE_BEFORE_START
    if terms.rules.day_count is DayCount.TWELFTH and not monthly:
        return PlanRefusal.TWELFTH_NEEDS_MONTHS
    if terms.rules.instalment is Instalment.ANNUITY and not monthly:
        return PlanRefusal.ANNUITY_NEEDS_MONTHS
    if terms.grace.principal_periods >= due.periods:
        return PlanRefusal.GRACE_PAST_PERIODS
    if terms.grace.interest_free_periods > due.periods:
        return PlanRefusal.GRACE_PAST_PERIODS
    return None


def _events_within(terms: PlanTerms, last_due_on: date) -> PlanRefusal | None:
    """Return the first reason why an event has no place in the plan, or None."""
    start_on = terms.due.start_on
    if any(d.on < start_on for d in terms.disbursements):
        return PlanRefusal.DISBURSEMENT_BEFORE_START
    if any(d.on >= last_due_on for d in terms.disbursements):
        return PlanRefusal.DISBURSEMENT_AFTER_LAST_DUE
    if any(c.on < start_on for c in terms.rate_changes):
        return PlanRefusal.RATE_CHANGE_BEFORE_START
    if len({c.on for c in terms.rate_changes}) < len(terms.rate_changes):
        return PlanRefusal.RATE_CHANGED_TWICE
    return None


def _paid_out(terms: PlanTerms) -> tuple[Paid, ...]:
    """Return the principal given out, in order of its days."""
    later = sorted(terms.disbursements, key=lambda event: event.on)
    first = Paid(on=terms.due.start_on, amount_minor=terms.principal_minor)
    return first, *(Paid(on=event.on, amount_minor=event.amount_minor) for event in later)


def _equal_months(terms: PlanTerms, due_dates: list[date]) -> int | None:
    """Return the months in each period where the plan's flows are equally spaced, else None."""
    if terms.due.every.months is None or not terms.due.first_is_regular:
        return None
    on_due_dates = {terms.due.start_on, *due_dates}
    if any(d.on not in on_due_dates for d in terms.disbursements):
        return None
    return terms.due.every.months


@dataclass(slots=True)
class _Rows:
    """The run over a plan's rows: what is owed, at which rate, with which level payment.

    `level_minor` is that payment, or the level principal of equal principal.
    """

    terms: PlanTerms
    spans: list[Span]
    level_minor: int | None = None

    def made(self) -> tuple[Row, ...] | PlanRefusal:
        """Return the rows in order, or the refusal of a payment that does not amortise."""
        terms, rate, rows = self.terms, self.terms.annual_rate, list[Row]()
        balance = terms.principal_minor + self.spans[0].at_start_minor
        last = len(self.spans)
        for number, span in enumerate(self.spans, 1):
            charge, rate = charge_of(span, rate, terms.rules.day_count)
            if number <= terms.grace.interest_free_periods:
                charge = _FREE
            interest = divide(*charge.times(balance), terms.rules.rounding)
            owed = balance + span.within_minor
            principal = owed
            if number < last:
                principal = self._principal(number, balance, interest, charge, rate)
                balance = owed - principal
                if principal < 0 or balance < 0 or (balance == 0 and self._is_level):
                    return PlanRefusal.INSTALMENT_STEP
                balance += self.spans[number].at_start_minor
            else:
                balance = 0
            rows.append(
                Row(number, span.from_on, span.due_on, span.days, principal, interest, 0, balance)
            )
        return tuple(rows)

    @property
    def _is_level(self) -> bool:
        """Whether each row repays principal."""
        return self.terms.method is not Method.INTEREST_ONLY

    def _principal(
        self, number: int, balance: int, interest: int, charge: Charge, rate: Fraction
    ) -> int:
        """Return the principal that a row before the last repays."""
        terms, span = self.terms, self.spans[number - 1]
        if number <= terms.grace.principal_periods:
            return 0
        again = self.level_minor is None or bool(span.disbursements or span.rate_changes)
        match terms.method:
            case Method.INTEREST_ONLY:
                return 0
            case Method.EQUAL_PRINCIPAL:
                if again:
                    self.level_minor = self._level_principal(number, balance + span.within_minor)
                assert self.level_minor is not None
                return self.level_minor
            case Method.EQUAL_INSTALMENT:
                if again:
                    self.level_minor = self._level_payment(number, balance, charge, rate)
                assert self.level_minor is not None
                return self.level_minor - interest
        assert_never(terms.method)

    def _level_principal(self, number: int, owed: int) -> int:
        """Return what is owed over the rows left."""
        rules, left = self.terms.rules, len(self.spans) - number + 1
        return divide_to_step(owed, left, rules.step_minor, rules.instalment_rounding)

    def _level_payment(self, number: int, balance: int, charge: Charge, rate: Fraction) -> int:
        """Return the level payment of the rows left, as they are known at a row."""
        outlook = Outlook(
            balance_minor=balance,
            within_minor=self.spans[number - 1].within_minor,
            first=charge,
            rest=self._later_factors(number, rate),
        )
        return level_payment(outlook, self.terms.rules, _period_rate(self.terms, rate))

    def _later_factors(self, number: int, rate: Fraction) -> list[Ratio]:
        """Return the interest factors of the rows after one, at the rate in force at its end."""
        free = self.terms.grace.interest_free_periods
        top, bottom = rate.numerator, rate.denominator
        return [
            (0, 1) if later <= free else (top * span.share[0], bottom * span.share[1])
            for later, span in enumerate(self.spans[number:], number + 1)
        ]


def _period_rate(terms: PlanTerms, rate: Fraction) -> Ratio | None:
    """Return the rate of one regular period, months / 12 of the annual rate; None for others."""
    months = terms.due.every.months
    return None if months is None else (rate.numerator * months, rate.denominator * 12)
