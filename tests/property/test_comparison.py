from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.comparisons import mirrored, plain
from tests.one_by_one import compare, count
from tests.property.written import COLUMNS, rows_of, strategies
from twinline.adapters.batch.deciding import BatchCounter, BatchDecider
from twinline.app.book import MINOR_MAX, PROTECTED_COLUMNS
from twinline.app.review_ports import Deciding
from twinline.decision.decide import Decider, day_number
from twinline.decision.law import LawValues
from twinline.decision.load import load_strategy
from twinline.portfolio.bins import Apart
from twinline.portfolio.census import Census
from twinline.portfolio.comparison import ComparisonTally
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.property.written import Written
    from twinline.decision.outcome import Outcome
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.compared import ComparisonFigures

Row = dict[str, Any]
DAY = date(2026, 11, 1)
LAW = LawValues(licence=Licence.BANK, person_cap_minor=20_000_000, price_ceiling_ppm=240_000)
MIXES = ("licence", *PROTECTED_COLUMNS)
BOOK = pa.schema(
    [
        ("customer_id", pa.string()),
        ("licence", pa.string()),
        ("defaulted", pa.bool_()),
        *((name, pa.string()) for name in PROTECTED_COLUMNS),
        *((name, pa.int64()) for name in sorted(COLUMNS)),
    ]
)
KNOWN = st.fixed_dictionaries(
    {
        "licence": st.just("BK"),
        "defaulted": st.none() | st.booleans(),
        **{name: st.sampled_from(["a", "b", None]) for name in PROTECTED_COLUMNS},
    }
)


class Case:
    """Two random strategies and a few customers."""

    def __init__(self, new: Written, old: Written, data: st.DataObject) -> None:
        """Load both, each on its own scale; a row's cells suit one or the other."""
        self.new, self.old = (
            load_strategy(each.files, columns=COLUMNS, currency_scale=each.scale)
            for each in (new, old)
        )
        self.rows = []
        for number, (first, then) in enumerate([(new, old), (old, new)] * 3):
            row: Row = {"customer_id": f"C{number}", **data.draw(KNOWN)}
            row.update(data.draw(rows_of(first)))
            row.update(data.draw(rows_of(then)))
            for column in (*limits_of(self.new), *limits_of(self.old)):
                row[column] = row[column] and min(abs(row[column]), MINOR_MAX)
            self.rows.append(row)
        self.book = pa.RecordBatch.from_pylist(self.rows, BOOK)

    def figures(self, new: Strategy, old: Strategy) -> ComparisonFigures:
        """Return the figures of one strategy against another, by chunks of two."""
        decider = BatchDecider(deciding(new, old), "CNY")
        tally = ComparisonTally("CNY", PROTECTED_COLUMNS)
        for at in range(0, len(self.rows), 2):
            compared = decider.decide(self.book.slice(at, 2), at + 1).compared
            assert compared is not None
            tally.merge(compared)
        return tally.figures()

    def outcomes(self, strategy: Strategy) -> Iterator[Outcome]:
        """Yield each customer's outcome by one strategy, alone."""
        decider = Decider(strategy, DAY)
        for row in self.rows:
            cells = tuple(row[name] for name in strategy.columns)
            yield decider.decide(row["customer_id"], cells, LAW, day_number(DAY))


def limits_of(strategy: Strategy) -> Iterator[str]:
    """Yield the columns of today's limits: a book holds none below zero or beyond its bounds."""
    now = {strategy.limits[product].now for product in Product}
    for feature in strategy.features:
        if feature.name in now and feature.column is not None:
            yield feature.column


def deciding(strategy: Strategy, against: Strategy | None = None) -> Deciding:
    """Return what decides the book."""
    return Deciding(strategy=strategy, decided_on=DAY, laws=(LAW,), as_of_on=DAY, against=against)


CASES = st.builds(Case, strategies(), strategies(), st.data())


@settings(max_examples=settings().max_examples * 2 // 5)
@given(CASES)
def test_strategies_compare_in_columns_as_one_customer_after_another(case: Case) -> None:
    """Two strategies of different columns, read together, give what each decides by itself."""
    expected = ComparisonTally("CNY", PROTECTED_COLUMNS)
    both = zip(case.outcomes(case.old), case.outcomes(case.new), case.rows, strict=True)
    for number, (old, new, row) in enumerate(both, 1):
        groups = tuple(row[name] for name in PROTECTED_COLUMNS)
        compare(expected, number, (old, new, row["defaulted"], groups))

    assert case.figures(case.new, case.old) == expected.figures()


@settings(max_examples=settings().max_examples * 2 // 5)
@given(CASES)
def test_another_strategy_beside_it_changes_no_decision(case: Case) -> None:
    """The decisions of a review are the same with and without a strategy held against it."""
    alone = BatchDecider(deciding(case.new), "CNY").decide(case.book, 1)
    beside = BatchDecider(deciding(case.new, case.old), "CNY").decide(case.book, 1)

    assert beside.decisions == alone.decisions
    assert beside.tally.figures() == alone.tally.figures()


@settings(max_examples=settings().max_examples * 2 // 5)
@given(CASES)
def test_any_two_strategies_mirror_each_other(case: Case) -> None:
    """Whatever two strategies are compared, the other way round is the mirror image."""
    one = plain(case.figures(case.new, case.old))
    other = plain(case.figures(case.old, case.new))

    assert mirrored(one) == other
    assert case.figures(case.new, case.new).alike == len(case.rows)


@settings(max_examples=settings().max_examples * 2 // 5)
@given(CASES)
def test_a_book_is_counted_in_columns_as_one_customer_after_another(case: Case) -> None:
    """A census of chunks holds what a census of single customers holds, doubts and gaps too."""
    strategy = case.new
    names = [feature.name for feature in strategy.features]
    found, expected = Census(names, {}, MIXES), Census(names, {}, MIXES)
    counter, decider = BatchCounter(deciding(strategy)), Decider(strategy, DAY)
    for at in range(0, len(case.rows), 2):
        counter.add(case.book.slice(at, 2), at + 1, found)
    for row, outcome in zip(case.rows, case.outcomes(strategy), strict=True):
        cells = tuple(row[name] for name in strategy.columns)
        doubts, features = decider.read(row["customer_id"], cells, day_number(DAY))
        values: list[int | Apart] = []
        for place, (feature, value) in enumerate(zip(strategy.features, features, strict=True)):
            gap = feature.column is not None and row[feature.column] is None
            if value is None or gap or (place in doubts and feature.column is None):
                values.append(Apart.MISSING)
            else:
                values.append(Apart.OUTSIDE if place in doubts else value)
        count(
            expected,
            values,
            outcome,
            mix=[row[name] for name in MIXES],
            defaulted=row["defaulted"],
        )

    for mine, other in zip(
        (*found.features, *found.outcomes), (*expected.features, *expected.outcomes), strict=True
    ):
        assert vars(mine) == vars(other)
    for name in (
        "customers",
        "referred",
        "mixes",
        "doubts",
        "known",
        "outcome_known",
        "defaulted",
    ):
        assert getattr(found, name) == getattr(expected, name)
    assert found.bad == expected.bad
    assert found.ranking.figures() == expected.ranking.figures()
