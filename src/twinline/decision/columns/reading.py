"""A strategy's features and score alone: what a chunk of a book holds before it is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twinline.decision.columns.column import NOWHERE, Column, across, either, where_missing
from twinline.decision.columns.measure import PD, feature_steps, score_steps
from twinline.decision.columns.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinline.decision.columns.column import Ints, Truths
    from twinline.decision.columns.found import Chunk
    from twinline.decision.strategy import Strategy


class Reading(NamedTuple):
    """A feature in every row: numbers, and where there is none or one out of range instead.

    A value that the strategy assumes where the book has none is missing here.
    """

    numbers: Ints
    missing: Truths
    outside: Truths


class Features(NamedTuple):
    """Every feature of some rows; where one is in doubt, any number in range stands in for it."""

    rows: int
    columns: tuple[Column, ...]
    doubts: tuple[Truths, ...]

    def in_doubt(self, places: Iterable[int]) -> Truths:
        """Return by row whether any of these features is in doubt."""
        return across(either([self.doubts[place] for place in places]), self.rows)


class ColumnReader:
    """A strategy's features, compiled: chunks in, readings out."""

    def __init__(self, strategy: Strategy) -> None:
        """Compile the features."""
        program = Program(strategy.tables)
        self._day, self._drawn = program.given("as_of_day"), program.given("challenger")
        self._cells = tuple(program.given() for _ in strategy.columns)
        self._doubts = feature_steps(program, strategy, self._cells)
        self._values = tuple(program.named(each.name) for each in strategy.features)
        self._plan = program.finished([*self._values, *self._doubts])
        places = {name: place for place, name in enumerate(strategy.columns)}
        self._places = [
            None if each.column is None else places[each.column] for each in strategy.features
        ]

    def features(self, chunk: Chunk, as_of_day: int) -> Features:
        """Return every feature as decisions and models take it."""
        columns = self._run(chunk, as_of_day)
        values = tuple(columns[slot] for slot in self._values)
        return Features(chunk.rows, values, tuple(columns[slot].truths for slot in self._doubts))

    def read(self, chunk: Chunk, as_of_day: int) -> list[Reading]:
        """Return every feature's readings, in the strategy's order."""
        columns = self._run(chunk, as_of_day)
        readings = []
        for place, value, slot in zip(self._places, self._values, self._doubts, strict=True):
            doubt = columns[slot].truths
            absent = doubt if place is None else where_missing(chunk.cells[place])
            missing = either([where_missing(columns[value]), absent])
            outside = NOWHERE if place is None else doubt & ~missing
            readings.append(
                Reading(
                    across(columns[value].numbers, chunk.rows),
                    across(missing, chunk.rows),
                    across(outside, chunk.rows),
                )
            )
        return readings

    def _run(self, chunk: Chunk, as_of_day: int) -> dict[int, Column]:
        """Return the columns that were made, by number."""
        given = dict(zip(self._cells, chunk.cells, strict=True))
        given[self._day] = Column(np.asarray(as_of_day, np.int64))
        given[self._drawn] = Column(chunk.challenger)
        made = enumerate(self._plan.run(given))
        return {slot: column for slot, column in made if column is not None}


class ColumnScorer:
    """A strategy's scorecard alone, compiled: features in, scores out."""

    def __init__(self, strategy: Strategy) -> None:
        """Compile the card."""
        program = Program({PD: strategy.pd})
        self._given = tuple(program.given(each.name) for each in strategy.features)
        _, self._score, self._pd = score_steps(program, strategy)
        self._plan = program.finished([self._score, self._pd])
        self._read = tuple(
            place
            for place, feature in enumerate(strategy.features)
            if feature.name not in strategy.idle
        )

    def score(self, features: Features) -> tuple[Column, Column]:
        """Return score and probability of default in ppm, none where a decision would refer."""
        doubt = features.in_doubt(self._read)
        columns = self._plan.run(dict(zip(self._given, features.columns, strict=True)))
        score, pd_ppm = (
            Column(across(column.numbers, features.rows), doubt)
            for slot in (self._score, self._pd)
            if (column := columns[slot]) is not None
        )
        return score, pd_ppm
