"""What the numbers mean for a line: the action, the base and effective limit, the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from twinline.decision.outcome import DATA_MISSING, LineOutcome
from twinline.decision.settle import SettledLimit, SettledPrice
from twinline.decision.strategy import PPM, REASONS_MAX, Action, Effect, Role
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.decision.strategy import Edge, Gate, Limit, Strategy

PLACES = {product: place for place, product in enumerate(Product)}


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


def judge_line(
    strategy: Strategy, product: Product, now: int | None, measured: Measured
) -> LineOutcome:
    """Return the outcome of one line whose limit today is `now` (None or 0: no line)."""
    limit = strategy.limits[product]
    amounts, settled = measured.limits[PLACES[product] + 1]
    edges = [
        (edge, size)
        for edge, size in zip(strategy.edges, measured.edges, strict=True)
        if size >= 0 and product in edge.lines
    ]
    unknown = bool(settled.unknown or measured.limits[0][1].unknown)
    gate = _gate(strategy, product, now, measured)
    action, base = _act(limit, now, settled, gate, edges, unknown=unknown)
    parts, price = measured.prices[PLACES[product]]
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
        reasons=_reasons(strategy, limit, settled, measured, first),
    )


def _gate(
    strategy: Strategy, product: Product, now: int | None, measured: Measured
) -> Gate | None:
    """Return the first gate that holds for the line; a decline concerns new lines alone."""
    for gate, holds in zip(strategy.gates, measured.gates, strict=True):
        if holds and product in gate.lines and not (now and gate.action is Action.DECLINE):
            return gate
    return None


def _act(  # noqa: PLR0913 - the six facts an action follows from
    limit: Limit,
    now: int | None,
    settled: SettledLimit,
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
        new = settled.limit_minor
        worth = new >= max(limit.least_minor, 1)
        return (Action.INVITE, new) if worth else (Action.DECLINE, 0)
    return _move(limit, now, settled, restricted=bool(edges))


def _move(
    limit: Limit, now: int, settled: SettledLimit, *, restricted: bool
) -> tuple[Action, int]:
    """Return how an existing line moves; a move too small to matter is not made."""
    new = settled.limit_minor
    if new > now:
        moves = (new - now) * PPM >= now * limit.raise_ppm and not restricted
        return (Action.RAISE, new) if moves else (Action.KEEP, now)
    if new < now:
        hard = limit.terms[settled.binding].role is Role.HARD
        moves = (now - new) * PPM >= now * limit.cut_ppm or hard
        return (Action.CUT, new) if moves else (Action.KEEP, now)
    return Action.KEEP, now


def _effective(base: int, limit: Limit, edges: list[tuple[Edge, int]]) -> int:
    """Return the base limit under the restrictions that hold."""
    effective = base
    for edge, size in edges:
        if edge.effect is Effect.FACTOR:
            restricted = base * size // PPM // limit.step_minor * limit.step_minor
        else:
            restricted = size
        effective = min(effective, restricted)
    return effective


def _reasons(
    strategy: Strategy,
    limit: Limit,
    settled: SettledLimit,
    measured: Measured,
    first: list[str],
) -> tuple[str, ...]:
    """Return the top reasons: gate and restrictions, then the binding term, then the score.

    A term the scorecard explains is explained by it, then by the segment, then by itself. Where
    a floor bound, the reason is the cap below it: why the limit is not higher.
    """
    reasons = dict.fromkeys(first)
    term = limit.terms[settled.cause]
    if not term.by_score:
        reasons[term.reason] = None
    if len(reasons) < REASONS_MAX:
        for code in _score_reasons(strategy, measured):
            reasons[code] = None
    segment = strategy.segments[measured.segment]
    if segment.reason:
        reasons[segment.reason] = None
    reasons[term.reason] = None
    return tuple(reasons)[:REASONS_MAX]


def _score_reasons(strategy: Strategy, measured: Measured) -> Iterator[str]:
    """Yield the scorecard's reasons, the most points lost first, ties in the card's order."""
    lost = [
        (attribute.points[at] - attribute.points_max, place, attribute.reasons[at])
        for place, (attribute, at) in enumerate(
            zip(strategy.scorecard, measured.bins, strict=True)
        )
        if attribute.reasons[at]
    ]
    lost.sort()
    return (code for difference, _, code in lost if difference < 0)
