from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twinline.portfolio.frontier import PPM, Assumptions, Sum, error_of_total, undominated

POINTS = st.lists(st.tuples(st.integers(0, 20), st.integers(-20, 20)), max_size=30)


def beats(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Tell whether one point, as loss and profit, beats another."""
    return one != other and one[0] <= other[0] and one[1] >= other[1]


@given(POINTS)
def test_nothing_beats_the_frontier_and_the_frontier_beats_the_rest(
    points: list[tuple[int, int]],
) -> None:
    """No point beats one on the frontier; every other is beaten by, or equal to, one on it."""
    best = [points[place] for place in undominated(points)]

    assert not any(beats(other, each) for each in best for other in points)
    assert all(each in best or any(beats(one, each) for one in best) for each in points)
    assert best == sorted(set(best))


def test_profit_is_what_the_formula_says() -> None:
    """1,000 yuan at 16 %, half drawn, 5 % cost, 10 % default, 60 % × 65 % lost: 55 less 39."""
    held = Sum(Assumptions())

    profit = held.add([(1_000_00, 160_000), (0, None)], 100_000)

    assert profit == held.profit == (5_500 - 3_900) * PPM * PPM
    assert held.loss == 3_900 * PPM * PPM


def test_a_line_without_a_price_is_counted_apart() -> None:
    """A referred line keeps its limit in the sum of limits and is in no other figure."""
    held = Sum(Assumptions())

    held.add([(500, None), (0, None)], 100_000)

    assert (held.profit, held.loss, held.unpriced, held.limit_minor) == (0, 0, 1, 500)


def test_the_whole_book_has_no_error_of_sampling() -> None:
    """A figure of all customers has no standard error; of a tenth of them it has one."""
    assert error_of_total(10.0, 500.0, 100, 100) == 0
    assert error_of_total(10.0, 500.0, 100, 1_000) > 0
