from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from twinline.adapters.batch.lane import Lane, ahead

if TYPE_CHECKING:
    from collections.abc import Generator


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


def test_reading_ahead_yields_the_same() -> None:
    """Everything comes, in order, once."""
    assert list(ahead(number for number in range(20))) == list(range(20))


def test_reading_ahead_is_one_ahead_and_ends_what_it_reads() -> None:
    """Whoever stops early has had one more made, and the generator is closed."""
    made: list[int | str] = []

    def numbers() -> Generator[int]:
        try:
            for number in range(20):
                made.append(number)
                yield number
        finally:
            made.append("closed")

    reading = ahead(numbers())
    assert (next(reading), next(reading)) == (0, 1)
    reading.close()

    assert made == [0, 1, 2, "closed"]


def test_a_fault_met_ahead_comes_in_its_place() -> None:
    """What was read before a fault is yielded first, then the fault is raised."""

    def broken() -> Generator[int]:
        yield 1
        raise OSError(5, "Input/output error")

    reading = ahead(broken())

    assert next(reading) == 1
    with pytest.raises(OSError, match="Input/output"):
        next(reading)
