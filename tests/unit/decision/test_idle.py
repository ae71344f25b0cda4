"""A feature that nothing reads: whatever it holds, it leaves nothing in doubt."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.standard import load, standard, standard_files
from twinline.decision.decide import Decider, day_number
from twinline.decision.law import LawValues
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from twinline.decision.outcome import Outcome
    from twinline.decision.strategy import Strategy

DAY = date(2026, 11, 1)
LAW = LawValues(licence=Licence.BANK, person_cap_minor=20_000_000, price_ceiling_ppm=240_000)
BEYOND = 10**14


def decided(strategy: Strategy, **cells: int) -> Outcome:
    """Decide a customer of whom only some cells are known."""
    row = tuple(cells.get(column) for column in strategy.columns)
    return Decider(strategy, DAY).decide("c", row, LAW, day_number(DAY))


def test_the_latest_statement_is_read_by_nothing() -> None:
    """Of the standard strategy's features only that month is idle."""
    assert standard().idle == {"statement_minor_1"}


def test_what_nothing_reads_is_never_in_doubt() -> None:
    """Out of its range it changes nothing; a month that is read makes a person look first."""
    known = decided(standard(), pay_later_limit_minor=1_000_000, pay_later_lateness_1=0)
    idle, read = (
        decided(
            standard(),
            pay_later_limit_minor=1_000_000,
            pay_later_lateness_1=0,
            **{f"pay_later_statement_minor_{month}": BEYOND},
        )
        for month in (1, 2)
    )

    assert idle == known
    assert not known.doubts
    assert read.doubts == ("statement_minor_2",)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("gates.csv", "late_now >= 3", "late_now >= 3 or statement_minor_1 > 5"),
        ("values.toml", "late_now >= 2", "late_now >= 2 or statement_minor_1 > 5"),
        ("linkage.csv", "months_inactive >= 12", "statement_minor_1 >= 12"),
        ("limits.toml", "pay_later_limit_minor * 13", "(statement_minor_1 * 0 + 13)"),
    ],
)
def test_what_any_table_reads_is_in_doubt(file: str, old: str, new: str) -> None:
    """Once a gate, a value, an edge or a term reads it, its range matters."""
    files = standard_files()
    assert old in files[file].decode()
    files[file] = files[file].decode().replace(old, new, 1).encode()

    outcome = decided(
        load(files), pay_later_limit_minor=1_000_000, pay_later_statement_minor_1=BEYOND
    )

    assert outcome.doubts == ("statement_minor_1",)
