from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.adapters.batch import cell

NOT_NUMBERS = [
    "x",
    "1e5",
    "1,000",
    "NaN",
    "inf",
    "1.5",
    "+1",
    "0x1",
    "--1",
    "1 2",
    "\uff19",
    "9" * 17,
]


def read(cells: cell.Cells) -> tuple[list[object], list[bool]]:
    """Return values and the mask of unread cells as plain lists."""
    return cells.values.to_pylist(), cells.unread.to_pylist()


def test_whole_numbers_are_read_from_text() -> None:
    """Text of digits is a number, an empty cell is empty, and `.0` adds nothing."""
    values, unread = read(cell.whole(pa.array(["12", "-3", " 4 ", "5.0", "", None, "007"])))

    assert values == [12, -3, 4, 5, None, None, 7]
    assert not any(unread)


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_text_that_is_no_whole_number_is_unread(text: str) -> None:
    """Nothing but an optional minus and up to sixteen digits is a whole number."""
    assert read(cell.whole(pa.array([text]))) == ([None], [True])


@pytest.mark.parametrize(
    "raw",
    [
        pa.array([3], pa.int8()),
        pa.array([3], pa.uint64()),
        pa.array([3.0], pa.float32()),
        pa.array([3.0], pa.float64()),
        pa.array([Decimal("3.00")]),
        pa.array(["3"]).dictionary_encode(),
        pa.array(["3"], pa.large_string()),
    ],
    ids=lambda raw: str(raw.type),
)
def test_whole_numbers_are_read_from_any_type(raw: pa.Array) -> None:
    """A whole number is the same however a table stores it."""
    assert read(cell.whole(raw)) == ([3], [False])


def test_numbers_beyond_64_bits_are_unread() -> None:
    """A number too large to hold is found, not wrapped round."""
    raw = pa.array([2**64 - 1, 1], pa.uint64())

    assert read(cell.whole(raw)) == ([None, 1], [True, False])


def test_doubles_without_a_whole_value_are_unread() -> None:
    """NaN, infinity and fractions stored as doubles are found."""
    raw = pa.array([float("nan"), float("inf"), 0.5, 2.0])

    assert read(cell.whole(raw)) == ([None, None, None, 2], [True, True, True, False])


@given(minor=st.integers(-(10**15), 10**15))
def test_decimal_text_is_read_exactly(minor: int) -> None:
    """Every amount comes back to the last minor unit."""
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 100)

    assert read(cell.scaled(pa.array([f"{sign}{whole}.{rest:02}"]), 2)) == ([minor], [False])


def test_amounts_take_fewer_decimals_or_zeros() -> None:
    """`1.5`, `1.50` and `1.5000` are the same amount; `1.505` is none."""
    raw = pa.array(["1.5", "1.50", "1.5000", "1.505", "1.", ".5", "2"])

    assert read(cell.scaled(raw, 2)) == (
        [150, 150, 150, None, None, None, 200],
        [False, False, False, True, True, True, False],
    )


def test_a_double_is_read_as_its_shortest_text() -> None:
    """A stored 0.1 is ten cents; a stored 0.1 + 0.2 shows that it was computed, and is found."""
    raw = pa.array([0.1, 0.1 + 0.2])

    assert read(cell.scaled(raw, 2)) == ([10, None], [False, True])


def test_whole_amounts_that_would_overflow_are_unread() -> None:
    """Units that do not fit as minor units are found."""
    raw = pa.array([2**62, 5], pa.int64())

    assert read(cell.scaled(raw, 2)) == ([None, 500], [True, False])


def test_a_currency_without_decimals_takes_whole_numbers() -> None:
    """Yen have no minor units, so a decimal amount is found."""
    assert read(cell.scaled(pa.array(["12", "1.5"]), 0)) == ([12, None], [False, True])


def test_truths_are_read() -> None:
    """1 and 0, true and false are truths in any case; nothing else is."""
    values, unread = read(cell.truth(pa.array(["1", "0", "True", "FALSE", "yes", "2", ""])))

    assert values == [True, False, True, False, None, None, None]
    assert unread == [False, False, False, False, True, True, False]


def test_days_are_read() -> None:
    """A day is one of the calendar, written year first."""
    raw = pa.array(
        ["2005-09-30", "2005-02-30", "30.09.2005", "2005-09-30 00:00:00", "", "1899-1-1"]
    )

    assert read(cell.day(raw)) == (
        [date(2005, 9, 30), None, None, date(2005, 9, 30), None, None],
        [False, True, True, False, False, True],
    )


def test_midnights_are_days() -> None:
    """A moment is a day only at midnight: nothing is cut off unseen."""
    raw = pa.array([datetime(2005, 9, 30), datetime(2005, 9, 30, 1)], pa.timestamp("us"))  # noqa: DTZ001

    assert read(cell.day(raw)) == ([date(2005, 9, 30), None], [False, True])


def test_codes_are_read_by_their_meanings() -> None:
    """A code with a meaning becomes it; one without is found; an empty cell stays empty."""
    cells = cell.coded(pa.array(["M", "X", None]), {"M": "male"})

    assert read(cells) == (["male", None, None], [False, True, False])
