"""The table of moves: what it allows, what it refuses, and the word for each refusal."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from tests.lines import OPEN, TODAY, day, restriction
from twinline.lines.line import Cause, Grounds, Line, LineState, RestrictionKind
from twinline.lines.moves import MOVES, Grant, LineMove, MoveRefusal, grant, move, stop, used

GRANT = Grant(
    product=OPEN.product,
    currency="CNY",
    licence="CF",
    funder="own",
    decision_id="d9",
    base_limit_minor=500_000,
    price_ppm=146_000,
)


@pytest.mark.parametrize(("asked", "state"), list(product(LineMove, LineState)))
def test_the_table_is_all_there_is(asked: LineMove, state: LineState) -> None:
    """A move is possible from the states its row names and from no other."""
    line = replace(OPEN, state=state, dormant_from_on=TODAY)
    moved = move(line, asked, TODAY, outstanding_minor=0, dormant_from_on=day(30))

    if state in MOVES[asked].from_states:
        assert isinstance(moved, Line)
        assert moved.state is MOVES[asked].to_state
    else:
        assert moved is MoveRefusal.LINE_STATE


def test_grounds_stand_as_long_as_what_they_are_the_grounds_of() -> None:
    """A freeze brings its own, a suspension others; whatever ends them takes them away."""
    grounds = Grounds(cause=Cause.POLICY, reason="CHECK", end_condition="done", contest="ask")
    other = replace(grounds, reason="REVIEW")
    frozen = stop(OPEN, LineMove.FREEZE, TODAY, grounds)
    assert isinstance(frozen, Line)
    assert frozen.grounds == grounds
    suspended = stop(frozen, LineMove.SUSPEND, TODAY, other)
    assert isinstance(suspended, Line)
    assert suspended.grounds == other
    resumed = move(suspended, LineMove.RESUME, TODAY, outstanding_minor=0)
    assert resumed == OPEN


def test_every_move_is_in_the_table() -> None:
    """No move is without its row, and every state but the first is reached by one."""
    assert list(MOVES) == list(LineMove)
    reached = {allowed.to_state for allowed in MOVES.values()}
    assert reached == set(LineState) - {LineState.PENDING_EFFECTIVE}


def test_a_line_closes_only_when_all_is_settled() -> None:
    """One fen owed, held or kept for the customer keeps it open."""
    assert move(OPEN, LineMove.CLOSE, TODAY, outstanding_minor=1) is MoveRefusal.NOT_SETTLED
    assert isinstance(move(OPEN, LineMove.CLOSE, TODAY, outstanding_minor=0), Line)


def test_a_delayed_grant_takes_effect_on_its_day_or_by_its_condition() -> None:
    """Before its day it cannot; without a day it waits for whoever sees its condition met."""
    pending = replace(OPEN, state=LineState.PENDING_EFFECTIVE)
    delayed = replace(pending, effective_from_on=day(2))

    assert (
        move(delayed, LineMove.TAKE_EFFECT, day(1), outstanding_minor=0) is MoveRefusal.TOO_EARLY
    )
    assert isinstance(move(pending, LineMove.TAKE_EFFECT, day(1), outstanding_minor=0), Line)


def test_a_delayed_grant_past_its_day_is_an_open_line() -> None:
    """It can be frozen like any open line, though nobody recorded that it took effect."""
    delayed = replace(OPEN, state=LineState.PENDING_EFFECTIVE, effective_from_on=day(-2))
    frozen = move(delayed, LineMove.FREEZE, TODAY, outstanding_minor=0)

    assert isinstance(frozen, Line)
    assert frozen.state is LineState.FROZEN


def test_no_line_goes_dormant_untold() -> None:
    """Dormancy needs its announced day, which lies ahead when it is announced (R78)."""

    def asked(line: Line, what: LineMove, offset: int, ahead: int | None = None) -> object:
        announced = None if ahead is None else day(ahead)
        return move(line, what, day(offset), outstanding_minor=0, dormant_from_on=announced)

    warned = asked(OPEN, LineMove.WARN_DORMANT, 0, ahead=60)
    assert warned == replace(OPEN, dormant_from_on=day(60))
    assert isinstance(warned, Line)
    assert asked(OPEN, LineMove.WARN_DORMANT, 0) is MoveRefusal.TOO_EARLY
    assert asked(OPEN, LineMove.WARN_DORMANT, 0, ahead=0) is MoveRefusal.TOO_EARLY
    assert asked(OPEN, LineMove.MARK_DORMANT, 60) is MoveRefusal.TOO_EARLY
    assert asked(warned, LineMove.MARK_DORMANT, 59) is MoveRefusal.TOO_EARLY
    assert asked(warned, LineMove.MARK_DORMANT, 60) == replace(OPEN, state=LineState.DORMANT)


def test_one_tap_keeps_a_line_alive() -> None:
    """Before and after the announced day; the announcement is taken back."""
    warned = replace(OPEN, dormant_from_on=day(60))
    asleep = replace(OPEN, state=LineState.DORMANT)

    for line in (warned, asleep):
        assert move(line, LineMove.KEEP_ALIVE, day(70), outstanding_minor=0) == OPEN


def test_use_takes_the_announcement_back() -> None:
    """A line that is used is not going dormant; a backdated use does not turn time back."""
    warned = replace(OPEN, dormant_from_on=day(60), last_used_on=day(1))

    assert used(warned, day(5)) == replace(OPEN, last_used_on=day(5))
    assert used(warned, day(-5)) == replace(OPEN, last_used_on=day(1))


def test_a_decision_opens_a_line() -> None:
    """The first line counts its decisions from one and is usable at once."""
    line = grant(None, GRANT, TODAY)

    assert isinstance(line, Line)
    assert (line.state, line.base_version, line.opened_on) == (LineState.OPEN, 1, TODAY)
    assert (line.base_limit_minor, line.price_ppm) == (500_000, 146_000)


@pytest.mark.parametrize(
    ("delay", "on_condition", "state"),
    [
        (None, True, LineState.PENDING_EFFECTIVE),
        (3, False, LineState.PENDING_EFFECTIVE),
        (0, False, LineState.OPEN),
    ],
)
def test_a_grant_may_wait(delay: int | None, *, on_condition: bool, state: LineState) -> None:
    """For a later day, or for a condition (R68)."""
    effective_from_on = None if delay is None else day(delay)
    later = replace(GRANT, effective_from_on=effective_from_on, on_condition=on_condition)
    line = grant(None, later, TODAY)

    assert isinstance(line, Line)
    assert line.state is state


def test_a_closed_line_opens_by_a_new_decision_only() -> None:
    """The old decision is spent, versions go on counting, restrictions still lie on it."""
    stop = restriction(RestrictionKind.STOP)
    closed = replace(OPEN, state=LineState.CLOSED, restrictions=(stop,))
    reopened = grant(closed, GRANT, TODAY)

    assert grant(closed, replace(GRANT, decision_id="d3"), TODAY) is MoveRefusal.SAME_DECISION
    assert grant(OPEN, GRANT, TODAY) is MoveRefusal.LINE_STATE
    assert isinstance(reopened, Line)
    assert (reopened.state, reopened.base_version) == (LineState.OPEN, 4)
    assert reopened.restrictions == (stop,)
