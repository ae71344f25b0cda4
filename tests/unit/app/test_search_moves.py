from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.app.fault import InputFault
from twinline.app.search_moves import Selection, candidates, read_moves

if TYPE_CHECKING:
    from twinline.app.search_moves import Candidate

MATRIX = b"# a note\nscore,late,good\n0,0,500\n\n500,100,1000\n550,300,2500\n"
GATES = b"""gate,when,lines,action,reason
late,late_now >= 3,both,stop,LATE
full,"used_ppm > 900_000 and late_now < 1",both,refer,FULL
always,severe,both,stop,LATE
"""


def tried(
    content: bytes = MATRIX,
    table: str = "limits/a.csv",
    by: str = "1.1",
    **chosen: tuple[str, ...],
) -> list[Candidate]:
    """Return the candidates of a table; shifts are given as text."""
    selection = Selection(
        table=table,
        by=read_moves(by) if by else (),
        rows=chosen.get("rows", ()),
        columns=chosen.get("columns", ()),
        shifts=tuple(map(int, chosen.get("shifts", ()))),
    )
    return candidates(selection, content)


def test_a_matrix_is_scaled_cell_by_cell() -> None:
    """Every cell is multiplied and rounded; bands, notes and empty lines stay as they are."""
    (only,) = tried(by="1.25")

    assert only.content == (b"# a note\nscore,late,good\n0,0,625\n\n500,125,1250\n550,375,3125\n")
    assert only.says == "×1.25"


def test_bands_are_shifted_by_one() -> None:
    """Shifted by +1 a band has the cells of the band below, by -1 those of the band above."""
    up, down = tried(by="", shifts=("1", "-1"))

    assert up.content.endswith(b"0,0,500\n\n500,0,500\n550,100,1000\n")
    assert down.content.endswith(b"0,100,1000\n\n500,300,2500\n550,300,2500\n")
    assert (up.says, down.says) == ("shifted by +1 band", "shifted by -1 band")


def test_only_what_is_chosen_changes() -> None:
    """With rows and columns chosen, every other cell stays."""
    (only,) = tried(by="+50", rows=("500",), columns=("late",))

    assert only.content == MATRIX.replace(b"500,100,1000", b"500,150,1000")


def test_a_table_that_would_run_the_other_way_is_marked() -> None:
    """A column that rises with the score and would fall somewhere is not a candidate."""
    (sound, broken) = tried(by="1.5,4", rows=("500",), columns=("good",))

    assert sound.fault == ""
    assert broken.fault == "column good would no longer run one way"


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=8).map(sorted), st.integers(1, 400))
def test_a_whole_column_scaled_or_shifted_still_runs_one_way(cells: list[int], by: int) -> None:
    """Scaling or shifting a whole rising column never makes it fall."""
    rows = "".join(f"{place},{cell}\n" for place, cell in enumerate(cells))
    factor = str(Decimal(by) / 100)

    found = tried(f"score,x\n{rows}".encode(), by=factor, shifts=("-1", "1"))

    assert all(not each.fault for each in found)


def test_each_threshold_moves_by_itself() -> None:
    """Each number that a rule compares with is moved alone, in the way it is written."""
    found = tried(GATES, "gates.csv", by="")

    assert [each.says for each in found] == [
        "late: >= 3 → >= 2",
        "late: >= 3 → >= 4",
        "full: > 900_000 → > 810_000",
        "full: > 900_000 → > 990_000",
        "full: < 1 → < 0",
        "full: < 1 → < 2",
    ]
    assert b"full,used_ppm > 810_000 and late_now < 1,both" in found[2].content


@pytest.mark.parametrize("by", ["0", "-0.5,x", "nan", "1,,2", "1e999999999"])
def test_steps_that_are_none_are_refused(by: str) -> None:
    """A factor that is not above zero, or no number, is refused with its text."""
    with pytest.raises(InputFault, match="--by"):
        read_moves(by)


@pytest.mark.parametrize(
    ("content", "table", "chosen", "said"),
    [
        (MATRIX, "limits/a.csv", {"rows": ("700",)}, "--rows: 700: the first cell of a row"),
        (MATRIX, "limits/a.csv", {"columns": ("bad",)}, "--columns: bad: a column of"),
        (MATRIX, "limits/a.csv", {"columns": ("score",)}, "the first column holds the bands"),
        (b"score,x\n0,many\n", "limits/a.csv", {}, "row 2: many: must be a number"),
        (b"score,x\n", "limits/a.csv", {}, "needs a header and rows"),
        (b"\xff\xfe", "limits/a.csv", {}, "must be UTF-8 text"),
        (GATES, "gates.csv", {"rows": ("always",)}, "compares something with a whole number"),
        (GATES, "gates.csv", {"shifts": ("1",)}, "--by moves"),
    ],
)
def test_a_choice_of_nothing_is_refused(
    content: bytes, table: str, chosen: dict[str, tuple[str, ...]], said: str
) -> None:
    """A row, column or cell that cannot be moved is named with the rule it breaks."""
    with pytest.raises(InputFault, match=said.replace("(", r"\(")):
        tried(content, table, "1.1", **chosen)
