"""Figures added up one customer at a time, as plainly as can be: what columns are held against.

The package adds whole chunks in columns; this is what each figure means for a single customer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twinline.decision.score import bin_at
from twinline.decision.settle import least, settle_limit
from twinline.decision.strategy import Action
from twinline.kernel.money import format_money
from twinline.kernel.rounding import Rounding, divide
from twinline.portfolio.bins import Apart, Count
from twinline.portfolio.census import ACTIONS, SEGMENT
from twinline.portfolio.compared import Mover
from twinline.portfolio.comparison import GRANTED, MOVED_BAND_PPM
from twinline.portfolio.firsts import Kind
from twinline.portfolio.tally import DIGITS, SCORE_BAND, UNKNOWN, one_two_five
from twinline.portfolio.waterfall import NOBODY, first_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tests.comparisons import Case as Compared
    from twinline.decision.outcome import LineOutcome, Outcome
    from twinline.decision.scalar import Row
    from twinline.decision.strategy import Limit, Strategy
    from twinline.portfolio.bins import Spectrum, Value
    from twinline.portfolio.census import Census
    from twinline.portfolio.comparison import ComparisonTally, Moves
    from twinline.portfolio.comparison import LineTally as ComparedLine
    from twinline.portfolio.tally import Amounts, GroupTally, LineTally, Tally
    from twinline.portfolio.waterfall import Waterfall

SWAP = {
    (True, True): "in_both",
    (False, False): "out_both",
    (False, True): "swapped_in",
    (True, False): "swapped_out",
}
"""The swap set by whether the old and the new strategy grant the line."""


def add(
    tally: Tally,
    outcome: Outcome,
    *,
    row: int,
    defaulted: bool | None,
    groups: Sequence[str | None],
) -> None:
    """Add one customer's outcome to the figures of a review; `row` is its place in the book."""
    for kind in _kinds(outcome):
        tally.firsts.extend(kind, [row])
    tally.customers += 1
    tally.referred += Action.REFER in {outcome.pay_later.action, outcome.cash_loan.action}
    tally.challengers += outcome.challenger
    tally.joint_minor += outcome.joint_limit_minor or 0
    pair = (outcome.pay_later.action.value, outcome.cash_loan.action.value)
    for held, line in zip(tally.lines, (outcome.pay_later, outcome.cash_loan), strict=True):
        _add_line(held, line, outcome.pd_ppm or 0)
    tally.together[pair] += 1
    band = None if outcome.score is None else outcome.score // SCORE_BAND
    _add_to_group(
        tally.segments[outcome.segment or UNKNOWN], outcome.score, pair, defaulted=defaulted
    )
    _add_to_group(tally.scores[band], outcome.score, pair, defaulted=defaulted)
    for tallies, value in zip(tally.groups, groups, strict=True):
        if value is not None:
            _add_to_group(tallies[value], outcome.score, pair, defaulted=defaulted)
    if defaulted is not None and outcome.score is not None:
        tally.ranking.add(outcome.score, bad=defaulted)


def _add_line(tally: LineTally, line: LineOutcome, pd_ppm: int) -> None:
    now = line.limit_now_minor or 0
    fall(tally.waterfall, line)
    tally.actions[line.action] += 1
    tally.base += line.base_limit_minor
    add_amount(tally.limits_before, now)
    add_amount(tally.limits, line.effective_limit_minor)
    tally.lost_before += now * pd_ppm
    tally.lost += line.effective_limit_minor * pd_ppm
    moved = line.base_limit_minor - now
    tally.raised += moved if line.action is Action.RAISE else 0
    tally.cut -= moved if line.action is Action.CUT else 0
    tally.invited += moved if line.action is Action.INVITE else 0
    if line.binding:
        tally.binding[line.binding] += 1
    if line.reasons:
        tally.reasons[line.action.value, line.reasons[0]] += 1
    if line.price_ppm is not None:
        tally.prices[line.price_ppm] += 1
        tally.price_bounds[line.price_binding] += 1


def _kinds(outcome: Outcome) -> Iterable[Kind]:
    lines = (outcome.pay_later, outcome.cash_loan)
    actions = {line.action for line in lines}
    if Action.RAISE in actions:
        yield Kind.RAISED
    if Action.CUT in actions:
        yield Kind.CUT
    if Action.STOP in actions or any(line.restrictions for line in lines):
        yield Kind.RESTRICTED
    if outcome.cash_loan.action is Action.DECLINE:
        yield Kind.REFUSED


class Steps(NamedTuple):
    """One limit on its way down, in minor units, and the places of the terms that moved it."""

    start: int
    cap: int
    capped: int
    floor: int
    floored: int
    hard: int
    allowed: int


def fall(waterfall: Waterfall, line: LineOutcome) -> None:
    """Add one customer's line to a waterfall; without terms nothing was allowed."""
    allowed = 0
    if line.terms:
        steps = steps_of(waterfall.limit, line.terms)
        allowed = steps.allowed
        waterfall.start += steps.start
        waterfall.allowed += allowed
        for place, by in (
            (steps.cap, steps.capped - steps.start),
            (steps.floor, steps.floored - steps.capped),
            (steps.hard, steps.allowed - steps.floored),
        ):
            if by:
                waterfall.moved[place] += by
    waterfall.decided[line.action] += line.base_limit_minor - allowed
    waterfall.held[line.action] += line.effective_limit_minor - line.base_limit_minor


def steps_of(limit: Limit, amounts: Sequence[int | None]) -> Steps:
    """Return the way from the first term to what the terms allow.

    A first term without an amount takes nothing off: the limit starts where it ends up.
    """
    step = limit.step_minor
    cap, least_cap, _ = least(limit.caps, amounts)
    hard, _, _ = least(limit.hards, amounts)
    allowed = settle_limit(limit, amounts).limit_minor
    top = amounts[first_place(limit)]
    if top is not None:
        start = max(top // step * step, 0)
    else:
        start = allowed if cap == NOBODY else max(least_cap // step * step, 0)
    capped = start if cap == NOBODY else min(max(least_cap // step * step, 0), start)
    floor, floored = NOBODY, capped
    for place in limit.floors:
        amount = amounts[place]
        if amount is not None and amount > floored:
            floor, floored = place, amount
    return Steps(start, cap, capped, floor, floored, hard, allowed)


def add_amount(amounts: Amounts, minor: int) -> None:
    """Add an amount of money."""
    if not minor:
        amounts.none += 1
        return
    alike = rounded_down(minor)
    amounts.counts[alike] += 1
    amounts.sums[alike] += minor
    amounts.total += minor
    amounts.largest = max(amounts.largest, minor)


def rounded_down(value: int) -> int:
    """Return a value rounded down to three digits."""
    scale: int = 10 ** max(len(str(abs(value))) - DIGITS, 0)
    return value // scale * scale


def _add_to_group(
    group: GroupTally, score: int | None, actions: tuple[str, str], *, defaulted: bool | None
) -> None:
    group.customers += 1
    group.actions[actions] += 1
    if score is not None:
        group.score += score
        group.scored += 1
    if defaulted is not None:
        group.known += 1
        group.defaulted += defaulted


class Case(NamedTuple):
    """A customer decided by two strategies, besides what is decided for a line."""

    row: int
    customer_id: str
    segments: tuple[str, str]
    pd_old: int
    pd_new: int
    defaulted: bool | None
    groups: Sequence[str | None]


class Move(NamedTuple):
    """A limit under the old strategy and under the new, and what else changes with it."""

    old: int
    new: int
    granted_old: bool
    granted_new: bool
    dearer: bool
    cheaper: bool


def compare(tally: ComparisonTally, row: int, customer: Compared) -> None:
    """Add one customer's outcome by each strategy; `row` is the customer's in the book."""
    old, new, defaulted, groups = customer
    case = Case(
        row=row,
        customer_id=new.customer_id,
        segments=(old.segment or UNKNOWN, new.segment or UNKNOWN),
        pd_old=old.pd_ppm or 0,
        pd_new=new.pd_ppm or 0,
        defaulted=defaulted,
        groups=groups,
    )
    sides = (old.pay_later, new.pay_later), (old.cash_loan, new.cash_loan)
    one, other = (
        _compare_line(held, *side, case, tally.currency)
        for held, side in zip(tally.lines, sides, strict=True)
    )
    both = Move(
        old=one.old + other.old,
        new=one.new + other.new,
        granted_old=one.granted_old or other.granted_old,
        granted_new=one.granted_new or other.granted_new,
        dearer=one.dearer or other.dearer,
        cheaper=one.cheaper or other.cheaper,
    )
    _add_move(tally.together, both)
    _add_risk(tally, both, case)
    tally.alike += all(
        was.action is now.action
        and was.effective_limit_minor == now.effective_limit_minor
        and was.price_ppm == now.price_ppm
        for was, now in sides
    )


def _compare_line(
    tally: ComparedLine, old: LineOutcome, new: LineOutcome, case: Case, currency: str
) -> Move:
    price = _add_prices(tally, old.price_ppm, new.price_ppm)
    move = Move(
        old=old.effective_limit_minor,
        new=new.effective_limit_minor,
        granted_old=old.action in GRANTED,
        granted_new=new.action in GRANTED,
        dearer=price > 0,
        cheaper=price < 0,
    )
    _add_move(tally.moves, move)
    _add_risk(tally, move, case)
    _add_swap(tally, move, case, referred=Action.REFER in {old.action, new.action})
    tally.actions[old.action.value, new.action.value] += 1
    tally.decided_by[_decided_by(old), _decided_by(new)] += 1
    tally.appears.update([code for code in new.reasons if code not in old.reasons])
    tally.vanishes.update([code for code in old.reasons if code not in new.reasons])
    tally.stays.update([code for code in new.reasons if code in old.reasons])
    _add_move(tally.segments[case.segments], move)
    for by_value, value in zip(tally.groups, case.groups, strict=True):
        if value is not None:
            _add_move(by_value[value], move)
    by = move.new - move.old
    tally.limits_moved[one_two_five(abs(by)) * (1 if by > 0 else -1) if by else 0] += 1
    if by:
        most = tally.most_gained if by > 0 else tally.most_lost
        most.add(abs(by), _mover(case, old, new, currency))
    return move


def _add_prices(tally: ComparedLine, old: int | None, new: int | None) -> int:
    """Add one customer's prices; return by how much they move, 0 unless there are two."""
    if old is None or new is None:
        tally.prices.only_old += old is not None
        tally.prices.only_new += new is not None
        return 0
    tally.prices.sum_old += old
    tally.prices.sum_new += new
    size = divide(abs(new - old), MOVED_BAND_PPM, Rounding.UP) * MOVED_BAND_PPM
    tally.prices_moved[size if new > old else -size] += 1
    return new - old


def _add_move(moves: Moves, move: Move) -> None:
    moves.customers += 1
    moves.granted_old += move.granted_old
    moves.granted_new += move.granted_new
    moves.dearer += move.dearer
    moves.cheaper += move.cheaper
    moves.old += move.old
    moves.new += move.new
    moves.gainers += move.new > move.old
    moves.losers += move.new < move.old
    moves.gained += max(move.new - move.old, 0)
    moves.lost += max(move.old - move.new, 0)


def _add_swap(tally: ComparedLine, move: Move, case: Case, *, referred: bool) -> None:
    name = "referred" if referred else SWAP[move.granted_old, move.granted_new]
    swap = tally.swap[name]
    swap.customers += 1
    swap.old += move.old
    swap.new += move.new
    swap.loss_old += move.old * case.pd_old
    swap.loss_new += move.new * case.pd_new
    swap.known += case.defaulted is not None
    swap.defaulted += bool(case.defaulted)


def _add_risk(tally: ComparisonTally | ComparedLine, move: Move, case: Case) -> None:
    risk = tally.risk
    risk.old += move.old
    risk.new += move.new
    risk.old_by_old += move.old * case.pd_old
    risk.new_by_new += move.new * case.pd_new
    risk.old_by_new += move.old * case.pd_new
    risk.new_by_old += move.new * case.pd_old
    if case.defaulted is not None:
        risk.known_old += move.old
        risk.known_new += move.new
    if case.defaulted:
        risk.defaulted_old += move.old
        risk.defaulted_new += move.new


def _mover(case: Case, old: LineOutcome, new: LineOutcome, currency: str) -> Mover:
    return Mover(
        row=case.row,
        customer_id=case.customer_id,
        segment_old=case.segments[0],
        segment_new=case.segments[1],
        action_old=old.action.value,
        action_new=new.action.value,
        limit_old=format_money(old.effective_limit_minor, currency),
        limit_new=format_money(new.effective_limit_minor, currency),
        price_ppm_old=old.price_ppm,
        price_ppm_new=new.price_ppm,
        decided_by_old=_decided_by(old),
        decided_by_new=_decided_by(new),
    )


def _decided_by(line: LineOutcome) -> str:
    """Return the gate that decides a line, else the restriction that holds it, else the term."""
    if line.gate:
        return line.gate
    if line.restrictions and line.effective_limit_minor < line.base_limit_minor:
        return line.restrictions[0]
    return line.binding


def count(
    census: Census,
    values: Sequence[Value],
    outcome: Outcome,
    *,
    mix: Sequence[str | None],
    defaulted: bool | None,
) -> None:
    """Add one customer to a census: the features' values, the decision, and what came of it."""
    census.customers += 1
    lines = (outcome.pay_later, outcome.cash_loan)
    numbers = [
        outcome.score,
        *(line.effective_limit_minor for line in lines),
        *(line.price_ppm for line in lines),
    ]
    known = [Apart.MISSING if number is None else number for number in numbers]
    for counter, value in zip(
        (*census.features, *census.outcomes), (*values, *known), strict=True
    ):
        count_value(counter, value)
    for name, line in zip(ACTIONS, lines, strict=True):
        census.mixes[name][line.action.value] += 1
    census.mixes[SEGMENT][outcome.segment] += 1
    for categories, category in zip(census.population, mix, strict=True):
        categories[category or ""] += 1
    census.referred += any(line.action is Action.REFER for line in lines)
    census.doubts.update(outcome.doubts)
    if defaulted is None:
        return
    census.outcome_known += 1
    census.defaulted += defaulted
    if outcome.score is not None and outcome.pd_ppm is not None:
        census.ranking.add(outcome.score, bad=defaulted)
        census.known[outcome.pd_ppm] += 1
        census.bad[outcome.pd_ppm] += defaulted


def count_value(counter: Count | Spectrum, value: Value) -> None:
    """Count one value."""
    if isinstance(counter, Count):
        counter.counts[counter.bins.place(value)] += 1
    elif isinstance(value, Apart) or value in counter.specials:
        counter.counts[value] += 1
    else:
        counter.counts[rounded_down(value)] += 1
    if isinstance(value, Apart):
        return
    counter.least = value if counter.least is None else min(counter.least, value)
    counter.greatest = value if counter.greatest is None else max(counter.greatest, value)
    if isinstance(counter, Count) and counter.bins.least is not None:
        assert counter.bins.greatest is not None
        counter.beyond_least += value < counter.bins.least
        counter.beyond_greatest += value > counter.bins.greatest


def scorer(strategy: Strategy) -> Callable[[Row], tuple[int, int]]:
    """Return the function from a customer's features to score and probability of default."""
    names = [feature.name for feature in strategy.features]
    card = [(each, names.index(each.feature)) for each in strategy.scorecard]

    def score_of(features: Row) -> tuple[int, int]:
        """Return score and probability of default in ppm."""
        points = (each.points[bin_at(each, features[place])] for each, place in card)
        score = strategy.score_base + sum(points)
        return score, strategy.pd.at(score)

    return score_of
