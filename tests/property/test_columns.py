from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tests.property.written import COLUMNS, rows_of, strategies
from twinline.adapters.batch.deciding import BatchDecider
from twinline.adapters.batch.decision_schema import batch_of
from twinline.app.review_ports import Deciding
from twinline.decision.decide import Decider, day_number
from twinline.decision.law import LawValues
from twinline.decision.load import load_strategy
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from tests.property.written import Written

BOOK = pa.schema(
    [
        ("customer_id", pa.string()),
        ("licence", pa.string()),
        *((name, pa.int64()) for name in sorted(COLUMNS)),
    ]
)
DAY = date(2026, 11, 1)
IDS = st.text(st.characters(codec="utf-8"), max_size=8)
CAPS = st.one_of(st.integers(0, 10**9), st.sampled_from([0, 10**12]))
CEILINGS = st.one_of(st.integers(0, 400_000), st.sampled_from([0, 1_000_000]))
LAWS = st.lists(st.sampled_from(Licence), min_size=1, unique=True).flatmap(
    lambda licences: st.tuples(
        *(
            st.builds(
                LawValues,
                licence=st.just(licence),
                person_cap_minor=CAPS,
                price_ceiling_ppm=CEILINGS,
            )
            for licence in licences
        )
    )
)


@given(strategies(), LAWS, st.dates(date(1970, 1, 1), date(2199, 12, 31)), st.data())
def test_columns_decide_every_row_as_the_scalar_executor_does(
    written: Written, laws: tuple[LawValues, ...], as_of_on: date, data: st.DataObject
) -> None:
    """Each field of each row is the same, whatever strategy, values, licences and gaps."""
    strategy = load_strategy(written.files, columns=COLUMNS, currency_scale=written.scale)
    customers = st.tuples(IDS, st.sampled_from(laws), rows_of(written))
    drawn = data.draw(st.lists(customers, min_size=1, max_size=12))
    scalar, day = Decider(strategy, DAY), day_number(as_of_on)
    expected = batch_of(
        [
            (number, scalar.decide(each, tuple(row[n] for n in strategy.columns), law, day))
            for number, (each, law, row) in enumerate(drawn, 1)
        ]
    )
    book = pa.RecordBatch.from_pylist(
        [{"customer_id": each, "licence": law.licence.value, **row} for each, law, row in drawn],
        BOOK,
    )
    deciding = Deciding(strategy=strategy, decided_on=DAY, laws=laws, as_of_on=as_of_on)

    found = BatchDecider(deciding, "CNY").map(book, first_row=1)

    assert found.to_pydict() == expected.to_pydict()
    assert found.schema == expected.schema
