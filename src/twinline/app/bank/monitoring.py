"""What a monitor may do: stop new lending at once, by itself. Only persons let it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Request, Scope
from twinline.app.bank.fields import Code, Identifier, Words
from twinline.app.bank.operations import SetStopRefusal, StopsOutcome, stops_written
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.recording import Recording, Written
from twinline.app.bank.stops import stop_document, stops_of
from twinline.compliance.lending_stop import LendingStop, Setter
from twinline.lines.line import Cause
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused

Figure = Annotated[
    str,
    Meta(
        pattern=r"^-?[0-9]{1,18}(\.[0-9]{1,12})?$",
        description="Decimal text.",
        examples=["0.0795"],
    ),
]


class MonitorStopRefusal(Reason):
    """Why a monitor's stop is not set, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    STOP_ID_TAKEN = SetStopRefusal.STOP_ID_TAKEN.written


class MonitorStopRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `figure` was `seen` beyond its `threshold`: new lending stops, until `ends_when`.

    The stop is of a product, licence or funder, or of all that are not named.
    """

    stop_id: Identifier
    cause: Cause
    reason: Code
    figure: Identifier
    seen: Figure
    threshold: Figure
    ends_when: Words
    product: Product | None = None
    licence: Licence | None = None
    funder: Identifier | None = None


async def _set(
    bank: Bank, request: MonitorStopRequest, call: Call
) -> Written[StopsOutcome] | Refused:
    standing, version = await stops_of(bank.register)
    new = LendingStop(
        stop_id=request.stop_id,
        cause=request.cause,
        reason=request.reason,
        from_on=call.business_on,
        set_by=call.client,
        set_as=Setter.MONITOR,
        product=request.product,
        licence=request.licence,
        funder=request.funder,
        figure=request.figure,
        seen=request.seen,
        threshold=request.threshold,
        ends_when=request.ends_when,
    )
    same_id = next((stop for stop in standing if stop.stop_id == new.stop_id), None)
    if same_id is None:
        return stops_written((*standing, new), version, call)
    if not _says_again(new, same_id):
        return refused(MonitorStopRefusal.STOP_ID_TAKEN, "stop_id", new.stop_id)
    return Written(StopsOutcome(stops=tuple(map(stop_document, standing))), ())


def _says_again(new: LendingStop, standing: LendingStop) -> bool:
    """Return whether a monitor that looks again finds what it has stopped lending for already."""
    return (
        new.set_as is standing.set_as
        and new.set_by == standing.set_by
        and (new.product, new.licence, new.funder)
        == (standing.product, standing.licence, standing.funder)
    )


SET_MONITOR_STOP = Command(
    name="set_monitor_stop",
    meaning="A monitor stops new lending at once, by what it has seen; only persons lift it. Said "
    "again while it stands, it stands as it is.",
    method="POST",
    path="/v1/monitor-stops",
    request=MonitorStopRequest,
    outcome=StopsOutcome,
    refusals=MonitorStopRefusal,
    scope=Scope.MONITORING,
    keyed=True,
    run=Recording(reasons=MonitorStopRefusal, outcome=StopsOutcome, decide=_set),
    success=201,
)
COMMANDS = (SET_MONITOR_STOP,)
