from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.standard import load, standard_files
from twinline.adapters.batch import shelf
from twinline.app.fault import NoLawFault
from twinline.app.review import laws_of, laws_on
from twinline.app.review_ports import Deciding
from twinline.compliance.law import read_law
from twinline.decision.decide import Decider, day_number
from twinline.wiring import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinline.adapters.batch.shelf import Book

FACTORS = "limits/pay_later_factor.csv"
ON = date(2026, 11, 1)
LAW = read_law(shelf.law_text())
STANDARD = load(standard_files())
LOWER = standard_files()[FACTORS].replace(b"1000000", b"700000")
LOWERED = load({**standard_files(), FACTORS: LOWER})


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Return a synthetic book."""
    path = tmp_path_factory.mktemp("made") / "book.parquet"
    lot = ["--customers", "12000", "--seed", "4", "--out", str(path)]
    assert main(["book", "make", *lot]) == 0
    return shelf.book(path)


@pytest.mark.parametrize(
    "drawn", [lambda _: True, lambda customer_id: customer_id.endswith("7")], ids=["all", "some"]
)
def test_what_is_lent_in_columns_is_what_each_would_be_lent(
    book: Book, drawn: Callable[[str], bool]
) -> None:
    """By each strategy, limits, prices and PD of those drawn are those of deciding one by one."""
    laws = laws_on(LAW, ON, book.currency)
    deciding = Deciding(
        strategy=STANDARD, decided_on=ON, laws=tuple(laws.values()), as_of_on=book.as_of_on
    )
    read, lent, pds = 0, [list[object](), list[object]()], [list[object](), list[object]()]
    for rows, priced in book.priced(deciding, (LOWERED,), drawn):
        read += rows
        for place, each in enumerate(priced):
            lent[place] += each.lent
            pds[place] += each.pd_ppm

    assert read == book.rows
    as_of_day = day_number(book.as_of_on)
    for place, strategy in enumerate((STANDARD, LOWERED)):
        decider = Decider(strategy, ON)
        outcomes = [
            decider.decide(each.customer_id, each.cells, laws_of(laws, each), as_of_day)
            for some in book.customers(strategy.columns)
            for each in some
            if drawn(each.customer_id)
        ]
        assert pds[place] == [each.pd_ppm for each in outcomes]
        assert lent[place] == [
            tuple((line.effective_limit_minor, line.price_ppm) for _, line in each.lines())
            for each in outcomes
        ]
    assert lent[0] != lent[1]


def test_a_row_without_a_law_is_named_by_its_place_in_the_book(book: Book) -> None:
    """Of a sample too, the fault names the row of the book, and only rows that were drawn."""
    last = f"C{book.rows:09}"
    deciding = Deciding(strategy=STANDARD, decided_on=ON, laws=(), as_of_on=book.as_of_on)

    with pytest.raises(NoLawFault, match=f"^row {book.rows}, column licence"):
        list(book.priced(deciding, (), lambda customer_id: customer_id == last))
    assert sum(rows for rows, _ in book.priced(deciding, (), lambda _: False)) == book.rows
