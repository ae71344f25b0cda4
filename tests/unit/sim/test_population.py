from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from twinline.adapters.batch import books
from twinline.app.book import COLUMNS
from twinline.app.book_ports import MakeRequest, silent
from twinline.sim.population import CUSTOMERS_PER_CHUNK, customers
from twinline.terms.licence import Licence

Row = dict[str, object]


def asked(number: int, seed: int = 1, out: Path = Path("unused")) -> MakeRequest:
    """Return a request for some customers."""
    return MakeRequest(
        out=out,
        customers=number,
        seed=seed,
        as_of_on=date(2026, 10, 31),
        licence=Licence.CONSUMER_FINANCE,
    )


@cache
def rows(number: int, seed: int = 1) -> list[Row]:
    """Return a population row by row."""
    return [
        dict(zip(columns, cells, strict=True))
        for columns in customers(asked(number, seed))
        for cells in zip(*columns.values(), strict=True)
    ]


def share(found: list[bool]) -> float:
    """Return how many of a list are true, as a part of one."""
    return sum(found) / len(found)


def above_zero(value: object) -> bool:
    """Return whether a cell holds more than nothing."""
    return isinstance(value, int) and value > 0


def test_a_customer_is_the_same_however_many_are_made() -> None:
    """More customers come after the first ones and change none of them."""
    few = CUSTOMERS_PER_CHUNK + 10

    assert rows(3_000)[:few] == rows(few)


def test_another_seed_makes_other_customers() -> None:
    """The seed, and nothing else, decides who is made."""
    assert rows(20, seed=2) != rows(20)


def test_the_population_comes_in_parts() -> None:
    """However many are asked for, memory holds only some of them."""
    first = next(iter(customers(asked(100_000_000))))

    assert [len(cells) for cells in first.values()] == [CUSTOMERS_PER_CHUNK] * len(COLUMNS)


def test_marginals_are_those_measured() -> None:
    """Instalments, cash loans, both, and defaults are as frequent as they should be."""
    people = rows(20_000)
    instalments = [above_zero(row["pay_later_instalment_minor"]) for row in people]
    cash = [
        any(above_zero(row[f"cash_loan_statement_minor_{month}"]) for month in range(1, 7))
        for row in people
    ]

    assert share(instalments) == pytest.approx(0.56, abs=0.015)
    assert share(cash) == pytest.approx(0.48, abs=0.015)
    assert share([a and b for a, b in zip(instalments, cash, strict=True)]) == pytest.approx(
        0.165, abs=0.01
    )
    assert 0.05 < share([row["defaulted"] is True for row in people]) < 0.08
    assert share([row["income_minor"] is not None for row in people]) == pytest.approx(
        0.4, abs=0.015
    )
    assert share([row["external_score"] is not None for row in people]) == pytest.approx(
        0.7, abs=0.015
    )


def test_the_current_fall_behind_as_often_as_in_the_panel() -> None:
    """About 1.9 percent of the current who owe something are late a month later."""
    moves: Counter[bool] = Counter()
    for row in rows(20_000):
        for month in range(6, 1, -1):
            owed = row[f"pay_later_statement_minor_{month}"]
            if above_zero(owed) and row[f"pay_later_lateness_{month}"] == 0:
                moves[row[f"pay_later_lateness_{month - 1}"] == 1] += 1

    assert moves[True] / moves.total() == pytest.approx(0.019, abs=0.002)


def test_the_late_and_the_low_scored_default_more() -> None:
    """Outcomes follow from risk, so that a score has something to find."""
    people = rows(20_000)
    late = [row for row in people if above_zero(row["pay_later_lateness_1"])]
    scored = sorted(
        (row for row in people if row["external_score"] is not None),
        key=lambda row: str(row["external_score"]),
    )
    fifth = len(scored) // 5

    def rate(some: list[Row]) -> float:
        return share([row["defaulted"] is True for row in some])

    assert rate(late) > 3 * rate(people)
    assert rate(scored[:fifth]) > 5 * rate(scored[-fifth:])


def test_a_young_line_has_no_months_before_it() -> None:
    """A line two months old has two statements."""
    young = next(row for row in rows(3_000) if row["months_on_book"] == 2)
    line = "pay_later" if young["pay_later_limit_minor"] is not None else "cash_loan"

    known = [young[f"{line}_statement_minor_{month}"] is not None for month in range(1, 7)]
    assert known == [True, True, False, False, False, False]


@pytest.mark.parametrize("seed", [0, 7, -1])
def test_every_made_book_is_sound(tmp_path: Path, seed: int) -> None:
    """A made book passes every check, and making it again gives the same bytes."""
    request = asked(2_500, seed, tmp_path / "b")
    made = books.make(request, customers(request), progress=silent)
    checked = books.check(tmp_path / "b", progress=silent)
    again = books.make(request, customers(request), progress=silent)

    assert made == checked == again
    assert (made.rows, made.currency) == (2_500, "CNY")


def test_a_population_can_be_read_in_part() -> None:
    """Stopping early costs nothing: the population is made as it is read."""
    parts = list(islice(customers(asked(1_000_000)), 2))

    assert parts[1]["customer_id"][0] == f"C{CUSTOMERS_PER_CHUNK + 1:09d}"
