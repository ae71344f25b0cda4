from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from twinline.sim.account import (
    CHARGE_DIVISOR,
    CURE_PPM,
    MINIMUM_DIVISOR,
    PPM,
    ROLL_PPM,
    Habit,
    live,
    next_lateness,
)

HABIT = Habit(
    limit_minor=1_000_000,
    opening_minor=300_000,
    spend_minor=200_000,
    active_ppm=900_000,
    months_idle=0,
    full=False,
    carried_percent=0,
    hazard_percent=2_000,
)
TRIALS = 20_000


def test_lateness_moves_as_the_panel_of_real_accounts_did() -> None:
    """One-month transitions are those measured, within chance."""
    random = Random(1)
    for late, (roll, cure) in enumerate(zip(ROLL_PPM, CURE_PPM, strict=True)):
        after = Counter(next_lateness(late, 1_000, 100, random) for _ in range(TRIALS))
        assert abs(after[late + 1] / TRIALS - roll / PPM) < 0.012
        if late:
            assert abs(after[0] / TRIALS - cure / PPM) < 0.012


@given(seed=st.integers(), full=st.booleans(), months=st.integers(1, 6))
def test_months_add_up(seed: int, *, full: bool, months: int) -> None:
    """A statement is the one before, less what was paid, plus what was bought or charged."""
    history = live(replace(HABIT, full=full), months, Random(seed))
    owed = [*history.statements, HABIT.opening_minor]

    for month in range(months):
        before, after = owed[month + 1] - history.payments[month], owed[month]
        charge = before // CHARGE_DIVISOR if history.lateness[month] else 0
        assert after == before + charge + history.purchases[month]
        assert before >= 0


@given(seed=st.integers())
def test_payments_follow_lateness(seed: int) -> None:
    """Less than the least payment is paid in a month that ends later, and in no other."""
    history = live(HABIT, 6, Random(seed))
    owed = [*history.statements, HABIT.opening_minor]
    late = [*history.lateness, 0]

    for month in range(6):
        least = -(-owed[month + 1] // MINIMUM_DIVISOR)
        fell_behind = late[month] > late[month + 1]
        assert (history.payments[month] < least) == fell_behind


def test_nobody_buys_while_idle_or_late() -> None:
    """Idle months and late months see no purchase."""
    random = Random(3)
    for _ in range(200):
        history = live(replace(HABIT, months_idle=2), 6, random)
        assert history.purchases[:2] == [0, 0]
        assert not any(
            bought
            for bought, late in zip(history.purchases, history.lateness, strict=True)
            if late
        )


def test_who_owes_nothing_cannot_fall_behind() -> None:
    """An empty line is never late."""
    habit = replace(HABIT, opening_minor=0, spend_minor=0)

    assert live(habit, 6, Random(1)).lateness == [0] * 6
