"""The worlds of a strategy lose nothing that can be: whatever comes out was allowed for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from twinline.decision.bounds import Bounds
from twinline.decision.expression import Literal, Lookup, Missing, Name, Op, Operation
from twinline.decision.lint.order import never_above
from twinline.decision.lint.span import FALSE, TRUE, Span, span_of
from twinline.decision.lint.worlds import Worlds
from twinline.decision.resolve import Scope, Symbol, resolve
from twinline.decision.scalar import compile_expression
from twinline.decision.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.decision.expression import Expression
    from twinline.decision.lint.worlds import Box

BOUNDS = {
    "x": Bounds(-20, 20),
    "y": Bounds(0, 9),
    "maybe": Bounds(-5, 5, may_miss=True),
}
TABLES = {"steps": Table(name="steps", edges=(-20, -3, 0, 4), columns=1, cells=(7, -2, 3, 3))}
WORLDS = Worlds(
    declared={name: span_of(bounds) for name, bounds in BOUNDS.items()},
    definitions={},
    tables=TABLES,
)
SCOPE = Scope({name: Symbol(bounds) for name, bounds in BOUNDS.items()}, TABLES)
COMPARISONS = [Op.LT, Op.LE, Op.EQ, Op.NE, Op.GE, Op.GT]
DIVISIONS = [Op.DIV_DOWN, Op.DIV_UP, Op.DIV_HALF_UP, Op.DIV_HALF_EVEN]


def operations(
    ops: list[Op], *parts: st.SearchStrategy[Expression]
) -> st.SearchStrategy[Expression]:
    """Return operations of some kinds on parts."""
    return st.builds(Operation, st.sampled_from(ops), st.tuples(*parts))


LEAVES: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Literal, st.integers(-9, 9)),
    st.sampled_from([Name("x"), Name("y"), Name("maybe"), Missing()]),
    st.just(Lookup("steps", (Name("x"),))),
)


def numbers_on(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Return numbers made of numbers."""
    truths = truths_on(numbers)
    divisor: st.SearchStrategy[Expression] = st.builds(Literal, st.integers(1, 5))
    return st.one_of(
        operations([Op.ADD, Op.SUB, Op.MIN, Op.MAX, Op.COALESCE], numbers, numbers),
        operations([Op.MUL, *DIVISIONS], numbers, divisor),
        operations([Op.NEG, Op.ABS], numbers),
        operations([Op.IF], truths, numbers, numbers),
        operations([Op.COUNT], truths, truths, truths),
    )


def truths_on(numbers: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Return truths about numbers."""
    compared = operations(COMPARISONS, numbers, numbers)
    known = operations([Op.KNOWN], numbers)
    return st.one_of(
        compared,
        known,
        operations([Op.AND, Op.OR], compared, known),
        operations([Op.NOT], compared),
    )


NUMBERS = st.recursive(LEAVES, numbers_on, max_leaves=8)
VALUES = st.fixed_dictionaries(
    {
        "x": st.integers(-20, 20),
        "y": st.integers(0, 9),
        "maybe": st.none() | st.integers(-5, 5),
    }
)


def value_of(expression: Expression, values: Mapping[str, int | None]) -> int | None:
    """Return what the executor makes of an expression."""
    evaluate = compile_expression(resolve(expression, SCOPE), list(values), TABLES)
    found = evaluate(*values.values())
    return None if found is None else int(found)


def holds(span: Span, value: int | None) -> bool:
    """Tell whether a span allows for a value."""
    return span.missing if value is None else span.least <= value <= span.greatest


def covers(box: Box, values: Mapping[str, int | None]) -> bool:
    """Tell whether a box allows for some values."""
    return all(holds(span, values[name]) for name, span in box.known.items())


@given(st.one_of(NUMBERS, truths_on(NUMBERS)), VALUES)
def test_what_comes_out_was_allowed_for(
    expression: Expression, values: dict[str, int | None]
) -> None:
    """The value lies in the expression's span, and its world in a box where it comes out."""
    value = value_of(expression, values)
    wanted = Span(1, 0, missing=True) if value is None else Span(value, value)

    assert holds(WORLDS.span(expression), value)
    boxes = WORLDS.where(expression, wanted, WORLDS.everywhere)
    assert any(covers(box, values) for box in boxes)


@given(st.lists(truths_on(NUMBERS), min_size=1, max_size=3), VALUES)
def test_conditions_that_hold_together_are_never_denied(
    conditions: list[Expression], values: dict[str, int | None]
) -> None:
    """A world in which all conditions come out as they do is covered by what is left of it."""
    found = [value_of(condition, values) for condition in conditions]
    wanted = [
        (condition, TRUE if value else FALSE)
        for condition, value in zip(conditions, found, strict=True)
        if value is not None
    ]

    assert any(covers(box, values) for box in WORLDS.holding(wanted))


@given(NUMBERS, NUMBERS, VALUES)
def test_a_proven_order_holds(
    left: Expression, right: Expression, values: dict[str, int | None]
) -> None:
    """Where one is said never to be above the other, it is not."""
    ours, theirs = value_of(left, values), value_of(right, values)

    if never_above(WORLDS, left, right, WORLDS.everywhere) and ours is not None is not theirs:
        assert ours <= theirs
