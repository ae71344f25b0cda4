from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.tables import AS_OF_ON, MONTHS, UCI_HEADER, uci_row, write_csv
from twinline.adapters.batch import books
from twinline.adapters.batch.book_file import BookReader
from twinline.app.book_ports import ImportRequest, silent
from twinline.app.fault import BrokenRowsFault, InputFault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PUBLISHER_CSV = ["ID", *(f"X{place}" for place in range(1, 24)), "Y"]
SPREADSHEET = [
    "default payment next month" if name.startswith("default") else name.replace("PAY_1", "PAY_0")
    for name in UCI_HEADER
]


def imported(
    folder: Path, *rows: Sequence[object], header: Sequence[object] = UCI_HEADER
) -> list[dict[str, object]]:
    """Import rows of the public set; return the rows of the book."""
    request = ImportRequest(source=write_csv(folder / "t.csv", header, rows), out=folder / "b")
    books.import_uci(request, as_of_on=AS_OF_ON, progress=silent)
    reader = BookReader(folder / "b")
    return [reader.row(number) for number in range(1, reader.rows + 1)]


def test_the_card_is_the_pay_later_line(tmp_path: Path) -> None:
    """Limit, balance, statements and payments are those of the card, in cents."""
    changes = {f"PAY_AMT{month}": 10 * month for month in MONTHS}
    (row,) = imported(tmp_path, uci_row(BILL_AMT1=-5, **changes))

    assert row["pay_later_limit_minor"] == 5_000_000
    assert row["pay_later_balance_minor"] == row["pay_later_statement_minor_1"] == -500
    assert row["pay_later_statement_minor_6"] == 600_000
    assert row["pay_later_payment_minor_6"] == 6_000
    assert (row["currency"], row["licence"], row["as_of_on"]) == ("TWD", "BK", date(2005, 9, 30))


def test_what_the_set_does_not_say_stays_empty(tmp_path: Path) -> None:
    """No cash-loan line, instalment, income or debt elsewhere is made up."""
    (row,) = imported(tmp_path, uci_row())

    empty = {name for name, value in row.items() if value is None}
    assert {name for name in row if name.startswith("cash_loan")} <= empty
    assert {"pay_later_instalment_minor", "income_minor", "months_on_book"} <= empty


def test_states_become_lateness_and_months_not_used(tmp_path: Path) -> None:
    """One and more is months late, the rest is not; -2 in the latest months is not used."""
    rows = imported(
        tmp_path,
        uci_row(ID=1, PAY_1=-2, PAY_2=-2, PAY_3=-1, PAY_4=-2, PAY_5=0, PAY_6=8),
        uci_row(ID=2, **dict.fromkeys((f"PAY_{month}" for month in MONTHS), -2)),
        uci_row(ID=3, PAY_1=1),
    )

    assert [rows[0][f"pay_later_lateness_{month}"] for month in MONTHS] == [0, 0, 0, 0, 0, 8]
    assert [row["months_inactive"] for row in rows] == [2, 6, 0]
    assert rows[2]["pay_later_lateness_1"] == 1


def test_protected_attributes_are_words(tmp_path: Path) -> None:
    """Codes the publisher explains become words, others stay visible as codes."""
    row, odd = imported(
        tmp_path, uci_row(AGE=24), uci_row(ID=2, SEX=1, EDUCATION=5, MARRIAGE=0, AGE=75)
    )

    assert (row["protected_sex"], row["protected_age_band"]) == ("female", "under 25")
    assert (row["protected_education"], row["protected_marriage"]) == ("university", "married")
    assert (odd["protected_sex"], odd["protected_age_band"]) == ("male", "65 and over")
    assert odd["protected_education"] == "other (code 5)"
    assert odd["protected_marriage"] == "other (code 0)"


@pytest.mark.parametrize("header", [UCI_HEADER, PUBLISHER_CSV, SPREADSHEET])
def test_columns_go_by_any_of_their_names(tmp_path: Path, header: list[str]) -> None:
    """The spreadsheet, the publisher's CSV and common copies name the columns differently."""
    (row,) = imported(tmp_path, uci_row(PAY_1=2, default_payment_next_month=1), header=header)

    assert row["pay_later_lateness_1"] == 2
    assert row["defaulted"] is True


def test_the_outcome_may_be_absent(tmp_path: Path) -> None:
    """A set to be scored has no outcome yet."""
    (row,) = imported(tmp_path, uci_row()[:-1], header=UCI_HEADER[:-1])

    assert row["defaulted"] is None


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    """A set without columns it must have is refused with their names."""
    header = [name for name in UCI_HEADER if name not in {"AGE", "PAY_3"}]

    with pytest.raises(InputFault, match=r"t\.csv, header: AGE, PAY_3: missing"):
        imported(tmp_path, uci_row()[:-2], header=header)


def test_a_month_given_twice_is_refused(tmp_path: Path) -> None:
    """PAY_0 and PAY_1 are one month; a table with both has it twice."""
    with pytest.raises(InputFault, match="PAY_0: PAY_1 may stand there only once"):
        imported(tmp_path, [*uci_row(), 0], header=[*UCI_HEADER, "PAY_0"])


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("LIMIT_BAL", -1, "pay_later_limit_minor: at least 0"),
        ("LIMIT_BAL", "", "may not be empty"),
        ("PAY_4", -3, "a state: -2 not used"),
        ("PAY_AMT2", -1, "pay_later_payment_minor_2: at least 0"),
        ("BILL_AMT3", "12.5", "a whole number"),
        ("BILL_AMT3", 10**15, "at most ten thousand billion"),
        ("AGE", 7, "an age from 18 to 120"),
        ("SEX", "F", "a whole number"),
        ("default_payment_next_month", 2, "1 or 0, true or false"),
        ("ID", "", "customer_id: may not be empty"),
    ],
)
def test_a_broken_cell_is_named_with_its_rule(
    tmp_path: Path, column: str, value: object, rule: str
) -> None:
    """The one error says in which row and column what stands, and the rule it breaks."""
    with pytest.raises(BrokenRowsFault) as caught:
        imported(tmp_path, uci_row(), uci_row(**{"ID": 2, column: value}))

    assert f"row 2, column {column}: {'empty' if value == '' else value}: " in str(caught.value)
    assert rule in str(caught.value)
    assert caught.value.rows == 1
