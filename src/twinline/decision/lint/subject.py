"""What a check looks at: the strategy, how it is written, and the worlds it allows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from twinline.decision.bounds import INT64_MAX, INT64_MIN
from twinline.decision.expression import Literal, Lookup, Name, Op, Operation, names_in
from twinline.decision.law import LAW_BOUNDS
from twinline.decision.lint.span import FALSE, TRUE, Span, span_of
from twinline.decision.lint.worlds import Worlds
from twinline.decision.load import DAYS_MAX
from twinline.decision.settle import NO_CAP
from twinline.decision.strategy import PPM, Role, WhenMissing
from twinline.decision.table import Table
from twinline.decision.written import read_written
from twinline.kernel.money import parse_money
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from twinline.decision.expression import Expression
    from twinline.decision.lint.worlds import Box
    from twinline.decision.strategy import Attribute, Feature, Limit, Price, Strategy, Term
    from twinline.decision.written import Written

ANYTHING = Span(INT64_MIN, INT64_MAX, missing=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A strategy that loads, ready to be checked.

    `by_segment` holds boxes that cover the customers of each segment. `on` is the day from
    which the strategy is to be used.
    """

    strategy: Strategy
    written: Written
    worlds: Worlds
    by_segment: tuple[tuple[Box, ...], ...]
    on: date

    def limits(self) -> Iterator[tuple[str, Limit]]:
        """Yield the joint limit and each line's, with their names in limits.toml."""
        yield "joint", self.strategy.joint
        for product in Product:
            yield product.value, self.strategy.limits[product]

    def reads(self, *expressions: Expression, apart: Collection[str] = ()) -> frozenset[str]:
        """Return every name that expressions read, in the end; what lies behind some, apart."""
        seen: set[str] = set()
        waiting = set().union(*map(names_in, expressions))
        while waiting:
            name = waiting.pop()
            seen.add(name)
            if name in self.worlds.definitions and name not in apart:
                waiting |= names_in(self.worlds.definitions[name]) - seen
        return frozenset(seen)

    def columns(self, *expressions: Expression, apart: Collection[str] = ()) -> frozenset[str]:
        """Return every column of the book that expressions read, in the end."""
        names = self.reads(*expressions, apart=apart)
        return frozenset(
            feature.column
            for feature in self.strategy.features
            if feature.column is not None and feature.name in names
        )


def subject_of(strategy: Strategy, files: Mapping[str, bytes], on: date) -> Subject:
    """Return a strategy and its files as the checks want them."""
    written = read_written(files)
    worlds = _worlds(strategy, written)
    conditions = [segment.when.expression for segment in strategy.segments]
    by_segment = tuple(
        tuple(worlds.holding([*((other, FALSE) for other in conditions[:place]), (own, TRUE)]))
        for place, own in enumerate(conditions)
    )
    return Subject(
        strategy=strategy,
        written=written,
        worlds=worlds,
        by_segment=by_segment,
        on=on,
    )


def _worlds(strategy: Strategy, written: Written) -> Worlds:
    """Return everything a decision computes, as one chain of definitions.

    The limits that come out stand under names no expression can have.
    """
    definitions: dict[str, Expression] = {
        feature.name: _computed(feature, feature.value.expression)
        for feature in strategy.features
        if feature.value is not None
    }
    points = {f"points of {each.feature}": _points_table(each) for each in strategy.scorecard}
    parts = [_points(each) for each in strategy.scorecard]
    base: Expression = Literal(strategy.score_base)
    definitions["score"] = reduce(_plus, parts, base)
    definitions["pd_ppm"] = Lookup("pd", (Name("score"),))
    definitions["segment"] = _segment(strategy)
    definitions |= {each.name: each.value.expression for each in strategy.values}
    for product, price in strategy.prices.items():
        definitions[f"{product.value}_price_ppm"] = _price(price)
    definitions["joint_limit_minor"] = settled_limit(strategy.joint)
    for product, limit in strategy.limits.items():
        definitions[limit_of(product)] = settled_limit(limit)
    share = strategy.experiment.challenger_ppm
    declared = {
        **{name: span_of(bounds) for name, bounds in LAW_BOUNDS.items()},
        **_constants(strategy, written),
        "as_of_day": Span(0, DAYS_MAX),
        "challenger": Span(int(share == PPM), int(share > 0)),
        **{each.name: span_of(each.bounds) for each in strategy.dated},
        **{each.name: span_of(each.bounds) for each in strategy.features},
    }
    return Worlds(
        declared={**dict.fromkeys(definitions, ANYTHING), **declared},
        definitions=definitions,
        tables={**strategy.tables, **points, "pd": strategy.pd},
    )


def limit_of(product: Product) -> str:
    """Return the name under which a line's settled limit is defined."""
    return f"the limit of {product.value}"


def _constants(strategy: Strategy, written: Written) -> dict[str, Span]:
    """Return the names that stand for one number, which the loader folds away."""
    amounts = {
        name: parse_money(text, "CNY") * strategy.currency_scale
        for name, text in written.head.amounts.items()
    }
    segments = {f"segment_{each.name}": place for place, each in enumerate(strategy.segments)}
    return {name: Span(value, value) for name, value in {**amounts, **segments}.items()}


def _computed(feature: Feature, value: Expression) -> Expression:
    if feature.missing is WhenMissing.VALUE:
        return Operation(Op.COALESCE, (value, Literal(feature.default)))
    return value


def _points_table(attribute: Attribute) -> Table:
    return Table(
        name=attribute.feature,
        edges=attribute.edges,
        columns=1,
        cells=tuple(attribute.points[place] for place in attribute.bins),
    )


def _points(attribute: Attribute) -> Expression:
    """Return the points of a feature as an expression."""
    feature = Name(attribute.feature)
    found: Expression = Lookup(f"points of {attribute.feature}", (feature,))
    for value, place in attribute.specials.items():
        special = Operation(Op.EQ, (feature, Literal(value)))
        found = Operation(Op.IF, (special, Literal(attribute.points[place]), found))
    if attribute.missing is None:
        return found
    known = Operation(Op.KNOWN, (feature,))
    return Operation(Op.IF, (known, found, Literal(attribute.points[attribute.missing])))


def _plus(left: Expression, right: Expression) -> Expression:
    return Operation(Op.ADD, (left, right))


def _segment(strategy: Strategy) -> Expression:
    found: Expression = Literal(len(strategy.segments) - 1)
    for place, segment in reversed(list(enumerate(strategy.segments[:-1]))):
        found = Operation(Op.IF, (segment.when.expression, Literal(place), found))
    return found


def price_parts(price: Price) -> Expression:
    """Return the sum of a price's parts."""
    return reduce(_plus, [part.value.expression for part in price.parts])


def _price(price: Price) -> Expression:
    """Return a settled price as an expression; see `settle_price`."""
    step = Literal(price.step_ppm)
    built = _held(price_parts(price))
    rounded = Operation(Op.MUL, (Operation(Op.DIV_HALF_UP, (built, step)), step))
    floor = _held(price.floor.expression)
    least = Operation(Op.MUL, (Operation(Op.DIV_UP, (floor, step)), step))
    asked = Operation(Op.MAX, (rounded, least))
    return Operation(Op.MIN, (asked, price.ceiling.expression))


def settled_limit(limit: Limit) -> Expression:
    """Return a settled limit as an expression; see `settle_limit`."""
    floors = [_or_else(term.amount.expression, -NO_CAP) for term in of_role(limit, Role.FLOOR)]
    capped = _least(limit, Role.CAP)
    kept = Operation(Op.MAX, (capped, *floors)) if floors else capped
    return _held(Operation(Op.MIN, (kept, _least(limit, Role.HARD))))


def of_role(limit: Limit, role: Role) -> list[Term]:
    """Return the terms of a role, in order."""
    return [term for term in limit.terms if term.role is role]


def _least(limit: Limit, role: Role) -> Expression:
    amounts = [_or_else(term.amount.expression, NO_CAP) for term in of_role(limit, role)]
    return _stepped(Operation(Op.MIN, (*amounts, Literal(NO_CAP))), limit.step_minor)


def _stepped(amount: Expression, step: int) -> Expression:
    down = Operation(Op.DIV_DOWN, (_held(amount), Literal(step)))
    return Operation(Op.MUL, (down, Literal(step)))


def _held(amount: Expression) -> Expression:
    return Operation(Op.MAX, (amount, Literal(0)))


def _or_else(amount: Expression, other: int) -> Expression:
    return Operation(Op.COALESCE, (amount, Literal(other)))


def expressions_of(limits: Iterable[Limit]) -> list[Expression]:
    """Return the amounts of every term."""
    return [term.amount.expression for limit in limits for term in limit.terms]
