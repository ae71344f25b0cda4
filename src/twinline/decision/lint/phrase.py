"""Small phrases that several checks use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.decision.expression import Literal, Lookup, Missing, Name, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinline.decision.expression import Expression
    from twinline.decision.lint.span import Span


def quoted(names: Iterable[str]) -> str:
    """Return names in quotes, as a list for a sentence.

    >>> quoted(["score", "step", "price"])
    "'score', 'step' and 'price'"
    """
    each = [repr(name) for name in dict.fromkeys(names)]
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"


def ranged(span: Span) -> str:
    """Return what a number can be, for a sentence.

    >>> from twinline.decision.lint.span import Span
    >>> ranged(Span(0, 6)), ranged(Span(3, 3))
    ('0 to 6', 'always 3')
    """
    if span.least == span.greatest:
        return f"always {span.least}"
    return f"{span.least} to {span.greatest}"


def inside(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and everything in it, the outermost first."""
    yield expression
    match expression:
        case Operation(_, parts) | Lookup(_, parts):
            for part in parts:
                yield from inside(part)
        case Literal() | Missing() | Name():
            return


def tables_in(*expressions: Expression) -> frozenset[str]:
    """Return the tables that expressions look into."""
    return frozenset(
        part.table
        for expression in expressions
        for part in inside(expression)
        if isinstance(part, Lookup)
    )
