"""Checks of the tables: the way they run, rows that say nothing, bands nobody reaches."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from twinline.decision.expression import Lookup, Name, Op, Operation, names_in
from twinline.decision.fault import Finding
from twinline.decision.lint.phrase import inside, tables_in
from twinline.decision.lint.span import FAR, Span
from twinline.decision.lint.subject import expressions_of, price_parts
from twinline.decision.resolve import ROUNDINGS
from twinline.decision.strategy import PPM
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinline.decision.expression import Expression
    from twinline.decision.lint.subject import Subject

MIXED = 2
"""The sign of what goes up here and down there."""


def limit_falls(subject: Subject) -> Iterator[Finding]:
    """A better score should never mean a lower limit: the tables behind limits do not fall."""
    limits = [limit for _, limit in subject.limits()]
    signs = _signs(subject, expressions_of(limits))
    for name, sign in signs.items():
        if sign in {1, -1}:
            yield from _steps(subject, name, -sign, "a better score should not lower a limit")


def price_rises(subject: Subject) -> Iterator[Finding]:
    """A better score should never mean a higher price: the tables behind prices do not rise."""
    prices = [price_parts(price) for price in subject.strategy.prices.values()]
    signs = _signs(subject, prices)
    for name, sign in signs.items():
        if sign in {1, -1}:
            yield from _steps(subject, name, sign, "a better score should not raise a price")


def _steps(subject: Subject, name: str, wrong: int, rule: str) -> Iterator[Finding]:
    """Yield each step of a table by score that goes the wrong way (1 up, -1 down)."""
    table, grid = subject.worlds.tables[name], subject.written.grids[name]
    heads = grid[0][1][1:]
    segments = [segment.name for segment in subject.strategy.segments]
    for band, ((_, low), (place, high)) in enumerate(pairwise(grid[1:])):
        for column, head in enumerate(heads):
            at = segments.index(head) if table.columns > 1 else 0
            was = table.cells[band * table.columns + at]
            now = table.cells[(band + 1) * table.columns + at]
            if (now - was) * wrong > 0:
                verb = "rises" if wrong > 0 else "falls"
                said = f"{verb} from {low[1 + column]} to {high[1 + column]} as the score rises"
                where = f"{place} {head}" if table.columns > 1 else place
                yield Finding(where, said, f"{rule}: mend one of the two cells")


def _signs(subject: Subject, expressions: Iterable[Expression]) -> dict[str, int]:
    """Return for each table by score which way it moves what expressions come to."""
    signs: dict[str, int] = {}
    for expression in expressions:
        for name, sign in _influences(subject, expression):
            signs[name] = sign if signs.get(name, sign) == sign else MIXED
    return signs


def _influences(
    subject: Subject, expression: Expression, sign: int = 1
) -> Iterator[tuple[str, int]]:
    """Yield the tables by score in an expression, each with the way it moves the result.

    Only what surely moves it one way is followed: sums, differences, least and greatest,
    choices, and products and divisions by what is never negative. All else is mixed.
    """
    match expression:
        case Name(name) if name in subject.worlds.definitions and name not in _FRAME:
            yield from _influences(subject, subject.worlds.definitions[name], sign)
        case Lookup(table, keys):
            if keys[-1] == Name("score"):
                yield table, sign
        case Operation(op, parts):
            for part, turned in zip(parts, turns(subject, op, parts), strict=True):
                yield from _influences(subject, part, _times(sign, turned))
        case _:
            return


_FRAME = frozenset({"score", "pd_ppm", "segment", *(f"{each}_price_ppm" for each in Product)})
"""Results with checks of their own: what lies behind them is not followed."""


def _times(sign: int, turned: int) -> int:
    return MIXED if MIXED in {sign, turned} else sign * turned


def turns(subject: Subject, op: Op, parts: tuple[Expression, ...]) -> list[int]:
    """Return which way each part moves an operation."""
    held = [subject.worlds.span(part).least >= 0 for part in parts]
    match op:
        case Op.ADD | Op.MIN | Op.MAX | Op.COALESCE:
            return [1] * len(parts)
        case Op.SUB:
            return [1, -1]
        case Op.NEG:
            return [-1]
        case Op.IF:
            return [MIXED, 1, 1]
        case Op.MUL:
            return [1 if held[1] else MIXED, 1 if held[0] else MIXED]
        case Op.ANNUITY:
            return [1, -1, MIXED]
        case _ if op in ROUNDINGS:
            return [1 if held[1] else MIXED, -1 if held[0] else MIXED]
        case _:
            return [MIXED] * len(parts)


def row_redundant(subject: Subject) -> Iterator[Finding]:
    """A band whose cells are those of the band before it: one row would do."""
    for grid in subject.written.grids.values():
        for (_, before), (place, row) in pairwise(grid[1:]):
            if _numbers(before) == _numbers(row):
                rule = "says what the row before it says: remove it or say something else"
                yield Finding(place, f"band {row[0]}", rule)


def _numbers(row: list[str]) -> list[str]:
    return [cell.replace("_", "") for cell in row[1:]]


def band_unreached(subject: Subject) -> Iterator[Finding]:
    """A band of scores that no customer can have: the row is never looked up."""
    score = subject.worlds.span(Name("score"))
    for name, grid in subject.written.grids.items():
        table = subject.worlds.tables[name]
        if not _by_score(subject, name):
            continue
        ends = [*(edge - 1 for edge in table.edges[1:]), FAR]
        for (place, row), low, high in zip(grid[1:], table.edges, ends, strict=True):
            if not score.meet(Span(low, high)).present:
                rule = f"the score is {score.least} to {score.greatest}: remove the row"
                yield Finding(place, f"band {row[0]} is never reached", rule)


def pd_flat(subject: Subject) -> Iterator[Finding]:
    """One probability of default for every score: the card says nothing of risk."""
    reached = {cell for _, cell in _reached(subject)}
    if len(reached) == 1:
        rule = "every score a customer can have means the same risk: learn the table from a book"
        yield Finding("pd.csv", f"always {reached.pop():_} ppm", rule)


def pd_certain(subject: Subject) -> Iterator[Finding]:
    """A probability of none or of all: no card knows that, and nothing is lost or all is."""
    for place, cell in _reached(subject):
        if cell in {0, PPM}:
            who = "nobody" if cell == 0 else "everybody"
            rule = f"says that {who} with such a score defaults: write what was seen"
            yield Finding(place, f"{cell:_} ppm", rule)


def _reached(subject: Subject) -> Iterator[tuple[str, int]]:
    """Yield place and cell of each band of pd.csv that a customer can fall into."""
    score, table = subject.worlds.span(Name("score")), subject.strategy.pd
    ends = [*(edge - 1 for edge in table.edges[1:]), FAR]
    rows = subject.written.grids["pd"][1:]
    for (place, _), low, high, cell in zip(rows, table.edges, ends, table.cells, strict=True):
        if score.meet(Span(low, high)).present:
            yield place, cell


def _by_score(subject: Subject, name: str) -> bool:
    """Tell whether every look-up of a table is by the score."""
    keys = [
        part.keys[-1]
        for _, expression in subject.written.expressions()
        for part in inside(expression)
        if isinstance(part, Lookup) and part.table == name
    ]
    return name == "pd" or (bool(keys) and all(key == Name("score") for key in keys))


def segment_says_nothing(subject: Subject) -> Iterator[Finding]:
    """Two segments that every table, expression and reason treats alike: why tell them apart?"""
    strategy = subject.strategy
    spoken = set[str]().union(*(names_in(each) for _, each in subject.written.expressions()))
    looked = tables_in(*(each for _, each in subject.written.expressions()))
    if _compares_segments(subject):
        return
    columns = [
        tuple(
            table.cells[at :: table.columns]
            for name, table in strategy.tables.items()
            if table.columns > 1 and name in looked
        )
        for at in range(len(strategy.segments))
    ]
    places = [place for place, _ in subject.written.segments]
    for at, (one, other) in enumerate(pairwise(strategy.segments)):
        alike = columns[at] == columns[at + 1] and one.reason == other.reason
        if alike and not {f"segment_{one.name}", f"segment_{other.name}"} & spoken:
            rule = f"every table treats it as {one.name!r} before it: join them or tell them apart"
            yield Finding(f"{places[at + 1]} {other.name!r}", "makes no difference", rule)


def _compares_segments(subject: Subject) -> bool:
    """Tell whether an expression reads the segment other than to look up a table."""
    for _, expression in subject.written.expressions():
        for part in inside(expression):
            if isinstance(part, Operation) and Name("segment") in part.parts:
                return True
    return False
