from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given

from tests.comparisons import BOOKS, compared, mirrored, plain, tally_of
from tests.one_by_one import compare
from tests.reviews import NO_GROUPS, line, outcome
from twinline.app.book import PROTECTED_COLUMNS
from twinline.decision.strategy import Action
from twinline.portfolio.comparison import MOVERS, ComparisonTally

if TYPE_CHECKING:
    from tests.comparisons import Case
    from twinline.decision.outcome import LineOutcome, Outcome
    from twinline.portfolio.compared import ComparisonFigures, MoveFigures

NONE = line(Action.DECLINE)


def kept(limit: int, price_ppm: int = 160_000) -> LineOutcome:
    """Return a line that is kept at a limit in minor units."""
    return line(Action.KEEP, limit, limit, price_ppm=price_ppm)


def pay_later(*lines: tuple[LineOutcome, LineOutcome]) -> list[Case]:
    """Return customers whose pay-later lines are as given by the old and the new strategy."""
    return [(outcome(old, NONE), outcome(new, NONE), None, NO_GROUPS) for old, new in lines]


@given(BOOKS)
def test_a_strategy_against_itself_moves_nothing(book: list[Case]) -> None:
    """Where both strategies say the same nobody gains, loses, is swapped or told another thing."""
    figures = compared((old, old, defaulted, groups) for old, _, defaulted, groups in book)

    assert figures.alike == figures.customers == len(book)
    assert figures.risk.loss_old == figures.risk.loss_new == figures.risk.loss_old_by_new_pd
    for part in (figures.together, figures.pay_later.moves, figures.cash_loan.moves):
        assert (part.gainers, part.losers, part.cheaper, part.dearer) == (0, 0, 0, 0)
        assert part.limit_old == part.limit_new
    for each in (figures.pay_later, figures.cash_loan):
        assert each.swap["swapped_in"].customers == each.swap["swapped_out"].customers == 0
        assert set(each.limits_moved) <= {"0.00"}
        assert set(each.prices.moved) <= {"0"}
        assert (each.most_gained, each.most_lost) == ((), ())
        assert all(not moves.appears + moves.vanishes for moves in each.reasons.values())
        for matrix in (each.actions, each.decided_by, each.segments):
            assert all(set(by_new) == {old} for old, by_new in matrix.items())


@given(BOOKS)
def test_the_other_way_round_is_the_mirror_image(book: list[Case]) -> None:
    """With old and new in each other's places every figure is mirrored, the examples too."""
    figures = plain(compared(book))
    turned = compared((new, old, defaulted, groups) for old, new, defaulted, groups in book)

    assert mirrored(figures) == plain(turned)
    assert mirrored(mirrored(figures)) == figures


def adds_up(moves: MoveFigures) -> None:
    """Hold gains less losses against the difference of the totals."""
    gained, lost = Decimal(moves.gained), Decimal(moves.lost)

    assert gained - lost == Decimal(moves.limit_new) - Decimal(moves.limit_old)
    assert moves.gainers + moves.losers <= moves.customers


@given(BOOKS)
def test_every_sum_is_that_of_the_book(book: list[Case]) -> None:
    """Gains less losses are the difference of totals, and each way to count counts everybody."""
    figures = compared(book)

    adds_up(figures.together)
    for at, each in enumerate((figures.pay_later, figures.cash_loan)):
        adds_up(each.moves)
        cells = [moves for by_new in each.segments.values() for moves in by_new.values()]
        for moves in cells:
            adds_up(moves)
        assert sum(moves.customers for moves in cells) == len(book)
        assert sum(Decimal(moves.gained) for moves in cells) == Decimal(each.moves.gained)
        for matrix in (each.actions, each.decided_by):
            assert sum(sum(by_new.values()) for by_new in matrix.values()) == len(book)
        assert sum(swap.customers for swap in each.swap.values()) == len(book)
        assert sum(Decimal(swap.limit_new) for swap in each.swap.values()) == Decimal(
            each.risk.limit_new
        )
        assert sum(each.limits_moved.values()) == len(book)
        assert sum(each.prices.moved.values()) == each.prices.both
        old = [(case[0].pay_later, case[0].cash_loan)[at] for case in book]
        assert Decimal(each.moves.limit_old) * 100 == sum(one.effective_limit_minor for one in old)
        assert each.prices.both + each.prices.only_old == sum(
            one.price_ppm is not None for one in old
        )


@given(BOOKS)
def test_both_lines_add_up_to_the_whole(book: list[Case]) -> None:
    """Limits of both lines as one are the sum of the lines'."""
    figures = compared(book)
    lines = figures.pay_later, figures.cash_loan

    for name in ("limit_old", "limit_new", "limit_defaulted_old", "limit_known_new"):
        assert Decimal(getattr(figures.risk, name)) == sum(
            Decimal(getattr(each.risk, name)) for each in lines
        )
    assert figures.together.limit_new == figures.risk.limit_new


def test_the_largest_movers_are_kept_in_order() -> None:
    """Twenty each way, the largest first, of two alike the earlier row."""
    changes = [change * (-1) ** change for change in range(1, 61)] * 2
    figures = compared(
        pay_later(*((kept(1_000), kept(1_000 + change)) for change in changes))
    ).pay_later

    def ranked(sign: int) -> list[tuple[int, int]]:
        found = [(abs(each), row) for row, each in enumerate(changes, 1) if each * sign > 0]
        return sorted(found, key=lambda one: (-one[0], one[1]))[:MOVERS]

    assert [mover.row for mover in figures.most_gained] == [row for _, row in ranked(1)]
    assert [mover.row for mover in figures.most_lost] == [row for _, row in ranked(-1)]


def test_memory_does_not_grow_with_the_book() -> None:
    """Of twenty thousand different changes a few dozen bands and the largest movers are held."""
    changes = ((kept(row * 7, row), kept(row * 3_001, 240_000 - row)) for row in range(1, 20_001))
    held = tally_of(pay_later(*changes), rows=5_000).lines[0]

    assert len(held.most_gained.heap) == MOVERS
    assert len(held.limits_moved) < 30
    assert len(held.prices_moved) < 100


@given(BOOKS)
def test_columns_compare_as_one_customer_after_another(book: list[Case]) -> None:
    """Chunks in columns, merged, give the figures of adding one customer at a time."""
    tally = ComparisonTally("CNY", PROTECTED_COLUMNS)
    for row, case in enumerate(book, 1):
        compare(tally, row, case)

    assert compared(book) == tally.figures()


def one(old: LineOutcome, new: LineOutcome) -> ComparisonFigures:
    """Return the figures of a single customer."""
    return compared(pay_later((old, new)))


def test_swap_sets_are_by_whether_a_line_is_granted() -> None:
    """Invited, raised and kept are in; cut, stopped and declined are out; referred is neither."""
    expected = {
        (Action.KEEP, Action.RAISE): "in_both",
        (Action.CUT, Action.INVITE): "swapped_in",
        (Action.RAISE, Action.STOP): "swapped_out",
        (Action.DECLINE, Action.CUT): "out_both",
        (Action.REFER, Action.KEEP): "referred",
        (Action.STOP, Action.REFER): "referred",
    }
    for (old, new), name in expected.items():
        swap = one(line(old), line(new)).pay_later.swap

        assert {key for key, each in swap.items() if each.customers} == {name}


def with_pd(customer: Outcome, pd_ppm: int) -> Outcome:
    """Return the outcome with another probability of default."""
    return msgspec.structs.replace(customer, pd_ppm=pd_ppm)


def test_limits_and_probabilities_are_told_apart() -> None:
    """A limit of 10,000 at 10 % against one of 4,000 at 20 %: each measured by each."""
    old = with_pd(outcome(kept(10_000_00), NONE), 100_000)
    new = with_pd(outcome(kept(4_000_00), NONE), 200_000)
    risk = compared([(old, new, True, NO_GROUPS)]).risk

    assert (risk.loss_old, risk.loss_new) == ("650.00", "520.00")
    assert (risk.loss_old_by_new_pd, risk.loss_new_by_old_pd) == ("1300.00", "260.00")
    assert (risk.limit_defaulted_old, risk.limit_known_new) == ("10000.00", "4000.00")


def test_what_decides_is_the_gate_the_restriction_or_the_term() -> None:
    """A gate stands before all, a restriction counts where it holds the limit down."""
    term = kept(5_00)
    held = msgspec.structs.replace(term, effective_limit_minor=3_00, restrictions=("edge",))
    idle = msgspec.structs.replace(term, restrictions=("edge",))
    gate = msgspec.structs.replace(held, gate="gate")

    assert one(term, held).pay_later.decided_by == {"score": {"edge": 1}}
    assert one(gate, idle).pay_later.decided_by == {"gate": {"score": 1}}


def test_a_reason_appears_vanishes_or_stays() -> None:
    """Reasons are compared one by one, whatever their order."""
    old = msgspec.structs.replace(kept(1), reasons=("A", "B"))
    new = msgspec.structs.replace(kept(1), reasons=("C", "A"))
    reasons = one(old, new).pay_later.reasons

    assert [code for code, moves in reasons.items() if moves.appears] == ["C"]
    assert [code for code, moves in reasons.items() if moves.vanishes] == ["B"]
    assert [code for code, moves in reasons.items() if moves.stays] == ["A"]


def test_a_change_of_price_is_in_the_band_it_reaches() -> None:
    """Bands are of half a point, away from zero, and a price by one alone has no change."""
    changes = {0: "0", 1: "5000", 5_000: "5000", 5_001: "10000", -1: "-5000", -5_001: "-10000"}
    for change, band in changes.items():
        prices = one(kept(1, 100_000), kept(1, 100_000 + change)).pay_later.prices

        assert prices.moved == {band: 1}
    alone = one(kept(1), NONE).pay_later.prices

    assert (alone.both, alone.only_old, alone.mean_old_ppm) == (0, 1, None)
