from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twinline.portfolio.bins import Apart, Bins, Count, Origin, Spectrum, alike

VALUES = st.one_of(st.sampled_from(Apart), st.integers(-(10**13), 10**13))


def test_specials_and_what_is_no_number_have_bins_of_their_own() -> None:
    """A special value, a missing one and one out of range are each counted apart."""
    bins = Bins(origin=Origin.SCORECARD, edges=(0, 550, 600), specials=(0,))
    values: list[int | Apart] = [0, 1, 549, 550, 10_000, Apart.MISSING, Apart.OUTSIDE]

    assert [bins.place(value) for value in values] == [0, 1, 1, 2, 3, 4, 5]
    assert [each.name for each in bins.names()][-2:] == ["missing", "out of range"]


@given(st.lists(VALUES, max_size=60))
def test_chosen_bins_count_what_frozen_bins_count(values: list[int | Apart]) -> None:
    """Values kept to choose the bins and values counted in those bins give the same counts."""
    spectrum = Spectrum((0,))
    for value in values:
        spectrum.add(value)
    bins, counts = spectrum.frozen()
    again = Count(bins)
    for value in values:
        again.add(value)

    assert again.counts == counts
    assert sum(counts) == len(values)
    assert again.beyond_least == again.beyond_greatest == 0


@given(st.lists(VALUES, max_size=60))
def test_bins_do_not_know_the_order_of_rows(values: list[int | Apart]) -> None:
    """The same values in another order freeze the same bins and counts."""
    frozen = []
    for order in (values, sorted(values, key=str)):
        spectrum = Spectrum()
        for value in order:
            spectrum.add(value)
        frozen.append(spectrum.frozen())

    assert frozen[0] == frozen[1]


def test_a_value_that_many_have_is_a_bin_of_its_own() -> None:
    """A value held by a tenth or more is not mixed with its neighbours."""
    spectrum = Spectrum()
    for value in [*range(100), *[40] * 50]:
        spectrum.add(value)
    bins, counts = spectrum.frozen()

    assert {40, 41} <= set(bins.edges)
    assert counts[bins.place(40)] == 51
    assert min(counts[:-2]) >= 7


def test_what_was_never_seen_before_is_counted() -> None:
    """Values beyond the ends of the reference are counted, those within are not."""
    first = Spectrum()
    for value in (10, 20, 30):
        first.add(value)
    later = Count(first.frozen()[0])
    for value in (9, 10, 25, 30, 31, 99):
        later.add(value)

    assert (later.beyond_least, later.beyond_greatest) == (1, 2)


@given(st.integers(-(10**15), 10**15))
def test_alike_values_round_down_and_keep_order(value: int) -> None:
    """Rounding down to three digits never passes the value and is within one in a hundred."""
    found = alike(value)

    assert found <= value
    assert value - found <= max(abs(value) // 100, 0)
    assert alike(found) == found
