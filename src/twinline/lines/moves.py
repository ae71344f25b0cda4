"""How a line moves from state to state: one table, and who may not.

A move touches no debt: dues, prices and plans of what is owed stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final, assert_never

from twinline.lines.effective import state_on
from twinline.lines.line import Line, LineState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from twinline.lines.line import Grounds
    from twinline.terms.product import Product

_S = LineState


@unique
class LineMove(StrEnum):
    """What may be done to a line's state."""

    TAKE_EFFECT = "take_effect"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    SUSPEND = "suspend"
    RESUME = "resume"
    WARN_DORMANT = "warn_dormant"
    MARK_DORMANT = "mark_dormant"
    KEEP_ALIVE = "keep_alive"
    CLOSE = "close"


@unique
class MoveRefusal(StrEnum):
    """Why a line was not changed, in the order the checks run."""

    LINE_STATE = "line_state"
    """The line's state does not allow it: `MOVES` has the table."""

    LINE_STOPPED = "line_stopped"
    """New use of the line is stopped, so its limit stays where it is."""

    TOO_EARLY = "too_early"
    """The day announced for it has not come."""

    NOT_SETTLED = "not_settled"
    """A line closes only when nothing is owed or kept and no hold waits."""

    SAME_DECISION = "same_decision"
    """What sets a base limit needs a decision of its own."""

    BASE_CHANGED = "base_changed"
    """Another decision has set the base limit since: decide again."""

    BELOW_MINIMUM = "below_minimum"
    ABOVE_MAXIMUM = "above_maximum"
    NOT_FREE = "not_free"
    """Only what is not used can move to another line."""

    NO_RISE = "no_rise"
    """A temporary limit must be above the base limit."""

    DAYS_REVERSED = "days_reversed"
    """The last day comes before the first."""

    ID_TAKEN = "id_taken"
    """The line has another restriction of this id."""

    NOT_FOUND = "not_found"
    """The line has no restriction of this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A row of the table: from which states, to which, and what it means."""

    from_states: tuple[LineState, ...]
    to_state: LineState
    meaning: str


MOVES: Final[Mapping[LineMove, Allowed]] = {
    LineMove.TAKE_EFFECT: Allowed(
        from_states=(_S.PENDING_EFFECTIVE,),
        to_state=_S.OPEN,
        meaning="A delayed grant becomes usable, by its day or because its condition is met.",
    ),
    LineMove.FREEZE: Allowed(
        from_states=(_S.OPEN, _S.DORMANT),
        to_state=_S.FROZEN,
        meaning="No new use until what froze the line has ended.",
    ),
    LineMove.UNFREEZE: Allowed(
        from_states=(_S.FROZEN,),
        to_state=_S.OPEN,
        meaning="What froze the line has ended.",
    ),
    LineMove.SUSPEND: Allowed(
        from_states=(_S.OPEN, _S.FROZEN, _S.DORMANT),
        to_state=_S.SUSPENDED,
        meaning="No new use until a review.",
    ),
    LineMove.RESUME: Allowed(
        from_states=(_S.SUSPENDED,),
        to_state=_S.OPEN,
        meaning="A review has found the line fit for use.",
    ),
    LineMove.WARN_DORMANT: Allowed(
        from_states=(_S.OPEN,),
        to_state=_S.OPEN,
        meaning="The customer is told the day on which the unused line will go to sleep.",
    ),
    LineMove.MARK_DORMANT: Allowed(
        from_states=(_S.OPEN,),
        to_state=_S.DORMANT,
        meaning="The announced day has come and the line is still unused. No fault of anyone.",
    ),
    LineMove.KEEP_ALIVE: Allowed(
        from_states=(_S.OPEN, _S.DORMANT),
        to_state=_S.OPEN,
        meaning="The customer wants to keep the line: one tap, no new decision.",
    ),
    LineMove.CLOSE: Allowed(
        from_states=(_S.PENDING_EFFECTIVE, _S.OPEN, _S.FROZEN, _S.SUSPENDED, _S.DORMANT),
        to_state=_S.CLOSED,
        meaning="Final, and only when all is settled. A new line needs a new decision.",
    ),
}
"""Every move there is; `grant` makes a line, or opens a closed one by a new decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A decision that opens a line. Amount in minor units, the year's price in parts per million.

    `effective_from_on` delays it: a later day, or None with `on_condition` for a condition.
    """

    product: Product
    currency: str
    licence: str
    funder: str
    decision_id: str
    base_limit_minor: int
    price_ppm: int | None = None
    effective_from_on: date | None = None
    on_condition: bool = False


def grant(before: Line | None, granted: Grant, on: date) -> Line | MoveRefusal:
    """Return the line a decision opens on a day, the first or after one that was closed.

    The base version goes on counting over a reopening; restrictions that lay on the closed line
    still do, since they follow from facts and not from the line's life.
    """
    if before is not None and before.state is not LineState.CLOSED:
        return MoveRefusal.LINE_STATE
    if before is not None and before.decision_id == granted.decision_id:
        return MoveRefusal.SAME_DECISION
    delayed = granted.effective_from_on is not None and granted.effective_from_on > on
    return Line(
        product=granted.product,
        state=_S.PENDING_EFFECTIVE if delayed or granted.on_condition else _S.OPEN,
        currency=granted.currency,
        base_limit_minor=granted.base_limit_minor,
        base_version=1 if before is None else before.base_version + 1,
        decision_id=granted.decision_id,
        licence=granted.licence,
        funder=granted.funder,
        opened_on=on,
        price_ppm=granted.price_ppm,
        effective_from_on=granted.effective_from_on,
        restrictions=() if before is None else before.restrictions,
    )


def move(
    line: Line,
    asked: LineMove,
    on: date,
    *,
    outstanding_minor: int,
    dormant_from_on: date | None = None,
) -> Line | MoveRefusal:
    """Return the line after a move, or why it does not move.

    `outstanding_minor` is all that waits, is owed or is kept on its contracts: holds, principal,
    interest, fees, penalties, what was overpaid. `dormant_from_on` is the day that `WARN_DORMANT`
    announces, after `on`. A move that was made already is refused like any other that the table
    does not name: idempotence is the caller's key.
    """
    allowed = MOVES[asked]
    if state_on(line, on) not in allowed.from_states:
        return MoveRefusal.LINE_STATE
    if (refusal := _refused(line, asked, on, outstanding_minor, dormant_from_on)) is not None:
        return refusal
    announced = dormant_from_on if asked is LineMove.WARN_DORMANT else None
    return replace(line, state=allowed.to_state, dormant_from_on=announced, grounds=None)


def stop(line: Line, asked: LineMove, on: date, grounds: Grounds) -> Line | MoveRefusal:
    """Return the line frozen or suspended on its grounds, or why it does not move."""
    assert MOVES[asked].to_state in {LineState.FROZEN, LineState.SUSPENDED}, asked
    moved = move(line, asked, on, outstanding_minor=0)
    return moved if isinstance(moved, MoveRefusal) else replace(moved, grounds=grounds)


def used(line: Line, on: date) -> Line:
    """Return the line after new use on a day: it is in use, so no dormancy is announced."""
    last = on if line.last_used_on is None else max(on, line.last_used_on)
    return replace(line, last_used_on=last, dormant_from_on=None)


def _refused(
    line: Line, asked: LineMove, on: date, outstanding_minor: int, dormant_from_on: date | None
) -> MoveRefusal | None:
    """Return what speaks against a move that the state allows."""
    match asked:
        case LineMove.TAKE_EFFECT:
            day = line.effective_from_on
            too_early = day is not None and on < day
        case LineMove.WARN_DORMANT:
            too_early = dormant_from_on is None or dormant_from_on <= on
        case LineMove.MARK_DORMANT:
            too_early = line.dormant_from_on is None or on < line.dormant_from_on
        case LineMove.CLOSE:
            return MoveRefusal.NOT_SETTLED if outstanding_minor else None
        case (
            LineMove.FREEZE
            | LineMove.UNFREEZE
            | LineMove.SUSPEND
            | LineMove.RESUME
            | LineMove.KEEP_ALIVE
        ):
            too_early = False
        case _:
            assert_never(asked)
    return MoveRefusal.TOO_EARLY if too_early else None
