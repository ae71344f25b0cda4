"""What can hold: the worlds that a strategy's declared ranges allow, covered by boxes.

A box says of some names what they can be; of the others their declared spans and definitions
speak. `span` bounds an expression in a box. `where` narrows a box to the worlds in which an
expression comes out as wanted. Both err on one side only: they may keep worlds that cannot be,
and never lose one that can. So where nothing is left, nothing is: that is a proof, and the only
thing a check may accuse by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, assert_never

from twinline.decision import bounds as bound
from twinline.decision.bounds import Bounds
from twinline.decision.expression import (
    Literal,
    Lookup,
    Missing,
    Name,
    Op,
    Operation,
    names_in,
)
from twinline.decision.lint.span import (
    EITHER,
    FALSE,
    FAR,
    NO_VALUE,
    SOME_VALUE,
    TRUE,
    Span,
    at_least,
    at_most,
    joined,
)
from twinline.decision.resolve import ROUNDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from twinline.decision.expression import Expression
    from twinline.decision.table import Table

BOXES_MAX = 48
"""More boxes than this are not followed: what is then not narrowed is still covered."""


@dataclass(frozen=True, slots=True)
class Box:
    """Some worlds: what each of some names can be.

    `wider` is the box that this one was narrowed from, by one name. `seen` and `worked` remember
    what names and operations were found to be.
    """

    known: Mapping[str, Span]
    wider: Box | None = field(default=None, compare=False, repr=False)
    by: str = field(default="", compare=False, repr=False)
    seen: dict[str, Span] = field(default_factory=dict, compare=False, repr=False)
    worked: dict[int, tuple[Expression, Span]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def home(self, names: Collection[str]) -> Box:
        """Return the widest box that knows the same of some names."""
        box = self
        while box.wider is not None and box.by not in names:
            box = box.wider
        return box


@dataclass(frozen=True, slots=True, kw_only=True)
class Worlds:
    """Names with their declared spans, what defines them, and the tables they look into.

    `everywhere` is the box of all worlds.
    """

    declared: Mapping[str, Span]
    definitions: Mapping[str, Expression]
    tables: Mapping[str, Table]
    everywhere: Box = field(default_factory=lambda: Box({}), init=False)
    _behind: dict[str, frozenset[str]] = field(default_factory=dict, init=False)
    _read: dict[int, tuple[Expression, frozenset[str]]] = field(default_factory=dict, init=False)

    def holding(self, conditions: Sequence[tuple[Expression, Span]]) -> list[Box]:
        """Return boxes that cover every world in which all expressions come out as wanted.

        Each is looked at twice, so that what a later one rules out is seen by an earlier one.
        """
        boxes = self._all([*conditions, *conditions], self.everywhere)
        return [box for box in boxes if all(self._named(name, box).possible for name in box.known)]

    def can(self, condition: Expression, *before: tuple[Expression, Span]) -> bool:
        """Tell whether a condition may hold where others come out as wanted."""
        return bool(self.holding([*before, (condition, TRUE)]))

    def span_in(self, expression: Expression, boxes: Iterable[Box]) -> Span:
        """Return what an expression can be in any of several boxes."""
        return joined(self.span(expression, box) for box in boxes)

    def span(self, expression: Expression, box: Box | None = None) -> Span:
        """Return what an expression can be in a box, or in all worlds."""
        box = self.everywhere if box is None else box
        match expression:
            case Literal(value):
                return Span(value, value)
            case Missing():
                return NO_VALUE
            case Name(name):
                return self._named(name, box)
            case Lookup(table, keys):
                cells, missing = self._cells(self.tables[table], keys, box)
                found = [cell for _, cell in cells]
                return Span(min(found, default=1), max(found, default=0), missing)
            case Operation():
                held = box.worked.get(id(expression))
                if held is None:
                    # The expression is held too, so that its id stays its own.
                    held = box.worked[id(expression)] = expression, self._worked(expression, box)
                return held[1]
            case _:
                assert_never(expression)

    def where(self, expression: Expression, wanted: Span, box: Box) -> list[Box]:
        """Return boxes that cover the worlds of a box in which an expression is as wanted."""
        now = self.span(expression, box)
        found = now.meet(wanted)
        if not found.possible:
            return []
        if found == now:
            return [box]
        match expression:
            case Literal() | Missing():
                return [box]
            case Name(name):
                narrowed = Box({**box.known, name: found}, wider=box, by=name)
                definition = self.definitions.get(name)
                return (
                    [narrowed] if definition is None else self.where(definition, found, narrowed)
                )
            case Lookup(table, keys):
                return self._where_cell(self.tables[table], keys, found, box)
            case Operation(op, parts):
                boxes = self._where_operation(op, parts, found, box)
                return boxes if len(boxes) <= BOXES_MAX else [box]
            case _:
                assert_never(expression)

    def _named(self, name: str, box: Box) -> Span:
        known = box.seen.get(name)
        if known is None:
            home = box.home(self._names_behind(name))
            known = self._found(name, box) if home is box else self._named(name, home)
            box.seen[name] = known
        return known

    def _found(self, name: str, box: Box) -> Span:
        known = self.declared[name]
        if name in self.definitions:
            known = known.meet(self.span(self.definitions[name], box))
        if name in box.known:
            known = known.meet(box.known[name])
        return known

    def _reads(self, expression: Expression) -> frozenset[str]:
        """Return every name that an operation reads, in the end."""
        held = self._read.get(id(expression))
        if held is None:
            names = frozenset().union(*map(self._names_behind, names_in(expression)))
            held = self._read[id(expression)] = expression, names
        return held[1]

    def _names_behind(self, name: str) -> frozenset[str]:
        """Return a name and every name that its definition reads, in the end."""
        names = self._behind.get(name)
        if names is None:
            names = frozenset({name})
            if name in self.definitions:
                names |= self._reads(self.definitions[name])
            self._behind[name] = names
        return names

    def _cells(
        self, table: Table, keys: Sequence[Expression], box: Box
    ) -> tuple[list[tuple[Span, int]], bool]:
        """Return the cells that can be looked up, each with its band, and whether none may be."""
        spans = [self.span(key, box) for key in keys]
        columns = spans[0] if len(keys) > 1 else Span(0, 0)
        ends = [*(edge - 1 for edge in table.edges[1:]), FAR]
        cells = [
            (Span(low, high), table.cells[row * table.columns + column])
            for row, (low, high) in enumerate(zip(table.edges, ends, strict=True))
            if spans[-1].meet(Span(low, high)).present
            for column in range(
                max(columns.least, 0), min(columns.greatest, table.columns - 1) + 1
            )
        ]
        return cells, any(span.missing for span in spans)

    def _where_cell(
        self, table: Table, keys: Sequence[Expression], wanted: Span, box: Box
    ) -> list[Box]:
        if wanted.missing:
            return [box]
        cells, _ = self._cells(table, keys, box)
        bands = joined(band for band, cell in cells if wanted.least <= cell <= wanted.greatest)
        present = [(key, SOME_VALUE) for key in keys[:-1]]
        return self._all([*present, (keys[-1], bands)], box)

    # What an operation can be.

    def _worked(self, operation: Operation, box: Box) -> Span:
        home = box.home(self._reads(operation))
        if home is not box:
            return self.span(operation, home)
        return self._operation(operation.op, operation.parts, box)

    def _operation(self, op: Op, parts: tuple[Expression, ...], box: Box) -> Span:
        match op:
            case Op.IF:
                test, yes, no = parts
                branches = [
                    *(self.span(yes, branch) for branch in self.where(test, TRUE, box)),
                    *(self.span(no, branch) for branch in self.where(test, FALSE, box)),
                ]
                unknown = [NO_VALUE] if self.span(test, box).missing else []
                return joined([*branches, *unknown])
            case Op.COALESCE:
                first, second = (self.span(part, box) for part in parts)
                present = Span(first.least, first.greatest)
                return joined([present, second]) if first.missing else first
            case Op.KNOWN:
                part = self.span(parts[0], box)
                return Span(0 if part.missing else 1, 1 if part.present else 0)
            case _:
                spans = [self.span(part, box) for part in parts]
                missing = any(span.missing for span in spans)
                if not all(span.present for span in spans):
                    return Span(1, 0, missing)
                least, greatest = _computed(op, spans)
                return Span(least, greatest, missing)

    # In which worlds an operation is as wanted.

    def _where_operation(
        self, op: Op, parts: tuple[Expression, ...], wanted: Span, box: Box
    ) -> list[Box]:
        match op:
            case Op.IF:
                return self._where_choice(parts, wanted, box)
            case Op.COALESCE:
                first, second = parts
                present = Span(wanted.least, wanted.greatest)
                return [
                    *self.where(first, present, box),
                    *self._all([(first, NO_VALUE), (second, wanted)], box),
                ]
            case Op.KNOWN:
                return self.where(parts[0], SOME_VALUE if wanted == TRUE else NO_VALUE, box)
            case _ if wanted.missing:
                return [box]
            case _:
                return self._where_present(op, parts, wanted, box)

    def _where_present(
        self, op: Op, parts: tuple[Expression, ...], wanted: Span, box: Box
    ) -> list[Box]:
        """Narrow by an operation that has a value, and so has all its parts."""
        match op:
            case _ if op in _TRUTHS and wanted == EITHER:
                return self._all([(part, SOME_VALUE) for part in parts], box)
            case Op.AND | Op.OR:
                return self._where_logic(op, parts, wanted, box)
            case Op.NOT:
                return self.where(parts[0], Span(1 - wanted.greatest, 1 - wanted.least), box)
            case Op.COUNT:
                return self._where_count(parts, wanted, box)
            case Op.MIN | Op.MAX:
                return self._where_extreme(op, parts, wanted, box)
            case Op.LT | Op.LE | Op.GT | Op.GE | Op.EQ | Op.NE:
                return self._where_compared(op if wanted == TRUE else _OPPOSITE[op], parts, box)
            case _:
                return self._where_computed(op, parts, wanted, box)

    def _where_choice(self, parts: tuple[Expression, ...], wanted: Span, box: Box) -> list[Box]:
        test, yes, no = parts
        unknown = self.where(test, NO_VALUE, box) if wanted.missing else []
        return [
            *self._all([(test, TRUE), (yes, wanted)], box),
            *self._all([(test, FALSE), (no, wanted)], box),
            *unknown,
        ]

    def _where_logic(
        self, op: Op, parts: tuple[Expression, ...], wanted: Span, box: Box
    ) -> list[Box]:
        if (op is Op.AND) == (wanted == TRUE):
            return self._all([(part, wanted) for part in parts], box)
        return self._any([(part, wanted) for part in parts], box)

    def _where_count(self, parts: tuple[Expression, ...], wanted: Span, box: Box) -> list[Box]:
        spans = [self.span(part, box) for part in parts]
        if wanted.greatest == sum(span.least for span in spans):
            rest = FALSE
        elif wanted.least == sum(span.greatest for span in spans):
            rest = TRUE
        else:
            return [box]
        open_parts = [part for part, s in zip(parts, spans, strict=True) if s.least < s.greatest]
        return self._all([(part, rest) for part in open_parts], box)

    def _where_extreme(
        self, op: Op, parts: tuple[Expression, ...], wanted: Span, box: Box
    ) -> list[Box]:
        """All parts stay on the near side of what is wanted, and one of them reaches it."""
        near = at_most(wanted.greatest) if op is Op.MAX else at_least(wanted.least)
        reach = at_least(wanted.least) if op is Op.MAX else at_most(wanted.greatest)
        return [
            one
            for narrowed in self._all([(part, near) for part in parts], box)
            for one in self._any([(part, reach) for part in parts], narrowed)
        ]

    def _where_compared(self, op: Op, parts: tuple[Expression, ...], box: Box) -> list[Box]:
        left, right = parts
        if op in {Op.GT, Op.GE}:
            return self._where_compared(_MIRRORED[op], (right, left), box)
        ours, theirs = self.span(left, box), self.span(right, box)
        match op:
            case Op.LT | Op.LE:
                gap = 1 if op is Op.LT else 0
                sides = [
                    (left, at_most(theirs.greatest - gap)),
                    (right, at_least(ours.least + gap)),
                ]
                return self._all(sides, box)
            case Op.EQ:
                both = Span(ours.least, ours.greatest).meet(theirs)
                return self._all([(left, both), (right, both)], box)
            case _:
                return self._where_unequal(left, right, box)

    def _where_unequal(self, left: Expression, right: Expression, box: Box) -> list[Box]:
        theirs = self.span(right, box)
        if theirs.least != theirs.greatest:
            return self._all([(left, SOME_VALUE), (right, SOME_VALUE)], box)
        value = theirs.least
        return [
            *self.where(left, at_most(value - 1), box),
            *self.where(left, at_least(value + 1), box),
        ]

    def _where_computed(
        self, op: Op, parts: tuple[Expression, ...], wanted: Span, box: Box
    ) -> list[Box]:
        """Sums and products turned round: what the parts can be, given the result."""
        spans = [self.span(part, box) for part in parts]
        narrow = _INVERSES.get(op)
        if narrow is None or not all(span.present for span in spans):
            return self._all([(part, SOME_VALUE) for part in parts], box)
        return self._all(list(zip(parts, narrow(wanted, spans), strict=True)), box)

    def _all(self, conditions: Sequence[tuple[Expression, Span]], box: Box) -> list[Box]:
        boxes = [box]
        for expression, wanted in conditions:
            narrowed = [one for each in boxes for one in self.where(expression, wanted, each)]
            if len(narrowed) <= BOXES_MAX:
                boxes = narrowed
        return boxes

    def _any(self, conditions: Sequence[tuple[Expression, Span]], box: Box) -> list[Box]:
        return [one for part, wanted in conditions for one in self.where(part, wanted, box)]


_TRUTHS = {Op.AND, Op.OR, Op.LT, Op.LE, Op.GT, Op.GE, Op.EQ, Op.NE}
_OPPOSITE = {
    Op.LT: Op.GE,
    Op.LE: Op.GT,
    Op.GT: Op.LE,
    Op.GE: Op.LT,
    Op.EQ: Op.NE,
    Op.NE: Op.EQ,
}
_MIRRORED = {Op.GT: Op.LT, Op.GE: Op.LE}


def _computed(op: Op, spans: list[Span]) -> tuple[int, int]:
    """Return the ends of a result whose parts are all present."""
    ends = [Bounds(span.least, span.greatest) for span in spans]
    if op in _COMPARED:
        return _COMPARED[op](*spans)
    match op:
        case Op.AND:
            found = bound.of_least(ends)
        case Op.OR:
            found = bound.of_greatest(ends)
        case Op.COUNT:
            found = bound.of_sum(ends)
        case Op.NOT:
            found = Bounds(1 - ends[0].greatest, 1 - ends[0].least)
        case Op.ANNUITY:
            found = Bounds(0, ends[0].greatest * ends[2].greatest)
        case _ if op in ROUNDINGS:
            found = bound.of_quotient(ends[0], ends[1], ROUNDINGS[op])
        case _:
            found = _ARITHMETIC[op](ends)
    return found.least, found.greatest


_ARITHMETIC: Mapping[Op, Callable[[list[Bounds]], Bounds]] = {
    Op.ADD: bound.of_sum,
    Op.SUB: lambda ends: bound.of_difference(*ends),
    Op.MUL: lambda ends: bound.of_product(*ends),
    Op.NEG: lambda ends: bound.of_negative(*ends),
    Op.ABS: lambda ends: bound.of_magnitude(*ends),
    Op.MIN: bound.of_least,
    Op.MAX: bound.of_greatest,
}


def _less(left: Span, right: Span) -> tuple[int, int]:
    return int(left.greatest < right.least), int(left.least < right.greatest)


def _at_most(left: Span, right: Span) -> tuple[int, int]:
    return int(left.greatest <= right.least), int(left.least <= right.greatest)


def _equal(left: Span, right: Span) -> tuple[int, int]:
    same = left.least == left.greatest == right.least == right.greatest
    return int(same), int(left.meet(right).present)


def _unequal(left: Span, right: Span) -> tuple[int, int]:
    least, greatest = _equal(left, right)
    return 1 - greatest, 1 - least


_COMPARED: Mapping[Op, Callable[[Span, Span], tuple[int, int]]] = {
    Op.LT: _less,
    Op.LE: _at_most,
    Op.GT: lambda left, right: _less(right, left),
    Op.GE: lambda left, right: _at_most(right, left),
    Op.EQ: _equal,
    Op.NE: _unequal,
}


def _addends(wanted: Span, spans: list[Span]) -> list[Span]:
    left, right = spans
    return [
        Span(wanted.least - right.greatest, wanted.greatest - right.least),
        Span(wanted.least - left.greatest, wanted.greatest - left.least),
    ]


def _difference(wanted: Span, spans: list[Span]) -> list[Span]:
    left, right = spans
    return [
        Span(wanted.least + right.least, wanted.greatest + right.greatest),
        Span(left.least - wanted.greatest, left.greatest - wanted.least),
    ]


def _negative(wanted: Span, _: list[Span]) -> list[Span]:
    return [Span(-wanted.greatest, -wanted.least)]


def _multiplied(wanted: Span, spans: list[Span]) -> list[Span]:
    _left, right = spans
    factor = right.least
    if right.least != right.greatest or factor <= 0:
        return [SOME_VALUE, SOME_VALUE]
    return [Span(-(-wanted.least // factor), wanted.greatest // factor), SOME_VALUE]


def _divided(wanted: Span, spans: list[Span]) -> list[Span]:
    """However it was rounded, a quotient is less than one away from the division."""
    divisor = spans[1].least
    if spans[1].least != spans[1].greatest or divisor <= 0:
        return [SOME_VALUE, SOME_VALUE]
    return [
        Span((wanted.least - 1) * divisor + 1, (wanted.greatest + 1) * divisor - 1),
        SOME_VALUE,
    ]


_INVERSES: Mapping[Op, Callable[[Span, list[Span]], list[Span]]] = {
    Op.ADD: _addends,
    Op.SUB: _difference,
    Op.NEG: _negative,
    Op.MUL: _multiplied,
    **dict.fromkeys(ROUNDINGS, _divided),
}
