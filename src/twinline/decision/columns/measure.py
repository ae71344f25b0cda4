"""A strategy compiled into the steps that give every number of a decision, by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twinline.decision.bounds import Bounds
from twinline.decision.columns.arithmetic import banding
from twinline.decision.columns.column import NOWHERE, Column
from twinline.decision.columns.program import Program
from twinline.decision.columns.settle import settling_limit, settling_price
from twinline.decision.expression import Lookup, Name
from twinline.decision.law import LAW_BOUNDS
from twinline.decision.load_score import score_bounds
from twinline.decision.resolve import Resolved
from twinline.decision.strategy import WhenMissing
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.decision.columns.arithmetic import Run
    from twinline.decision.columns.column import Ints, Truths
    from twinline.decision.columns.program import Plan, Slot
    from twinline.decision.strategy import Attribute, Feature, Limit, Price, Strategy

PD = "pd"
"""The name under which the table from score to probability of default is looked up."""


@dataclass(frozen=True, slots=True)
class PriceSlots:
    """Where a price stands: its parts, the price, and what made it."""

    parts: tuple[Slot, ...]
    price: Slot
    bound: Slot


@dataclass(frozen=True, slots=True)
class LimitSlots:
    """Where a limit stands: its terms' amounts, and what they settle to."""

    amounts: tuple[Slot, ...]
    limit: Slot
    binding: Slot
    cause: Slot
    without: Slot


@dataclass(frozen=True, slots=True)
class EdgeSlots:
    """Where an edge stands: whether it holds, and its size."""

    holds: Slot
    size: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """A strategy's steps, and the numbers of the columns that go in and come out.

    `doubts` stand beside the features: whether each is in doubt. `limits` are the joint limit
    and then each line's.
    """

    plan: Plan
    cells: tuple[Slot, ...]
    given: Mapping[str, Slot]
    features: tuple[Slot, ...]
    doubts: tuple[Slot, ...]
    bins: tuple[Slot, ...]
    score: Slot
    pd_ppm: Slot
    segment: Slot
    prices: tuple[PriceSlots, ...]
    limits: tuple[LimitSlots, ...]
    gates: tuple[Slot, ...]
    edges: tuple[EdgeSlots, ...]


def compile_columns(strategy: Strategy) -> Measures:
    """Return the strategy's steps."""
    program = Program({**strategy.tables, PD: strategy.pd})
    frame = ("as_of_day", "challenger", *LAW_BOUNDS, *(each.name for each in strategy.dated))
    given = {name: program.given(name) for name in frame}
    cells = tuple(program.given() for _ in strategy.columns)
    doubts = feature_steps(program, strategy, cells)
    bins, score, pd_ppm = score_steps(program, strategy)
    tests = [program.value(segment.when) for segment in strategy.segments[:-1]]
    (segment,) = program.step(_first_that_fits, tests, makes=1)
    program.name("segment", segment)
    for quantity in strategy.values:
        program.name(quantity.name, program.value(quantity.value))
    prices = []
    for product in Product:
        found = _price(program, strategy.prices[product])
        program.name(f"{product.value}_price_ppm", found.price)
        prices.append(found)
    limits = [_limit(program, strategy.joint)]
    program.name("joint_limit_minor", limits[0].limit)
    limits.extend(_limit(program, strategy.limits[product]) for product in Product)
    gates = tuple(program.value(gate.when) for gate in strategy.gates)
    edges = tuple(
        EdgeSlots(program.value(edge.when), program.value(edge.size)) for edge in strategy.edges
    )
    features = tuple(program.named(feature.name) for feature in strategy.features)
    wanted = {score, pd_ppm, segment, *doubts, *bins, *gates, *_now(strategy, features)}
    for price in prices:
        wanted.update(price.parts, (price.price, price.bound))
    for each in limits:
        wanted.update(each.amounts, (each.limit, each.binding, each.cause, each.without))
    for edge in edges:
        wanted.update((edge.holds, edge.size))
    return Measures(
        plan=program.finished(wanted),
        cells=cells,
        given=given,
        features=features,
        doubts=doubts,
        bins=bins,
        score=score,
        pd_ppm=pd_ppm,
        segment=segment,
        prices=tuple(prices),
        limits=tuple(limits),
        gates=gates,
        edges=edges,
    )


def score_steps(program: Program, strategy: Strategy) -> tuple[tuple[Slot, ...], Slot, Slot]:
    """Add the steps from the features to the bins, the score and the probability of default."""
    bins = tuple(_bin(program, strategy, attribute) for attribute in strategy.scorecard)
    (score,) = program.step(_scoring(strategy), bins, makes=1)
    program.name("score", score)
    pd_ppm = program.value(_pd(strategy))
    program.name("pd_ppm", pd_ppm)
    return bins, score, pd_ppm


def _now(strategy: Strategy, features: Sequence[Slot]) -> list[Slot]:
    names = [feature.name for feature in strategy.features]
    return [features[names.index(strategy.limits[product].now)] for product in Product]


def feature_steps(program: Program, strategy: Strategy, cells: Sequence[Slot]) -> tuple[Slot, ...]:
    """Add the steps to every feature, by its name; return where each is in doubt."""
    places = {name: place for place, name in enumerate(strategy.columns)}
    doubts = []
    for feature in strategy.features:
        if feature.column is not None:
            source = cells[places[feature.column]]
            value, doubt = program.step(_reading(feature), [source], makes=2)
        else:
            assert feature.value is not None
            source = program.value(feature.value)
            value, doubt = program.step(_computing(feature), [source], makes=2)
        program.name(feature.name, value)
        doubts.append(doubt)
    return tuple(doubts)


def _reading(feature: Feature) -> Run:
    """Return the step from a column of the book to the feature and where it is in doubt."""
    bounds, clamped = feature.bounds, feature.clamped

    def run(columns: Sequence[Column]) -> Sequence[Column]:
        """Bring the values into the feature's bounds."""
        numbers, missing = columns[0].numbers, columns[0].missing
        if missing is not None:
            numbers = np.where(missing, np.int64(_stand_in(feature)), numbers)
        outside: Truths | None = None
        if numbers.size and (numbers.min() < bounds.least or numbers.max() > bounds.greatest):
            within = np.clip(numbers, bounds.least, bounds.greatest)
            if not clamped:
                outside = within != numbers
                within = np.where(outside, np.int64(bounds.least), numbers)
            numbers = within
        return _in_doubt(feature, numbers, missing, outside)

    return run


def _computing(feature: Feature) -> Run:
    """Return the step from an expression's value to the feature and where it is in doubt."""

    def run(columns: Sequence[Column]) -> Sequence[Column]:
        """Say what a missing value means."""
        numbers, missing = columns[0].numbers, columns[0].missing
        if missing is not None:
            numbers = np.where(missing, np.int64(_stand_in(feature)), numbers)
        return _in_doubt(feature, numbers, missing, None)

    return run


def _stand_in(feature: Feature) -> int:
    """Return what stands where a value is missing: the default, or any value in range."""
    return feature.default if feature.missing is WhenMissing.VALUE else feature.bounds.least


def _in_doubt(
    feature: Feature, numbers: Ints, missing: Truths | None, outside: Truths | None
) -> Sequence[Column]:
    doubt = NOWHERE if outside is None else outside
    if missing is not None and feature.missing is WhenMissing.REFER:
        doubt = doubt | missing
    is_bin = feature.missing is WhenMissing.BIN
    return Column(numbers, missing if is_bin else None), Column(doubt)


def _bin(program: Program, strategy: Strategy, attribute: Attribute) -> Slot:
    """Add the step to an attribute's bin."""
    bounds = next(each.bounds for each in strategy.features if each.name == attribute.feature)
    source = program.named(attribute.feature)
    (found,) = program.step(_binning(attribute, bounds), [source], makes=1)
    return found


def _binning(attribute: Attribute, bounds: Bounds) -> Run:
    """Return the step from a feature to its bin: missing, a special value, or a range."""
    find = banding(attribute.edges, bounds)
    bins = np.array(attribute.bins, np.int64)

    def run(columns: Sequence[Column]) -> Sequence[Column]:
        """Find every row's bin."""
        numbers, missing = columns[0].numbers, columns[0].missing
        found = bins[find(numbers)]
        for value, special in attribute.specials.items():
            found = np.where(numbers == value, np.int64(special), found)
        if missing is not None:
            assert attribute.missing is not None
            found = np.where(missing, np.int64(attribute.missing), found)
        return (Column(found),)

    return run


def _scoring(strategy: Strategy) -> Run:
    """Return the step from the bins to the score."""
    points = [np.array(attribute.points, np.int64) for attribute in strategy.scorecard]

    def run(bins: Sequence[Column]) -> Sequence[Column]:
        """Add up every row's points."""
        score: Ints = np.asarray(strategy.score_base, np.int64)
        for each, column in zip(points, bins, strict=True):
            score = score + each[column.numbers]
        return (Column(score),)

    return run


def _pd(strategy: Strategy) -> Resolved:
    """Return the lookup of the probability of default."""
    bounds = score_bounds(strategy.score_base, strategy.scorecard)
    score = Resolved(Name("score"), truth=False, bounds=bounds)
    cells = strategy.pd.cells
    lookup = Lookup(PD, (score.expression,))
    return Resolved(lookup, truth=False, bounds=Bounds(min(cells), max(cells)), parts=(score,))


def _first_that_fits(tests: Sequence[Column]) -> Sequence[Column]:
    """Return the place of the first test that holds, or the place behind them all."""
    found: Ints = np.asarray(len(tests), np.int64)
    for place in reversed(range(len(tests))):
        found = np.where(tests[place].truths, np.int64(place), found)
    return (Column(found),)


def _price(program: Program, price: Price) -> PriceSlots:
    parts = tuple(program.value(part.value) for part in price.parts)
    bounds = program.value(price.floor), program.value(price.ceiling)
    return PriceSlots(parts, *program.step(settling_price(price), (*parts, *bounds), makes=2))


def _limit(program: Program, limit: Limit) -> LimitSlots:
    amounts = tuple(program.value(term.amount) for term in limit.terms)
    return LimitSlots(amounts, *program.step(settling_limit(limit), amounts, makes=4))
