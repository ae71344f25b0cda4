from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.reviews import NO_GROUPS, line, outcome, tallied
from twinline.decision.strategy import Action

if TYPE_CHECKING:
    from tests.reviews import Customer
    from twinline.portfolio.figures import Figures

KEPT = line(Action.KEEP, 1_000_00, 1_000_00)
DECLINED = line(Action.DECLINE)


def of_limits(limits: list[int]) -> Figures:
    """Return the figures of customers who keep the pay-later limits given."""
    customers: list[Customer] = [
        (outcome(line(Action.KEEP, limit, limit), DECLINED), None, NO_GROUPS) for limit in limits
    ]
    return tallied(customers).figures()


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=50))
def test_limits_are_all_in_a_band(limits: list[int]) -> None:
    """Bands start at 1, 2 or 5 times a power of ten, and every limit is in one of them."""
    figures = of_limits(limits).pay_later

    assert sum(figures.limits_after.values()) == len(limits)
    assert figures.limits_before == figures.limits_after
    for band in figures.limits_after:
        assert Decimal(band) == 0 or Decimal(band).normalize().as_tuple().digits in {
            (1,),
            (2,),
            (5,),
        }
    starts = [int(Decimal(band) * 100) for band in figures.limits_after]
    for start, count in zip(starts, figures.limits_after.values(), strict=True):
        following = start * 5 // 2 if str(start).startswith("2") else start * 2
        inside = [limit for limit in limits if start <= limit < max(following, 1)]
        assert len(inside) == count


@given(st.lists(st.integers(0, 10**13), max_size=300))
def test_sums_and_the_largest_are_exact(limits: list[int]) -> None:
    """However many different limits there are, their total and the largest are to the fen."""
    figures = of_limits(limits).pay_later

    assert Decimal(figures.effective_limit) * 100 == sum(limits)
    assert Decimal(figures.largest_limit) * 100 == max(limits, default=0)


@given(st.lists(st.integers(1, 10**13), min_size=100, max_size=400))
def test_the_share_of_the_largest_is_right_to_a_hundredth(limits: list[int]) -> None:
    """Telling limits apart by three digits moves the share of the largest by 1 % at most."""
    figures = of_limits(limits).pay_later
    exact = sum(sorted(limits)[-(len(limits) // 100) :]) * 1_000_000 / sum(limits)

    assert abs(figures.largest_hundredth_ppm - exact) <= exact / 100 + 1


def test_memory_does_not_grow_with_the_book() -> None:
    """A million different limits are told apart as a few thousand."""
    customers: list[Customer] = [
        (outcome(line(Action.KEEP, limit, limit), DECLINED), None, NO_GROUPS)
        for limit in range(1_000_00, 1_000_00 + 20_000)
    ]
    tally = tallied(customers)

    assert len(tally.lines[0].limits.counts) < 2_000


def test_examples_are_the_first_of_each_kind_that_is_no_example_yet() -> None:
    """Kinds choose in their order, each the first row of the book that none before it has."""
    raised = line(Action.RAISE, 1_000_00, 2_000_00)
    cut = line(Action.CUT, 2_000_00, 1_000_00)
    invited = line(Action.INVITE, 0, 2_000_00)
    book = [(KEPT, invited), (cut, DECLINED), (raised, DECLINED), (cut, DECLINED)]
    figures = tallied([(outcome(*lines), None, NO_GROUPS) for lines in book]).figures()

    assert figures.examples == {"raised": 3, "cut": 2, "refused": 4}


def test_first_reasons_are_counted_by_action() -> None:
    """A reason counts where it stands first, under the action it is a reason of."""
    cut = line(Action.CUT, 2_000_00, 1_000_00, reason="CAPACITY")
    figures = tallied([(outcome(cut, DECLINED), None, NO_GROUPS)] * 2).figures()

    assert figures.pay_later.reasons == {"cut": {"CAPACITY": 2}}
    assert figures.cash_loan.reasons == {"decline": {"LITTLE_SEEN": 2}}
    assert figures.together == {"cut": {"decline": 2}}


def test_a_price_at_the_end_of_a_band_is_in_it() -> None:
    """A price of exactly 24 % is in the band up to 24 %, and a little more in the next."""
    prices = [230_001, 240_000, 240_001, 0]
    customers: list[Customer] = [
        (outcome(line(Action.KEEP, 1, 1, price_ppm=price), DECLINED), None, NO_GROUPS)
        for price in prices
    ]
    figures = tallied(customers).figures().pay_later

    assert figures.price_ppm_by_band == {"0": 1, "240000": 2, "250000": 1}
    assert figures.price_ppm_max == 240_001


def test_score_bands_stand_in_order() -> None:
    """Bands go from the lowest score up, below zero too, and the unknown comes last."""
    customers: list[Customer] = [
        (outcome(KEPT, DECLINED, score=score), None, NO_GROUPS)
        for score in (1_000, None, 980, 40, -1)
    ]

    assert list(tallied(customers).figures().scores) == [
        "-20--1", "40-59", "980-999", "1000-1019", "",
    ]  # fmt: skip


def test_expected_loss_is_before_and_after() -> None:
    """A line of 10,000 cut to 4,000 at a tenth of default loses 650 before and 260 after."""
    cut = line(Action.CUT, 10_000_00, 4_000_00)
    figures = tallied([(outcome(cut, DECLINED), None, NO_GROUPS)]).figures()

    assert (figures.expected_loss_before, figures.expected_loss) == ("650.00", "260.00")
    assert figures.pay_later.expected_loss == "260.00"
    assert figures.cash_loan.expected_loss == "0.00"
