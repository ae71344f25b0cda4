"""Checks of what holds or does not: segments, gates and linkage edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.expression import Literal, Name, Op, Operation, names_in, parse, spelled
from twinline.decision.fault import Finding
from twinline.decision.figures import yuan
from twinline.decision.lint.phrase import inside, quoted, ranged
from twinline.decision.lint.span import FALSE, TRUE
from twinline.decision.lint.subject import limit_of
from twinline.decision.strategy import PPM, Action, Effect
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.decision.expression import Expression
    from twinline.decision.lint.span import Span
    from twinline.decision.lint.subject import Subject
    from twinline.decision.strategy import Edge, Gate

COMPARISONS = {Op.LT, Op.LE, Op.EQ, Op.NE, Op.GE, Op.GT}
DECIDED = (TRUE, FALSE)


def gates(subject: Subject) -> Iterator[tuple[str, Gate, Expression]]:
    """Yield each gate with its place and its condition as it is written."""
    rows = zip(subject.written.gates, subject.strategy.gates, strict=True)
    for (place, row), gate in rows:
        yield f"{place} {gate.name!r}", gate, parse(row["when"])


def edges(subject: Subject) -> Iterator[tuple[str, Edge, Expression]]:
    """Yield each edge with its place and its condition as it is written."""
    rows = zip(subject.written.edges, subject.strategy.edges, strict=True)
    for (place, row), edge in rows:
        yield f"{place} {edge.name!r}", edge, parse(row["when"])


def _rows(subject: Subject) -> Iterator[tuple[str, Gate | Edge, Expression]]:
    yield from gates(subject)
    yield from edges(subject)


def never_holds(subject: Subject) -> Iterator[Finding]:
    """A gate or an edge whose condition no customer can meet: the row does nothing."""
    for place, _, condition in _rows(subject):
        if not subject.worlds.can(condition):
            why = _why_never(subject, condition)
            yield Finding(place, "never holds", f"{why}: mend the condition or remove the row")


def _why_never(subject: Subject, condition: Expression) -> str:
    """Say which part cannot hold, or that the parts exclude each other."""
    for part in _conjuncts(condition):
        if not subject.worlds.can(part):
            return f"{spelled(part)}, and {_ranges(subject, part)}"
    return "its parts exclude each other"


def _ranges(subject: Subject, part: Expression) -> str:
    """Say what the names in an expression can be."""
    spans = [(name, subject.worlds.span(Name(name))) for name in sorted(names_in(part))]
    return " and ".join(f"{name} is {ranged(span)}" for name, span in spans) or "that is never so"


def _conjuncts(condition: Expression) -> tuple[Expression, ...]:
    match condition:
        case Operation(Op.AND, parts):
            return parts
        case _:
            return (condition,)


def always_holds(subject: Subject) -> Iterator[Finding]:
    """A gate or an edge whose condition every customer meets: nobody is told apart."""
    for place, _, condition in _rows(subject):
        if not subject.worlds.holding([(condition, FALSE)]):
            rule = "every customer falls under it: mend the condition or remove the row"
            yield Finding(place, "always holds", rule)


def part_decided(subject: Subject) -> Iterator[Finding]:
    """A comparison that comes out the same for everyone: most often a slip of a digit."""
    for place, expression in subject.written.expressions():
        if subject.worlds.span(expression) in DECIDED:
            continue  # a gate, edge or segment like that is reported as a whole
        for part in inside(expression):
            compares = isinstance(part, Operation) and part.op in COMPARISONS
            if compares and subject.worlds.span(part) in DECIDED and names_in(part):
                rule = f"{_ranges(subject, part)}: mend it or leave it out"
                yield Finding(place, f"{spelled(part)} is {_verdict(subject, part)}", rule)


def _verdict(subject: Subject, part: Expression) -> str:
    return "always true" if subject.worlds.span(part) == TRUE else "never true"


def gate_never_decides(subject: Subject) -> Iterator[Finding]:
    """A gate that earlier ones always decide before it; with another action, they contradict."""
    for at, (place, gate, condition) in enumerate(gates(subject)):
        if not subject.worlds.can(condition):
            continue  # reported as never holding
        before = {product: _before(subject, at, product) for product in Product}
        if all(
            not subject.worlds.can(condition, *_open(subject, gate, product, before[product]))
            for product in gate.lines
        ):
            yield _overruled(subject, place, gate, [before[p] for p in Product if p in gate.lines])


def _before(subject: Subject, at: int, product: Product) -> list[Gate]:
    """Return the gates that decide a line before another does; a decline passes lines by.

    One that always holds is reported as that, and not once more for every row below it.
    """
    own = subject.strategy.gates[at]
    return [
        other
        for other in subject.strategy.gates[:at]
        if product in other.lines
        and (other.action is not Action.DECLINE or own.action is Action.DECLINE)
        and subject.worlds.holding([(other.when.expression, FALSE)])
    ]


def _open(
    subject: Subject, gate: Gate, product: Product, before: list[Gate]
) -> list[tuple[Expression, Span]]:
    """Return what must be so for a gate to be asked at all."""
    conditions = [(other.when.expression, FALSE) for other in before]
    now = Name(subject.strategy.limits[product].now)
    if gate.action is Action.DECLINE and not subject.worlds.span(now).missing:
        conditions.append((Operation(Op.LE, (now, Literal(0))), TRUE))
    return conditions


def _overruled(subject: Subject, place: str, gate: Gate, before: list[list[Gate]]) -> Finding:
    """Say which gate above leaves nothing to a gate, or that all of them do together."""
    worlds, condition = subject.worlds, gate.when.expression
    lines = [product for product in Product if product in gate.lines]
    if not any(worlds.can(condition, *_open(subject, gate, line, [])) for line in lines):
        rule = "it declines new lines only, and whoever meets it has a line: mend the condition"
        return Finding(place, "never decides", rule)
    for other in before[0]:
        alone = all(
            other in earlier and not worlds.can(condition, *_open(subject, gate, line, [other]))
            for line, earlier in zip(lines, before, strict=True)
        )
        if alone and other.action is gate.action:
            rule = f"{other.name!r} above it holds whenever it does: remove one of the two"
            return Finding(place, "never decides", rule)
        if alone:
            said = f"contradicted ({gate.action.value})"
            rule = f"{other.name!r} above it says {other.action.value} for the same customers"
            return Finding(place, said, f"{rule}: reorder or remove one")
    together = dict.fromkeys(
        other.name
        for line, earlier in zip(lines, before, strict=True)
        for other in _needed(subject, gate, line, earlier)
    )
    rule = f"one of {quoted(together)} above it always holds when it does: remove it or move it up"
    return Finding(place, "never decides", rule)


def _needed(subject: Subject, gate: Gate, line: Product, before: list[Gate]) -> list[Gate]:
    """Return as few of the gates above as still leave nothing to a gate."""
    needed = list(before)
    for other in before:
        without = [each for each in needed if each is not other]
        if not subject.worlds.can(gate.when.expression, *_open(subject, gate, line, without)):
            needed = without
    return needed


def segment_empty(subject: Subject) -> Iterator[Finding]:
    """A segment no customer can be in: its condition never holds, or those above take everyone."""
    rows = zip(
        subject.written.segments, subject.strategy.segments, subject.by_segment, strict=True
    )
    for (place, _), segment, boxes in rows:
        if boxes:
            continue
        condition = segment.when.expression
        if subject.worlds.can(condition):
            why = "the segments above it take everyone it would: move it up, mend or remove it"
        else:
            why = f"{_why_never(subject, condition)}: mend the condition or remove the row"
        yield Finding(f"{place} {segment.name!r}", "holds nobody", why)


def edge_without_effect(subject: Subject) -> Iterator[Finding]:
    """An edge that restricts nothing: a factor of one, or a cap above any limit."""
    for place, edge, condition in edges(subject):
        boxes = subject.worlds.holding([(condition, TRUE)])
        size = subject.worlds.span_in(edge.size.expression, boxes)
        if not boxes:
            continue
        if edge.effect is Effect.FACTOR and size.least >= PPM:
            rule = (
                "a factor of 1_000_000 ppm leaves the limit as it is: lower it or remove the row"
            )
            yield Finding(place, "restricts nothing", rule)
        if edge.effect is Effect.CAP:
            most = max(_most(subject, product) for product in edge.lines)
            if size.least >= most:
                rule = (
                    f"the limit is at most {yuan(most)} and this cap at least {yuan(size.least)}"
                )
                yield Finding(place, "restricts nothing", f"{rule}: lower it or remove the row")


def stop_in_disguise(subject: Subject) -> Iterator[Finding]:
    """A factor or cap that leaves nothing is a stop, and customers are told of a stop."""
    for place, edge, condition in edges(subject):
        boxes = subject.worlds.holding([(condition, TRUE)])
        size = subject.worlds.span_in(edge.size.expression, boxes)
        if edge.effect is not Effect.STOP and boxes and size.greatest <= 0:
            rule = "it leaves nothing to use, which is a stop: write stop and no size"
            yield Finding(place, f"{edge.effect.value} 0", rule)


def _most(subject: Subject, product: Product) -> int:
    """Return the most a base limit can be: what comes out, or today's where it is kept."""
    today = Name(subject.strategy.limits[product].now)
    names = (Name(limit_of(product)), today)
    return max(subject.worlds.span(name).greatest for name in names)


def edge_under_stop(subject: Subject) -> Iterator[Finding]:
    """A factor or cap that only ever holds while another edge stops the same lines."""
    stops = [edge for edge in subject.strategy.edges if edge.effect is Effect.STOP]
    for place, edge, condition in edges(subject):
        if edge.effect is Effect.STOP or not subject.worlds.can(condition):
            continue
        for stop in stops:
            if edge.lines <= stop.lines and not subject.worlds.can(
                condition, (stop.when.expression, FALSE)
            ):
                rule = f"{stop.name!r} stops the same lines whenever it holds: mend or remove it"
                yield Finding(place, "adds nothing", rule)
                break


def inactivity_blamed(subject: Subject) -> Iterator[Finding]:
    """Not using a line is no fault: a rule that reads only that gives no `behaviour` reason."""
    placed = zip(subject.written.segments, subject.strategy.segments, strict=True)
    conditions = [
        *((place, condition, row.reason) for place, row, condition in _rows(subject)),
        *((f"{p} {row.name!r}", row.when.expression, row.reason) for (p, _), row in placed),
    ]
    for place, condition, code in conditions:
        reason = subject.strategy.reasons.get(code)
        inactive = subject.columns(condition) == {"months_inactive"}
        if inactive and reason is not None and reason.cause.value == "behaviour":
            rule = "not using a line is no fault; its reason's cause is policy, not behaviour"
            yield Finding(place, code, rule)
