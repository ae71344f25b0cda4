"""A strategy's features alone: what a chunk of a book holds, before anything is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twinline.decision.columns.column import NOWHERE, Column, across, either, where_missing
from twinline.decision.columns.measure import feature_steps
from twinline.decision.columns.program import Program

if TYPE_CHECKING:
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

    def read(self, chunk: Chunk, as_of_day: int) -> list[Reading]:
        """Return every feature's readings, in the strategy's order."""
        given = dict(zip(self._cells, chunk.cells, strict=True))
        given[self._day] = Column(np.asarray(as_of_day, np.int64))
        given[self._drawn] = Column(chunk.challenger)
        columns = self._plan.run(given)
        readings = []
        for place, *slots in zip(self._places, self._values, self._doubts, strict=True):
            value, in_doubt = (column for slot in slots if (column := columns[slot]) is not None)
            absent = in_doubt.truths if place is None else where_missing(chunk.cells[place])
            missing = either([where_missing(value), absent])
            outside = NOWHERE if place is None else in_doubt.truths & ~missing
            readings.append(
                Reading(
                    across(value.numbers, chunk.rows),
                    across(missing, chunk.rows),
                    across(outside, chunk.rows),
                )
            )
        return readings
