"""What helps: tried, never more than the customer owes, and never an amount below zero."""

from __future__ import annotations

from datetime import date
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from tests.example import example
from twinline.decision.advice import advise
from twinline.decision.decide import Decider, day_number
from twinline.decision.law import LawValues
from twinline.decision.strategy import FeatureType
from twinline.terms.licence import Licence

DAY = date(2026, 11, 1)
LAW = LawValues(licence=Licence.BANK, person_cap_minor=20_000_000, price_ceiling_ppm=240_000)
MONTHS = range(1, 7)
AMOUNT = st.integers(-20_000, 2_000_000)
PAID = st.integers(0, 300_000)


@cache
def decider() -> Decider:
    """Return the example strategy compiled for a day."""
    return Decider(example(), DAY)


CUSTOMERS = st.fixed_dictionaries(
    {
        "pay_later_limit_minor": st.integers(100_000, 5_000_000),
        "pay_later_balance_minor": AMOUNT,
        "pay_later_instalment_minor": PAID,
        "cash_loan_limit_minor": st.just(0) | st.integers(100_000, 5_000_000),
        "cash_loan_balance_minor": PAID,
        "months_on_book": st.integers(0, 60),
        "months_inactive": st.integers(0, 14),
        "income_minor": st.none() | st.integers(0, 3_000_000),
        **{f"pay_later_statement_minor_{month}": AMOUNT for month in MONTHS},
        **{f"pay_later_payment_minor_{month}": PAID for month in MONTHS},
        **{f"{line}_lateness_{month}": st.integers(0, 2) for month in MONTHS
           for line in ("pay_later", "cash_loan")},
    }
)  # fmt: skip


@given(CUSTOMERS)
def test_advice_asks_for_no_more_than_is_owed(customer: dict[str, int | None]) -> None:
    """Whoever pays more each month is asked for at most the highest bill; no amount below zero."""
    strategy = decider().strategy
    cells = tuple(customer.get(column) for column in strategy.columns)
    doubts, features = decider().read("c", cells, day_number(DAY))
    assert not doubts
    owed = max(
        amount or 0
        for column, amount in customer.items()
        if "_balance_" in column or "_statement_" in column
    )
    types = {feature.name: feature.type for feature in strategy.features}

    for advice in advise(decider(), "c", features, LAW, day_number(DAY)):
        for change in advice.changes:
            if types[change.feature] is FeatureType.AMOUNT:
                assert 0 <= change.target <= max(owed, change.now)


@given(CUSTOMERS)
def test_advice_gives_what_it_promises(customer: dict[str, int | None]) -> None:
    """Decided again with the changes, the line has the limit that the advice names."""
    strategy = decider().strategy
    cells = tuple(customer.get(column) for column in strategy.columns)
    _, features = decider().read("c", cells, day_number(DAY))
    places = {feature.name: place for place, feature in enumerate(strategy.features)}
    today = dict(decider().decide_features("c", features, LAW, day_number(DAY)).lines())

    for advice in advise(decider(), "c", features, LAW, day_number(DAY)):
        row = list(features)
        for change in advice.changes:
            assert row[places[change.feature]] == change.now
            row[places[change.feature]] = change.target
        again = decider().decide_features("c", tuple(row), LAW, day_number(DAY))
        limit = dict(again.lines())[advice.product].effective_limit_minor

        assert limit == advice.limit_minor > today[advice.product].effective_limit_minor
