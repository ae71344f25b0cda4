from __future__ import annotations

from bisect import bisect
from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from twinline.sim.draw import Lots, Spread


@given(
    steps=st.lists(st.integers(0, 10**9), min_size=2, max_size=9).map(sorted), seed=st.integers()
)
def test_a_spread_stays_between_its_ends(steps: list[int], seed: int) -> None:
    """No draw lies outside the least and the greatest value."""
    spread = Spread(*steps)
    random = Random(seed)

    assert all(steps[0] <= spread.draw(random) <= steps[-1] for _ in range(20))


def test_steps_of_a_spread_are_equally_likely() -> None:
    """Each step is fallen into as often as the others, within chance."""
    spread, random = Spread(0, 10, 1000, 1010), Random(1)

    counts = Counter(bisect((10, 1000), spread.draw(random)) for _ in range(9_000))

    assert all(2_800 < counts[step] < 3_200 for step in range(3))


def test_lots_are_drawn_by_their_chances() -> None:
    """A chance of one half is drawn about half of the time, a chance of none never."""
    lots, random = Lots({"a": 500, "b": 0, "c": 500}), Random(1)

    counts = Counter(lots.draw(random) for _ in range(10_000))

    assert set(counts) == {"a", "c"}
    assert 4_800 < counts["a"] < 5_200
