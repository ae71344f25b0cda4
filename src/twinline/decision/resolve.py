"""An expression resolved in a scope: every part with its kind and its proven bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from twinline.decision import bounds as bound
from twinline.decision.bounds import TRUTH, Bounds
from twinline.decision.expression import (
    Literal,
    Lookup,
    Missing,
    Name,
    Op,
    Operation,
    spelled,
)
from twinline.decision.fault import ExpressionFault
from twinline.kernel.annuity import FACTOR_SCALE, MONTHS_MAX, RATE_MAX_PPM
from twinline.kernel.rounding import Rounding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.decision.expression import (
        Expression,
    )
    from twinline.decision.table import Table

ROUNDINGS = {
    Op.DIV_DOWN: Rounding.DOWN,
    Op.DIV_UP: Rounding.UP,
    Op.DIV_HALF_UP: Rounding.HALF_UP,
    Op.DIV_HALF_EVEN: Rounding.HALF_EVEN,
}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name an expression may read: its bounds, and whether it is a truth or a number.

    A name whose bounds are one number is a constant; the resolved expression holds the number.
    """

    bounds: Bounds
    truth: bool = False

    @property
    def constant(self) -> bool:
        """Whether the name stands for one number."""
        return self.bounds.least == self.bounds.greatest and not self.bounds.may_miss


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may read: names and tables."""

    names: Mapping[str, Symbol]
    tables: Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class Resolved:
    """An expression whose names are known, whose kinds fit and whose bounds are proven."""

    expression: Expression
    truth: bool
    bounds: Bounds
    parts: tuple[Resolved, ...] = ()


def resolve(expression: Expression, scope: Scope) -> Resolved:
    """Return the expression with kinds and bounds, or raise `ExpressionFault`."""
    match expression:
        case Literal(value):
            return Resolved(expression, truth=False, bounds=Bounds(value, value))
        case Missing():
            return Resolved(expression, truth=False, bounds=Bounds(0, 0, may_miss=True))
        case Name(name):
            symbol = scope.names.get(name)
            if symbol is None:
                raise ExpressionFault(name, _unknown(name, scope))
            if symbol.constant:
                return Resolved(Literal(symbol.bounds.least), symbol.truth, symbol.bounds)
            return Resolved(expression, symbol.truth, symbol.bounds)
        case Lookup(table, keys):
            return _lookup(expression, table, tuple(resolve(key, scope) for key in keys), scope)
        case Operation(op, parts):
            return _operation(expression, op, tuple(resolve(part, scope) for part in parts))
        case _:
            assert_never(expression)


def _unknown(name: str, scope: Scope) -> str:
    if name in scope.tables:
        return f"is a table; look it up, as in {name}[score]"
    close = [known for known in scope.names if known.startswith(name[:4])][:4]
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    return f"unknown name: no feature, amount, value or earlier result{hint}"


def _lookup(node: Lookup, name: str, keys: tuple[Resolved, ...], scope: Scope) -> Resolved:
    table = scope.tables.get(name)
    if table is None:
        raise ExpressionFault(name, "unknown table")
    by_segment = table.columns > 1
    if len(keys) != 1 + by_segment:
        shape = f"{name}[segment, band]" if by_segment else f"{name}[band]"
        raise ExpressionFault(spelled(node), f"is looked up as {shape}")
    _numbers(node, keys)
    band = keys[-1].bounds
    if band.least < table.edges[0]:
        rule = f"can be {band.least}, below the table's first band {table.edges[0]}"
        raise ExpressionFault(spelled(node), rule)
    segment = keys[0].bounds
    if by_segment and not 0 <= segment.least <= segment.greatest < table.columns:
        raise ExpressionFault(spelled(node), "the first key is the segment")
    may_miss = any(key.bounds.may_miss for key in keys)
    bounds = Bounds(min(table.cells), max(table.cells), may_miss)
    resolved = Lookup(name, tuple(key.expression for key in keys))
    return Resolved(resolved, truth=False, bounds=bounds, parts=keys)


def _operation(node: Operation, op: Op, parts: tuple[Resolved, ...]) -> Resolved:
    match op:
        case Op.AND | Op.OR | Op.NOT | Op.COUNT:
            _truths(node, parts)
        case Op.IF:
            _truths(node, parts[:1])
            _alike(node, parts[1:])
        case Op.COALESCE:
            _alike(node, parts)
        case Op.KNOWN:
            pass
        case _:
            _numbers(node, parts)
    truth = (
        parts[-1].truth
        if op in {Op.IF, Op.COALESCE}
        else op not in _NUMERIC and op is not Op.COUNT
    )
    try:
        found = _bounds(op, parts)
    except ExpressionFault as fault:
        raise ExpressionFault(spelled(node), f"{fault.value} {fault.rule}") from None
    return Resolved(Operation(op, tuple(part.expression for part in parts)), truth, found, parts)


_NUMERIC = frozenset(
    {Op.ADD, Op.SUB, Op.MUL, Op.NEG, Op.ABS, Op.MIN, Op.MAX, Op.ANNUITY, *ROUNDINGS}
)


def _bounds(op: Op, parts: tuple[Resolved, ...]) -> Bounds:  # noqa: C901, PLR0911, PLR0912 - one case an operation
    each = [part.bounds for part in parts]
    may_miss = any(part.may_miss for part in each)
    match op:
        case Op.ADD:
            return bound.of_sum(each)
        case Op.SUB:
            return bound.of_difference(*each)
        case Op.MUL:
            return bound.of_product(*each)
        case Op.NEG:
            return bound.of_negative(*each)
        case Op.ABS:
            return bound.of_magnitude(*each)
        case Op.MIN:
            return bound.of_least(each)
        case Op.MAX:
            return bound.of_greatest(each)
        case Op.DIV_DOWN | Op.DIV_UP | Op.DIV_HALF_UP | Op.DIV_HALF_EVEN:
            _room_for_ties(op, each[1])
            return bound.of_quotient(each[0], each[1], ROUNDINGS[op])
        case Op.IF:
            return replace(bound.of_either(each[1:]), may_miss=may_miss)
        case Op.COALESCE:
            missing = each[0].may_miss and each[1].may_miss
            return replace(bound.of_either(each), may_miss=missing)
        case Op.COUNT:
            return Bounds(0, len(parts), may_miss)
        case Op.KNOWN:
            return TRUTH
        case Op.ANNUITY:
            return _annuity(*parts)
        case Op.LT | Op.LE | Op.EQ | Op.NE | Op.GE | Op.GT | Op.AND | Op.OR | Op.NOT:
            return replace(TRUTH, may_miss=may_miss)
        case _:
            assert_never(op)


def _room_for_ties(op: Op, divisor: Bounds) -> None:
    """Leave room to double a remainder, which deciding a half needs."""
    if op in {Op.DIV_HALF_UP, Op.DIV_HALF_EVEN}:
        bound.of_product(divisor, Bounds(2, 2))


def _annuity(payment: Resolved, rate: Resolved, months: Resolved) -> Bounds:
    if not isinstance(months.expression, Literal) or not 1 <= months.bounds.least <= MONTHS_MAX:
        raise ExpressionFault("the third argument", f"is a number of months, 1 to {MONTHS_MAX}")
    if payment.bounds.least < 0:
        raise ExpressionFault("the payment", f"can be {payment.bounds.least}; write max(…, 0)")
    if rate.bounds.least < 0 or rate.bounds.greatest > RATE_MAX_PPM:
        rule = f"is {rate.bounds} ppm a year, outside 0 to {RATE_MAX_PPM}"
        raise ExpressionFault("the rate", rule)
    count = months.bounds.least
    scaled = bound.of_product(payment.bounds, Bounds(0, count * FACTOR_SCALE))
    may_miss = payment.bounds.may_miss or rate.bounds.may_miss
    return Bounds(0, scaled.greatest // FACTOR_SCALE, may_miss)


def _numbers(node: Expression, parts: tuple[Resolved, ...]) -> None:
    for part in parts:
        if part.truth:
            rule = f"{spelled(part.expression)} is true or false where a number is needed"
            raise ExpressionFault(spelled(node), rule)


def _truths(node: Expression, parts: tuple[Resolved, ...]) -> None:
    for part in parts:
        if not part.truth:
            rule = f"{spelled(part.expression)} is a number where true or false is needed"
            raise ExpressionFault(spelled(node), rule)


def _alike(node: Expression, parts: tuple[Resolved, ...]) -> None:
    if len({part.truth for part in parts}) > 1:
        raise ExpressionFault(spelled(node), "mixes a number with true or false")
