"""Restrictions come and go: added and ended by id, the customer's own among them.

A restriction is an interval that follows from facts. Adding one again, or ending one again on the
same day, changes nothing, so that whoever derives restrictions may say the same thing twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from twinline.lines.effective import is_active
from twinline.lines.line import Cause, Restriction, RestrictionKind
from twinline.lines.moves import MoveRefusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from twinline.lines.line import Line

OWN_WISH: Final = "OWN_WISH"
"""The reason of what the customer asked for; its text blames nobody."""

_CAP: Final = RestrictionKind.CAP
_STOP: Final = RestrictionKind.STOP


def add_restriction(line: Line, new: Restriction) -> Line | MoveRefusal:
    """Return the line with a restriction; the line as it is if it has this very one already."""
    for restriction in line.restrictions:
        if restriction.restriction_id == new.restriction_id:
            same = replace(restriction, to_on=new.to_on) == new
            return line if same else MoveRefusal.ID_TAKEN
    if new.to_on is not None and new.to_on < new.from_on:
        return MoveRefusal.DAYS_REVERSED
    return _with(line, new)


def end_restriction(line: Line, restriction_id: str, to_on: date) -> Line | MoveRefusal:
    """Return the line with a restriction that ends before `to_on`.

    One that has not begun by then never holds. The end may be moved both ways: a payment that is
    backdated ends what it cures on an earlier day, its reversal on a later one.
    """
    if all(each.restriction_id != restriction_id for each in line.restrictions):
        return MoveRefusal.NOT_FOUND
    return _each(
        line, lambda each: _until(each, to_on) if each.restriction_id == restriction_id else each
    )


def set_own_cap(
    line: Line, restriction_id: str, cap_minor: int | None, *, on: date, eases_on: date
) -> Line:
    """Return the line under the customer's own cap, None for no cap (R94, R116).

    A tighter cap holds from `on`; a wider one, or none, from `eases_on`, so that a cap set on a
    calm day outlasts the moment. Until then the old one holds. A later wish replaces an earlier
    one that has not begun.
    """
    assert eases_on >= on, (on, eases_on)
    if any(each.restriction_id == restriction_id for each in line.restrictions):
        return line
    held = [each.amount_minor for each in line.restrictions if _is_own_cap(each, on)]
    wider = cap_minor is None or (bool(held) and cap_minor > min(held))
    from_on = eases_on if wider else on

    def superseded(each: Restriction) -> Restriction:
        if _is_own_cap(each, on):
            return _until(each, from_on)
        return _until(each, each.from_on) if _is_own(each, _CAP) and each.from_on > on else each

    line = _each(line, superseded)
    if cap_minor is None:
        return line
    return _with(line, _own(_CAP, restriction_id, from_on, cap_minor))


def set_no_credit(line: Line, restriction_id: str, on: date) -> Line:
    """Return the line in the mode without credit, from `on` until the customer lifts it (R116).

    If it is in that mode and its end was asked for, the end is taken back.
    """
    if any(_is_own_stop(each, on) for each in line.restrictions):
        return _each(
            line, lambda each: replace(each, to_on=None) if _is_own_stop(each, on) else each
        )
    return _with(line, _own(_STOP, restriction_id, on, 0))


def lift_no_credit(line: Line, *, on: date, eases_on: date) -> Line:
    """Return the line whose mode without credit ends on a day, not before `on`.

    Asked for again, the end stays where it was.
    """
    assert eases_on >= on, (on, eases_on)

    def lifted(each: Restriction) -> Restriction:
        return _until(each, eases_on) if _is_own_stop(each, on) and each.to_on is None else each

    return _each(line, lifted)


def _own(kind: RestrictionKind, restriction_id: str, from_on: date, minor: int) -> Restriction:
    return Restriction(
        restriction_id=restriction_id,
        kind=kind,
        cause=Cause.CUSTOMER,
        reason=OWN_WISH,
        from_on=from_on,
        end_condition="the customer lifts it",
        amount_minor=minor,
    )


def _is_own(restriction: Restriction, kind: RestrictionKind) -> bool:
    return restriction.cause is Cause.CUSTOMER and restriction.kind is kind


def _is_own_cap(restriction: Restriction, on: date) -> bool:
    return _is_own(restriction, _CAP) and is_active(restriction, on)


def _is_own_stop(restriction: Restriction, on: date) -> bool:
    return _is_own(restriction, _STOP) and is_active(restriction, on)


def _until(restriction: Restriction, to_on: date) -> Restriction:
    return replace(restriction, to_on=max(restriction.from_on, to_on))


def _with(line: Line, new: Restriction) -> Line:
    return replace(line, restrictions=(*line.restrictions, new))


def _each(line: Line, change: Callable[[Restriction], Restriction]) -> Line:
    return replace(line, restrictions=tuple(change(each) for each in line.restrictions))
