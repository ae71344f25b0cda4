"""What is done where a book is found untrue: new use stops at once, and nothing is repaired.

What is not true of a customer stops that customer's lines; what is not true of an account that
many share, or of more customers than anybody looks into one by one, stops all new lending. Both
are commands like anybody's, by the ledger's own monitor: they are booked, told and lifted as such.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from twinline.app.bank.command import Call, Refused
from twinline.app.bank.monitoring import SET_MONITOR_STOP, MonitorStopRequest
from twinline.app.bank.restrictions import RESTRICT, RestrictRequest
from twinline.app.bank.verify import BUSY
from twinline.app.fault import Fault
from twinline.lines.effective import is_active
from twinline.lines.line import Cause, RestrictionKind

if TYPE_CHECKING:
    from datetime import date

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.store import Snapshot
    from twinline.ledger.checks import Finding
    from twinline.lines.line import Line

MONITOR: Final = "ledger-monitor"
"""Who the commands are called by; no person, so it lifts nothing."""

REASON: Final = "BOOK_UNTRUE"
VERIFIED: Final = "book-untrue"
BALANCED: Final = "trial-balance"
"""The ids of the lending stops that a verification and a trial balance set."""

CUSTOMERS_MOST: Final = 100
"""Of how many customers' books something may be untrue until all new lending stops."""

_LENDING_ENDS_WHEN: Final = "the book is found true again, and two persons lift the stop"
_LINE_ENDS_WHEN: Final = "the lender has found the account true again, and ends the restriction"

NewCall = Callable[[], Call]
"""Makes a call by the monitor under a new key."""


@dataclass(slots=True)
class Untrue:
    """How much is not true of a book, and of whose; of so many owners as are looked into."""

    findings: int = 0
    owners: set[str] = field(default_factory=set)

    def add(self, finding: Finding) -> None:
        """Take a finding in. Whoever would not hold still is no untruth."""
        if finding.invariant == BUSY:
            return
        self.findings += 1
        if len(self.owners) <= CUSTOMERS_MOST:
            self.owners.add(finding.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Whose new use was stopped, and whether all new lending was."""

    customers: tuple[str, ...] = ()
    lending: bool = False


async def stop_new_use(bank: Bank, found: Untrue, new_call: NewCall) -> Stopped:
    """Stop the new use that what is untrue bears on; where it is stopped already, leave it so."""
    if not found.findings:
        return Stopped()
    customers, lending = [], len(found.owners) > CUSTOMERS_MOST
    for owner in () if lending else sorted(found.owners):
        snapshot = await bank.store.snapshot(owner)
        if snapshot is None:
            lending = True
        elif await _lines_stopped(bank, snapshot, new_call):
            customers.append(owner)
        else:  # what cannot be stopped apart is stopped with all else
            lending = True
    if lending:
        await stop_lending(bank, VERIFIED, ("findings", found.findings), new_call())
    return Stopped(customers=tuple(customers), lending=lending)


async def stop_lending(bank: Bank, stop_id: str, seen: tuple[str, int], call: Call) -> None:
    """Stop all new lending, by a figure that is 0 in a true book. Raises `NotStopped`."""
    figure, count = seen
    request = MonitorStopRequest(
        stop_id=stop_id,
        cause=Cause.POLICY,
        reason=REASON,
        figure=figure,
        seen=str(count),
        threshold="0",
        ends_when=_LENDING_ENDS_WHEN,
    )
    answer = await SET_MONITOR_STOP.run(bank, request, call)
    if isinstance(answer, Refused):
        raise NotStopped(stop_id, answer)


class NotStopped(Fault):
    """New lending could not be stopped, and goes on: somebody has to stop it."""

    def __init__(self, stop_id: str, refused: Refused) -> None:
        """Name the stop that was asked for, and why it was refused."""
        super().__init__(
            place=f"lending stop {stop_id}",
            value=f"not set, {refused.reason}",
            rule=f"must be {refused.rule}; lending goes on, so stop it by hand",
        )


async def _lines_stopped(bank: Bank, snapshot: Snapshot, new_call: NewCall) -> bool:
    """Stop new use of a customer's lines; return whether all of them are stopped."""
    for line in snapshot.lines.values():
        call = new_call()
        if _is_stopped(line, call.business_on):
            continue
        request = RestrictRequest(
            customer_id=snapshot.customer.customer_id,
            product=line.product,
            restriction_id=call.key,
            kind=RestrictionKind.STOP,
            cause=Cause.POLICY,
            reason=REASON,
            end_condition=_LINE_ENDS_WHEN,
            contest="ask the lender to look into the account",
        )
        if isinstance(await RESTRICT.run(bank, request, call), Refused):
            return False
    return True


def _is_stopped(line: Line, on: date) -> bool:
    return any(each.reason == REASON and is_active(each, on) for each in line.restrictions)
