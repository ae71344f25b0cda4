"""Lines and new use: frozen, suspended, asleep, kept alive, closed. What is owed stays as it is.

Who stops new use says why, whose doing it is, what ends it and how it can be contested; the same
moment's event tells the customer.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Scope
from twinline.app.bank.deciding import Deciding, nothing_else
from twinline.app.bank.fields import Code, Words
from twinline.app.bank.lines import LINE_STATE, LinesOutcome, OfLine, lines_posting, used_minor
from twinline.app.bank.reason import Reason, reason_like, refused
from twinline.lines.line import Cause, Grounds
from twinline.lines.moves import LineMove, MoveRefusal, move, stop

if TYPE_CHECKING:
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.store import Posting, Snapshot
    from twinline.terms.product import Product


class MoveLineRefusal(Reason):
    """Why a line's state does not change, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    LINE_STATE = LINE_STATE
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class AnnouncedMoveRefusal(Reason):
    """Why a line's state does not change on a day, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    LINE_STATE = LINE_STATE
    TOO_EARLY = (
        "too_early",
        Family.RULE,
        "a day that was announced and has come; one that is announced lies ahead",
    )
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class CloseLineRefusal(Reason):
    """Why a line is not closed, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    LINE_STATE = LINE_STATE
    NOT_SETTLED = (
        "not_settled",
        Family.RULE,
        "a line closes once nothing is owed, held or kept on it",
    )
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class StopLineRequest(OfLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New use of a line stops at once: whose doing it is, why, what ends it, how to contest it."""

    cause: Cause
    reason: Code
    end_condition: Words
    contest: Words


class WarnDormantRequest(OfLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The day from which a line that stays unused will sleep."""

    dormant_from_on: date


def moved(snapshot: Snapshot, request: OfLine, call: Call, asked: LineMove) -> Posting | Refused:
    """Return a line after a move, or why it does not move."""
    reasons = refusals_of(asked)
    line = snapshot.lines.get(request.product)
    if line is None:
        return refused(reasons["LINE_NOT_FOUND"], "product", request.product)
    ahead = request.dormant_from_on if isinstance(request, WarnDormantRequest) else None
    if isinstance(request, StopLineRequest):
        changed = stop(line, asked, call.business_on, _grounds(request))
    else:
        changed = move(
            line,
            asked,
            call.business_on,
            outstanding_minor=_outstanding(snapshot, request.product),
            dormant_from_on=ahead,
        )
    if isinstance(changed, MoveRefusal):
        return refused(reason_like(reasons, changed), "state", line.state)
    return lines_posting(snapshot, call, (changed,), cause=asked)


def refusals_of(asked: LineMove) -> type[Reason]:
    """Return the reasons for which a move may be refused."""
    match asked:
        case LineMove.CLOSE:
            return CloseLineRefusal
        case LineMove.TAKE_EFFECT | LineMove.WARN_DORMANT | LineMove.MARK_DORMANT:
            return AnnouncedMoveRefusal
        case _:
            return MoveLineRefusal


def request_of(asked: LineMove) -> type[OfLine]:
    """Return what a move is asked with."""
    match asked:
        case LineMove.FREEZE | LineMove.SUSPEND:
            return StopLineRequest
        case LineMove.WARN_DORMANT:
            return WarnDormantRequest
        case _:
            return OfLine


def _grounds(request: StopLineRequest) -> Grounds:
    return Grounds(
        cause=request.cause,
        reason=request.reason,
        end_condition=request.end_condition,
        contest=request.contest,
    )


def _outstanding(snapshot: Snapshot, product: Product) -> int:
    """Return what is used of a line, and what else is owed or kept on its contracts."""
    beside = (
        contract.owed.interest + contract.owed.fee + contract.owed.penalty + contract.owed.over
        for contract in snapshot.contracts.values()
        if contract.product is product
    )
    return used_minor(snapshot, product) + sum(beside)


def _moving(asked: LineMove) -> Deciding[OfLine, LinesOutcome, None]:
    def decide(
        snapshot: Snapshot, request: OfLine, call: Call, _around: None
    ) -> Posting | Refused:
        return moved(snapshot, request, call, asked)

    reasons = refusals_of(asked)
    return Deciding(reasons=reasons, outcome=LinesOutcome, look_up=nothing_else, decide=decide)


_MEANINGS: Final = {
    LineMove.TAKE_EFFECT: "A delayed grant becomes usable: its day or its condition has come.",
    LineMove.FREEZE: "A line admits no new use until what froze it has ended.",
    LineMove.UNFREEZE: "What froze a line has ended.",
    LineMove.SUSPEND: "A line admits no new use until a review.",
    LineMove.RESUME: "A review has found a suspended line fit for use.",
    LineMove.WARN_DORMANT: "The customer is told from which day an unused line will sleep.",
    LineMove.MARK_DORMANT: "An unused line sleeps from the day that was announced.",
    LineMove.KEEP_ALIVE: "The customer keeps a line that would go, or has gone, to sleep.",
    LineMove.CLOSE: "A line ends for good, once nothing is owed or held on it.",
}

COMMANDS: Final[tuple[Command[Any, Any], ...]] = tuple(
    Command(
        name=f"{asked}_line",
        meaning=_MEANINGS[asked],
        method="POST",
        path=f"/v1/customers/{{customer_id}}/lines/{{product}}/{asked.replace('_', '-')}",
        request=request_of(asked),
        outcome=LinesOutcome,
        refusals=refusals_of(asked),
        scope=Scope.OPENING,
        keyed=True,
        run=_moving(asked),
    )
    for asked in LineMove
)
