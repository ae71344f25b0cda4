from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from tests.tables import AS_OF_ON, UCI_HEADER, uci_row, write_csv
from twinline.adapters.batch import books, id_twice, source
from twinline.adapters.batch.book_file import BookReader
from twinline.app.book_ports import ImportRequest, silent
from twinline.app.fault import BrokenRowsFault, InputFault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twinline.app.book_ports import BookSummary


def import_rows(
    folder: Path, rows: Sequence[Sequence[object]], *, leave_out_broken: bool = False
) -> BookSummary:
    """Import rows of the public set."""
    table = write_csv(folder / "t.csv", UCI_HEADER, rows)
    request = ImportRequest(source=table, out=folder / "b", leave_out_broken=leave_out_broken)
    return books.import_uci(request, as_of_on=AS_OF_ON, progress=silent)


def listed(folder: Path) -> list[list[str]]:
    """Return the lines of the side file without its header."""
    with (folder / "b.broken.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def ids(folder: Path) -> list[str]:
    """Return the ids in the book."""
    batches = BookReader(folder / "b").batches(["customer_id"])
    return [identity for batch in batches for identity in batch[0].to_pylist()]


def test_all_broken_rows_are_listed_and_no_book_is_written(tmp_path: Path) -> None:
    """One error counts the broken rows; the side file names every broken cell of them."""
    rows = [
        uci_row(ID=1),
        uci_row(ID=2, LIMIT_BAL=-5, AGE="x"),
        [*uci_row(ID=3), "one too many"],
        uci_row(ID=4, PAY_2="1e5"),
    ]

    with pytest.raises(BrokenRowsFault, match="3 rows are broken") as caught:
        import_rows(tmp_path, rows)

    assert caught.value.rows == 3
    assert sorted(line[:4] for line in listed(tmp_path)[:2]) == [
        ["2", "2", "AGE", "x"],
        ["2", "2", "LIMIT_BAL", "-5"],
    ]
    assert listed(tmp_path)[2][0] == "3"
    assert listed(tmp_path)[3][:4] == ["4", "4", "PAY_2", "1e5"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.broken.csv", "t.csv"]


def test_broken_rows_can_be_left_out(tmp_path: Path) -> None:
    """Asked to, the importer writes the book of the sound rows, in order, and says how many."""
    rows = [uci_row(ID=3), uci_row(ID=2, LIMIT_BAL=-5), uci_row(ID=1)]

    summary = import_rows(tmp_path, rows, leave_out_broken=True)

    assert (summary.rows, summary.left_out) == (2, 1)
    assert summary.broken_out == tmp_path / "b.broken.csv"
    assert ids(tmp_path) == ["3", "1"]


def test_an_id_in_two_rows_breaks_both(tmp_path: Path) -> None:
    """Nobody can say which of two rows is the customer, so neither enters the book."""
    rows = [uci_row(ID=1), uci_row(ID=2), uci_row(ID=1), uci_row(ID=3, AGE=1), uci_row(ID=4)]

    summary = import_rows(tmp_path, rows, leave_out_broken=True)

    assert ids(tmp_path) == ["2", "4"]
    assert summary.left_out == 3
    assert [line[0] for line in listed(tmp_path)] == ["4", "1", "3"]


def test_a_broken_row_still_claims_its_id(tmp_path: Path) -> None:
    """A sound row whose id stands in a broken row too is not the only claimant."""
    rows = [uci_row(ID=1, AGE=1), uci_row(ID=1), uci_row(ID=2)]

    import_rows(tmp_path, rows, leave_out_broken=True)

    assert ids(tmp_path) == ["2"]


def test_twins_are_found_across_batches_and_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equal ids are found however far apart they stand and however little memory there is."""
    monkeypatch.setattr(source, "CSV_BLOCK_BYTES", 2_000)
    monkeypatch.setattr(id_twice, "HASHES_AT_A_TIME", 8)
    numbers = [*range(100), 7, 50, *range(100, 130), 7]

    summary = import_rows(
        tmp_path, [uci_row(ID=number) for number in numbers], leave_out_broken=True
    )

    assert summary.left_out == 5
    assert sorted(map(int, ids(tmp_path))) == [n for n in range(130) if n not in {7, 50}]


def test_rows_are_numbered_past_ragged_ones_in_every_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row keeps the number it has in the table, whatever stands before it."""
    monkeypatch.setattr(source, "CSV_BLOCK_BYTES", 2_000)
    rows = [[*uci_row(ID=number), *([0] if number % 10 == 3 else [])] for number in range(1, 101)]
    rows[96][1] = -1

    with pytest.raises(BrokenRowsFault):
        import_rows(tmp_path, rows)

    assert [int(line[0]) for line in listed(tmp_path)] == [
        3,
        13,
        23,
        33,
        43,
        53,
        63,
        73,
        83,
        93,
        97,
    ]


def test_a_table_of_ragged_rows_is_listed_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where most rows are of the wrong length, all of them are listed under their numbers."""
    monkeypatch.setattr(source, "CSV_BLOCK_BYTES", 2_000)
    rows = [[*uci_row(ID=number), *([0] if 5 < number < 300 else [])] for number in range(1, 400)]

    summary = import_rows(tmp_path, rows, leave_out_broken=True)

    assert summary.left_out == 294
    assert [int(line[0]) for line in listed(tmp_path)] == list(range(6, 300))
    assert ids(tmp_path) == [str(n) for n in range(1, 400) if not 5 < n < 300]


def test_a_sound_import_removes_an_earlier_list(tmp_path: Path) -> None:
    """The list of an earlier attempt does not outlive its reason."""
    with pytest.raises(BrokenRowsFault):
        import_rows(tmp_path, [uci_row(AGE=1)])

    import_rows(tmp_path, [uci_row()])

    assert not (tmp_path / "b.broken.csv").exists()


@pytest.mark.parametrize("rows", [[], [uci_row(AGE=1)]])
def test_no_sound_row_is_no_book(tmp_path: Path, rows: list[list[object]]) -> None:
    """A book has a customer, even where broken rows are left out."""
    with pytest.raises(InputFault, match="a book needs a sound row"):
        import_rows(tmp_path, rows, leave_out_broken=True)

    assert not (tmp_path / "b").exists()


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    """Importing again changes no byte of the book."""
    rows = [uci_row(ID=number) for number in range(50)]
    first = import_rows(tmp_path, rows).sha256
    bytes_before = (tmp_path / "b").read_bytes()

    assert import_rows(tmp_path, rows).sha256 == first
    assert (tmp_path / "b").read_bytes() == bytes_before


def test_a_book_is_not_written_over_its_own_table(tmp_path: Path) -> None:
    """The output may not be the input: the lender's table would be gone."""
    table = write_csv(tmp_path / "t.csv", UCI_HEADER, [uci_row()])
    request = ImportRequest(source=table, out=table)

    with pytest.raises(InputFault, match="the table it is made from may not be overwritten"):
        books.import_uci(request, as_of_on=AS_OF_ON, progress=silent)
