"""Restrictions on a line: caps, factors and stops that the lender lays on it, and their end.

A restriction follows from facts, so it is an interval with cause, reason and end condition; the
base limit stays, and comes back by the day alone. The customer's own caps have their own commands.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Scope
from twinline.app.bank.deciding import Deciding, nothing_else
from twinline.app.bank.fields import Code, Identifier, Money, Rate, Words, not_negative_minor
from twinline.app.bank.lines import LinesOutcome, OfLine, lines_posting
from twinline.app.bank.reason import Reason, reason_like, refused
from twinline.kernel.rate import parse_decimal
from twinline.lines.line import Cause, Restriction, RestrictionKind
from twinline.lines.moves import MoveRefusal
from twinline.lines.restrictions import add_restriction, end_restriction

if TYPE_CHECKING:
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.store import Posting, Snapshot
    from twinline.lines.line import Line

_WHOLE_PPM: Final = 1_000_000


class RestrictRefusal(Reason):
    """Why no restriction is laid on a line, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    CAUSE_CUSTOMERS = (
        "cause_customers",
        Family.RULE,
        "a cause of the lender's; what the customer wishes has its own commands",
    )
    CAP_INVALID = (
        "cap_invalid",
        Family.RULE,
        "an amount of 0 or more in the currency's decimals, for a cap and nothing else",
    )
    SHARE_INVALID = (
        "share_invalid",
        Family.RULE,
        "a share of the base limit up to 1, for a factor and nothing else",
    )
    ID_TAKEN = ("id_taken", Family.CONFLICT, "an id that no other restriction of the line has")
    DAYS_REVERSED = (
        "days_reversed",
        Family.RULE,
        "an end that does not come before the first day",
    )
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class RestrictRequest(OfLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cap of `amount`, a factor of `share` of the base limit, or a stop of new use.

    It holds from `from_on`, the business day where it is not given, to before `to_on`, or until it
    is ended.
    """

    restriction_id: Identifier
    kind: RestrictionKind
    cause: Cause
    reason: Code
    end_condition: Words
    contest: Words
    from_on: date | None = None
    to_on: date | None = None
    amount: Money | None = None
    share: Rate | None = None


def restrict(
    snapshot: Snapshot, request: RestrictRequest, call: Call, _around: None
) -> Posting | Refused:
    """Return a line under one more restriction; what is used stays, also above the limit."""
    line = snapshot.lines.get(request.product)
    if line is None:
        return refused(RestrictRefusal.LINE_NOT_FOUND, "product", request.product)
    if request.cause is Cause.CUSTOMER:
        return refused(RestrictRefusal.CAUSE_CUSTOMERS, "cause", request.cause)
    wanted = request.kind is RestrictionKind.CAP, request.kind is RestrictionKind.FACTOR
    amount = 0 if request.amount is None else not_negative_minor(request.amount, line.currency)
    if amount is None or (request.amount is not None) is not wanted[0]:
        return refused(RestrictRefusal.CAP_INVALID, "amount", request.amount)
    parts = _WHOLE_PPM if request.share is None else _share_ppm(request.share)
    if parts > _WHOLE_PPM or (request.share is not None) is not wanted[1]:
        return refused(RestrictRefusal.SHARE_INVALID, "share", request.share)
    new = Restriction(
        restriction_id=request.restriction_id,
        kind=request.kind,
        cause=request.cause,
        reason=request.reason,
        from_on=request.from_on or call.business_on,
        to_on=request.to_on,
        end_condition=request.end_condition,
        contest=request.contest,
        amount_minor=amount,
        parts_per_million=parts,
    )
    added = add_restriction(line, new)
    if isinstance(added, MoveRefusal):
        return refused(reason_like(RestrictRefusal, added), "restriction_id", new.restriction_id)
    return lines_posting(snapshot, call, (added,), cause=f"restriction:{new.restriction_id}")


def _share_ppm(share: str) -> int:
    """Return a share in parts per million, rounded down: never more than was written."""
    value = parse_decimal(share)
    assert value is not None, "the field's pattern admits decimal text only"
    return value.numerator * _WHOLE_PPM // value.denominator


class EndRestrictionRefusal(Reason):
    """Why a restriction does not end, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    NOT_FOUND = (
        "not_found",
        Family.MISSING,
        "a restriction of this id that the lender has laid on the line",
    )
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class EndRestrictionRequest(OfLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A restriction ends before `to_on`, the business day where it is not given."""

    restriction_id: Identifier
    to_on: date | None = None


def end(
    snapshot: Snapshot, request: EndRestrictionRequest, call: Call, _around: None
) -> Posting | Refused:
    """Return a line whose restriction ends; what it held back comes back."""
    line = snapshot.lines.get(request.product)
    if line is None:
        return refused(EndRestrictionRefusal.LINE_NOT_FOUND, "product", request.product)
    to_on = request.to_on or call.business_on
    name = request.restriction_id
    changed = end_restriction(line, name, to_on) if _is_lenders(line, name) else None
    if changed is None or isinstance(changed, MoveRefusal):
        return refused(EndRestrictionRefusal.NOT_FOUND, "restriction_id", name)
    return lines_posting(snapshot, call, (changed,), cause=f"restriction:{name}")


def _is_lenders(line: Line, restriction_id: str) -> bool:
    """Return whether a restriction is the lender's: no one but the customer ends the own."""
    return any(
        each.restriction_id == restriction_id and each.cause is not Cause.CUSTOMER
        for each in line.restrictions
    )


RESTRICT = Command(
    name="restrict_line",
    meaning="A cap, a factor or a stop lies on a line for a while, with cause and reason.",
    method="POST",
    path="/v1/customers/{customer_id}/lines/{product}/restrictions",
    request=RestrictRequest,
    outcome=LinesOutcome,
    refusals=RestrictRefusal,
    scope=Scope.OPENING,
    keyed=True,
    run=Deciding(
        reasons=RestrictRefusal, outcome=LinesOutcome, look_up=nothing_else, decide=restrict
    ),
)
COMMANDS: Final[tuple[Command[Any, Any], ...]] = (
    RESTRICT,
    Command(
        name="end_restriction",
        meaning="A restriction of the lender's ends; what it held back comes back.",
        method="POST",
        path="/v1/customers/{customer_id}/lines/{product}/restrictions/{restriction_id}/end",
        request=EndRestrictionRequest,
        outcome=LinesOutcome,
        refusals=EndRestrictionRefusal,
        scope=Scope.OPENING,
        keyed=True,
        run=Deciding(
            reasons=EndRestrictionRefusal, outcome=LinesOutcome, look_up=nothing_else, decide=end
        ),
    ),
)
