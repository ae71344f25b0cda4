"""What the numbers mean for a line: `decision.judge` over columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twinline.decision.columns.column import either
from twinline.decision.strategy import PPM, Action, Effect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.columns.column import Column, Ints, Truths
    from twinline.decision.judge import LinePlan
    from twinline.decision.strategy import Edge, Gate, Limit

ACTIONS = tuple(Action)
CODE = {action: np.int64(place) for place, action in enumerate(ACTIONS)}
NO_GATE = -1


class Restriction(NamedTuple):
    """An edge that bears on a line, where it holds, and its size there."""

    edge: Edge
    holds: Truths
    size: Ints


class Facts(NamedTuple):
    """What a line's action follows from, row by row; `now` is 0 where there is no line."""

    now: Ints
    settled: Ints
    amounts: Sequence[Column]
    gates: Sequence[Truths]
    restrictions: Sequence[Restriction]
    unknown: Truths


class Verdict(NamedTuple):
    """What becomes of a line: places in `ACTIONS`, places in the line's gates, and limits."""

    action: Ints
    gate: Ints
    base: Ints
    effective: Ints
    offered: Truths


def judge(plan: LinePlan, facts: Facts) -> Verdict:
    """Return the verdict on one line in every row; see `decision.judge.judge_line`."""
    has = facts.now > 0
    gates = [gate for _, gate in plan.gates]
    gate = _gate(gates, facts.gates, has)
    action, base = _act(plan.limit, facts, gates, gate, has)
    offered = (action != CODE[Action.STOP]) & (action != CODE[Action.DECLINE])
    effective = np.where(offered, _effective(base, plan.limit, facts.restrictions), 0)
    return Verdict(action, gate, base, effective, offered)


def _gate(gates: Sequence[Gate], holds: Sequence[Truths], has: Truths) -> Ints:
    """Return the first gate that holds; a decline concerns new lines alone."""
    found: Ints = np.asarray(NO_GATE, np.int64)
    for place in reversed(range(len(gates))):
        declines = gates[place].action is Action.DECLINE
        held = holds[place] & ~has if declines else holds[place]
        found = np.where(held, np.int64(place), found)
    return found


def _act(
    limit: Limit, facts: Facts, gates: Sequence[Gate], gate: Ints, has: Truths
) -> tuple[Ints, Ints]:
    """Return the action and the base limit, the strongest cause first."""
    now, new = facts.now, facts.settled
    stopping = [Action.STOP, Action.DECLINE]
    stops = either(each.holds for each in facts.restrictions if each.edge.effect is Effect.STOP)
    stops = stops | _is_of(gates, gate, stopping)
    refers = facts.unknown | _is_of(gates, gate, [Action.REFER])
    worth = new >= max(limit.least_minor, 1)
    action, base = _move(limit, facts)
    action = np.where(has, action, np.where(worth, CODE[Action.INVITE], CODE[Action.DECLINE]))
    base = np.where(has, base, np.where(worth, new, 0))
    action = np.where(refers, CODE[Action.REFER], action)
    stop = np.where(has, CODE[Action.STOP], CODE[Action.DECLINE])
    return np.where(stops, stop, action), np.where(stops | refers, now, base)


def _is_of(gates: Sequence[Gate], gate: Ints, actions: Sequence[Action]) -> Truths:
    """Return where the gate that holds has one of the actions."""
    wanted = np.array([*(each.action in actions for each in gates), False], np.bool_)
    return wanted[gate]


def _move(limit: Limit, facts: Facts) -> tuple[Ints, Ints]:
    """Return how existing lines move; a move too small to matter is not made."""
    now, new = facts.now, facts.settled
    restricted = either(each.holds for each in facts.restrictions)
    rises = (new > now) & ((new - now) * PPM >= now * limit.raise_ppm) & ~restricted
    unlawful = either(_below(facts.amounts[place], now) for place in limit.hards)
    falls = (new < now) & (((now - new) * PPM >= now * limit.cut_ppm) | unlawful)
    kept = np.where(falls, CODE[Action.CUT], CODE[Action.KEEP])
    return np.where(rises, CODE[Action.RAISE], kept), np.where(rises | falls, new, now)


def _below(amount: Column, now: Ints) -> Truths:
    below = amount.numbers < now
    return below if amount.missing is None else below & ~amount.missing


def _effective(base: Ints, limit: Limit, restrictions: Sequence[Restriction]) -> Ints:
    """Return the base limit under the restrictions that hold, each rounded down to the step."""
    effective = base
    for edge, holds, size in restrictions:
        if not holds.any():
            continue
        restricted = base * size // PPM if edge.effect is Effect.FACTOR else size
        restricted = restricted // limit.step_minor * limit.step_minor
        effective = np.where(holds, np.minimum(effective, restricted), effective)
    return effective
