from __future__ import annotations

import copy
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from examples import decide_again as naive
from tests.property.written import AMOUNT_MAX, COLUMNS, INT64, rows_of, strategies
from twinline.adapters.batch.decision_schema import batch_of
from twinline.decision.decide import Decider
from twinline.decision.expression import spelled
from twinline.decision.law import LawValues
from twinline.decision.load import load_strategy
from twinline.decision.strategy import ADVERSE, Action, Role
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.property.written import Written
    from twinline.decision.outcome import Outcome
    from twinline.decision.resolve import Resolved
    from twinline.decision.strategy import Limit, Strategy

DAY = date(2026, 11, 1)
IDS = st.text(st.characters(codec="utf-8"), max_size=8)
LAWS = st.builds(
    LawValues,
    licence=st.sampled_from(Licence),
    person_cap_minor=st.one_of(st.integers(0, 10**9), st.sampled_from([0, 10**12])),
    price_ceiling_ppm=st.one_of(st.integers(0, 400_000), st.sampled_from([0, 1_000_000])),
)


class Case:
    """A random strategy, loaded, with random customers to decide by it."""

    def __init__(self, written: Written, data: st.DataObject) -> None:
        """Load the strategy; it was written so that it must load."""
        self.written = written
        self.strategy = load_strategy(written.files, columns=COLUMNS, currency_scale=written.scale)
        self.tables = naive.Strategy(written.files, written.scale)
        self.decider = Decider(self.strategy, DAY)
        self.customers = [
            (data.draw(rows_of(written)), data.draw(LAWS), data.draw(IDS)) for _ in range(5)
        ]
        self.as_of_day = data.draw(st.integers(0, 100_000))

    def decided(self) -> Iterator[tuple[Outcome, naive.Names, naive.Names]]:
        """Yield each outcome, the same made from the tables alone, and all names' values."""
        for row, law, customer in self.customers:
            cells = tuple(row[column] for column in self.strategy.columns)
            outcome = self.decider.decide(customer, cells, law, self.as_of_day)
            names = self.tables.names | {
                "as_of_day": self.as_of_day,
                "law_person_cap_minor": law.person_cap_minor,
                "law_price_ceiling_ppm": law.price_ceiling_ppm,
            }
            for name, sheet in self.tables.head["dated"].items():
                names[name] = sheet["values"]["2026-01-01"]
            frame = {"customer_id": customer, "licence": law.licence.value}
            yield outcome, naive.decide(self.tables, row | frame, names), names


CASES = st.builds(Case, strategies(), st.data())


@given(CASES)
def test_a_decision_is_what_the_tables_say(case: Case) -> None:
    """Compiled code and the naive reading agree on every column; deciding changes nothing."""
    customers = copy.deepcopy(case.customers)
    found = list(case.decided())
    for outcome, expected, _ in found:
        (stored,) = batch_of([(1, outcome)]).to_pylist()

        assert stored == {"row": 1} | expected
    case.decider = Decider(case.strategy, DAY)

    assert [outcome for outcome, _, _ in case.decided()] == [outcome for outcome, _, _ in found]
    assert case.customers == customers


@given(CASES)
def test_every_part_of_an_expression_keeps_its_proven_bounds(case: Case) -> None:
    """No value, however deep inside, leaves the bounds that prove it fits 64 bits."""
    parts = [part for root in roots(case.strategy) for part in parts_of(root)]
    for outcome, _, names in case.decided():
        if outcome.segment:
            for part in parts:
                value = naive.meaning(spelled(part.expression))(names)
                if value is None:
                    assert part.bounds.may_miss
                else:
                    assert part.bounds.least <= value <= part.bounds.greatest
                    assert -INT64 - 1 <= value <= INT64


def roots(strategy: Strategy) -> Iterator[Resolved]:
    """Yield every expression of a strategy."""
    yield from (feature.value for feature in strategy.features if feature.value is not None)
    yield from (segment.when for segment in strategy.segments)
    yield from (quantity.value for quantity in strategy.values)
    for price in strategy.prices.values():
        yield from (*(part.value for part in price.parts), price.floor, price.ceiling)
    for limit in (strategy.joint, *strategy.limits.values()):
        yield from (term.amount for term in limit.terms)
    yield from (gate.when for gate in strategy.gates)
    for edge in strategy.edges:
        yield from (edge.when, edge.size)


def parts_of(root: Resolved) -> Iterator[Resolved]:
    """Yield an expression and every part of it."""
    yield root
    for part in root.parts:
        yield from parts_of(part)


@given(CASES)
def test_a_decision_keeps_its_promises(case: Case) -> None:
    """Price, limits and reasons are within what every strategy promises; no float anywhere."""
    strategy = case.strategy
    for outcome, _, names in case.decided():
        for value in leaves(outcome):
            assert not isinstance(value, float)
            assert not isinstance(value, int) or -INT64 - 1 <= value <= INT64
        for product, line in outcome.lines():
            limit, price = strategy.limits[product], case.tables.prices[product.value]
            assert line.effective_limit_minor <= line.base_limit_minor
            assert 1 <= len(line.reasons) <= 4 or line.action not in ADVERSE
            assert all(
                strategy.reasons[code].zh and strategy.reasons[code].en for code in line.reasons
            )
            if outcome.segment and line.price_ppm is not None:
                assert 0 <= line.price_ppm <= naive.meaning(price["ceiling"])(names)
            if line.action in {Action.INVITE, Action.RAISE, Action.CUT}:
                keeps_to_terms(line.base_limit_minor, line.terms, limit)
            if line.action is Action.KEEP:
                assert line.base_limit_minor == line.limit_now_minor


def keeps_to_terms(base: int, amounts: Sequence[int | None], limit: Limit) -> None:
    """Hold a limit that moved against its hard terms, its step and its floors."""
    known = [
        (amount, term.role)
        for amount, term in zip(amounts, limit.terms, strict=True)
        if amount is not None
    ]
    assert all(base <= max(amount, 0) for amount, role in known if role is Role.HARD)
    assert base % limit.step_minor == 0 or (base, Role.FLOOR) in known
    assert 0 <= base <= AMOUNT_MAX


def leaves(value: object) -> Iterator[object]:
    """Yield every plain value within a value."""
    if isinstance(value, tuple):
        for each in value:
            yield from leaves(each)
    elif hasattr(value, "__struct_fields__"):
        for name in value.__struct_fields__:
            yield from leaves(getattr(value, name))
    else:
        yield value
