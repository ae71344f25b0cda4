"""The limit of a day, what bound it, and whether the line admits new use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lines import OPEN, TODAY, day, restriction, under
from twinline.lines.effective import (
    UseRefusal,
    effective_limit,
    new_use,
    state_on,
    stop_on,
)
from twinline.lines.least import TermKind
from twinline.lines.line import Cause, LineState, RestrictionKind, TemporaryLimit

FESTIVAL = replace(
    OPEN, temporary=TemporaryLimit(limit_minor=1_500_000, from_on=day(2), last_on=day(4))
)


def test_a_factor_is_rounded_down_to_the_fen() -> None:
    """A third of 10,000.00 is 3,333.33, and half a fen is nothing."""
    third = under(restriction(RestrictionKind.FACTOR, ppm=333_333))
    odd = replace(third, base_limit_minor=1)

    assert effective_limit(third, TODAY).limit_minor == 333_333
    assert effective_limit(odd, TODAY).limit_minor == 0


def test_the_least_restriction_binds_and_the_next_is_named() -> None:
    """Of a cap and a factor the lower binds; without it the other would."""
    line = under(
        restriction(RestrictionKind.FACTOR, name="half", ppm=500_000),
        restriction(RestrictionKind.CAP, name="cap", minor=400_000),
    )
    limit = effective_limit(line, TODAY)

    assert (limit.limit_minor, limit.binding.kind) == (400_000, TermKind.CAP)
    assert limit.binding.restriction == line.restrictions[1]
    assert limit.least.next_minor == 500_000
    assert [term.kind for term in limit.least.terms] == [
        TermKind.BASE,
        TermKind.FACTOR,
        TermKind.CAP,
    ]


def test_alone_the_base_limit_binds() -> None:
    """Without restrictions the decision's limit stands, and nothing would be next."""
    limit = effective_limit(OPEN, TODAY)

    assert (limit.limit_minor, limit.binding.kind) == (1_000_000, TermKind.BASE)
    assert limit.least.next_minor is None


@pytest.mark.parametrize(
    ("offset", "limit", "kind"),
    [
        (1, 1_000_000, TermKind.BASE),
        (2, 1_500_000, TermKind.TEMPORARY),
        (4, 1_500_000, TermKind.TEMPORARY),
        (5, 1_000_000, TermKind.BASE),
    ],
)
def test_a_temporary_limit_lasts_to_its_last_day(offset: int, limit: int, kind: TermKind) -> None:
    """It begins and ends by itself, the last day included."""
    found = effective_limit(FESTIVAL, day(offset))

    assert (found.limit_minor, found.binding.kind) == (limit, kind)


def test_a_temporary_limit_never_lowers() -> None:
    """A base limit raised above it stands."""
    raised = replace(FESTIVAL, base_limit_minor=2_000_000)

    assert effective_limit(raised, day(3)).limit_minor == 2_000_000


def test_a_factor_is_of_the_base_limit() -> None:
    """While a temporary limit lasts, a factor still counts from the base limit."""
    half = restriction(RestrictionKind.FACTOR, ppm=500_000)
    line = replace(FESTIVAL, restrictions=(half,))

    assert effective_limit(line, day(3)).limit_minor == 500_000


@pytest.mark.parametrize("state", [LineState.PENDING_EFFECTIVE, LineState.CLOSED])
def test_a_line_that_is_not_there_yet_or_no_more_has_no_limit(state: LineState) -> None:
    """Its limit is zero by its state, and what stands behind is next."""
    limit = effective_limit(replace(OPEN, state=state), TODAY)

    assert (limit.limit_minor, limit.binding.kind) == (0, TermKind.STATE)
    assert limit.least.next_minor == 1_000_000


@pytest.mark.parametrize("state", [LineState.FROZEN, LineState.SUSPENDED, LineState.DORMANT])
def test_a_line_at_rest_keeps_its_limit(state: LineState) -> None:
    """Freeze, suspension and dormancy stop new use only."""
    assert effective_limit(replace(OPEN, state=state), TODAY).limit_minor == 1_000_000


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (LineState.PENDING_EFFECTIVE, UseRefusal.LINE_PENDING_EFFECTIVE),
        (LineState.OPEN, None),
        (LineState.FROZEN, UseRefusal.LINE_FROZEN),
        (LineState.SUSPENDED, UseRefusal.LINE_SUSPENDED),
        (LineState.DORMANT, UseRefusal.LINE_DORMANT),
        (LineState.CLOSED, UseRefusal.LINE_CLOSED),
    ],
)
def test_each_state_says_why_no_new_use(state: LineState, refusal: UseRefusal | None) -> None:
    """Only an open line admits new use; every other state has its own word."""
    assert new_use(replace(OPEN, state=state), TODAY) is refusal


def test_a_delayed_grant_opens_on_its_day() -> None:
    """Nobody has to do anything for it to become usable (R68)."""
    delayed = replace(OPEN, state=LineState.PENDING_EFFECTIVE, effective_from_on=day(3))

    assert new_use(delayed, day(2)) is UseRefusal.LINE_PENDING_EFFECTIVE
    assert new_use(delayed, day(3)) is None
    assert state_on(delayed, day(3)) is LineState.OPEN
    assert effective_limit(delayed, day(3)).limit_minor == 1_000_000


def test_a_stop_refuses_new_use_and_leaves_the_limit() -> None:
    """A stop is about new use; the customer's own has its own word and comes first."""
    stop = restriction(RestrictionKind.STOP, name="a")
    own = restriction(RestrictionKind.STOP, name="b", cause=Cause.CUSTOMER)

    assert new_use(under(stop), TODAY) is UseRefusal.LINE_STOPPED
    assert new_use(under(stop, own), TODAY) is UseRefusal.NO_CREDIT
    assert stop_on(under(stop, own), TODAY) == own
    assert effective_limit(under(stop), TODAY).limit_minor == 1_000_000


def test_a_stop_holds_within_its_days_only() -> None:
    """From its first day to before its end."""
    stop = replace(restriction(RestrictionKind.STOP), to_on=day(2))

    assert [new_use(under(stop), day(offset)) is None for offset in (-1, 0, 1, 2)] == [
        True,
        False,
        False,
        True,
    ]
