"""Rows of a book decided a batch at a time: `RecordBatch -> RecordBatch`, and nothing else.

Only plain Arrow types go in and out, so that an engine that maps batches, such as Spark with
`mapInArrow`, can run it unchanged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twinline.adapters.batch.decision_schema import CUSTOMER_FIELDS, DECISION_SCHEMA, LINE_FIELDS
from twinline.app.book import PROTECTED_COLUMNS
from twinline.app.fault import NoLawFault
from twinline.app.review_ports import Decided, Priced
from twinline.decision.columns.column import Column, across, or_zero
from twinline.decision.columns.executor import ColumnDecider, challengers
from twinline.decision.columns.found import Chunk
from twinline.decision.columns.outcome import NumberLists, WordLists, Words
from twinline.decision.columns.reading import ColumnReader
from twinline.decision.decide import day_number
from twinline.portfolio.census_columns import add_columns as count_columns
from twinline.portfolio.comparison import ComparisonTally
from twinline.portfolio.comparison_columns import Customers
from twinline.portfolio.comparison_columns import add_columns as compare_columns
from twinline.portfolio.tally import Tally
from twinline.portfolio.tally_columns import Known, add_columns
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinline.app.review_ports import Deciding
    from twinline.decision.columns.column import Ints, Truths
    from twinline.decision.columns.outcome import OutcomeColumns
    from twinline.decision.law import LawValues
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.census import Census

FRAME = ("customer_id", "licence", "defaulted", *PROTECTED_COLUMNS)
"""Columns of the book that a review needs besides those the strategy reads."""

Field = Column | Words | WordLists | NumberLists


class BatchDecider:
    """What decides a book's batches, compiled once."""

    def __init__(self, deciding: Deciding, currency: str) -> None:
        """Compile the strategy for the day; `currency` is the book's."""
        strategies = [deciding.strategy]
        if deciding.against is not None:
            strategies.append(deciding.against)
        self._deciders = [ColumnDecider(each, deciding.decided_on) for each in strategies]
        self._laws = deciding.laws
        self._as_of_day = day_number(deciding.as_of_on)
        self._currency = currency
        read = [name for each in strategies for name in each.columns]
        self.columns = tuple(dict.fromkeys([*FRAME, *read]))

    def decide(self, rows: pa.RecordBatch, first_row: int) -> Decided:
        """Return the decisions of a batch of `columns`, and what they add to the figures.

        `first_row` is the number of the batch's first row. Some ten thousand rows at a time are
        quickest: fewer cost more steps a row, more leave the cache.
        """
        limits = self._deciders[0].strategy.limits
        tally = Tally(self._currency, PROTECTED_COLUMNS, limits)
        known = known_of(rows)
        outcomes, *others = self._outcomes(rows, first_row)
        add_columns(tally, outcomes, known, first_row)
        compared = None
        for other in others:
            compared = ComparisonTally(self._currency, PROTECTED_COLUMNS)
            customers = Customers(first_row, _ids_of(rows), known)
            compare_columns(compared, other, outcomes, customers)
        decisions = decisions_of(outcomes, rows, first_row)
        return Decided(rows=outcomes.rows, tally=tally, decisions=decisions, compared=compared)

    def map(self, rows: pa.RecordBatch, first_row: int) -> pa.RecordBatch:
        """Return the decisions of a batch alone: `RecordBatch -> RecordBatch`."""
        return decisions_of(self._outcomes(rows, first_row)[0], rows, first_row)

    def _outcomes(self, rows: pa.RecordBatch, first_row: int) -> list[OutcomeColumns]:
        """Return the outcomes of a batch by each strategy."""
        numbers = range(first_row, first_row + rows.num_rows)
        return [
            each.decide(chunk_of(each.strategy, rows, self._laws, numbers), self._as_of_day)
            for each in self._deciders
        ]


class BatchCounter:
    """What decides a book's batches only to count them, compiled once."""

    def __init__(self, deciding: Deciding) -> None:
        """Compile the strategy for the day."""
        self._strategy = deciding.strategy
        self._reader = ColumnReader(deciding.strategy)
        self._decider = ColumnDecider(deciding.strategy, deciding.decided_on)
        self._laws = deciding.laws
        self._as_of_day = day_number(deciding.as_of_on)
        self.columns = tuple(dict.fromkeys([*FRAME, *deciding.strategy.columns]))

    def add(self, rows: pa.RecordBatch, first_row: int, census: Census) -> None:
        """Add a batch of `columns`; a day is counted back from the book's day."""
        numbers = range(first_row, first_row + rows.num_rows)
        chunk = chunk_of(self._strategy, rows, self._laws, numbers)
        readings = self._reader.read(chunk, self._as_of_day)
        for place, feature in enumerate(self._strategy.features):
            if feature.column and pa.types.is_date32(rows[feature.column].type):
                reading = readings[place]
                readings[place] = reading._replace(numbers=self._as_of_day - reading.numbers)
        known = known_of(rows)
        count_columns(
            census,
            readings,
            self._decider.decide(chunk, self._as_of_day),
            mix=[_words(rows["licence"]), *known.groups],
            defaulted=known.defaulted,
        )


class BatchPricer:
    """What decides a book's rows by many strategies only to see what is lent, compiled once."""

    def __init__(self, deciding: Deciding, others: Sequence[Strategy]) -> None:
        """Compile the strategies for the day; all read and draw as the first one does."""
        self._strategy = deciding.strategy
        assert all(each.columns == self._strategy.columns for each in others)
        assert all(each.experiment == self._strategy.experiment for each in others)
        strategies = [self._strategy, *others]
        self._deciders = [ColumnDecider(each, deciding.decided_on) for each in strategies]
        self._laws = deciding.laws
        self._as_of_day = day_number(deciding.as_of_on)
        self.columns = tuple(dict.fromkeys([*FRAME, *self._strategy.columns]))

    def priced(self, rows: pa.RecordBatch, row_numbers: Sequence[int]) -> list[Priced]:
        """Return what the customers of `columns` are lent by each strategy in turn."""
        chunk = chunk_of(self._strategy, rows, self._laws, row_numbers)
        return [_priced(each.decide(chunk, self._as_of_day)) for each in self._deciders]


def _priced(outcomes: OutcomeColumns) -> Priced:
    lines = [
        zip(
            across(or_zero(line.effective_limit_minor), outcomes.rows).tolist(),
            _or_none(line.price_ppm, outcomes.rows),
            strict=True,
        )
        for line in (outcomes.pay_later, outcomes.cash_loan)
    ]
    return Priced(list(zip(*lines, strict=True)), _or_none(outcomes.pd_ppm, outcomes.rows))


def _or_none(column: Column, rows: int) -> list[int | None]:
    values: list[int | None] = across(column.numbers, rows).tolist()
    if column.missing is None:
        return values
    missing = across(column.missing, rows).tolist()
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def chunk_of(
    strategy: Strategy, rows: pa.RecordBatch, laws: Sequence[LawValues], row_numbers: Sequence[int]
) -> Chunk:
    """Return rows of a book as plain arrays; raises `NoLawFault` for a licence without law."""
    licences = pa.array([law.licence.value for law in laws], pa.string())
    law = pc.index_in(rows["licence"], value_set=licences)
    if law.null_count:
        at = pc.index(law.is_null(), True).as_py()
        raise NoLawFault(row_numbers[at], rows["licence"][at].as_py())
    plain = plain_chunk_of(strategy, rows)
    return replace(plain, laws=laws, law=law.to_numpy().astype(np.int64))


def plain_chunk_of(strategy: Strategy, rows: pa.RecordBatch) -> Chunk:
    """Return rows of a book as plain arrays, without a law to decide by."""
    return Chunk(
        rows=rows.num_rows,
        cells=[numbers(rows[name]) for name in strategy.columns],
        laws=(),
        law=np.zeros(0, np.int64),
        challenger=challengers(strategy, rows["customer_id"].cast(pa.binary()).to_pylist()),
    )


def numbers(column: pa.Array) -> Column:
    """Return a column as whole numbers; a date as days since 1970-01-01."""
    missing = column.is_null().to_numpy(zero_copy_only=False) if column.null_count else None
    if pa.types.is_date32(column.type):
        column = column.view(pa.int32())
    values = column.fill_null(0) if column.null_count else column
    return Column(values.to_numpy().astype(np.int64, copy=False), missing)


def known_of(rows: pa.RecordBatch) -> Known:
    """Return what is known of customers besides what a decision may read."""
    return Known(
        numbers(rows["defaulted"].cast(pa.int8())),
        [_words(rows[name]) for name in PROTECTED_COLUMNS],
    )


def _ids_of(rows: pa.RecordBatch) -> Callable[[int], str]:
    """Return the function from a customer's place in the batch to the id."""
    return lambda place: str(rows["customer_id"][place])


def _words(column: pa.Array) -> Words:
    """Return texts by their places among those that occur; below zero where there is none."""
    coded = column.dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy()
    return Words(tuple(coded.dictionary.to_pylist()), codes.astype(np.int64))


def decisions_of(outcomes: OutcomeColumns, rows: pa.RecordBatch, first_row: int) -> pa.RecordBatch:
    """Return outcomes as a batch of `DECISION_SCHEMA`."""
    arrays: dict[str, pa.Array] = {
        "row": pa.array(np.arange(first_row, first_row + outcomes.rows, dtype=np.int64)),
        "customer_id": rows["customer_id"],
        "licence": rows["licence"],
    }
    for name in CUSTOMER_FIELDS.keys() - arrays.keys():
        arrays[name] = _array(getattr(outcomes, name), outcomes.rows, DECISION_SCHEMA.field(name))
    for product in Product:
        line = getattr(outcomes, product.value)
        for name in LINE_FIELDS:
            whole = f"{product.value}_{name}"
            arrays[whole] = _array(
                getattr(line, name), outcomes.rows, DECISION_SCHEMA.field(whole)
            )
    in_order = [arrays[name] for name in DECISION_SCHEMA.names]
    return pa.RecordBatch.from_arrays(in_order, schema=DECISION_SCHEMA)


def _array(field: Field, rows: int, wanted: pa.Field) -> pa.Array:
    match field:
        case Column():
            return _plain(field.values, field.missing, wanted.type)
        case Words():
            return pa.array(field.names, pa.string()).take(pa.array(field.codes))
        case WordLists():
            texts = pa.array(field.names, pa.string()).take(pa.array(field.codes))
            return pa.ListArray.from_arrays(pa.array(field.starts, pa.int32()), texts)
        case NumberLists():
            return _lists(field, rows, wanted.type)
        case _:
            assert_never(field)


def _plain(values: Ints | Truths, missing: Truths | None, kind: pa.DataType) -> pa.Array:
    return pa.array(values, mask=missing).cast(kind)


def _lists(field: NumberLists, rows: int, kind: pa.ListType) -> pa.Array:
    """Return a list of all columns' values for each row, or an empty one."""
    width = len(field.columns)
    held = np.full(rows, width, np.int64)
    if field.empty is not None:
        held[field.empty] = 0
    starts = np.zeros(rows + 1, np.int32)
    np.cumsum(held, out=starts[1:])
    if not width:
        return pa.ListArray.from_arrays(pa.array(starts), pa.array([], kind.value_type))
    grid = np.stack([column.numbers for column in field.columns], axis=1)
    missing = None
    if any(column.missing is not None for column in field.columns):
        missing = np.zeros(grid.shape, np.bool_)
        for place, column in enumerate(field.columns):
            if column.missing is not None:
                missing[:, place] = column.missing
    if field.empty is not None:
        grid = grid[~field.empty]
        missing = None if missing is None else missing[~field.empty]
    values = _plain(grid.ravel(), None if missing is None else missing.ravel(), kind.value_type)
    return pa.ListArray.from_arrays(pa.array(starts), values)
