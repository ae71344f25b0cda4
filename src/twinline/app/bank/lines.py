"""Lines: their limits, and the caps that the customer sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.answers import LineAnswer, line_answer
from twinline.app.bank.command import Command, Family, OfCustomer, Outcome, Scope
from twinline.app.bank.deciding import Deciding, bank_itself, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import (
    Identifier,
    Money,
    Rate,
    money,
    not_negative_minor,
    positive_minor,
)
from twinline.app.bank.limits import group_following
from twinline.app.bank.posting import HeadroomAnswer, headroom_after, headroom_answer, told
from twinline.app.bank.reason import Reason, reason_like, refused
from twinline.app.bank.store import Posting
from twinline.compliance.person_control import lawful_joint_minor, person_cap
from twinline.kernel.rate import parse_decimal
from twinline.ledger.control import Control
from twinline.lines.available import Controls, control_of
from twinline.lines.limit import (
    Bounds,
    NewBase,
    Side,
    change_base,
    movable_minor,
    move_between,
    set_temporary,
)
from twinline.lines.line import TemporaryLimit
from twinline.lines.moves import MoveRefusal
from twinline.lines.restrictions import set_own_cap
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.store import Snapshot
    from twinline.decision.law import LawValues
    from twinline.lines.line import Line

_PPM: Final = 1_000_000


class LinesOutcome(Outcome, frozen=True, kw_only=True):
    """The lines that were changed, as they stand, and what is left of every limit."""

    customer_id: str
    lines: tuple[LineAnswer, ...]
    headroom: HeadroomAnswer


class OfLine(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request about one line."""

    product: Product


def lines_posting(
    snapshot: Snapshot,
    call: Call,
    changed: tuple[Line, ...],
    *,
    beside: Mapping[Control, int] | None = None,
    cause: str = "",
) -> Posting:
    """Return the posting of changed lines: the controls follow them in the same group."""
    lines = {**snapshot.lines, **{line.product: line for line in changed}}
    group, _ = group_following(snapshot, call, lines, beside=beside, cause=cause)
    customer_id, currency = snapshot.customer.customer_id, snapshot.customer.currency
    answer = LinesOutcome(
        customer_id=customer_id,
        lines=tuple(line_answer(line, call.business_on) for line in changed),
        headroom=headroom_answer(headroom_after(snapshot, group), currency),
    )
    return Posting(
        group=group,
        seq_seen=snapshot.seq,
        answer=text(answer),
        lines=changed,
        events=told(customer_id, call, EventKind.LINES_CHANGED, answer),
    )


LINE_STATE: reason.Written = (
    "line_state",
    Family.CONFLICT,
    "a line whose state allows it; docs/reference/lines.md has the table",
)


SAME_DECISION: reason.Written = (
    "same_decision",
    Family.CONFLICT,
    "a decision of its own for every change",
)
BASE_CHANGED: reason.Written = (
    "base_changed",
    Family.CONFLICT,
    "the base version that the decision saw; another has set the limit since: decide again",
)


def used_minor(snapshot: Snapshot, product: Product) -> int:
    """Return what is used of a line, holds included, in minor units."""
    controls = Controls(limits=snapshot.limits, headroom=snapshot.headroom)
    return controls.used_minor(control_of(product))


def limit_told(why: Reason, limit: str, law: LawValues, currency: str) -> str:
    """Return a refused limit, with the most there may be where it is more."""
    if why.value != MoveRefusal.ABOVE_MAXIMUM.value:
        return limit
    return f"{limit}, at most {money(law.person_cap_minor, currency)}"


class ChangeLimitRefusal(Reason):
    """Why a limit is not changed, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    AMOUNT_INVALID = reason.AMOUNT_INVALID
    RATE_ABOVE_CEILING = (
        "rate_above_ceiling",
        Family.RULE,
        "at most the all-in cost a year that the law allows",
    )
    LINE_STATE = LINE_STATE
    SAME_DECISION = SAME_DECISION
    BASE_CHANGED = BASE_CHANGED
    BELOW_MINIMUM = ("below_minimum", Family.RULE, "at least the smallest limit there is, or 0")
    ABOVE_MAXIMUM = ("above_maximum", Family.RULE, "at most what the law lets one person owe")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class ChangeLimitRequest(OfLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision sets a line's base limit, and with it what both lines have together.

    `base_version_seen` is the line's version that the decision was made on. `joint_limit` and
    `rate` stay as they are where they are not given; a rate holds for new use only.
    """

    decision_id: Identifier
    limit: Money
    base_version_seen: Annotated[int, Meta(ge=1)]
    joint_limit: Money | None = None
    rate: Rate | None = None


def change_limit(
    snapshot: Snapshot, request: ChangeLimitRequest, call: Call, bank: Bank
) -> Posting | Refused:
    """Return a line under a new base limit. A cut below what is used is nothing special."""
    line, currency = snapshot.lines.get(request.product), snapshot.customer.currency
    if line is None:
        return refused(ChangeLimitRefusal.LINE_NOT_FOUND, "product", request.product)
    limit = not_negative_minor(request.limit, currency)
    if limit is None:
        return refused(ChangeLimitRefusal.AMOUNT_INVALID, "limit", request.limit)
    joint = None
    if request.joint_limit is not None:
        joint = not_negative_minor(request.joint_limit, currency)
        if joint is None:
            return refused(ChangeLimitRefusal.AMOUNT_INVALID, "joint_limit", request.joint_limit)
    law = bank.law.values(bank.house.licence, call.business_on, currency)
    price_ppm = line.price_ppm
    if request.rate is not None:
        price_ppm = ppm_of(request.rate)
        if price_ppm > law.price_ceiling_ppm:
            return refused(ChangeLimitRefusal.RATE_ABOVE_CEILING, "rate", request.rate)
    new = NewBase(
        decision_id=request.decision_id,
        limit_minor=limit,
        base_version_seen=request.base_version_seen,
    )
    bounds = Bounds(least_minor=1, most_minor=law.person_cap_minor)
    changed = change_base(line, new, bounds, call.business_on)
    if isinstance(changed, MoveRefusal):
        why = reason_like(ChangeLimitRefusal, changed)
        return refused(why, "limit", limit_told(why, request.limit, law, currency))
    cap = person_cap(bank.law, (bank.house.licence,), call.business_on, currency)
    return lines_posting(
        snapshot,
        call,
        (replace(changed, price_ppm=price_ppm),),
        beside=None if joint is None else {Control.JOINT: lawful_joint_minor(cap, joint)},
        cause=f"decision:{request.decision_id}",
    )


def ppm_of(rate: str) -> int:
    """Return a rate in parts per million, rounded up: never less than was written."""
    value = parse_decimal(rate)
    assert value is not None, "the field's pattern admits decimal text only"
    return -(-value.numerator * _PPM // value.denominator)


class TemporaryRefusal(Reason):
    """Why there is no temporary limit, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    LINE_STATE = LINE_STATE
    ABOVE_MAXIMUM = ChangeLimitRefusal.ABOVE_MAXIMUM.written
    NO_RISE = ("no_rise", Family.RULE, "above the base limit")
    DAYS_REVERSED = ("days_reversed", Family.RULE, "a last day not before the first, nor past")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class TemporaryRequest(OfLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More limit for some days, whose last is announced from the start."""

    limit: Money
    from_on: date
    last_on: date


def lend_for_a_while(
    snapshot: Snapshot, request: TemporaryRequest, call: Call, bank: Bank
) -> Posting | Refused:
    """Return a line with a temporary limit; its end comes by the day alone."""
    line, currency = snapshot.lines.get(request.product), snapshot.customer.currency
    if line is None:
        return refused(TemporaryRefusal.LINE_NOT_FOUND, "product", request.product)
    limit = positive_minor(request.limit, currency)
    if limit is None:
        return refused(TemporaryRefusal.AMOUNT_NOT_POSITIVE, "limit", request.limit)
    law = bank.law.values(bank.house.licence, call.business_on, currency)
    wanted = TemporaryLimit(limit_minor=limit, from_on=request.from_on, last_on=request.last_on)
    bounds = Bounds(least_minor=1, most_minor=law.person_cap_minor)
    changed = set_temporary(line, wanted, bounds, call.business_on)
    if isinstance(changed, MoveRefusal):
        why = reason_like(TemporaryRefusal, changed)
        return refused(why, "limit", limit_told(why, request.limit, law, currency))
    return lines_posting(snapshot, call, (changed,), cause="temporary_limit")


class MoveLimitRefusal(Reason):
    """Why limit does not move between the lines, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    LINE_STATE = LINE_STATE
    LINE_STOPPED = reason.LINE_STOPPED
    SAME_DECISION = ChangeLimitRefusal.SAME_DECISION.written
    BASE_CHANGED = ChangeLimitRefusal.BASE_CHANGED.written
    BELOW_MINIMUM = ChangeLimitRefusal.BELOW_MINIMUM.written
    ABOVE_MAXIMUM = ChangeLimitRefusal.ABOVE_MAXIMUM.written
    NOT_FREE = ("not_free", Family.LIMIT, "at most what is free of the giving line")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


_TOO_MUCH: Final = frozenset(
    {MoveLimitRefusal.BELOW_MINIMUM, MoveLimitRefusal.ABOVE_MAXIMUM, MoveLimitRefusal.NOT_FREE}
)
"""What less of an amount may mend."""


class MoveLimitRequest(OfCustomer, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer wants limit moved from one line to the other (R93). The total stays."""

    from_product: Product
    amount: Money


def move_limit(
    snapshot: Snapshot, request: MoveLimitRequest, call: Call, bank: Bank
) -> Posting | Refused:
    """Return both lines after the move: only what is not used can go."""
    amount = positive_minor(request.amount, snapshot.customer.currency)
    if amount is None:
        return refused(MoveLimitRefusal.AMOUNT_NOT_POSITIVE, "amount", request.amount)
    if len(snapshot.lines) < len(Product):
        return refused(MoveLimitRefusal.LINE_NOT_FOUND)
    law = bank.law.values(bank.house.licence, call.business_on, snapshot.customer.currency)
    bounds = Bounds(least_minor=0, most_minor=law.person_cap_minor)
    giver = _side(snapshot, request.from_product, bounds)
    other = next(each for each in Product if each is not request.from_product)
    taker = _side(snapshot, other, bounds)
    moved = move_between(giver, taker, amount, request_id=f"wish:{call.key}", on=call.business_on)
    if isinstance(moved, MoveRefusal):
        why = reason_like(MoveLimitRefusal, moved)
        most = movable_minor(giver, taker, call.business_on)
        available = money(most, snapshot.customer.currency) if why in _TOO_MUCH else ""
        return refused(why, "amount", request.amount, available)
    return lines_posting(snapshot, call, moved, cause="customer_wish")


def _side(snapshot: Snapshot, product: Product, bounds: Bounds) -> Side:
    line = snapshot.lines[product]
    return Side(
        line=line,
        used_minor=used_minor(snapshot, product),
        bounds=bounds,
        base_version_seen=line.base_version,
    )


class OwnCapRefusal(Reason):
    """Why the customer's own cap is not set, in the order the checks run."""

    CUSTOMER_NOT_FOUND = reason.CUSTOMER_NOT_FOUND
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    LINE_NOT_FOUND = reason.LINE_NOT_FOUND
    AMOUNT_INVALID = reason.AMOUNT_INVALID
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class OwnCapRequest(OfLine, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The customer's own cap on a line, none without `cap` (R94).

    A tighter cap holds at once; a wider one, or none, after the house's days of thought.
    """

    cap: Money | None = None


def own_cap(
    snapshot: Snapshot, request: OwnCapRequest, call: Call, bank: Bank
) -> Posting | Refused:
    """Return a line under the customer's own cap."""
    line, cap = snapshot.lines.get(request.product), request.cap
    if line is None:
        return refused(OwnCapRefusal.LINE_NOT_FOUND, "product", request.product)
    minor = None if cap is None else not_negative_minor(cap, line.currency)
    if cap is not None and minor is None:
        return refused(OwnCapRefusal.AMOUNT_INVALID, "cap", cap)
    changed = set_own_cap(
        line,
        f"own:{call.key}",
        minor,
        on=call.business_on,
        eases_on=bank.house.eases_on(call.business_on),
    )
    return lines_posting(snapshot, call, (changed,), cause="customer_wish")


COMMANDS: Final[tuple[Command[Any, Any], ...]] = (
    Command(
        name="change_limit",
        meaning="A decision sets a line's base limit; what is owed is not touched.",
        method="POST",
        path="/v1/customers/{customer_id}/lines/{product}/limit",
        request=ChangeLimitRequest,
        outcome=LinesOutcome,
        refusals=ChangeLimitRefusal,
        scope=Scope.OPENING,
        keyed=True,
        run=Deciding(
            reasons=ChangeLimitRefusal,
            outcome=LinesOutcome,
            look_up=bank_itself,
            decide=change_limit,
        ),
    ),
    Command(
        name="lend_temporarily",
        meaning="A line has more limit for some days; the last is announced from the start.",
        method="POST",
        path="/v1/customers/{customer_id}/lines/{product}/temporary-limit",
        request=TemporaryRequest,
        outcome=LinesOutcome,
        refusals=TemporaryRefusal,
        scope=Scope.OPENING,
        keyed=True,
        run=Deciding(
            reasons=TemporaryRefusal,
            outcome=LinesOutcome,
            look_up=bank_itself,
            decide=lend_for_a_while,
        ),
    ),
    Command(
        name="move_limit",
        meaning="Limit moves from one line to the other at the customer's wish.",
        method="POST",
        path="/v1/customers/{customer_id}/limit-moves",
        request=MoveLimitRequest,
        outcome=LinesOutcome,
        refusals=MoveLimitRefusal,
        scope=Scope.OPENING,
        keyed=True,
        run=Deciding(
            reasons=MoveLimitRefusal, outcome=LinesOutcome, look_up=bank_itself, decide=move_limit
        ),
    ),
    Command(
        name="set_own_cap",
        meaning="The customer caps a line: at once if tighter, after days of thought if wider.",
        method="PUT",
        path="/v1/customers/{customer_id}/lines/{product}/own-cap",
        request=OwnCapRequest,
        outcome=LinesOutcome,
        refusals=OwnCapRefusal,
        scope=Scope.OPENING,
        keyed=True,
        run=Deciding(
            reasons=OwnCapRefusal, outcome=LinesOutcome, look_up=bank_itself, decide=own_cap
        ),
    ),
)
