from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import AS_OF_ON, book_batch, book_row, found_by
from twinline.adapters.batch.book_check import BookCheck
from twinline.adapters.batch.broken_row import Findings
from twinline.app.book_rules import ROW_RULES
from twinline.decision.decide import day_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinline.adapters.batch.broken_row import Finding


def found(*rows: dict[str, object]) -> list[Finding]:
    """Return what all checks together find."""
    return found_by(BookCheck().check, *rows)


def places(findings: Iterable[Finding]) -> list[tuple[int, str]]:
    """Return the rows and columns of findings."""
    return [(finding.row, finding.column) for finding in findings]


def test_a_sound_row_is_sound() -> None:
    """A row that only has what is required breaks nothing."""
    assert found(book_row(), book_row(customer_id="2")) == []


BROKEN = [
    ({"customer_id": " "}, "customer_id", "may not be blank"),
    ({"currency": "ZZZ"}, "currency", "one of CNY, EUR"),
    ({"licence": "XX"}, "licence", "one of BK, CF, ML"),
    ({"as_of_on": date(1970, 1, 1)}, "as_of_on", "a day from 1990-01-01"),
    ({"pay_later_limit_minor": -1}, "pay_later_limit_minor", "at least 0"),
    ({"pay_later_limit_minor": 10**15 + 1}, "pay_later_limit_minor", "at most 10000"),
    ({"pay_later_lateness_2": 100}, "pay_later_lateness_2", "at most 99"),
    ({"pay_later_payment_minor_1": -1}, "pay_later_payment_minor_1", "at least 0"),
    ({"months_on_book": -1}, "months_on_book", "at least 0"),
    ({"cash_loan_balance_minor": 5}, "cash_loan_balance_minor", "empty where cash_loan_limit"),
    ({"pay_later_instalment_minor": 20_001}, "pay_later_instalment_minor", "at most what is owed"),
    ({"months_on_book": 3, "months_inactive": 4}, "months_inactive", "at most months_on_book"),
    ({"external_score": 600}, "external_score", "a score needs its day"),
    ({"external_score_on": AS_OF_ON}, "external_score_on", "a day of a score needs"),
    (
        {"external_score": 600, "external_score_on": date(2005, 10, 1)},
        "external_score_on",
        "not after as_of_on",
    ),
    ({"debt_elsewhere_minor": 1, "lenders_elsewhere": 0}, "lenders_elsewhere", "at least 1"),
]


@pytest.mark.parametrize(("changes", "column", "rule"), BROKEN)
def test_a_broken_cell_is_found(changes: dict[str, object], column: str, rule: str) -> None:
    """Each check finds its breach, and no other check makes a second one of it."""
    findings = found(book_row(**changes))

    assert {finding.column for finding in findings} == {column}
    assert rule in findings[0].rule


SOUND = [
    {"pay_later_balance_minor": -50, "pay_later_instalment_minor": 0},
    {"pay_later_statement_minor_3": -50},
    {"pay_later_balance_minor": None, "pay_later_instalment_minor": 10},
    {"months_inactive": 4},
    {"months_on_book": 4, "months_inactive": 4},
    {"debt_elsewhere_minor": 0, "lenders_elsewhere": 0},
    {"debt_elsewhere_minor": 9},
    {"external_score": 600, "external_score_on": AS_OF_ON},
    {"pay_later_limit_minor": None, "pay_later_balance_minor": None},
]


@pytest.mark.parametrize("changes", SOUND)
def test_what_only_looks_odd_is_sound(changes: dict[str, object]) -> None:
    """Credit balances, unknown cells and customers without a line are no breach."""
    assert found(book_row(**changes)) == []


def test_a_book_has_one_currency_and_one_day() -> None:
    """Rows that differ from the first in currency or day are found, in any batch."""
    check = BookCheck()
    for row in (book_row(), book_row(currency="USD"), book_row(as_of_on=date(2005, 8, 31))):
        batch = book_batch(row)
        findings = Findings([7], batch["customer_id"])
        check.check(batch, findings)
        if row["currency"] == "USD":
            assert places(findings.found) == [(7, "currency")]
            assert findings.found[0].rule == "the same in the whole book, CNY"
    assert places(findings.found) == [(7, "as_of_on")]


def test_a_broken_cell_does_not_echo() -> None:
    """A row with a broken cell is not held to what depends on that cell."""
    findings = found(book_row(pay_later_limit_minor=-1, external_score=600))

    assert places(findings) == [(1, "pay_later_limit_minor")]


def test_a_day_beyond_the_calendar_can_be_said() -> None:
    """A day no calendar has is found like any other, without a traceback."""
    batch = book_batch(book_row())
    days = pa.array([2**31 - 1], pa.int32()).cast(pa.date32())
    broken = batch.set_column(1, batch.schema.field(1), days)
    findings = Findings([1], batch["customer_id"])
    BookCheck().check(broken, findings)

    assert findings.found[0].value == "day 2147483647 of the epoch"


SMALL = st.none() | st.integers(0, 3)
RULED = sorted(
    {name for rules in ROW_RULES.values() for rule in rules for name in (rule.column, rule.other)}
    - {"as_of_on", "external_score_on"}
)


@given(
    st.fixed_dictionaries(
        dict.fromkeys(RULED, SMALL)
        | {"external_score_on": st.none() | st.dates(date(2005, 9, 28), date(2005, 10, 2))}
    )
)
def test_a_row_breaks_the_same_rules_alone_as_in_a_book(cells: dict[str, object]) -> None:
    """Rules worked out over columns blame the columns that each rule blames for one customer."""
    row = book_row(**cells)
    numbers = {
        name: day_number(cell) if isinstance(cell, date) else cell
        for name, cell in row.items()
        if isinstance(cell, date | int)
    }
    alone = [
        (rule.column, rule.rule.format(other=rule.other))
        for rules in ROW_RULES.values()
        for rule in rules
        if rule.broken(numbers)
    ]

    assert sorted((each.column, each.rule) for each in found(row)) == sorted(alone)
