"""The worked figures of the domain, where the decision core computes them."""

from __future__ import annotations

import csv
from itertools import pairwise

import pytest

from tests.standard import FOLDER, standard
from tests.story.story import STEADY, decide
from twinline.decision.bounds import Bounds
from twinline.decision.expression import parse
from twinline.decision.resolve import Scope, Symbol, resolve
from twinline.decision.scalar import compile_expression


def evaluate(text: str, **values: int) -> int | None:
    """Return what an expression comes to."""
    scope = Scope({name: Symbol(Bounds(0, 10**8)) for name in values}, {})
    return compile_expression(resolve(parse(text), scope), list(values), {})(*values.values())


def test_v31_pd_follows_points_to_double_the_odds() -> None:
    """Base 600 at 50:1 and 20 points to double: each band has the PD of its middle."""
    with (FOLDER / "pd.csv").open(encoding="utf-8") as file:
        rows = [(int(row["score"]), int(row["pd_ppm"])) for row in csv.DictReader(file)]
    starts = [rows[1][0] - 10, *(score for score, _ in rows[1:])]

    for start, (_, pd_ppm) in zip(starts, rows, strict=True):
        odds = 50 * 2 ** ((start + 5 - 600) / 20)
        assert pd_ppm == round(1_000_000 / (1 + odds), -2)
    assert all(low > high for (_, low), (_, high) in pairwise(rows))


@pytest.mark.parametrize(
    ("pay_later", "cash_loan"), [(50_000, 120_000), (120_000, 60_000), (10, 9)]
)
def test_the_legal_cap_is_for_the_person(pay_later: int, cash_loan: int) -> None:
    """Both limits together stay within 200,000 wherever either was raised."""
    rich = STEADY | {"income_minor": 900_000, "pay_later_payment_minor_1": 90_000}
    now = {"pay_later_limit_minor": pay_later, "cash_loan_limit_minor": cash_loan}
    outcome = decide(rich | now)

    both = outcome.pay_later.base_limit_minor + outcome.cash_loan.base_limit_minor
    assert both <= 20_000_000


def test_v37_what_a_free_service_repays() -> None:
    """2,200.00 a month over 12 months at 14.6 % repay 24,425.53, rounded down to the fen."""
    assert evaluate("annuity_principal(free, 146_000, 12)", free=220_000) == 2_442_553


@pytest.mark.parametrize(
    "row",
    [
        "2000      0 10000 10  13000 20000",
        "2000  12000 10000 10   1000 16000",
        "2000  12000 10000 15   1000 10000",
        "2000   6000 20000 15   7000  9000",
    ],
)
def test_v39_an_instalment_takes_from_the_other_line(row: str) -> None:
    """What is left of both lines under a joint limit of 40,000, by the instalment's weight."""
    plain, instalment, cash, weight, pay_later, cash_loan = map(int, row.split())
    left = f"40_000 - plain - div_up(instalment * {weight}, 10) - cash"
    owed = {"plain": plain, "instalment": instalment, "cash": cash}

    assert evaluate(f"max(min(15_000 - plain - instalment, {left}), 0)", **owed) == pay_later
    assert evaluate(f"max(min(30_000 - cash, {left}), 0)", **owed) == cash_loan


def test_v43_the_price_floor_covers_its_cost() -> None:
    """3 % funding, 2 % operation, 1.95 % loss and 0.70875 % capital: 7.65875 %, rounded up."""
    values = {value.name: value.value for value in standard().values}
    loss = compile_expression(values["expected_loss_ppm"], ["pd_ppm"], {})(30_000)
    floor = compile_expression(
        values["cost_floor_ppm"], ["funding_base_ppm", "expected_loss_ppm"], {}
    )

    assert loss == 19_500
    assert floor(30_000, loss) == 76_588
