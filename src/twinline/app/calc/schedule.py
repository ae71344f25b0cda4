"""Kind `schedule`: the rows of a plan, their totals and what they cost a year."""

from __future__ import annotations

from datetime import date
from enum import Enum, unique
from typing import TYPE_CHECKING, Annotated, assert_never

from msgspec import UNSET, Meta, Struct, UnsetType

from twinline.app.calc.fields import (
    AMOUNT,
    DIGITS,
    NUMBER,
    PERIODS_MAX,
    Amount,
    Answer,
    BadFieldError,
    Day,
    Number,
    Request,
    RequestPart,
    minor_of,
    money_text,
    rate_of,
)
from twinline.kernel.daycount import DayCount
from twinline.kernel.money import DIGITS_MAX
from twinline.kernel.months import MonthEnd
from twinline.kernel.rate import format_places
from twinline.kernel.rounding import Rounding
from twinline.kernel.schedule import DueDates, Every, Unit
from twinline.pricing.amortisation import amortise
from twinline.pricing.cost import cost_of_plan
from twinline.pricing.flat_fee import spread_flat_fee
from twinline.pricing.irr import RateRefusal
from twinline.pricing.plan import PlanRefusal
from twinline.terms.plan import (
    Disbursement,
    FlatFeeTerms,
    Grace,
    Instalment,
    Method,
    PlanTerms,
    RateChange,
    Rules,
)

if TYPE_CHECKING:
    from twinline.pricing.plan import Plan

Count = Annotated[int, Meta(ge=1, le=PERIODS_MAX)]
Rows = Annotated[int, Meta(ge=0, le=PERIODS_MAX)]
EVENTS_MAX = 100
COST_DECIMALS = 10


@unique
class MethodName(Enum):
    """How principal and price are spread over the rows."""

    EQUAL_INSTALMENT = "equal_instalment"
    EQUAL_PRINCIPAL = "equal_principal"
    INTEREST_ONLY = "interest_only"
    FLAT_FEE = "flat_fee"


class EveryField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The length of a period: one of the three."""

    months: Count | UnsetType = UNSET
    weeks: Count | UnsetType = UNSET
    days: Count | UnsetType = UNSET


class GraceField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows at the start without principal, and rows whose interest is waived."""

    principal_periods: Rows = 0
    interest_free_periods: Rows = 0


class DisbursementField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Principal paid out after the first; on a due date it comes after that day's payment."""

    on: Day
    amount: Amount


class RateChangeField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new rate: the day that ends on `on` is already at it."""

    on: Day
    annual_rate: Number


class ScheduleRequest(Request, frozen=True, kw_only=True, tag="schedule"):
    """The rows of a loan or an instalment plan, and its cost."""

    principal: Amount
    periods: Annotated[int, Meta(ge=1, le=PERIODS_MAX, description="How many rows.")]
    every: EveryField
    start_on: Day
    annual_rate: (
        Annotated[
            str,
            Meta(
                pattern=NUMBER,
                description="Nominal rate a year, 0 to 10; required, but refused for `flat_fee`.",
            ),
        ]
        | UnsetType
    ) = UNSET
    flat_fee_rate: (
        Annotated[
            str,
            Meta(
                pattern=NUMBER,
                description="Total fee over the opening principal, 0 to 10; for `flat_fee` alone.",
            ),
        ]
        | UnsetType
    ) = UNSET
    first_due_on: (
        Annotated[date, Meta(description="`start_on` and one period if absent.")] | UnsetType
    ) = UNSET
    method: MethodName = MethodName.EQUAL_INSTALMENT
    day_count: Annotated[DayCount | UnsetType, Meta(description="`actual/365` if absent.")] = UNSET
    rounding: Rounding = Rounding.HALF_UP
    digits: Annotated[
        int, Meta(ge=0, le=DIGITS_MAX, description="Minor digits of the currency.")
    ] = DIGITS
    instalment: Instalment = Instalment.LEAST_LAST
    instalment_step: (
        Annotated[
            str,
            Meta(
                pattern=AMOUNT,
                description="Payments are multiples of it; one minor unit if absent.",
            ),
        ]
        | UnsetType
    ) = UNSET
    instalment_rounding: Annotated[
        Rounding | UnsetType, Meta(description="Rounding to the step; as `rounding` if absent.")
    ] = UNSET
    month_end: MonthEnd = MonthEnd.LAST_DAY
    disbursements: Annotated[tuple[DisbursementField, ...], Meta(max_length=EVENTS_MAX)] = ()
    rate_changes: Annotated[tuple[RateChangeField, ...], Meta(max_length=EVENTS_MAX)] = ()
    grace: GraceField = GraceField()


class RowAnswer(Struct, frozen=True, kw_only=True):
    """One row; `days` are calendar days, `balance` is the principal left after it."""

    number: int
    from_on: Day
    due_on: Day
    days: int
    principal: str
    interest: str
    fee: str
    payment: str
    balance: str


class TotalsAnswer(Struct, frozen=True, kw_only=True):
    """The sums over the rows."""

    principal: str
    interest: str
    fee: str
    payment: str


class CostAnswer(Struct, frozen=True, kw_only=True):
    """Cost as fractions, half to even at ten decimals."""

    irr_month: str
    nominal: str
    effective: str


class ScheduleAnswer(Answer, frozen=True, kw_only=True):
    """The plan."""

    rows: list[RowAnswer]
    totals: TotalsAnswer
    cost: CostAnswer


def schedule(request: ScheduleRequest) -> ScheduleAnswer:
    """Return the plan that a request asks for. Raises `BadFieldError`."""
    if request.method is MethodName.FLAT_FEE:
        plan = spread_flat_fee(_flat_fee_terms(request))
    else:
        plan = amortise(_plan_terms(request, Method(request.method.value)))
    if isinstance(plan, PlanRefusal):
        raise _refused(plan, request)
    cost = cost_of_plan(plan)
    if isinstance(cost, RateRefusal):
        raise BadFieldError("disbursements", request.disbursements, cost.value)
    return ScheduleAnswer(
        id=request.id,
        rows=_rows(plan, request.digits),
        totals=_totals(plan, request.digits),
        cost=CostAnswer(
            irr_month=format_places(cost.irr_month, COST_DECIMALS),
            nominal=format_places(cost.nominal, COST_DECIMALS),
            effective=format_places(cost.effective, COST_DECIMALS),
        ),
    )


def _rows(plan: Plan, digits: int) -> list[RowAnswer]:
    return [
        RowAnswer(
            number=row.number,
            from_on=row.from_on,
            due_on=row.due_on,
            days=row.days,
            principal=money_text(row.principal_minor, digits),
            interest=money_text(row.interest_minor, digits),
            fee=money_text(row.fee_minor, digits),
            payment=money_text(row.payment_minor, digits),
            balance=money_text(row.balance_minor, digits),
        )
        for row in plan.rows
    ]


def _totals(plan: Plan, digits: int) -> TotalsAnswer:
    principal = sum(row.principal_minor for row in plan.rows)
    interest = sum(row.interest_minor for row in plan.rows)
    fee = sum(row.fee_minor for row in plan.rows)
    return TotalsAnswer(
        principal=money_text(principal, digits),
        interest=money_text(interest, digits),
        fee=money_text(fee, digits),
        payment=money_text(principal + interest + fee, digits),
    )


def _due_dates(request: ScheduleRequest) -> DueDates:
    """Return when the rows fall due."""
    every = request.every
    lengths = [
        Every(count=count, unit=unit)
        for count, unit in (
            (every.months, Unit.MONTHS),
            (every.weeks, Unit.WEEKS),
            (every.days, Unit.DAYS),
        )
        if not isinstance(count, UnsetType)
    ]
    if len(lengths) != 1:
        raise BadFieldError("every", every, "exactly_one_unit")
    first = request.first_due_on
    return DueDates(
        start_on=request.start_on,
        every=lengths[0],
        periods=request.periods,
        first_due_on=None if isinstance(first, UnsetType) else first,
        month_end=request.month_end,
    )


def _step(request: ScheduleRequest) -> int:
    """Return the step of the payment in minor units."""
    text = request.instalment_step
    if isinstance(text, UnsetType):
        return 1
    return minor_of("instalment_step", text, digits=request.digits, least=1)


def _instalment_rounding(request: ScheduleRequest) -> Rounding:
    asked = request.instalment_rounding
    return request.rounding if isinstance(asked, UnsetType) else asked


def _plan_terms(request: ScheduleRequest, method: Method) -> PlanTerms:
    """Return the terms of a loan that bears interest."""
    if not isinstance(request.flat_fee_rate, UnsetType):
        raise BadFieldError("flat_fee_rate", request.flat_fee_rate, "only_with_flat_fee")
    if isinstance(request.annual_rate, UnsetType):
        raise BadFieldError("annual_rate", None, "required")
    digits, day_count = request.digits, request.day_count
    return PlanTerms(
        principal_minor=minor_of("principal", request.principal, digits=digits, least=1),
        annual_rate=rate_of("annual_rate", request.annual_rate),
        due=_due_dates(request),
        method=method,
        rules=Rules(
            day_count=DayCount.ACTUAL_365 if isinstance(day_count, UnsetType) else day_count,
            rounding=request.rounding,
            instalment=request.instalment,
            instalment_rounding=_instalment_rounding(request),
            step_minor=_step(request),
        ),
        grace=Grace(
            principal_periods=request.grace.principal_periods,
            interest_free_periods=request.grace.interest_free_periods,
        ),
        disbursements=tuple(
            Disbursement(
                on=event.on,
                amount_minor=minor_of("disbursements", event.amount, digits=digits, least=1),
            )
            for event in request.disbursements
        ),
        rate_changes=tuple(
            RateChange(on=event.on, annual_rate=rate_of("rate_changes", event.annual_rate))
            for event in request.rate_changes
        ),
    )


def _flat_fee_terms(request: ScheduleRequest) -> FlatFeeTerms:
    """Return the terms of a flat-fee plan, which knows no rate, day count, event or grace."""
    for name in ("annual_rate", "day_count"):
        if not isinstance(getattr(request, name), UnsetType):
            raise BadFieldError(name, getattr(request, name), "not_with_flat_fee")
    if request.disbursements:
        raise BadFieldError("disbursements", request.disbursements, "not_with_flat_fee")
    if request.rate_changes:
        raise BadFieldError("rate_changes", request.rate_changes, "not_with_flat_fee")
    if request.grace != GraceField():
        raise BadFieldError("grace", request.grace, "not_with_flat_fee")
    if isinstance(request.flat_fee_rate, UnsetType):
        raise BadFieldError("flat_fee_rate", None, "required")
    digits = request.digits
    return FlatFeeTerms(
        principal_minor=minor_of("principal", request.principal, digits=digits, least=1),
        flat_fee_rate=rate_of("flat_fee_rate", request.flat_fee_rate),
        due=_due_dates(request),
        rounding=request.rounding,
        instalment_rounding=_instalment_rounding(request),
        step_minor=_step(request),
    )


def _refused(refusal: PlanRefusal, request: ScheduleRequest) -> BadFieldError:
    """Return the problem that a refusal is, at the field it is about."""
    match refusal:
        case PlanRefusal.DUE_BEFORE_START:
            field = "first_due_on"
        case PlanRefusal.TWELFTH_NEEDS_MONTHS:
            field = "day_count"
        case PlanRefusal.ANNUITY_NEEDS_MONTHS:
            field = "instalment"
        case PlanRefusal.GRACE_PAST_PERIODS:
            field = "grace"
        case PlanRefusal.DATE_OUT_OF_CALENDAR:
            field = "periods"
        case PlanRefusal.DISBURSEMENT_BEFORE_START | PlanRefusal.DISBURSEMENT_AFTER_LAST_DUE:
            field = "disbursements"
        case PlanRefusal.RATE_CHANGE_BEFORE_START | PlanRefusal.RATE_CHANGED_TWICE:
            field = "rate_changes"
        case PlanRefusal.INSTALMENT_STEP:
            field = "instalment_step"
        case _:
            assert_never(refusal)
    return BadFieldError(field, getattr(request, field), refusal.value)
