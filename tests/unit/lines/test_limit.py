"""Changes of a limit: by a decision, for some days, from line to line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lines import OPEN, TODAY, day, restriction
from twinline.lines.limit import (
    Bounds,
    NewBase,
    Side,
    change_base,
    move_between,
    set_temporary,
)
from twinline.lines.line import Line, LineState, RestrictionKind, TemporaryLimit
from twinline.lines.moves import MoveRefusal
from twinline.terms.product import Product

BOUNDS = Bounds(least_minor=50_000, most_minor=5_000_000)
NEW = NewBase(decision_id="d4", limit_minor=1_200_000, base_version_seen=3, price_ppm=120_000)
PAY_LATER = replace(OPEN, product=Product.PAY_LATER, base_limit_minor=300_000)


def test_a_decision_sets_the_base_limit() -> None:
    """Limit, version, decision and price move together."""
    assert change_base(OPEN, NEW, BOUNDS, TODAY) == replace(
        OPEN, base_limit_minor=1_200_000, base_version=4, decision_id="d4", price_ppm=120_000
    )


def test_a_decision_on_an_older_base_is_made_again() -> None:
    """A decision that saw another version does not count."""
    stale = replace(NEW, base_version_seen=2)

    assert change_base(OPEN, stale, BOUNDS, TODAY) is MoveRefusal.BASE_CHANGED


def test_a_decision_counts_once() -> None:
    """The decision that set the limit cannot set it again."""
    again = replace(NEW, decision_id="d3")

    assert change_base(OPEN, again, BOUNDS, TODAY) is MoveRefusal.SAME_DECISION


@pytest.mark.parametrize(
    ("limit", "refusal"),
    [
        (49_999, MoveRefusal.BELOW_MINIMUM),
        (50_000, None),
        (5_000_000, None),
        (5_000_001, MoveRefusal.ABOVE_MAXIMUM),
        (0, None),
    ],
)
def test_a_limit_stays_within_its_bounds(limit: int, refusal: MoveRefusal | None) -> None:
    """Both bounds are allowed, and so is no limit at all."""
    changed = change_base(OPEN, replace(NEW, limit_minor=limit), BOUNDS, TODAY)

    assert changed is refusal if refusal else isinstance(changed, Line)


@pytest.mark.parametrize(
    ("state", "up", "down"),
    [
        (LineState.PENDING_EFFECTIVE, True, True),
        (LineState.OPEN, True, True),
        (LineState.FROZEN, False, True),
        (LineState.SUSPENDED, False, True),
        (LineState.DORMANT, False, True),
        (LineState.CLOSED, False, False),
    ],
)
def test_a_line_at_rest_is_not_raised(state: LineState, *, up: bool, down: bool) -> None:
    """It may be cut, or priced anew; a closed one has no limit to change."""
    line = replace(OPEN, state=state)
    lower = replace(NEW, limit_minor=900_000)
    priced = replace(NEW, limit_minor=line.base_limit_minor)

    assert isinstance(change_base(line, priced, BOUNDS, TODAY), Line) is down
    assert isinstance(change_base(line, NEW, BOUNDS, TODAY), Line) is up
    assert isinstance(change_base(line, lower, BOUNDS, TODAY), Line) is down


def test_a_cut_ends_a_temporary_limit() -> None:
    """A cut says what is lent at most; a raise leaves the announced days, and the price, alone."""
    festival = TemporaryLimit(limit_minor=2_000_000, from_on=TODAY, last_on=day(3))
    line = replace(OPEN, temporary=festival, price_ppm=1)
    cut = change_base(line, replace(NEW, limit_minor=900_000), BOUNDS, TODAY)
    raised = change_base(line, replace(NEW, price_ppm=None), BOUNDS, TODAY)

    assert isinstance(cut, Line)
    assert isinstance(raised, Line)
    assert (cut.temporary, raised.temporary, raised.price_ppm) == (None, festival, 1)


@pytest.mark.parametrize(
    ("limit", "first", "last", "refusal"),
    [
        (1_500_000, 0, 0, None),
        (1_500_000, -3, 0, None),
        (5_000_001, 0, 3, MoveRefusal.ABOVE_MAXIMUM),
        (1_000_000, 0, 3, MoveRefusal.NO_RISE),
        (1_500_000, 4, 3, MoveRefusal.DAYS_REVERSED),
        (1_500_000, -3, -1, MoveRefusal.DAYS_REVERSED),
    ],
)
def test_a_temporary_limit_is_more_for_days_to_come(
    limit: int, first: int, last: int, refusal: MoveRefusal | None
) -> None:
    """More than the base, within the maximum, and not over before it begins."""
    temporary = TemporaryLimit(limit_minor=limit, from_on=day(first), last_on=day(last))
    line = set_temporary(OPEN, temporary, BOUNDS, TODAY)

    assert line == (refusal or replace(OPEN, temporary=temporary))


def test_only_an_open_line_is_given_a_temporary_limit() -> None:
    """One that admits no new use has no use for more."""
    temporary = TemporaryLimit(limit_minor=1_500_000, from_on=TODAY, last_on=day(3))
    frozen = replace(OPEN, state=LineState.FROZEN)

    assert set_temporary(frozen, temporary, BOUNDS, TODAY) is MoveRefusal.LINE_STATE


GIVER = Side(line=OPEN, used_minor=400_000, bounds=BOUNDS, base_version_seen=3)
TAKER = Side(line=PAY_LATER, used_minor=0, bounds=BOUNDS, base_version_seen=3)


def test_r93_limit_moves_between_lines() -> None:
    """At the customer's wish limit moves from one line to the other and the total stays."""
    moved = move_between(GIVER, TAKER, 600_000, request_id="wish", on=TODAY)

    assert not isinstance(moved, MoveRefusal)
    assert [line.base_limit_minor for line in moved] == [400_000, 900_000]
    assert {(line.base_version, line.decision_id) for line in moved} == {(4, "wish")}


CAPPED = replace(OPEN, restrictions=(restriction(RestrictionKind.CAP, minor=500_000),))
FESTIVE = replace(
    OPEN, temporary=TemporaryLimit(limit_minor=2_000_000, from_on=TODAY, last_on=TODAY)
)


STOPPED = replace(OPEN, restrictions=(restriction(RestrictionKind.STOP),))
UNUSED = replace(GIVER, used_minor=0)


@pytest.mark.parametrize(
    ("giver", "amount", "refusal"),
    [
        (replace(GIVER, line=replace(OPEN, state=LineState.FROZEN)), 1, MoveRefusal.LINE_STATE),
        (replace(GIVER, line=STOPPED), 1, MoveRefusal.LINE_STOPPED),
        (replace(GIVER, line=replace(OPEN, decision_id="wish")), 1, MoveRefusal.SAME_DECISION),
        (replace(GIVER, base_version_seen=2), 1, MoveRefusal.BASE_CHANGED),
        (UNUSED, 999_999, MoveRefusal.BELOW_MINIMUM),
        (UNUSED, 1_000_001, MoveRefusal.BELOW_MINIMUM),
        (GIVER, 600_001, MoveRefusal.NOT_FREE),
        (replace(GIVER, line=CAPPED), 100_001, MoveRefusal.NOT_FREE),
        (replace(GIVER, line=FESTIVE), 600_001, MoveRefusal.NOT_FREE),
    ],
)
def test_r93_only_what_is_free_moves(giver: Side, amount: int, refusal: MoveRefusal) -> None:
    """Neither used, nor restricted, nor temporary limit moves, nor what a line needs to live."""
    assert move_between(giver, TAKER, amount, request_id="wish", on=TODAY) is refusal


def test_r93_the_whole_of_an_unused_line_moves() -> None:
    """A line may give everything it has, and a giver above its maximum may still give."""
    tight = replace(UNUSED, bounds=Bounds(least_minor=50_000, most_minor=60_000))

    for giver, amount in ((UNUSED, 1_000_000), (tight, 1)):
        moved = move_between(giver, TAKER, amount, request_id="wish", on=TODAY)
        assert not isinstance(moved, MoveRefusal)
        assert moved[0].base_limit_minor == 1_000_000 - amount


def test_r93_the_taker_is_asked_too() -> None:
    """The line that takes must be open, not stopped, as seen, and within its own maximum."""
    closed = replace(TAKER, line=replace(PAY_LATER, state=LineState.CLOSED))
    changed = replace(TAKER, base_version_seen=1)
    small = replace(TAKER, bounds=Bounds(least_minor=0, most_minor=300_000))

    for taker, refusal in [
        (closed, MoveRefusal.LINE_STATE),
        (replace(TAKER, line=STOPPED), MoveRefusal.LINE_STOPPED),
        (changed, MoveRefusal.BASE_CHANGED),
        (small, MoveRefusal.ABOVE_MAXIMUM),
    ]:
        assert move_between(GIVER, taker, 1, request_id="wish", on=TODAY) is refusal


def test_r93_the_first_check_speaks_whichever_line_fails_it() -> None:
    """Refusals keep the order of their enum over both lines."""
    changed = replace(GIVER, base_version_seen=2)
    closed = replace(TAKER, line=replace(PAY_LATER, state=LineState.CLOSED))

    found = move_between(changed, closed, 1, request_id="wish", on=TODAY)

    assert found is MoveRefusal.LINE_STATE
