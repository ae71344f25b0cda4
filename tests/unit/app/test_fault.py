from __future__ import annotations

import errno
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from twinline.app.fault import BrokenRowsFault, Fault, InputFault, InputFaults, OutputFault


@given(st.text(), st.text() | st.binary() | st.integers())
def test_a_fault_is_one_line(place: str, value: object) -> None:
    """Whatever a table holds, its fault is one printable line."""
    text = str(Fault(place=place, value=value, rule="the rule"))

    assert text.isprintable()
    assert text.endswith(": the rule")


def test_a_long_value_is_cut_and_a_place_is_not() -> None:
    """A value of any length leaves the place and the rule in sight."""
    fault = Fault(place="p" * 200, value="v" * 200, rule="the rule")

    assert str(fault) == f"{'p' * 200}: {'v' * 80}…: the rule"


def test_broken_rows_are_counted() -> None:
    """The one error for broken rows says how many there are and where they are listed."""
    fault = BrokenRowsFault(place="t", value="x", rule="r", rows=2, listed_in=Path("list.csv"))

    assert str(fault) == "t: x: r (2 rows are broken, all in list.csv)"


def test_several_faults_are_several_lines() -> None:
    """Everything wrong with one input is said, one line each."""
    faults = [InputFault(place=place, value="x", rule="r") for place in ("a", "b")]

    assert str(InputFaults(faults)) == "a: x: r\nb: x: r"


def test_an_output_fault_gives_the_reason_of_the_system() -> None:
    """What the system says comes through in its words."""
    fault = OutputFault.of(Path("out"), OSError(errno.ENOSPC, "No space left on device"))

    assert str(fault).startswith("out: No space left on device: ")
