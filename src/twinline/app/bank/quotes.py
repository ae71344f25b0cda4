"""What a cash loan will cost, before it starts: plan, cost sheet, whether it can be borne."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.app.bank.owing import NO_TERMS
from twinline.compliance.cost_sheet import (
    ChargeKind,
    Parties,
    Standards,
    cost_sheet,
    format_rate,
)
from twinline.kernel.schedule import DueDates, Every, Unit
from twinline.pricing.amortisation import amortise
from twinline.pricing.ceiling import Ceiling
from twinline.pricing.cost import cost_of_plan
from twinline.pricing.irr import RateRefusal
from twinline.pricing.plan import PlanRefusal
from twinline.terms.plan import Method, PlanTerms
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.house import House
    from twinline.app.bank.store import Snapshot
    from twinline.compliance.cost_sheet import (
        CostSheet,
    )
    from twinline.decision.law import LawValues
    from twinline.pricing.plan import Plan

_PPM: Final = 1_000_000
_MONTHLY: Final = Every(count=1, unit=Unit.MONTHS)


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A quote as it is kept: what was asked, and the sheet that was shown, word for word.

    It holds on its business day, for the decision it was made under. `monthly_minor` is what a
    month takes on average, rounded up; `free_service_minor` what a month may take of all loans
    here, by the income and the debt elsewhere that were told.
    """

    customer_id: str
    currency: str
    amount_minor: int
    periods: int
    method: Method
    purpose: str
    quoted_on: date
    base_version: int
    monthly_minor: int
    free_service_minor: int
    sheet: str
    sheet_sha256: str


class LoanTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed on a cash loan: the quote, and when its sheet was confirmed."""

    quote_id: str
    quote: Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A cash loan that is asked for; rate as a fraction a year."""

    amount_minor: int
    currency: str
    periods: int
    method: Method
    rate: Fraction
    start_on: date


@dataclass(frozen=True, slots=True)
class Costed:
    """A loan's sheet, what a month takes on average, and whether its cost is within the law."""

    sheet: CostSheet
    monthly_minor: int
    lawful: bool


def costed(wanted: Wanted, house: House, law: LawValues) -> Costed | PlanRefusal | RateRefusal:
    """Return what a loan costs, or why it has no plan or no annual cost."""
    due = DueDates(start_on=wanted.start_on, every=_MONTHLY, periods=wanted.periods)
    terms = PlanTerms(
        principal_minor=wanted.amount_minor,
        annual_rate=wanted.rate,
        due=due,
        method=wanted.method,
    )
    plan = amortise(terms)
    if isinstance(plan, PlanRefusal):
        return plan
    cost = cost_of_plan(plan)
    if isinstance(cost, RateRefusal):
        return cost
    ceiling = Ceiling(annual=Fraction(law.price_ceiling_ppm, _PPM))
    sheet = cost_sheet(
        plan,
        cost,
        Parties(lender=house.lender, currency=wanted.currency, collector=house.lender),
        Standards(
            charge=ChargeKind.INTEREST,
            standard=format_rate(wanted.rate),
            penalty_rate=min(wanted.rate * house.penalty_multiple, ceiling.annual),
        ),
        ceiling.mode,
    )
    return Costed(sheet, _monthly(plan), ceiling.allows(cost))


def is_borne(snapshot: Snapshot, monthly_minor: int, free_service_minor: int) -> bool:
    """Return whether a month bears the service of all loans here and of one more (R28)."""
    here = sum(
        terms_of(contract.terms).quote.monthly_minor
        for contract in snapshot.contracts.values()
        if contract.owed.principal
        and contract.product is Product.CASH_LOAN
        and contract.terms != NO_TERMS
    )
    return here + monthly_minor <= free_service_minor


def terms_of(text: str) -> LoanTerms:
    """Return the agreement that a contract was made with."""
    return msgspec.json.decode(text, type=LoanTerms)


def _monthly(plan: Plan) -> int:
    total = sum(row.payment_minor for row in plan.rows)
    return -(-total // len(plan.rows))
