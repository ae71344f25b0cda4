"""The days of a plan: what share of a year each row is, and which events cut it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from twinline.kernel.daycount import FIXED_BASIS, DayCount, year_fraction

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from twinline.kernel.schedule import DueDates
    from twinline.terms.plan import Disbursement, PlanTerms, RateChange

Ratio = tuple[int, int]
"""A numerator and a denominator, not reduced: rows are many and a reduction is dear."""


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of one row: its dates, its share of a year, and the events inside it.

    A rate change belongs to the row in which its day ends; a disbursement to the row that starts
    with its day or holds it.
    """

    from_on: date
    due_on: date
    share: Ratio
    disbursements: tuple[Disbursement, ...] = ()
    rate_changes: tuple[RateChange, ...] = ()

    @property
    def days(self) -> int:
        """Calendar days, the first not counted."""
        return (self.due_on - self.from_on).days

    @property
    def at_start_minor(self) -> int:
        """What is disbursed on the row's first day, after the payment of the row before."""
        if not self.disbursements:
            return 0
        return sum(d.amount_minor for d in self.disbursements if d.on == self.from_on)

    @property
    def within_minor(self) -> int:
        """What is disbursed after the row's first day."""
        if not self.disbursements:
            return 0
        return sum(d.amount_minor for d in self.disbursements if d.on != self.from_on)


@dataclass(frozen=True, slots=True)
class Charge:
    """A row's exact interest: (balance x per_balance + constant) / denominator."""

    per_balance: int
    constant: int
    denominator: int

    def times(self, balance_minor: int) -> Ratio:
        """Return the interest on an opening balance, as a ratio of minor units."""
        return balance_minor * self.per_balance + self.constant, self.denominator


def spans_of(terms: PlanTerms, due_dates: list[date]) -> list[Span]:
    """Return the spans of a plan's rows in order, each with its events."""
    starts = [terms.due.start_on, *due_dates[:-1]]
    shares = _shares(terms.due, terms.rules.day_count, starts, due_dates)
    if not terms.disbursements and not terms.rate_changes:
        return [Span(*row) for row in zip(starts, due_dates, shares, strict=True)]
    events = sorted(terms.disbursements, key=lambda event: event.on)
    changes = sorted(terms.rate_changes, key=lambda change: change.on)
    spans = []
    for start, due, share in zip(starts, due_dates, shares, strict=True):
        inside = tuple(d for d in events if start <= d.on < due)
        first = start == terms.due.start_on
        changed = tuple(c for c in changes if start < c.on <= due or (first and c.on == start))
        spans.append(Span(start, due, share, inside, changed))
    return spans


def charge_of(span: Span, rate: Fraction, day_count: DayCount) -> tuple[Charge, Fraction]:
    """Return a row's interest, and the rate at its end, from the rate at its start."""
    if not span.rate_changes and not span.within_minor:
        share, base = span.share
        return Charge(rate.numerator * share, 0, rate.denominator * base), rate
    per_balance, constant = Fraction(0), Fraction(0)
    for part_from, part_to, part_rate, added_minor in _parts(span, rate):
        earned = part_rate * _part_share(span, part_from, part_to, day_count)
        per_balance += earned
        constant += earned * added_minor
        rate = part_rate
    denominator = per_balance.denominator * constant.denominator
    charge = Charge(
        per_balance.numerator * constant.denominator,
        constant.numerator * per_balance.denominator,
        denominator,
    )
    return charge, rate


def cut(span: Span, on: date, day_count: DayCount) -> Span:
    """Return a row's span up to a day of it, with the events that have happened by then."""
    share = _part_share(span, span.from_on, on, day_count)
    return Span(
        span.from_on,
        on,
        share.as_integer_ratio(),
        tuple(d for d in span.disbursements if d.on < on),
        tuple(c for c in span.rate_changes if c.on <= on),
    )


def _shares(
    due: DueDates, day_count: DayCount, starts: list[date], ends: list[date]
) -> list[Ratio]:
    """Return each row's share of a year; a regular period of n months is n twelfths."""
    if day_count in FIXED_BASIS:
        basis = FIXED_BASIS[day_count]
        return [((end - start).days, basis) for start, end in zip(starts, ends, strict=True)]
    if day_count is DayCount.TWELFTH:
        shares = [(due.every.count, 12)] * len(ends)
        if not due.first_is_regular:
            shares[0] = year_fraction(starts[0], ends[0], day_count).as_integer_ratio()
        return shares
    return [
        year_fraction(start, end, day_count).as_integer_ratio()
        for start, end in zip(starts, ends, strict=True)
    ]


def _parts(span: Span, rate: Fraction) -> Iterator[tuple[date, date, Fraction, int]]:
    """Yield a row's parts: from, to, rate, and what was added to the balance by then."""
    added: dict[date, int] = {}
    for disbursement in span.disbursements:
        if disbursement.on != span.from_on:
            day = disbursement.on
            added[day] = added.get(day, 0) + disbursement.amount_minor
    rates = {max(c.on - timedelta(days=1), span.from_on): c.annual_rate for c in span.rate_changes}
    cuts = sorted({span.from_on, *added, *rates})
    total = 0
    for start, end in zip(cuts, [*cuts[1:], span.due_on], strict=True):
        rate = rates.get(start, rate)
        total += added.get(start, 0)
        yield start, end, rate, total


def _part_share(span: Span, start: date, end: date, day_count: DayCount) -> Fraction:
    """Return the share of a year of a part: of a twelfth, its share of the row's days."""
    if day_count is DayCount.TWELFTH:
        return Fraction(*span.share) * Fraction((end - start).days, span.days)
    return year_fraction(start, end, day_count)
