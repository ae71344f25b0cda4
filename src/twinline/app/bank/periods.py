"""Closed periods: what was reported to the general ledger is not booked into any more."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Outcome, Request, Scope
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.recording import Recording, Written
from twinline.app.bank.store import Busy, Closing

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused


class ClosingOutcome(Outcome, frozen=True, kw_only=True):
    """The last closing of a period; all empty if none was ever closed."""

    closed_until: date | None = None
    closed_by: str = ""
    closed_at: datetime | None = None


class ClosePeriodRefusal(Reason):
    """Why a period is not closed, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    SECOND_PERSON_MISSING = reason.SECOND_PERSON_MISSING
    PERIOD_NOT_OVER = ("period_not_over", Family.RULE, "a day before today's business day")
    PERIOD_CLOSED = (
        "period_closed",
        Family.CONFLICT,
        "no day before the last one that was closed: a period is never opened again",
    )


class ClosePeriodRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every day up to this one, itself included, is closed for good."""

    closed_until: date


async def _close(
    bank: Bank, request: ClosePeriodRequest, call: Call
) -> Written[ClosingOutcome] | Refused:
    """Close a period; asked for twice, by a call that was cut off, it is closed once."""
    if not reason.second_person(call):
        return refused(ClosePeriodRefusal.SECOND_PERSON_MISSING, "second_person")
    if request.closed_until >= call.business_on:
        rule, day = ClosePeriodRefusal.PERIOD_NOT_OVER, request.closed_until.isoformat()
        return refused(rule, "closed_until", day)
    asked = Closing(
        closed_until=request.closed_until,
        closed_by=f"{call.client}, {call.second_person}",
        closed_at=call.at,
    )
    try:
        last = await bank.store.close_period(asked)
    except Busy:
        return refused(ClosePeriodRefusal.IN_PROGRESS)
    if last.closed_until > request.closed_until:
        rule, day = ClosePeriodRefusal.PERIOD_CLOSED, last.closed_until.isoformat()
        return refused(rule, "closed_until", day)
    return Written(_told(last), ())


class ReadClosingRefusal(Reason):
    """A closing is always told."""


class ReadClosingRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Up to which day the book is closed."""


async def _read(bank: Bank, _request: ReadClosingRequest, _call: Call) -> ClosingOutcome:
    closing = await bank.store.closing()
    return ClosingOutcome() if closing is None else _told(closing)


def _told(closing: Closing) -> ClosingOutcome:
    return ClosingOutcome(
        closed_until=closing.closed_until,
        closed_by=closing.closed_by,
        closed_at=closing.closed_at,
    )


CLOSE_PERIOD = Command(
    name="close_period",
    meaning="Days are closed for good, by two persons: nothing booked later counts on them.",
    method="POST",
    path="/v1/closings",
    request=ClosePeriodRequest,
    outcome=ClosingOutcome,
    refusals=ClosePeriodRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=Recording(reasons=ClosePeriodRefusal, outcome=ClosingOutcome, decide=_close),
    needs_second_person=True,
    success=201,
)
READ_CLOSING = Command(
    name="read_closing",
    meaning="Up to which day the book is closed.",
    method="GET",
    path="/v1/closings/last",
    request=ReadClosingRequest,
    outcome=ClosingOutcome,
    refusals=ReadClosingRefusal,
    scope=Scope.READING,
    keyed=False,
    run=_read,
)
COMMANDS: Final[tuple[Command[Any, Any], ...]] = (CLOSE_PERIOD, READ_CLOSING)
