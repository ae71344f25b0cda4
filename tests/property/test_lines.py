"""Laws of lines: restrictions in any order, controls that follow, weights given back whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.lines import DAYS, OPEN, TODAY, day, lines, restrictions
from twinline.ledger.account import AccountKind
from twinline.ledger.control import CONTROLS, Control
from twinline.ledger.entry import Place, transfers_of
from twinline.lines.available import Controls, availability
from twinline.lines.changes import limits_changed, line_changed
from twinline.lines.effective import (
    effective_limit,
    is_active,
    new_use,
    state_on,
)
from twinline.lines.exposure import LinkedUse, available
from twinline.lines.limit import (
    Bounds,
    NewBase,
    Side,
    change_base,
    movable_minor,
    move_between,
)
from twinline.lines.line import Line, LineState, RestrictionKind
from twinline.lines.moves import MOVES, LineMove, MoveRefusal, move
from twinline.lines.restrictions import add_restriction, end_restriction
from twinline.lines.weight import joint_change_minor, joint_use_minor
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from twinline.ledger.control import Headroom
    from twinline.lines.line import Restriction

WEIGHTS = st.integers(1_000_000, 3_000_000).map(lambda ppm: Fraction(ppm, 1_000_000))
AMOUNTS = st.integers(0, 3_000_000)
LIMITS = st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
PLACE = Place(customer="C1", currency="CNY")


@given(lines(), DAYS)
def test_a_limit_is_the_least_of_what_holds(line: Line, on: date) -> None:
    """No term is below the limit, the binding one is the limit, and it is never negative."""
    limit = effective_limit(line, on)
    amounts = [term.amount_minor for term in limit.least.terms]

    assert limit.limit_minor == limit.binding.amount_minor == min(amounts) >= 0
    for restriction in line.restrictions:
        if is_active(restriction, on) and restriction.kind is RestrictionKind.CAP:
            assert limit.limit_minor <= restriction.amount_minor


@given(lines(), DAYS, st.data())
def test_restrictions_come_in_any_order(line: Line, on: date, data: st.DataObject) -> None:
    """Added in any order, and any of them twice, restrictions give the same limit and stop."""
    order = data.draw(st.permutations(line.restrictions))
    again: Line | MoveRefusal = replace(line, restrictions=())
    for restriction in [*order, *order]:
        assert isinstance(again, Line)
        again = add_restriction(again, restriction)

    assert isinstance(again, Line)
    assert effective_limit(again, on).limit_minor == effective_limit(line, on).limit_minor
    assert new_use(again, on) == new_use(line, on)


@given(lines(), restrictions(), DAYS)
def test_a_restriction_that_ends_at_once_never_was(
    line: Line, restriction: Restriction, on: date
) -> None:
    """Ended on the day it begins, or before, a restriction leaves no trace on any day."""
    named = replace(restriction, restriction_id="new", to_on=None)
    added = add_restriction(line, named)
    assert isinstance(added, Line)
    ended = end_restriction(added, "new", named.from_on)

    assert isinstance(ended, Line)
    assert effective_limit(ended, on) == effective_limit(line, on)
    assert new_use(ended, on) == new_use(line, on)


@given(lines(), restrictions(), DAYS)
def test_a_restriction_only_takes(line: Line, restriction: Restriction, on: date) -> None:
    """Under one more restriction no limit is higher and no use admitted that was not."""
    added = add_restriction(line, replace(restriction, restriction_id="new"))

    assert isinstance(added, Line)
    assert effective_limit(added, on).limit_minor <= effective_limit(line, on).limit_minor
    assert new_use(added, on) is not None or new_use(line, on) is None


def dated(line: Line) -> Iterator[date]:
    """Yield the days that a line names: begin and end of what lies on it, of more, of a delay."""
    for each in line.restrictions:
        yield each.from_on
        if each.to_on is not None:
            yield each.to_on
    if line.temporary is not None:
        yield from (line.temporary.from_on, line.temporary.ends_on)
    if line.effective_from_on is not None:
        yield line.effective_from_on


@given(lines(), DAYS)
def test_between_dated_days_nothing_changes(line: Line, on: date) -> None:
    """Until the next dated day limit and admission stay what they are."""
    end = min((day for day in dated(line) if day > on), default=on + timedelta(days=20))
    now = effective_limit(line, on).limit_minor, new_use(line, on), state_on(line, on)
    while (on := on + timedelta(days=1)) < end:
        assert now == (
            effective_limit(line, on).limit_minor,
            new_use(line, on),
            state_on(line, on),
        )


@given(lines(), LIMITS, LIMITS, DAYS, st.none() | AMOUNTS)
def test_what_is_available_is_never_more_than_any_control_has(
    line: Line, limits: Headroom, headroom: Headroom, on: date, own: int | None
) -> None:
    """Availability fits the line, both together and the person, and is nothing where refused."""
    controls = Controls(limits=limits, headroom=headroom)
    found = availability(line, controls, on, own_spending_minor=own)
    room = effective_limit(line, on).limit_minor - found.used_minor

    if found.refusal is not None:
        assert found.available_minor == 0
    else:
        bounds = [room, headroom[2], headroom[3], *([] if own is None else [own])]
        assert found.available_minor == max(0, min(bounds))


@given(AMOUNTS, AMOUNTS, AMOUNTS, LIMITS, WEIGHTS)
def test_availability_and_linked_use_agree(
    plain: int, instalment: int, cash: int, limits: Headroom, weight: Fraction
) -> None:
    """What the terms leave is what V39's formula leaves."""
    pay_later, cash_loan, joint, _ = limits
    joint_used = plain + cash + joint_use_minor(instalment, weight)
    controls = Controls(
        limits=(pay_later, cash_loan, joint, 10**9),
        headroom=(
            pay_later - plain - instalment,
            cash_loan - cash,
            joint - joint_used,
            10**9 - plain - instalment - cash,
        ),
    )
    free = available(
        LinkedUse(
            pay_later_limit=pay_later,
            cash_loan_limit=cash_loan,
            joint_limit=joint,
            plain=plain,
            instalment=instalment,
            cash=cash,
            weight=weight,
        )
    )
    for product, limit, wanted in [
        (Product.PAY_LATER, pay_later, free.pay_later),
        (Product.CASH_LOAN, cash_loan, free.cash_loan),
    ]:
        line = replace(OPEN, product=product, base_limit_minor=limit)
        assert availability(line, controls, TODAY).available_minor == wanted


@given(LIMITS, LIMITS)
def test_controls_follow_their_limits(before: Headroom, after: Headroom) -> None:
    """Booked by either way, each control's limit and headroom move by the difference."""
    changes = [line_changed(before, after), limits_changed(before, after)]
    for change in changes:
        if change is None:
            assert before == after
            continue
        moved: Counter[tuple[AccountKind, str]] = Counter()
        place = replace(PLACE, line=change.line)
        for transfer in transfers_of(change.event, change.amounts, place):
            moved[transfer.debit.kind, transfer.debit.part] += transfer.amount_minor
            moved[transfer.credit.kind, transfer.credit.part] -= transfer.amount_minor
        for control, old, new in zip(CONTROLS, before, after, strict=True):
            assert moved[AccountKind.HEADROOM, control] == new - old
            assert moved[AccountKind.LIMIT, control] == old - new


@given(WEIGHTS, st.integers(0, 10**7), st.data())
def test_repaying_in_any_parts_gives_back_what_was_taken(
    weight: Fraction, principal: int, data: st.DataObject
) -> None:
    """The steps of a plan's repayment give back, to the fen, what opening it took."""
    cuts = data.draw(st.lists(st.integers(0, principal), max_size=8))
    outstanding = sorted({*cuts, 0, principal}, reverse=True)
    taken = joint_change_minor(0, principal, weight)
    given_back = [joint_change_minor(*step, weight) for step in pairwise(outstanding)]

    assert taken >= principal
    assert all(minor <= 0 for minor in given_back)
    assert taken + sum(given_back) == 0


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(1, 3_000_000))
def test_r93_moving_limit_makes_none(gives: int, takes: int, used_minor: int, amount: int) -> None:
    """Whatever moves between lines, the total stays and the giver keeps room for what is used."""
    bounds = Bounds(least_minor=100_000, most_minor=2_500_000)
    giver = Side(
        line=replace(OPEN, base_limit_minor=gives),
        used_minor=used_minor,
        bounds=bounds,
        base_version_seen=3,
    )
    taker = replace(giver, line=replace(OPEN, product=Product.PAY_LATER, base_limit_minor=takes))
    moved = move_between(giver, taker, amount, request_id="wish", on=TODAY)

    if not isinstance(moved, MoveRefusal):
        given_to, taken = (line.base_limit_minor for line in moved)
        assert given_to + taken == gives + takes
        assert given_to >= used_minor
        assert taken <= bounds.most_minor


@given(st.lists(st.sampled_from(LineMove), max_size=12), lines())
def test_no_path_of_moves_leaves_the_table_or_touches_terms(
    asked: list[LineMove], line: Line
) -> None:
    """Along any path a line moves as its row says, or not at all; limit and price stay."""
    for what in asked:
        moved = move(line, what, TODAY, outstanding_minor=0, dormant_from_on=day(1))
        if isinstance(moved, Line):
            assert state_on(line, TODAY) in MOVES[what].from_states
            assert moved.state is MOVES[what].to_state
            announced = moved.dormant_from_on
            assert replace(line, state=moved.state, dormant_from_on=announced) == moved
            line = moved
    assert line.state is not LineState.CLOSED or new_use(line, TODAY) is not None


@given(st.permutations(["d4", "d5"]))
def test_of_two_decisions_on_one_base_one_counts(order: list[str]) -> None:
    """Whichever comes first sets the limit; the other saw a base that is gone."""
    bounds = Bounds(least_minor=0, most_minor=10**9)
    first, second = (
        NewBase(decision_id=name, limit_minor=5 * 10**5, base_version_seen=3) for name in order
    )
    changed = change_base(OPEN, first, bounds, TODAY)

    assert isinstance(changed, Line)
    assert changed.decision_id == order[0]
    assert change_base(changed, second, bounds, TODAY) is MoveRefusal.BASE_CHANGED


def test_the_controls_of_an_availability_are_in_the_ledgers_order() -> None:
    """Used and left are read off the control they are named by."""
    controls = Controls(limits=(10, 20, 30, 40), headroom=(1, 2, 3, 4))

    assert [controls.used_minor(control) for control in Control] == [9, 18, 27, 36]
    assert [controls.headroom_minor(control) for control in Control] == [1, 2, 3, 4]


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 500_000))
def test_r93_what_is_said_to_move_moves_and_nothing_above_it(
    gives: int, takes: int, used_minor: int, least_minor: int
) -> None:
    """The most that moves does, and a fen more, or anything where it is 0, does not."""
    bounds = Bounds(least_minor=least_minor, most_minor=2_500_000)
    giver = Side(
        line=replace(OPEN, base_limit_minor=gives),
        used_minor=used_minor,
        bounds=bounds,
        base_version_seen=3,
    )
    taker = replace(giver, line=replace(OPEN, product=Product.PAY_LATER, base_limit_minor=takes))
    most = movable_minor(giver, taker, TODAY)

    for amount, moves in ((most, most > 0), (most + 1, False), (most * 2 + 1, False)):
        if amount:
            moved = move_between(giver, taker, amount, request_id="wish", on=TODAY)
            assert isinstance(moved, MoveRefusal) is not moves
