"""Kinds `rate` and `worth`: the rate of dated flows, and their worth at a rate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum, unique
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, assert_never

from msgspec import UNSET, Meta, UnsetType

from twinline.app.calc.fields import (
    FLOWS_MAX,
    Amount,
    Answer,
    BadFieldError,
    Day,
    Number,
    Request,
    RequestPart,
    minor_of,
    money_of,
    number_of,
    rate_text,
)
from twinline.kernel.daycount import DayCount
from twinline.kernel.decimals import PRECISE
from twinline.pricing.conventions import (
    RATE_ABOVE,
    RATE_BELOW,
    Flow,
    compounded,
    irr_periodic,
    worth_on,
    xirr,
)
from twinline.pricing.eu_aprc import Interval, annual_percentage_rate_of_charge
from twinline.pricing.irr import RateRefusal
from twinline.pricing.reg_z import UnitOf, UnitPeriod, annual_percentage_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

Count = Annotated[int, Meta(ge=1, le=366)]
MONTHS_MAX = 11
WORTH_RATE_MAX = 1_000
WORTH_BELOW_MINOR = 10**18


@unique
class Convention(Enum):
    """How flows become a rate."""

    XIRR = "xirr"
    IRR_PERIODIC = "irr_periodic"
    US_REG_Z = "us_reg_z"
    EU_APRC = "eu_aprc"


class FlowField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount on a day; paid and received have opposite signs, either way round."""

    amount: Amount
    on: Annotated[date, Meta(description="Only irr_periodic does without.")] | UnsetType = UNSET


class UnitPeriodField(RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit-period of Regulation Z: one of the five."""

    months: Annotated[int, Meta(ge=1, le=MONTHS_MAX)] | UnsetType = UNSET
    weeks: Count | UnsetType = UNSET
    days: Count | UnsetType = UNSET
    half_months: Annotated[int, Meta(ge=1, le=1)] | UnsetType = UNSET
    years: Annotated[int, Meta(ge=1, le=1)] | UnsetType = UNSET


Flows = Annotated[
    list[FlowField],
    Meta(min_length=1, max_length=FLOWS_MAX, description="Flows in any order of days."),
]


class RateRequest(Request, frozen=True, kw_only=True, tag="rate"):
    """The one rate at which flows are worth nothing."""

    flows: Flows
    convention: Convention = Convention.XIRR
    day_count: Annotated[
        DayCount | UnsetType, Meta(description="Of xirr; actual/365 if absent.")
    ] = UNSET
    per_year: Annotated[
        Count | UnsetType, Meta(description="Of irr_periodic: periods a year.")
    ] = UNSET
    unit_period: Annotated[
        UnitPeriodField | UnsetType, Meta(description="Of us_reg_z, which needs it.")
    ] = UNSET
    interval: Annotated[
        Interval | UnsetType, Meta(description="Of eu_aprc; months if absent.")
    ] = UNSET


class RateAnswer(Answer, frozen=True, kw_only=True):
    """The rate, and the year's nominal and effective rate where they have a meaning."""

    rate: str
    nominal: str | UnsetType = UNSET
    effective: str | UnsetType = UNSET


class WorthRequest(Request, frozen=True, kw_only=True, tag="worth"):
    """What flows are worth on a day."""

    flows: Flows
    annual_rate: Annotated[Number, Meta(description="Effective rate a year, above -1.")]
    on: Day
    day_count: DayCount = DayCount.ACTUAL_365


class WorthAnswer(Answer, frozen=True, kw_only=True):
    """The value of all flows on that day, rounded half up."""

    worth: str


_OWN_FIELDS = {
    Convention.XIRR: "day_count",
    Convention.IRR_PERIODIC: "per_year",
    Convention.US_REG_Z: "unit_period",
    Convention.EU_APRC: "interval",
}


def rate(request: RateRequest) -> RateAnswer:
    """Return the rate that a request asks for. Raises `BadFieldError`."""
    for convention, name in _OWN_FIELDS.items():
        value = getattr(request, name)
        if convention is not request.convention and not isinstance(value, UnsetType):
            raise BadFieldError(name, value, f"only_with_{convention.value}")
    match request.convention:
        case Convention.XIRR:
            return _xirr(request)
        case Convention.IRR_PERIODIC:
            return _irr_periodic(request)
        case Convention.US_REG_Z:
            return _us_reg_z(request)
        case Convention.EU_APRC:
            return _eu_aprc(request)
    assert_never(request.convention)


def worth(request: WorthRequest) -> WorthAnswer:
    """Return the worth that a request asks for. Raises `BadFieldError`."""
    annual_rate = number_of("annual_rate", request.annual_rate, least=None, most=WORTH_RATE_MAX)
    if annual_rate <= Fraction(RATE_ABOVE):
        raise BadFieldError("annual_rate", request.annual_rate, f"above_{RATE_ABOVE}")
    value = worth_on(_dated(request.flows), annual_rate, request.on, request.day_count)
    if abs(value) >= WORTH_BELOW_MINOR:
        raise BadFieldError("annual_rate", request.annual_rate, "worth_of_at_most_16_digits")
    return WorthAnswer(id=request.id, worth=money_of(value))


def _xirr(request: RateRequest) -> RateAnswer:
    counted = request.day_count
    day_count = DayCount.ACTUAL_365 if isinstance(counted, UnsetType) else counted
    found = _found(xirr(_dated(request.flows), day_count), request)
    return RateAnswer(id=request.id, rate=rate_text(found), effective=rate_text(found))


def _irr_periodic(request: RateRequest) -> RateAnswer:
    amounts = [minor_of("flows", flow.amount, least=None) for flow in request.flows]
    found = _found(irr_periodic(amounts), request)
    if isinstance(request.per_year, UnsetType):
        return RateAnswer(id=request.id, rate=rate_text(found))
    return RateAnswer(
        id=request.id,
        rate=rate_text(found),
        nominal=rate_text(PRECISE.multiply(found, Decimal(request.per_year))),
        effective=rate_text(compounded(found, Fraction(request.per_year))),
    )


def _us_reg_z(request: RateRequest) -> RateAnswer:
    unit_period = _unit_period(request.unit_period)
    found = annual_percentage_rate(_dated(request.flows), unit_period)
    if isinstance(found, RateRefusal):
        raise _no_one_rate(found, request)
    return RateAnswer(
        id=request.id,
        rate=rate_text(found.rate),
        nominal=rate_text(found.rate),
        effective=rate_text(compounded(found.unit_rate, unit_period.per_year)),
    )


def _eu_aprc(request: RateRequest) -> RateAnswer:
    asked = request.interval
    interval = Interval.MONTHS if isinstance(asked, UnsetType) else asked
    found = _found(annual_percentage_rate_of_charge(_dated(request.flows), interval), request)
    return RateAnswer(id=request.id, rate=rate_text(found), effective=rate_text(found))


def _found(rate_or_refusal: Decimal | RateRefusal, request: RateRequest) -> Decimal:
    """Return the rate, or raise the problem that there is not exactly one."""
    if isinstance(rate_or_refusal, RateRefusal):
        raise _no_one_rate(rate_or_refusal, request)
    return rate_or_refusal


def _no_one_rate(refusal: RateRefusal, request: RateRequest) -> BadFieldError:
    """Return the problem with the interval that was searched."""
    problem = BadFieldError("flows", request.flows, refusal.value)
    problem.interval = {"above": str(RATE_ABOVE), "below": str(RATE_BELOW)}
    return problem


def _dated(flows: Sequence[FlowField]) -> list[Flow]:
    """Return flows that all have their day."""
    return [
        Flow(on=_day(flow), amount_minor=minor_of("flows", flow.amount, least=None))
        for flow in flows
    ]


def _day(flow: FlowField) -> date:
    """Return a flow's day, which every convention but irr_periodic needs."""
    if isinstance(flow.on, UnsetType):
        raise BadFieldError("flows", flow, "on_required")
    return flow.on


def _unit_period(field: UnitPeriodField | UnsetType) -> UnitPeriod:
    """Return the unit-period, of which exactly one field is given."""
    if isinstance(field, UnsetType):
        raise BadFieldError("unit_period", None, "required")
    asked = [(unit, getattr(field, unit.value)) for unit in UnitOf]
    units = [(unit, count) for unit, count in asked if isinstance(count, int)]
    if len(units) != 1:
        raise BadFieldError("unit_period", field, "exactly_one_unit")
    unit, count = units[0]
    return UnitPeriod(count=count, unit=unit)
