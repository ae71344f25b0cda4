"""Restrictions by id, and the customer's own: caps and the mode without credit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.lines import OPEN, TODAY, day, restriction, under
from twinline.lines.effective import UseRefusal, effective_limit, new_use
from twinline.lines.least import TermKind
from twinline.lines.line import Line, RestrictionKind
from twinline.lines.moves import MoveRefusal
from twinline.lines.restrictions import (
    add_restriction,
    end_restriction,
    lift_no_credit,
    set_no_credit,
    set_own_cap,
)

STOP = restriction(RestrictionKind.STOP)


def test_a_restriction_is_added_once() -> None:
    """The same again changes nothing, also after it has ended; another of its id is refused."""
    ended = replace(STOP, to_on=day(3))

    assert add_restriction(OPEN, STOP) == under(STOP)
    assert add_restriction(under(STOP), STOP) == under(STOP)
    assert add_restriction(under(ended), STOP) == under(ended)
    assert add_restriction(under(STOP), replace(STOP, reason="OTHER")) is MoveRefusal.ID_TAKEN


def test_a_restriction_does_not_end_before_it_begins() -> None:
    """An interval turned round is refused; an empty one holds on no day."""
    empty = replace(STOP, to_on=TODAY)

    assert add_restriction(OPEN, replace(STOP, to_on=day(-1))) is MoveRefusal.DAYS_REVERSED
    assert add_restriction(OPEN, empty) == under(empty)
    assert new_use(under(empty), TODAY) is None


def test_a_restriction_ends_by_its_id() -> None:
    """Ended again on the same day nothing changes; others stay as they are."""
    other = restriction(RestrictionKind.CAP, name="other", minor=5)
    ended = end_restriction(under(STOP, other), "r", day(3))

    assert ended == under(replace(STOP, to_on=day(3)), other)
    assert isinstance(ended, Line)
    assert end_restriction(ended, "r", day(3)) == ended
    assert end_restriction(ended, "unknown", day(3)) is MoveRefusal.NOT_FOUND


@pytest.mark.parametrize(("offset", "end"), [(9, 9), (2, 2), (-4, 0)])
def test_an_end_may_move(offset: int, end: int) -> None:
    """A backdated cure moves it back, its reversal forward, and never before the beginning."""
    ended = under(replace(STOP, to_on=day(5)))

    assert end_restriction(ended, "r", day(offset)) == under(replace(STOP, to_on=day(end)))


def caps(line: Line, *offsets: int) -> list[int]:
    """Return the effective limit on some days from today."""
    return [effective_limit(line, day(offset)).limit_minor for offset in offsets]


def test_r94_an_own_cap_holds_at_once_and_eases_later() -> None:
    """Tighter holds today, wider and none from the day that was told; until then the old one."""
    capped = set_own_cap(OPEN, "w1", 300_000, on=TODAY, eases_on=day(7))
    tighter = set_own_cap(capped, "w2", 100_000, on=day(1), eases_on=day(8))
    wider = set_own_cap(tighter, "w3", 600_000, on=day(2), eases_on=day(9))
    lifted = set_own_cap(wider, "w4", None, on=day(10), eases_on=day(17))

    assert caps(capped, 0, 99) == [300_000, 300_000]
    assert caps(tighter, 0, 1, 99) == [300_000, 100_000, 100_000]
    assert caps(wider, 8, 9) == [100_000, 600_000]
    assert caps(lifted, 16, 17) == [600_000, 1_000_000]
    assert effective_limit(capped, TODAY).binding.kind is TermKind.OWN_CAP


def test_r94_the_last_wish_counts() -> None:
    """A wish that has not begun is replaced; the cap of today holds until the new one."""
    capped = set_own_cap(OPEN, "w1", 300_000, on=TODAY, eases_on=TODAY)
    wider = set_own_cap(capped, "w2", 600_000, on=TODAY, eases_on=day(3))
    other = set_own_cap(wider, "w3", 400_000, on=day(1), eases_on=day(5))
    tighter = set_own_cap(wider, "w4", 100_000, on=day(1), eases_on=day(5))
    stays = set_own_cap(wider, "w5", 300_000, on=day(1), eases_on=day(5))

    assert caps(other, 0, 3, 4, 5, 9) == [300_000, 300_000, 300_000, 400_000, 400_000]
    assert caps(tighter, 0, 1, 3, 9) == [300_000, 100_000, 100_000, 100_000]
    assert caps(stays, 0, 1, 3, 9) == [300_000] * 4


def test_r94_a_wish_said_twice_is_one() -> None:
    """The same wish again leaves the line as it is, and nobody else's cap is touched."""
    theirs = restriction(RestrictionKind.CAP, name="theirs", minor=200_000)
    capped = set_own_cap(under(theirs), "w1", 300_000, on=TODAY, eases_on=TODAY)

    assert set_own_cap(capped, "w1", 300_000, on=TODAY, eases_on=TODAY) == capped
    lifted = set_own_cap(capped, "w2", None, on=TODAY, eases_on=TODAY)
    assert lifted.restrictions[0] == theirs
    assert caps(lifted, 0) == [200_000]


def test_r116_no_credit_until_the_customer_lifts_it() -> None:
    """It holds at once, ends on the day that was told, and an end can be taken back."""
    without = set_no_credit(OPEN, "n1", TODAY)
    lifted = lift_no_credit(without, on=day(1), eases_on=day(3))
    kept = set_no_credit(lifted, "n2", day(2))

    def admitted(line: Line) -> list[bool]:
        return [new_use(line, day(offset)) is None for offset in (-1, 0, 2, 3)]

    assert new_use(without, TODAY) is UseRefusal.NO_CREDIT
    assert admitted(without) == [True, False, False, False]
    assert admitted(lifted) == [True, False, False, True]
    assert lift_no_credit(lifted, on=day(2), eases_on=day(4)) == lifted
    assert kept == without
    assert set_no_credit(without, "n3", day(5)) == without
    assert lift_no_credit(OPEN, on=TODAY, eases_on=TODAY) == OPEN


def test_r116_lifting_it_lifts_no_other_stop() -> None:
    """What others stopped stays stopped."""
    both = set_no_credit(under(STOP), "n1", TODAY)
    lifted = lift_no_credit(both, on=TODAY, eases_on=TODAY)

    assert new_use(lifted, TODAY) is UseRefusal.LINE_STOPPED
