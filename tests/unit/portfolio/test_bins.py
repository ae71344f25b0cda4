from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.one_by_one import count_value, rounded_down
from twinline.decision.columns.reading import Reading
from twinline.portfolio.bins import Apart, Bins, Count, Origin, Spectrum
from twinline.portfolio.census_columns import add_values, alike

if TYPE_CHECKING:
    from collections.abc import Sequence

VALUES = st.one_of(
    st.sampled_from(Apart), st.integers(-(10**13), 10**13), st.integers(-1_100, 1_100)
)
BINS = st.builds(
    Bins,
    origin=st.just(Origin.SCORECARD),
    edges=st.lists(st.integers(-1_000, 1_000), min_size=1, unique=True).map(sorted).map(tuple),
    specials=st.lists(st.integers(-3, 3), max_size=3, unique=True).map(tuple),
)
Counter = TypeVar("Counter", bound=Count | Spectrum)


def counted(counter: Counter, values: Sequence[int | Apart]) -> Counter:
    """Return a counter with a chunk of values added."""
    numbers = np.array([5 if isinstance(each, Apart) else each for each in values], np.int64)
    missing, outside = (
        np.array([each is wanted for each in values], np.bool_)
        for wanted in (Apart.MISSING, Apart.OUTSIDE)
    )
    add_values(counter, Reading(numbers, missing, outside))
    return counter


@given(st.one_of(BINS.map(Count), st.just(()).map(Spectrum)), st.data())
def test_a_column_of_values_counts_as_each_alone(
    together: Count | Spectrum, data: st.DataObject
) -> None:
    """Chunks of values are counted as one value after another, ends and strangers too."""
    if isinstance(together, Count):
        least = data.draw(st.integers(-1_000, 1_000))
        bins = msgspec.structs.replace(together.bins, least=least, greatest=least + 500)
        together = Count(data.draw(st.sampled_from([together.bins, bins])))
        alone: Count | Spectrum = Count(together.bins)
    else:
        alone = Spectrum()
    for values in data.draw(st.lists(st.lists(VALUES, max_size=9), max_size=4)):
        counted(together, values)
        for value in values:
            count_value(alone, value)

    assert vars(together) == vars(alone)


def test_specials_and_what_is_no_number_have_bins_of_their_own() -> None:
    """A special value, a missing one and one out of range are each counted apart."""
    bins = Bins(origin=Origin.SCORECARD, edges=(0, 550, 600), specials=(0,))
    values: list[int | Apart] = [0, 1, 549, 550, 10_000, Apart.MISSING, Apart.OUTSIDE]

    assert [bins.place(value) for value in values] == [0, 1, 1, 2, 3, 4, 5]
    assert [each.name for each in bins.names()][-2:] == ["missing", "out of range"]


@given(st.lists(VALUES, max_size=60))
def test_chosen_bins_count_what_frozen_bins_count(values: list[int | Apart]) -> None:
    """Values kept to choose the bins and values counted in those bins give the same counts."""
    bins, counts = counted(Spectrum((0,)), values).frozen()
    again = counted(Count(bins), values)

    assert again.counts == counts
    assert sum(counts) == len(values)
    assert again.beyond_least == again.beyond_greatest == 0


@given(st.lists(VALUES, max_size=60))
def test_bins_do_not_know_the_order_of_rows(values: list[int | Apart]) -> None:
    """The same values in another order freeze the same bins and counts."""
    in_order = sorted(values, key=str)

    assert counted(Spectrum(), values).frozen() == counted(Spectrum(), in_order).frozen()


def test_a_value_that_many_have_is_a_bin_of_its_own() -> None:
    """A value held by a tenth or more is not mixed with its neighbours."""
    bins, counts = counted(Spectrum(), [*range(100), *[40] * 50]).frozen()

    assert {40, 41} <= set(bins.edges)
    assert counts[bins.place(40)] == 51
    assert min(counts[:-2]) >= 7


def test_what_was_never_seen_before_is_counted() -> None:
    """Values beyond the ends of the reference are counted, those within are not."""
    first = counted(Spectrum(), [10, 20, 30])
    later = counted(Count(first.frozen()[0]), [9, 10, 25, 30, 31, 99])

    assert (later.beyond_least, later.beyond_greatest) == (1, 2)


@given(st.integers(-(10**15), 10**15))
def test_alike_values_round_down_and_keep_order(value: int) -> None:
    """Rounding down to three digits never passes the value and is within one in a hundred."""
    found = alike(np.array([value], np.int64))

    assert found[0] == rounded_down(value) <= value
    assert value - found[0] <= max(abs(value) // 100, 0)
    assert alike(found) == found
