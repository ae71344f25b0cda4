"""What a line's limit is on a day, and whether the line admits new use.

Effective limit = min(base or temporary limit, active restrictions). Restrictions are dated
intervals, so the limit of any day follows from the line alone; nothing has to be run for one to
begin or to end.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final, assert_never

from twinline.lines.least import Term, TermKind, least
from twinline.lines.line import Cause, LineState, RestrictionKind

if TYPE_CHECKING:
    from datetime import date

    from twinline.lines.least import Least
    from twinline.lines.line import Line, Restriction

_PPM: Final = 1_000_000


@unique
class UseRefusal(StrEnum):
    """Why a line admits no new use, in the order the checks run."""

    LINE_PENDING_EFFECTIVE = "line_pending_effective"
    LINE_FROZEN = "line_frozen"
    LINE_SUSPENDED = "line_suspended"
    LINE_DORMANT = "line_dormant"
    LINE_CLOSED = "line_closed"

    NO_CREDIT = "no_credit"
    """The customer has asked for no credit."""

    LINE_STOPPED = "line_stopped"
    """A restriction stops new use; `stop_on` says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """A line's limit on a day, never negative, in minor units, with the terms it is the least of.

    A line that is not yet effective, or closed, has a limit of zero by its state. One that is
    frozen, suspended, dormant or stopped keeps its limit: only new use stops.
    """

    limit_minor: int
    least: Least

    @property
    def binding(self) -> Term:
        """The term that bound."""
        return self.least.binding


def state_on(line: Line, on: date) -> LineState:
    """Return the state on a day: a delayed grant is open from its day, without anyone's doing."""
    begun = line.effective_from_on is not None and line.effective_from_on <= on
    if line.state is LineState.PENDING_EFFECTIVE and begun:
        return LineState.OPEN
    return line.state


def is_active(restriction: Restriction, on: date) -> bool:
    """Return whether a day lies in a restriction's interval."""
    return restriction.from_on <= on and (restriction.to_on is None or on < restriction.to_on)


def effective_limit(line: Line, on: date) -> Effective:
    """Return the limit of a day and what bound it. A factor is rounded down to the minor unit.

    The temporary limit stands in for the base limit while it lasts and never lowers it; a factor
    is of the base limit, whichever of the two stands.
    """
    terms = [_granted(line, on)]
    if state_on(line, on) in {LineState.PENDING_EFFECTIVE, LineState.CLOSED}:
        terms.append(Term(TermKind.STATE, 0))
    terms.extend(
        _restricted(line, restriction)
        for restriction in line.restrictions
        if restriction.kind is not RestrictionKind.STOP and is_active(restriction, on)
    )
    lowest = least(terms)
    assert lowest.amount_minor >= 0, line
    return Effective(limit_minor=lowest.amount_minor, least=lowest)


def new_use(line: Line, on: date) -> UseRefusal | None:
    """Return why a line admits no new use on a day, or None if it does.

    How much may be used is another question: `availability` answers it.
    """
    if (refusal := _by_state(state_on(line, on))) is not None:
        return refusal
    stop = stop_on(line, on)
    if stop is None:
        return None
    return UseRefusal.NO_CREDIT if stop.cause is Cause.CUSTOMER else UseRefusal.LINE_STOPPED


def stop_on(line: Line, on: date) -> Restriction | None:
    """Return the restriction that stops new use on a day.

    The customer's own before any other, then the one that began first, then by id.
    """
    stops = [
        each
        for each in line.restrictions
        if each.kind is RestrictionKind.STOP and is_active(each, on)
    ]
    return min(stops, key=_own_then_oldest, default=None)


def _own_then_oldest(stop: Restriction) -> tuple[bool, date, str]:
    return stop.cause is not Cause.CUSTOMER, stop.from_on, stop.restriction_id


def _granted(line: Line, on: date) -> Term:
    temporary = line.temporary
    lasts = temporary is not None and temporary.from_on <= on <= temporary.last_on
    if temporary is not None and lasts and temporary.limit_minor > line.base_limit_minor:
        return Term(TermKind.TEMPORARY, temporary.limit_minor)
    return Term(TermKind.BASE, line.base_limit_minor)


def _restricted(line: Line, restriction: Restriction) -> Term:
    if restriction.kind is RestrictionKind.FACTOR:
        part = line.base_limit_minor * restriction.parts_per_million // _PPM
        return Term(TermKind.FACTOR, part, restriction)
    own = restriction.cause is Cause.CUSTOMER
    kind = TermKind.OWN_CAP if own else TermKind.CAP
    return Term(kind, restriction.amount_minor, restriction)


def _by_state(state: LineState) -> UseRefusal | None:
    match state:
        case LineState.PENDING_EFFECTIVE:
            return UseRefusal.LINE_PENDING_EFFECTIVE
        case LineState.OPEN:
            return None
        case LineState.FROZEN:
            return UseRefusal.LINE_FROZEN
        case LineState.SUSPENDED:
            return UseRefusal.LINE_SUSPENDED
        case LineState.DORMANT:
            return UseRefusal.LINE_DORMANT
        case LineState.CLOSED:
            return UseRefusal.LINE_CLOSED
        case _:
            assert_never(state)
