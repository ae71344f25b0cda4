"""May a price be published? Only if no life that its terms allow passes the ceiling.

A life is a loan of some size, taken out on some day, for one of the terms offered, lived to its
end or settled right after some row. The gate walks the lives in which rounding, the lengths of
months and fees weigh most, and keeps the dearest: it is shown whether the price passes or not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, unique
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from twinline.kernel.rounding import Rounding, divide
from twinline.kernel.schedule import DueDates, Every, Unit
from twinline.pricing.amortisation import amortise
from twinline.pricing.cost import Extras, cost_of_plan
from twinline.pricing.flat_fee import spread_flat_fee
from twinline.pricing.irr import RateRefusal
from twinline.pricing.plan import PlanRefusal
from twinline.pricing.settlement import settled, settlement
from twinline.terms.plan import FlatFeeTerms, Method, PlanTerms
from twinline.terms.price import InterestPrice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from twinline.pricing.ceiling import Ceiling
    from twinline.pricing.cost import Cost
    from twinline.pricing.plan import Plan
    from twinline.terms.price import ProductPrice

_MONTHLY: Final = Every(count=1, unit=Unit.MONTHS)
_STARTS: Final = [date(year, month, 15) for year in (2027, 2028) for month in range(1, 13)]
"""A start in each month of a common year and of a leap year."""


@unique
class GateRefusal(Enum):
    """Why a price cannot be published, in the order the checks run."""

    DEDUCTED_IN_ADVANCE = "deducted_in_advance"
    """Interest or fees kept back from the principal: Civil Code of China, article 670."""

    BULLET_TOO_LONG = "bullet_too_long"
    """Principal repaid only at the end of a longer term than the licence allows."""

    TERM_TOO_LONG = "term_too_long"
    """More months than the law allows for consumer credit."""

    NO_PLAN = "no_plan"
    """Some size and term that are offered have no plan, or no one annual cost."""

    COST_ABOVE_CEILING = "cost_above_ceiling"
    """A loan that is paid as agreed costs more than the ceiling."""

    SETTLEMENT_ABOVE_CEILING = "settlement_above_ceiling"
    """A loan that is settled early has cost more than the ceiling."""

    PENALTY_ABOVE_CEILING = "penalty_above_ceiling"
    """Overdue amounts bear more than the ceiling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLaw:
    """What the law of a licence and day demands of a price; terms in months."""

    ceiling: Ceiling
    bullet_months_max: int | None
    term_months_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One loan as it may be lived, and what it has then cost a year."""

    principal_minor: int
    periods: int
    start_on: date
    settled_after: int | None
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishable:
    """A price that passes, with the dearest life that was found."""

    worst: Life
    measured: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A price that may not be published, with the dearest life if its cost is the reason.

    `measured` is the figure held against the ceiling: the life's cost, or the penalty rate.
    """

    reason: GateRefusal
    worst: Life | None = None
    measured: Decimal | Fraction | None = None


def gate(price: ProductPrice, law: PriceLaw) -> Publishable | Refused:
    """Return whether a price may be published, with the worst case found."""
    reason = _terms_refused(price, law)
    if reason is not None:
        return Refused(reason=reason)
    ceiling, lives = law.ceiling, list[Life]()
    for life in _lives(price):
        if life is None:
            return Refused(reason=GateRefusal.NO_PLAN)
        lives.append(life)
    for reason, kept in (
        (GateRefusal.COST_ABOVE_CEILING, [x for x in lives if x.settled_after is None]),
        (GateRefusal.SETTLEMENT_ABOVE_CEILING, lives),
    ):
        worst = max(kept, key=lambda life: ceiling.measured(life.cost))
        if not ceiling.allows(worst.cost):
            return Refused(reason=reason, worst=worst, measured=ceiling.measured(worst.cost))
    penalty = _penalty_above(price, ceiling)
    if penalty is not None:
        return Refused(reason=GateRefusal.PENALTY_ABOVE_CEILING, measured=penalty)
    return Publishable(worst=worst, measured=ceiling.measured(worst.cost))


def _terms_refused(price: ProductPrice, law: PriceLaw) -> GateRefusal | None:
    """Return the first reason that lies in the terms themselves, or None."""
    if price.deducted_rate:
        return GateRefusal.DEDUCTED_IN_ADVANCE
    bullet = isinstance(price.price, InterestPrice) and (
        price.price.method is Method.INTEREST_ONLY
    )
    longest = max(price.periods)
    if bullet and law.bullet_months_max is not None and longest > law.bullet_months_max:
        return GateRefusal.BULLET_TOO_LONG
    if longest > law.term_months_max:
        return GateRefusal.TERM_TOO_LONG
    return None


def _penalty_above(price: ProductPrice, ceiling: Ceiling) -> Fraction | None:
    """Return the rate that overdue amounts bear where it is above the ceiling."""
    if not isinstance(price.price, InterestPrice) or price.penalty_capped:
        return None
    rate = price.price.annual_rate * price.penalty_multiple
    return rate if rate > ceiling.annual else None


def _lives(price: ProductPrice) -> Iterator[Life | None]:
    """Yield the lives that are walked; None for a size and term without a plan or a cost."""
    by_days = isinstance(price.price, InterestPrice)
    for periods in price.periods:
        for start_on in _STARTS if by_days else _STARTS[:1]:
            for principal in _principals(price, periods):
                plan = _plan(price, principal, periods, start_on)
                if plan is None:
                    yield None
                    continue
                for after in (*range(1, periods), None):
                    cost = _cost(price, plan, after)
                    if cost is None:
                        yield None
                        continue
                    yield Life(
                        principal_minor=principal,
                        periods=periods,
                        start_on=start_on,
                        settled_after=after,
                        cost=cost,
                    )


def _principals(price: ProductPrice, periods: int) -> list[int]:
    """Return the sizes walked: the largest, and the smallest with every remainder over rows."""
    low, high = price.principal_min_minor, price.principal_max_minor
    if isinstance(price.price, InterestPrice):
        return sorted({low, high})
    return sorted({high, *(low + over for over in range(periods) if low + over <= high)})


def _plan(price: ProductPrice, principal: int, periods: int, start_on: date) -> Plan | None:
    """Return the plan of one size, term and start."""
    due = DueDates(start_on=start_on, every=_MONTHLY, periods=periods)
    match price.price:
        case InterestPrice(annual_rate=rate, method=method, rules=rules):
            plan = amortise(
                PlanTerms(
                    principal_minor=principal,
                    annual_rate=rate,
                    due=due,
                    method=method,
                    rules=rules,
                )
            )
        case fees:
            rate = dict(fees.rates).get(periods, Fraction(0))
            plan = spread_flat_fee(
                FlatFeeTerms(principal_minor=principal, flat_fee_rate=rate, due=due)
            )
    return None if isinstance(plan, PlanRefusal) else plan


def _cost(price: ProductPrice, plan: Plan, after: int | None) -> Cost | None:
    """Return what a plan costs when it is settled after a row, or lived to its end."""
    if after is not None:
        asked = settlement(plan, after, price.early_fee)
        share = price.settlement_rate
        extra = divide(
            asked.principal_minor * share.numerator, share.denominator, Rounding.HALF_UP
        )
        plan = settled(plan, after, replace(asked, fee_minor=asked.fee_minor + extra))
    cost = cost_of_plan(plan, Extras(each_row=price.row_fee_minor))
    return None if isinstance(cost, RateRefusal) else cost
