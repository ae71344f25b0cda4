from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.comparisons import mirrored, plain
from tests.property.written import COLUMNS, rows_of, strategies
from twinline.app.compare import Pair
from twinline.app.review_ports import Customer
from twinline.decision.decide import Decider, day_number
from twinline.decision.law import LawValues
from twinline.decision.load import load_strategy
from twinline.portfolio.comparison import ComparisonTally
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.property.written import Written
    from twinline.app.review_ports import BookSource
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.compared import ComparisonFigures

DAY = date(2026, 11, 1)
LAW = LawValues(licence=Licence.BANK, person_cap_minor=20_000_000, price_ceiling_ppm=240_000)


class Rows:
    """A book of a few rows in memory, read in chunks of two."""

    as_of_on = DAY

    def __init__(self, rows: Sequence[dict[str, int | None]]) -> None:
        """Hold the rows."""
        self.rows = rows

    def customers(self, columns: Sequence[str]) -> Iterator[list[Customer]]:
        """Yield the customers in order."""
        made = [
            Customer(
                number=number,
                customer_id=f"C{number}",
                licence="bank",
                cells=tuple(row[column] for column in columns),
                defaulted=None,
                groups=(),
            )
            for number, row in enumerate(self.rows, 1)
        ]
        for start in range(0, len(made), 2):
            yield made[start : start + 2]


class Case:
    """Two random strategies and a few customers."""

    def __init__(self, new: Written, old: Written, data: st.DataObject) -> None:
        """Load both, each on its own scale; a row's cells suit one or the other."""
        self.new, self.old = (
            load_strategy(each.files, columns=COLUMNS, currency_scale=each.scale)
            for each in (new, old)
        )
        rows = [
            data.draw(rows_of(new)) | data.draw(rows_of(old))
            if data.draw(st.booleans())
            else data.draw(rows_of(old)) | data.draw(rows_of(new))
            for _ in range(5)
        ]
        self.book = cast("BookSource", Rows(rows))
        self.rows = rows

    def figures(self, new: Strategy, old: Strategy) -> ComparisonFigures:
        """Return the figures of one strategy against another."""
        pair = Pair(new=new, old=old, decided_on=DAY, laws={"bank": LAW})
        tally = ComparisonTally("CNY", ())
        for chunk in pair.decided(self.book):
            for each, one, other in chunk:
                tally.add(other, one, row=each.number, defaulted=None, groups=())
        return tally.figures()


CASES = st.builds(Case, strategies(), strategies(), st.data())


@settings(max_examples=30)
@given(CASES)
def test_each_strategy_decides_as_it_would_alone(case: Case) -> None:
    """Read together, two strategies of different columns decide what each decides by itself."""
    pair = Pair(new=case.new, old=case.old, decided_on=DAY, laws={"bank": LAW})
    together = [triple for chunk in pair.decided(case.book) for triple in chunk]

    for place, strategy in ((1, case.new), (2, case.old)):
        decider = Decider(strategy, DAY)
        alone = [
            decider.decide(
                f"C{number}",
                tuple(row[column] for column in strategy.columns),
                LAW,
                day_number(DAY),
            )
            for number, row in enumerate(case.rows, 1)
        ]
        assert [cast("Any", triple)[place] for triple in together] == alone


@settings(max_examples=30)
@given(CASES)
def test_any_two_strategies_mirror_each_other(case: Case) -> None:
    """Whatever two strategies are compared, the other way round is the mirror image."""
    one = plain(case.figures(case.new, case.old))
    other = plain(case.figures(case.old, case.new))

    assert mirrored(one) == other
    assert case.figures(case.new, case.new).alike == len(case.rows)
