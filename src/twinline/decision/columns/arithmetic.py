"""Every operation of the expression language over columns, exact in 64 bits.

The bounds of each part are proven when a strategy is compiled, so no intermediate result leaves
64 bits. All parts are evaluated in every row, as the language says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TYPE_CHECKING, assert_never, cast

import numpy as np

from twinline.decision.columns.column import Column, missing_in_any, where_missing
from twinline.decision.expression import Literal, Op
from twinline.decision.resolve import ROUNDINGS
from twinline.kernel.annuity import FACTOR_SCALE, YEAR_PPM
from twinline.kernel.rounding import Rounding

if TYPE_CHECKING:
    from twinline.decision.bounds import Bounds
    from twinline.decision.columns.column import Ints, Truths
    from twinline.decision.resolve import Resolved
    from twinline.decision.table import Table

Run = Callable[[Sequence[Column]], Sequence[Column]]
"""Makes columns of columns."""

DENSE_MAX = 1 << 16
"""Keys with no more values than this are looked up in a table with an entry for each."""


def operation(op: Op, parts: Sequence[Resolved]) -> Run:
    """Return an operation as a function of the columns of its parts."""
    match op:
        case Op.IF:
            return _choice
        case Op.COALESCE:
            return _first_known
        case Op.KNOWN:
            return _known
        case _:
            return _propagating(_plain(op, parts))


def lookup(table: Table, keys: Sequence[Resolved]) -> Run:
    """Return the lookup of a table's cell by its keys: the band, or segment and band."""
    find = banding(table.edges, keys[-1].bounds)
    cells, width = np.array(table.cells, np.int64), table.columns

    def one(columns: Sequence[Column]) -> Ints:
        """Look up by band."""
        found: Ints = cells[find(columns[0].numbers)]
        return found

    def two(columns: Sequence[Column]) -> Ints:
        """Look up by segment and band."""
        found: Ints = cells[find(columns[1].numbers) * width + columns[0].numbers]
        return found

    return _propagating(one if len(keys) == 1 else two)


def banding(edges: Sequence[int], bounds: Bounds) -> Callable[[Ints], Ints]:
    """Return a function from keys to the last edge that each reaches."""
    lower = np.array(edges, np.int64)
    least = bounds.least
    if bounds.greatest - least < DENSE_MAX:
        keys = np.arange(least, bounds.greatest + 1, dtype=np.int64)
        dense = np.searchsorted(lower, keys, side="right") - 1

        def at_once(key: Ints) -> Ints:
            """Take the band from a table of all keys."""
            found: Ints = dense[key - least]
            return found

        return at_once

    def by_search(key: Ints) -> Ints:
        """Search the band."""
        return np.searchsorted(lower, key, side="right") - 1

    return by_search


def quotient(numerator: Ints, denominator: Ints, rounding: Rounding, *, positive: bool) -> Ints:
    """Return `numerator / denominator` rounded as named; `positive` is the denominator's sign.

    Equal to `kernel.rounding.divide` in every row. The floor and what is left of it decide, since
    a magnitude need not fit 64 bits.
    """
    floor = numerator // denominator
    with np.errstate(over="ignore"):  # the product may pass 64 bits, the difference is back within
        left = numerator - floor * denominator  # of the denominator's sign, and smaller
    below_zero = (numerator < 0) == positive
    match rounding:
        case Rounding.DOWN:
            up = (left != 0) & below_zero
        case Rounding.UP:
            up = (left != 0) & ~below_zero
        case Rounding.HALF_UP:
            up = _past_half(left, denominator, positive=positive)
            up |= (2 * left == denominator) & ~below_zero
        case Rounding.HALF_EVEN:
            up = _past_half(left, denominator, positive=positive)
            up |= (2 * left == denominator) & (floor % 2 == 1)
        case _:
            assert_never(rounding)
    rounded: Ints = floor + up
    return rounded


def annuity_principal(payment: Ints, rate_ppm: Ints, months: int) -> Ints:
    """Return what `payment` a month repays; equal to `kernel.annuity` in every row."""
    discount = FACTOR_SCALE * YEAR_PPM // (YEAR_PPM + rate_ppm)
    power = factor = discount
    for _ in range(months - 1):
        power = power * discount // FACTOR_SCALE
        factor = factor + power
    return payment * factor // FACTOR_SCALE


def _past_half(left: Ints, denominator: Ints, *, positive: bool) -> Truths:
    return 2 * left > denominator if positive else 2 * left < denominator


def _propagating(plain: Callable[[Sequence[Column]], Ints | Truths]) -> Run:
    """Return an operation that is missing where any of its parts is."""

    def run(columns: Sequence[Column]) -> Sequence[Column]:
        """Make one column."""
        return (Column(plain(columns), missing_in_any(columns)),)

    return run


def _plain(op: Op, parts: Sequence[Resolved]) -> Callable[[Sequence[Column]], Ints | Truths]:
    if op in ROUNDINGS:
        return _division(ROUNDINGS[op], parts)
    if op is Op.ANNUITY:
        months = parts[2].expression
        assert isinstance(months, Literal)
        return lambda each: annuity_principal(each[0].numbers, each[1].numbers, months.value)
    if op is Op.COUNT:
        return lambda each: reduce(np.add, [part.truths.astype(np.int64) for part in each])
    if op in _OF_ONE:
        return lambda each: _OF_ONE[op](each[0].values)
    return lambda each: reduce(_OF_TWO[op], [part.values for part in each])


def _division(
    rounding: Rounding, parts: Sequence[Resolved]
) -> Callable[[Sequence[Column]], Ints | Truths]:
    """Return a division; of numbers proven not negative, in fewer steps."""
    positive = parts[1].bounds.least > 0
    if positive and parts[0].bounds.least >= 0 and rounding is Rounding.DOWN:
        return lambda each: each[0].numbers // each[1].numbers
    return lambda each: quotient(each[0].numbers, each[1].numbers, rounding, positive=positive)


_OF_ONE: dict[Op, np.ufunc] = {
    Op.NEG: np.negative,
    Op.ABS: np.absolute,
    Op.NOT: np.logical_not,
}
_OF_TWO: dict[Op, np.ufunc] = {
    Op.ADD: np.add,
    Op.SUB: np.subtract,
    Op.MUL: np.multiply,
    Op.MIN: np.minimum,
    Op.MAX: np.maximum,
    Op.LT: np.less,
    Op.LE: np.less_equal,
    Op.EQ: np.equal,
    Op.NE: np.not_equal,
    Op.GE: np.greater_equal,
    Op.GT: np.greater,
    Op.AND: np.logical_and,
    Op.OR: np.logical_or,
}


def _choice(columns: Sequence[Column]) -> Sequence[Column]:
    """Choose by row between two columns that were both evaluated."""
    test, yes, no = columns
    chosen = cast("Ints | Truths", np.where(test.truths, yes.values, no.values))
    missing = test.missing
    if yes.missing is not None or no.missing is not None:
        other = np.where(test.truths, where_missing(yes), where_missing(no))
        missing = other if missing is None else other | missing
    return (Column(chosen, missing),)


def _first_known(columns: Sequence[Column]) -> Sequence[Column]:
    first, second = columns
    if first.missing is None:
        return (first,)
    chosen = cast("Ints | Truths", np.where(first.missing, second.values, first.values))
    missing = None if second.missing is None else first.missing & second.missing
    return (Column(chosen, missing),)


def _known(columns: Sequence[Column]) -> Sequence[Column]:
    return (Column(~where_missing(columns[0])),)
