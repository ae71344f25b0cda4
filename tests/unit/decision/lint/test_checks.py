from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.example import example_files
from tests.small import COLUMNS, small_files
from tests.tables import ROOT
from tests.unit.decision.lint.planted import planted
from twinline.app.book import readable_columns
from twinline.decision.lint.checks import CHECKS, LOAD, Level, lint

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.decision.lint.planted import Planted

ON = date(2026, 11, 1)
SHIPPED = ROOT / "strategies"
STRATEGIES = [SHIPPED / "standard", *sorted((SHIPPED / "challengers").iterdir())]
ON_SMALL = {
    "no_affordability": (
        "warning: limits.toml pay_later: no affordability term: no term reads income or payments: "
        "add a cap by what can be repaid each month [no_affordability]"
    ),
    "lines_unlinked": (
        "warning: limits.toml cash_loan: stands alone: no term, gate or edge of it reads anything "
        "of pay_later: link the two [lines_unlinked]"
    ),
    "segment_says_nothing": (
        "note: segments.csv row 4 'others': makes no difference: every table treats it as 'late' "
        "before it: join them or tell them apart [segment_says_nothing]"
    ),
}
TWO_SEGMENTS = """
segment,when,reason,zh,en
late,late > 0,,逾期,late
others,else,,其他,others
"""


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the files of a strategy's folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def said_of(files: dict[str, bytes], columns: frozenset[str] | None = None) -> list[str]:
    """Return what lint says of a strategy's files."""
    return [str(each) for each in lint(files, columns=columns or readable_columns(), on=ON)]


@pytest.mark.parametrize("folder", STRATEGIES, ids=lambda folder: folder.name)
def test_nothing_is_found_in_what_is_shipped(folder: Path) -> None:
    """The shipped strategies pass every check."""
    assert said_of(files_in(folder)) == []


@pytest.mark.parametrize("mistake", planted(), ids=lambda each: f"{each.check}, {each.file}")
def test_a_planted_mistake_is_found(mistake: Planted) -> None:
    """The check says all of its lines, word for word, and no others."""
    own = [each for each in CHECKS if each[1].__name__ == mistake.check]
    remarks = lint(mistake.files(), columns=readable_columns(), on=ON, checks=own)

    assert [str(remark) for remark in remarks] == list(mistake.said)


@pytest.mark.parametrize("check", ON_SMALL)
def test_what_a_small_strategy_lacks_is_found(check: str) -> None:
    """What is missing altogether is seen where a strategy has next to nothing."""
    files = small_files(**{"segments.csv": TWO_SEGMENTS})

    assert ON_SMALL[check] in said_of(files, frozenset(COLUMNS))


def test_every_check_has_its_planted_mistake() -> None:
    """No check stands here without a strategy that it finds fault with."""
    assert {check.__name__ for _, check in CHECKS} == {
        *(mistake.check for mistake in planted()),
        *ON_SMALL,
    }


def test_a_strategy_that_does_not_load_is_told_in_the_same_form() -> None:
    """What the loader refuses comes as errors, each with place, value and rule."""
    files = example_files() | {"gates.csv": b"gate,when,lines,action,reason\na,2,both,stop,C\n"}

    assert said_of(files) == [
        f"error: gates.csv row 2: 2: is a number where true or false is needed [{LOAD}]",
        f"error: gates.csv row 2: C: is not a reason of reasons.toml [{LOAD}]",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "late_now,,1,2,30,LATE_NOW\n",
            "",
            "error: scorecard.csv row 2: late_now: no bin holds 1 to 1 [load]",
        ),
        (
            "late_now,,1,2,30,LATE_NOW\n",
            "late_now,,1,3,30,LATE_NOW\n",
            "error: scorecard.csv row 2: late_now: two bins hold 2; its range is 0 to 99 [load]",
        ),
    ],
)
def test_gaps_and_overlaps_of_bins_are_told(old: str, new: str, said: str) -> None:
    """A value without a bin, or with two, is an error."""
    card = example_files()["scorecard.csv"].decode()
    assert old in card

    assert said_of(example_files() | {"scorecard.csv": card.replace(old, new).encode()}) == [said]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (
            "div_down(late_now, months_inactive)",
            "a division has a divisor that can be 0 (it is 0 to 1200); write max(…, 1)",
        ),
        (
            "(lines_now_minor * lines_now_minor) * 9",
            (
                "a product can be 0 to 36000000000000000000, which overflows 64 bits; "
                "narrow a range or clamp"
            ),
        ),
    ],
)
def test_division_by_zero_and_overflow_are_told(value: str, said: str) -> None:
    """What could divide by zero or pass 64 bits is an error with the bounds that show it."""
    text = example_files()["values.toml"].decode()
    old = '"late_now >= 2"'
    assert old in text
    files = example_files() | {"values.toml": text.replace(old, f'"{value}"').encode()}

    assert f"error: values.toml severe: {value}: {said} [{LOAD}]" in said_of(files)


def test_the_gravest_comes_first() -> None:
    """Errors stand before warnings, and warnings before notes."""
    files = small_files(**{"segments.csv": TWO_SEGMENTS})
    levels = [each.level for each in lint(files, columns=set(COLUMNS), on=ON)]

    assert levels == sorted(levels, key=list(Level).index)
    assert set(levels) == set(Level)
