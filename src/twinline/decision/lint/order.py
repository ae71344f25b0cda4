"""What is never above what: a small proof of order between two expressions.

Spans alone cannot tell that `x - y` stays below `x`, or that nine tenths of a limit stay below
the limit. These few rules can. Where none applies nothing is claimed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.expression import Literal, Name, Op, Operation
from twinline.decision.resolve import ROUNDINGS

if TYPE_CHECKING:
    from twinline.decision.expression import Expression
    from twinline.decision.lint.worlds import Box, Worlds

DEPTH_MAX = 8


def never_above(
    worlds: Worlds, left: Expression, right: Expression, box: Box, depth: int = DEPTH_MAX
) -> bool:
    """Tell whether it is proven that, where both have a value, left is at most right."""
    ours, theirs = worlds.span(left, box), worlds.span(right, box)
    if left == right or ours.greatest <= theirs.least or not (ours.present and theirs.present):
        return True
    if depth == 0:
        return False
    below = depth - 1
    return (
        _scaled_below(worlds, left, right, box)
        or _left_below(worlds, left, right, box, below)
        or _right_above(worlds, left, right, box, below)
    )


def _left_below(worlds: Worlds, left: Expression, right: Expression, box: Box, depth: int) -> bool:
    """Take the left side apart."""

    def proven(part: Expression) -> bool:
        return never_above(worlds, part, right, box, depth)

    match left:
        case Name(name) if name in worlds.definitions:
            return proven(worlds.definitions[name])
        case Operation(Op.MIN, parts):
            return any(map(proven, parts))
        case Operation(Op.MAX, parts):
            return all(map(proven, parts))
        case Operation(Op.IF, (_, yes, no)):
            return proven(yes) and proven(no)
        case Operation(Op.COALESCE, parts):
            return all(map(proven, parts))
        case Operation(Op.SUB, (whole, taken)):
            return worlds.span(taken, box).least >= 0 and proven(whole)
        case _:
            shrunk = _scaled(left)
            return (
                shrunk is not None
                and worlds.span(shrunk[0], box).least >= 0
                and _ratio_at_most(worlds, shrunk[1:], (ONE, ONE), box)
                and proven(shrunk[0])
            )


def _right_above(
    worlds: Worlds, left: Expression, right: Expression, box: Box, depth: int
) -> bool:
    """Take the right side apart."""

    def proven(part: Expression) -> bool:
        return never_above(worlds, left, part, box, depth)

    match right:
        case Name(name) if name in worlds.definitions:
            return proven(worlds.definitions[name])
        case Operation(Op.MAX, parts):
            return any(map(proven, parts))
        case Operation(Op.MIN, parts):
            return all(map(proven, parts))
        case Operation(Op.IF, (_, yes, no)):
            return proven(yes) and proven(no)
        case Operation(Op.COALESCE, parts):
            return all(map(proven, parts))
        case Operation(Op.ADD, (one, other)):
            return (worlds.span(other, box).least >= 0 and proven(one)) or (
                worlds.span(one, box).least >= 0 and proven(other)
            )
        case _:
            grown = _scaled(right)
            return (
                grown is not None
                and worlds.span(grown[0], box).least >= 0
                and _ratio_at_most(worlds, (ONE, ONE), grown[1:], box)
                and proven(grown[0])
            )


ONE = Literal(1)


def _scaled_below(worlds: Worlds, left: Expression, right: Expression, box: Box) -> bool:
    """Compare two shares of the same thing, rounded the same way."""
    ours, theirs = _scaled(left), _scaled(right)
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return False
    same_rounding = (
        isinstance(left, Operation) and isinstance(right, Operation) and left.op is right.op
    )
    if not same_rounding or worlds.span(ours[0], box).least < 0:
        return False
    return _ratio_at_most(worlds, ours[1:], theirs[1:], box)


def _scaled(expression: Expression) -> tuple[Expression, Expression, Expression] | None:
    """Return thing, factor and divisor of `div_…(thing * factor, divisor)`."""
    match expression:
        case Operation(op, (Operation(Op.MUL, (thing, factor)), divisor)) if op in ROUNDINGS:
            return thing, factor, divisor
        case _:
            return None


def _ratio_at_most(
    worlds: Worlds,
    ours: tuple[Expression, ...],
    theirs: tuple[Expression, ...],
    box: Box,
) -> bool:
    """Tell whether factor / divisor of ours is at most theirs, all of them from 0 or 1 on."""
    factor, divisor = (worlds.span(part, box) for part in ours)
    factor_2, divisor_2 = (worlds.span(part, box) for part in theirs)
    if min(factor.least, factor_2.least) < 0 or min(divisor.least, divisor_2.least) < 1:
        return False
    return factor.greatest * divisor_2.greatest <= factor_2.least * divisor.least
