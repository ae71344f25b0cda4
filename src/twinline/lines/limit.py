"""Changes of a line's limit: its base by a decision, a temporary limit, limit moved between lines.

None of them touches what is owed: a cut below what is used leaves headroom negative until
repayments bring it back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from twinline.lines.effective import effective_limit, state_on, stop_on
from twinline.lines.line import LineState
from twinline.lines.moves import MoveRefusal

if TYPE_CHECKING:
    from datetime import date

    from twinline.lines.line import Line, TemporaryLimit

_RAISABLE: Final = (LineState.PENDING_EFFECTIVE, LineState.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a product and the law allow a base limit to be, both included, in minor units."""

    least_minor: int
    most_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBase:
    """A decision on a line's base limit, in minor units, and the base version it saw.

    `price_ppm` is the year's price of new use from now on, None to leave it.
    """

    decision_id: str
    limit_minor: int
    base_version_seen: int
    price_ppm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two lines between which limit moves: what is used of it, and its bounds."""

    line: Line
    used_minor: int
    bounds: Bounds
    base_version_seen: int


def change_base(line: Line, new: NewBase, bounds: Bounds, on: date) -> Line | MoveRefusal:
    """Return the line with a new base limit, or why it keeps the old one.

    A line that is frozen, suspended or dormant may be cut and is not raised; a closed one neither.
    A cut ends a temporary limit too: it says what is lent at most. Zero is always within bounds:
    it is how the whole limit is taken away without closing the line.
    """
    raised = new.limit_minor > line.base_limit_minor
    state = state_on(line, on)
    if state is LineState.CLOSED or (raised and state not in _RAISABLE):
        return MoveRefusal.LINE_STATE
    if new.decision_id == line.decision_id:
        return MoveRefusal.SAME_DECISION
    if new.base_version_seen != line.base_version:
        return MoveRefusal.BASE_CHANGED
    if (refusal := _outside(new.limit_minor, bounds)) is not None:
        return refusal
    cut = new.limit_minor < line.base_limit_minor
    return replace(
        line,
        base_limit_minor=new.limit_minor,
        base_version=line.base_version + 1,
        decision_id=new.decision_id,
        price_ppm=line.price_ppm if new.price_ppm is None else new.price_ppm,
        temporary=None if cut else line.temporary,
    )


def set_temporary(
    line: Line, temporary: TemporaryLimit, bounds: Bounds, on: date
) -> Line | MoveRefusal:
    """Return the line with a temporary limit whose end is announced, or why there is none.

    It replaces one that is there. Only an open line is given one.
    """
    if state_on(line, on) is not LineState.OPEN:
        return MoveRefusal.LINE_STATE
    if temporary.limit_minor > bounds.most_minor:
        return MoveRefusal.ABOVE_MAXIMUM
    if temporary.limit_minor <= line.base_limit_minor:
        return MoveRefusal.NO_RISE
    if temporary.last_on < max(temporary.from_on, on):
        return MoveRefusal.DAYS_REVERSED
    return replace(line, temporary=temporary)


def move_between(
    giver: Side, taker: Side, amount_minor: int, *, request_id: str, on: date
) -> tuple[Line, Line] | MoveRefusal:
    """Return both lines after limit moved from one to the other at the customer's wish (R93).

    The total stays. Only what is free of the giver can move, and nothing from or to a line whose
    new use is stopped, so that the wish never makes room that was not there. The giver stays above
    its minimum, the taker within its bounds. `request_id` stands for the decision.
    """
    assert amount_minor > 0, amount_minor
    still = [_still(side, request_id, on) for side in (giver, taker)]
    if found := [refusal for refusal in still if refusal is not None]:
        return min(found, key=list(MoveRefusal).index)
    given = _moved(giver.line, -amount_minor, request_id)
    taken = _moved(taker.line, amount_minor, request_id)
    floor = Bounds(least_minor=giver.bounds.least_minor, most_minor=giver.line.base_limit_minor)
    for line, bounds in ((given, floor), (taken, taker.bounds)):
        if (refusal := _outside(line.base_limit_minor, bounds)) is not None:
            return refusal
    if amount_minor > _free(giver, on):
        return MoveRefusal.NOT_FREE
    assert _total(given, taken) == _total(giver.line, taker.line)
    return given, taken


def movable_minor(giver: Side, taker: Side, on: date) -> int:
    """Return the most that `move_between` would move, 0 where nothing can; in minor units.

    It does not ask whether anything may move at all, which no amount changes.
    """
    base, least = giver.line.base_limit_minor, giver.bounds.least_minor
    most = min(_free(giver, on), taker.bounds.most_minor - taker.line.base_limit_minor)
    if 0 < base - most < least:
        most = base - least
    if taker.line.base_limit_minor + most < taker.bounds.least_minor:
        return 0
    return max(0, most)


def _free(side: Side, on: date) -> int:
    return min(side.line.base_limit_minor, _limit(side.line, on)) - side.used_minor


def _still(side: Side, request_id: str, on: date) -> MoveRefusal | None:
    """Return why neither more nor less limit comes to a line, whatever the amount."""
    if state_on(side.line, on) is not LineState.OPEN:
        return MoveRefusal.LINE_STATE
    if stop_on(side.line, on) is not None:
        return MoveRefusal.LINE_STOPPED
    if side.line.decision_id == request_id:
        return MoveRefusal.SAME_DECISION
    if side.base_version_seen != side.line.base_version:
        return MoveRefusal.BASE_CHANGED
    return None


def _moved(line: Line, change_minor: int, request_id: str) -> Line:
    return replace(
        line,
        base_limit_minor=line.base_limit_minor + change_minor,
        base_version=line.base_version + 1,
        decision_id=request_id,
    )


def _limit(line: Line, on: date) -> int:
    return effective_limit(line, on).limit_minor


def _total(one: Line, other: Line) -> int:
    return one.base_limit_minor + other.base_limit_minor


def _outside(limit_minor: int, bounds: Bounds) -> MoveRefusal | None:
    if limit_minor and limit_minor < bounds.least_minor:
        return MoveRefusal.BELOW_MINIMUM
    if limit_minor > bounds.most_minor:
        return MoveRefusal.ABOVE_MAXIMUM
    return None
