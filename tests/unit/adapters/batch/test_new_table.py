"""A new table is in its place once it is whole, and never in the place of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twinline.adapters.batch.new_table import new_table
from twinline.app.fault import OutputFault

if TYPE_CHECKING:
    from pathlib import Path


def test_rows_stand_below_the_head(tmp_path: Path) -> None:
    """The file holds the head and every row, commas in quotes."""
    path = tmp_path / "table.csv"
    with new_table(path, ("who", "why")) as add:
        add(("C1", "one, and two"))
        assert not path.exists()

    assert path.read_bytes() == b'who,why\nC1,"one, and two"\n'


def test_a_table_that_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    """An error on the way removes what was written so far."""

    def write_half() -> None:
        with new_table(tmp_path / "table.csv", ("who",)) as add:
            add(("C1",))
            raise KeyError

    with pytest.raises(KeyError):
        write_half()

    assert not list(tmp_path.iterdir())


def test_a_file_that_came_meanwhile_stays(tmp_path: Path) -> None:
    """Whoever wrote the file while ours was made keeps it."""
    path = tmp_path / "table.csv"
    with pytest.raises(OutputFault, match="nothing is written over"), new_table(path, ("a",)):
        path.write_bytes(b"theirs")

    assert [each.name for each in tmp_path.iterdir()] == ["table.csv"]
    assert path.read_bytes() == b"theirs"


def test_a_link_is_no_new_file(tmp_path: Path) -> None:
    """Even a link to nothing is somebody's."""
    link = tmp_path / "table.csv"
    link.symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(OutputFault, match="is there already"), new_table(link, ("a",)):
        pass

    assert not (tmp_path / "elsewhere.csv").exists()
