from __future__ import annotations

from functools import partial

import pytest

from twinline.adapters.batch.lane import Lane


def test_a_lane_does_all_it_is_given_in_order() -> None:
    """Nothing is left out and nothing overtakes."""
    done: list[int] = []
    lane = Lane()
    for number in range(20):
        lane.do(partial(done.append, number))
    lane.finish()

    assert done == list(range(20))


def test_a_fault_in_a_lane_reaches_who_gave_the_work() -> None:
    """What the work raised is raised at the end at the latest."""

    def fail() -> None:
        raise OSError(28, "No space left on device")

    lane = Lane()
    lane.do(fail)

    with pytest.raises(OSError, match="No space left"):
        lane.finish()
    lane.end()
