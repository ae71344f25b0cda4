from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import pytest

from twinline.portfolio.chi_square import at_most
from twinline.portfolio.drift import (
    Calibration,
    Verdict,
    auc_spread,
    beyond_bound,
    binomial_interval,
    calibration_moved,
    moved,
    share_moved,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MEASURES = 20
CHANCE = 1 - 0.01 / MEASURES
RUNS = 300
WATCH, ACT = 0.10, 0.25


def drawn(random: Random, weights: Sequence[float], customers: int) -> list[int]:
    """Return how many of the customers fell into each bin."""
    counts = Counter(random.choices(range(len(weights)), weights, k=customers))
    return [counts[place] for place in range(len(weights))]


def test_the_index_is_the_one_of_v29() -> None:
    """Counts in the shares of V29 give its index, 0.03254376, and its bound has 4 degrees."""
    found = moved([1_000, 2_000, 4_000, 2_000, 1_000], [800, 1_700, 3_800, 2_200, 1_500])

    assert round(found.value, 8) == 0.03254376
    assert found.bound(0.99) == pytest.approx(at_most(0.99, 4) * 2 / 10_000)


@pytest.mark.parametrize("counts", [[500, 500], [10, 20, 4_000], [7, 0, 3, 900, 0]])
def test_the_same_counts_have_not_moved(counts: list[int]) -> None:
    """A distribution held against itself has an index of exactly 0."""
    assert moved(counts, counts).value == 0


def test_the_index_does_not_know_the_order_of_bins() -> None:
    """Bins in another order, rare ones among them, give the same index and bound."""
    then, now = [3, 400, 2, 90, 700], [1, 380, 0, 150, 650]
    other = moved(then[::-1], now[::-1])

    assert other.value == pytest.approx(moved(then, now).value, rel=1e-12)
    assert other.bound(0.99) == moved(then, now).bound(0.99)


def test_a_bin_that_was_empty_is_no_infinity() -> None:
    """Where a tenth of all is in a bin that nobody was in, the index is finite and says so."""
    found = moved([500, 500, 0], [450, 450, 100])

    assert 0.25 < found.value < 1
    assert verdict(found.value, found.bound(CHANCE), WATCH, ACT) is Verdict.ACT


@pytest.mark.parametrize(
    ("value", "bound", "said"),
    [
        (0.05, 0.02, Verdict.STABLE),
        (0.05, 0.20, Verdict.STABLE),
        (0.05, 0.40, Verdict.TOO_FEW),
        (0.15, 0.02, Verdict.WATCH),
        (0.15, 0.20, Verdict.TOO_FEW),
        (0.40, 0.02, Verdict.ACT),
        (0.40, 0.30, Verdict.ACT),
        (0.40, 0.45, Verdict.TOO_FEW),
        (0.10, 0.02, Verdict.STABLE),
        (0.25, 0.02, Verdict.WATCH),
    ],
)
def test_a_verdict_needs_both_yardsticks(value: float, bound: float, said: Verdict) -> None:
    """Above line and bound it speaks; where the bound hides the line there are too few."""
    assert verdict(value, bound, WATCH, ACT) is said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("then", "now"), [(30, 30), (50, 2_000), (200, 200), (1_000, 300), (1_000, 1_000)]
)
def test_without_drift_hardly_a_run_raises_an_alarm(then: int, now: int) -> None:
    """Of 300 runs of 20 measures in which nothing moved, at most 2 in 100 say watch or act."""
    shaping = Random(5)
    shapes = [
        [shaping.random() ** (1 + place % 8) for _ in range(bins)]
        for place, bins in enumerate([2, 3, 5, 10, 12] * (MEASURES // 5))
    ]
    alarms = 0
    for run in range(RUNS):
        random = Random(run)
        found = [moved(drawn(random, each, then), drawn(random, each, now)) for each in shapes]
        said = {verdict(each.value, each.bound(CHANCE), WATCH, ACT) for each in found}
        alarms += not said.isdisjoint({Verdict.WATCH, Verdict.ACT})

    assert alarms <= RUNS * 2 // 100


def test_chance_alone_is_above_the_bound_once_in_a_hundred() -> None:
    """Over 3,000 draws without drift, the index is above its 99 % bound in about one of 100."""
    random = Random(48)
    weights = [1, 2, 4, 2, 1, 3, 3, 2]
    above = 0
    for _ in range(3_000):
        found = moved(drawn(random, weights, 600), drawn(random, weights, 400))
        above += found.value > found.bound(0.99)

    assert 15 <= above <= 50


def test_a_real_move_is_seen_as_soon_as_there_are_enough() -> None:
    """The same shares are too few to tell of 40 customers and call to act of 4,000."""
    few = moved([20, 20], [8, 32])
    many = moved([2_000, 2_000], [800, 3_200])
    said = [verdict(each.value, each.bound(CHANCE), WATCH, ACT) for each in (few, many)]

    assert said == [Verdict.TOO_FEW, Verdict.ACT]


def test_a_share_moves_beyond_chance_about_once_in_a_hundred() -> None:
    """The bound on a share's move is exceeded by chance in about one of 100 draws."""
    random = Random(7)
    above = 0
    for _ in range(2_000):
        then = sum(random.random() < 0.07 for _ in range(300))
        now = sum(random.random() < 0.07 for _ in range(500))
        found = share_moved(then, 300, now, 500)
        above += found.value > found.bound(0.99)

    assert above <= 40


def test_calibration_moves_both_ways_alike() -> None:
    """Twice and half the defaults for each predicted are the same factor, 2."""
    then = Calibration(known=10_000, defaulted=1_000, predicted=500.0, variance=400.0)
    twice = Calibration(known=10_000, defaulted=2_000, predicted=500.0, variance=400.0)

    there, back = calibration_moved(then, twice), calibration_moved(twice, then)
    assert there.value == pytest.approx(2, rel=1e-3)
    assert back.value == pytest.approx(there.value)
    assert there.bound(0.99) == back.bound(0.99) < 1.2


def test_without_a_then_the_prediction_itself_is_missed() -> None:
    """With no outcome then, the factor is that of defaults to predicted defaults."""
    now = Calibration(known=10_000, defaulted=750, predicted=500.0, variance=450.0)

    assert calibration_moved(None, now).value == pytest.approx(1.5, rel=1e-3)


def test_the_spread_of_an_auc_is_the_published_one() -> None:
    """Hanley and McNeil's example of 1982 (AUC 0.893, 51 and 58 cases) has error 0.032."""
    assert auc_spread(0.8930, 58, 51) == pytest.approx(0.032, abs=0.001)


def test_new_ends_are_rarely_chance_beyond_the_bound() -> None:
    """Among equals, more than the bound lie beyond the old ends in at most 1 of 100 draws."""
    random = Random(3)
    above = 0
    for _ in range(1_000):
        then = [random.random() for _ in range(200)]
        now = [random.random() for _ in range(300)]
        beyond = sum(not min(then) <= each <= max(then) for each in now)
        above += beyond / 300 > beyond_bound(200, 300, 0.99)

    assert above <= 10


def test_an_interval_holds_the_rate() -> None:
    """Wilson's interval holds the true rate in at least 98 of 100 draws, at the ends too."""
    random = Random(11)
    for rate in (0.01, 0.1, 0.5):
        held = 0
        for _ in range(500):
            bad = sum(random.random() < rate for _ in range(150))
            least, greatest = binomial_interval(bad, 150, 0.99)
            held += least <= rate <= greatest
        assert held >= 490
    assert binomial_interval(0, 0, 0.99) == (0.0, 1.0)
