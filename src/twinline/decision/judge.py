"""What the numbers mean for a line: the action, the base and effective limit, the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from twinline.decision.outcome import DATA_MISSING, LineOutcome
from twinline.decision.settle import SettledLimit, SettledPrice
from twinline.decision.strategy import PPM, REASONS_MAX, Action, Edge, Effect, Gate, Limit
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.decision.strategy import Segment, Strategy, Term


class Measured(msgspec.Struct, frozen=True):
    """Every number of one decision, whichever executor made it.

    `bins` is the bin of each attribute of the scorecard; `prices` are parts and price by line;
    `limits` are term amounts and limit of the joint limit and then each line; `gates` tell
    which hold; `edges` give the size where the edge holds and -1 where it does not.
    """

    bins: tuple[int, ...]
    score: int
    pd_ppm: int
    segment: int
    prices: tuple[tuple[tuple[int, ...], SettledPrice], ...]
    limits: tuple[tuple[tuple[int | None, ...], SettledLimit], ...]
    gates: tuple[bool, ...]
    edges: tuple[int, ...]


def unknown_terms(strategy: Strategy, measured: Measured) -> tuple[str, ...]:
    """Return the terms whose amount is needed and not known, as "line term"."""
    if not any(settled.unknown for _, settled in measured.limits):
        return ()
    names = ("joint", *(product.value for product in Product))
    limits = (strategy.joint, *(strategy.limits[product] for product in Product))
    return tuple(
        f"{name} {limit.terms[index].name}"
        for name, limit, (_, settled) in zip(names, limits, measured.limits, strict=True)
        for index in settled.unknown
    )


class LinePlan(msgspec.Struct, frozen=True):
    """What bears on one line: its place in the measures, its limit, its gates and edges.

    Gates and edges carry their places in the measures.
    """

    place: int
    limit: Limit
    gates: tuple[tuple[int, Gate], ...]
    edges: tuple[tuple[int, Edge], ...]


def plan_line(strategy: Strategy, product: Product) -> LinePlan:
    """Return what bears on a line."""
    return LinePlan(
        place=tuple(Product).index(product),
        limit=strategy.limits[product],
        gates=tuple(each for each in enumerate(strategy.gates) if product in each[1].lines),
        edges=tuple(each for each in enumerate(strategy.edges) if product in each[1].lines),
    )


def judge_line(
    strategy: Strategy, plan: LinePlan, now: int | None, measured: Measured, lost: list[str]
) -> LineOutcome:
    """Return the outcome of one line whose limit today is `now` (None or 0: no line).

    `lost` are the scorecard's reasons, as `score_reasons` gives them.
    """
    limit, place = plan.limit, plan.place
    amounts, settled = measured.limits[place + 1]
    edges = [(edge, measured.edges[at]) for at, edge in plan.edges if measured.edges[at] >= 0]
    unknown = bool(settled.unknown or measured.limits[0][1].unknown)
    gate = _gate(plan, now, measured)
    action, base = _act(limit, now, measured.limits[place + 1], gate, edges, unknown=unknown)
    parts, price = measured.prices[place]
    offered = action is not Action.STOP and action is not Action.DECLINE
    first = [DATA_MISSING] if unknown else []
    if gate is not None:
        first.append(gate.reason)
    first.extend([edge.reason for edge, _ in edges])
    return LineOutcome(
        action=action,
        limit_now_minor=now,
        base_limit_minor=base,
        effective_limit_minor=_effective(base, limit, edges) if offered else 0,
        terms=amounts,
        binding=limit.terms[settled.binding].name,
        without_minor=settled.without_minor,
        price_ppm=price.price_ppm if offered else None,
        price_parts=parts,
        price_binding=price.binding,
        gate="" if gate is None else gate.name,
        restrictions=tuple([edge.name for edge, _ in edges]),
        reasons=_reasons(
            limit.terms[settled.cause], first, lost, strategy.segments[measured.segment]
        ),
    )


def _gate(plan: LinePlan, now: int | None, measured: Measured) -> Gate | None:
    """Return the first gate that holds for the line; a decline concerns new lines alone."""
    for at, gate in plan.gates:
        if measured.gates[at] and not (now and gate.action is Action.DECLINE):
            return gate
    return None


def _act(  # noqa: PLR0913 - the six facts an action follows from
    limit: Limit,
    now: int | None,
    tree: tuple[tuple[int | None, ...], SettledLimit],
    gate: Gate | None,
    edges: list[tuple[Edge, int]],
    *,
    unknown: bool,
) -> tuple[Action, int]:
    """Return the action and the base limit, the strongest cause first.

    A stop leaves the base limit as it is: what stops is new use, and it ends with its cause. A
    line under any restriction is not raised.
    """
    gated = None if gate is None else gate.action
    stopped = any(edge.effect is Effect.STOP for edge, _ in edges)
    if stopped or gated is Action.STOP or gated is Action.DECLINE:
        return (Action.STOP, now) if now else (Action.DECLINE, 0)
    if unknown or gated is Action.REFER:
        return Action.REFER, now or 0
    if not now:
        new = tree[1].limit_minor
        worth = new >= max(limit.least_minor, 1)
        return (Action.INVITE, new) if worth else (Action.DECLINE, 0)
    return _move(limit, now, *tree, restricted=bool(edges))


def _move(
    limit: Limit,
    now: int,
    amounts: tuple[int | None, ...],
    settled: SettledLimit,
    *,
    restricted: bool,
) -> tuple[Action, int]:
    """Return how an existing line moves; a move too small to matter is not made.

    No line stays above a hard term, whichever term bound and however small the cut.
    """
    new = settled.limit_minor
    if new > now:
        moves = (new - now) * PPM >= now * limit.raise_ppm and not restricted
        return (Action.RAISE, new) if moves else (Action.KEEP, now)
    if new < now:
        hards = [amounts[place] for place in limit.hards]
        unlawful = any(hard is not None and hard < now for hard in hards)
        moves = (now - new) * PPM >= now * limit.cut_ppm or unlawful
        return (Action.CUT, new) if moves else (Action.KEEP, now)
    return Action.KEEP, now


def _effective(base: int, limit: Limit, edges: list[tuple[Edge, int]]) -> int:
    """Return the base limit under the restrictions that hold, each rounded down to the step."""
    effective = base
    for edge, size in edges:
        restricted = base * size // PPM if edge.effect is Effect.FACTOR else size
        effective = min(effective, restricted // limit.step_minor * limit.step_minor)
    return effective


def _reasons(term: Term, first: list[str], lost: list[str], segment: Segment) -> tuple[str, ...]:
    """Return the top reasons: gate and restrictions, then the binding term, then the score.

    A term the scorecard explains is explained by it, then by the segment, then by itself. Where
    a floor bound, the term is the cap below it: why the limit is not higher.
    """
    found = [*first] if term.by_score else [*first, term.reason]
    found += lost
    if segment.reason:
        found.append(segment.reason)
    found.append(term.reason)
    return tuple(dict.fromkeys(found))[:REASONS_MAX]


def score_reasons(strategy: Strategy, measured: Measured) -> list[str]:
    """Return the scorecard's reasons, the most points lost first, ties in the card's order."""
    lost = [
        (attribute.points[at] - attribute.points_max, place, attribute.reasons[at])
        for place, (attribute, at) in enumerate(
            zip(strategy.scorecard, measured.bins, strict=True)
        )
        if attribute.reasons[at] and attribute.points[at] < attribute.points_max
    ]
    lost.sort()
    return [code for _, _, code in lost]
