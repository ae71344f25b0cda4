"""The book commands as a person runs them: interrupted, on a full disk, on the real book."""

from __future__ import annotations

import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.tables import ROOT, UCI_HEADER, uci_row, write_csv
from twinline.adapters.batch.book_file import BookReader
from twinline.adapters.batch.fetching import SHA256_BY_NAME

TWINLINE = [sys.executable, "-m", "twinline"]
REAL = "uci_credit_card.train.parquet"


def names(folder: Path) -> set[str]:
    """Return what lies in a folder, hidden files too."""
    return {path.name for path in folder.iterdir()}


def run(*arguments: object, bytes_max: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command; `bytes_max` is the disk: no file can grow beyond it."""

    def limit() -> None:
        if bytes_max is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))

    command = [*TWINLINE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_leaves_nothing(tmp_path: Path, sent: signal.Signals) -> None:
    """Stopped in the middle of writing, a command removes what it wrote and says so."""
    out = tmp_path / "b"
    command = [
        *TWINLINE,
        "book",
        "make",
        "--customers",
        "9000000",
        "--seed",
        "1",
        "--out",
        f"{out}",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not names(tmp_path):
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(sent)
        _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert said == "twinline: interrupted; nothing was left half done\n"
    assert names(tmp_path) == set()


@pytest.mark.parametrize("bytes_max", [0, 100, 20_000])
def test_a_full_disk_leaves_no_book(tmp_path: Path, bytes_max: int) -> None:
    """Where the disk is full the earlier book still stands, and one line says why."""
    (tmp_path / "b").write_bytes(b"an earlier book")

    done = run(
        "book", "make", "--customers", 5_000, "--seed", 1, "--out", tmp_path / "b",
        bytes_max=bytes_max,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.startswith(f"twinline: error: {tmp_path / 'b'}: File too large: ")
    assert done.stderr.count("\n") == 1
    assert names(tmp_path) == {"b"}
    assert (tmp_path / "b").read_bytes() == b"an earlier book"


def test_a_full_disk_leaves_no_list_of_broken_rows(tmp_path: Path) -> None:
    """A list of broken rows that cannot be written whole is not written at all."""
    rows = [uci_row(ID=number, AGE=1) for number in range(500)]
    table = write_csv(tmp_path / "t.csv", UCI_HEADER, rows)

    done = run("book", "import", "uci", table, "--out", tmp_path / "b", bytes_max=5_000)

    assert done.returncode == 2
    assert "b.broken.csv: File too large" in done.stderr
    assert names(tmp_path) == {"t.csv"}


def test_help_is_quick() -> None:
    """Help loads neither Arrow nor the progress bar."""
    code = "import sys; from twinline import wiring\ntry: wiring.main(['book', '--help'])\n"
    code += "except SystemExit: print(sorted({'pyarrow', 'tqdm'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.endswith("[]\n")


def real_book() -> Path:
    """Return the real table, or skip: it is never part of the project."""
    folders = [os.environ.get("TWINLINE_BOOKS"), ROOT.parent / "shared" / "books"]
    for folder in folders:
        if folder is not None and Path(folder, REAL).is_file():
            return Path(folder, REAL)
    pytest.skip(f"{REAL} is in neither TWINLINE_BOOKS nor ../shared/books")


def test_the_real_book_is_imported_whole(tmp_path: Path) -> None:
    """All 24,000 cards of the public set become a sound book whose sums are those of the set."""
    table = real_book()

    done = run("book", "import", "uci", table, "--out", tmp_path / "b")

    assert done.returncode == 0, done.stderr
    assert "a sound book of 24,000 customers on 2005-09-30" in done.stdout
    assert "known of 24,000, defaulted 5,309" in done.stdout
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    assert digest == SHA256_BY_NAME[REAL]
    reader = BookReader(tmp_path / "b")
    assert reader.source_sha256 == digest
    assert reader.row(1)["pay_later_lateness_1"] == 2
    assert reader.row(24_000)["customer_id"] == "29997"


@pytest.mark.slow
def test_csv_and_parquet_of_the_real_book_are_one(tmp_path: Path) -> None:
    """The set gives the same rows whichever way it is stored."""
    import pyarrow.csv  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    table = real_book()
    pyarrow.csv.write_csv(pq.read_table(table), tmp_path / "t.csv")

    for source, name in ((table, "a"), (tmp_path / "t.csv", "b")):
        assert run("book", "import", "uci", source, "--out", tmp_path / name).returncode == 0

    first, second = (list(BookReader(tmp_path / name).batches()) for name in ("a", "b"))
    assert first == second


@pytest.mark.slow
def test_a_book_is_split_by_its_customers(tmp_path: Path) -> None:
    """Each customer stands in one part, in order, on the same side in a book of another order."""
    book, again = tmp_path / "book", tmp_path / "again"
    run("book", "make", "--customers", 2_000, "--seed", 1, "--out", book)
    table = pq.read_table(book)
    pq.write_table(table.take(list(range(table.num_rows))[::-1]), again)
    sides = []
    for each in (book, again):
        parts = [tmp_path / f"{each.name}.{side}" for side in ("out", "rest")]
        done = run("book", "split", each, "--out", parts[0], "--rest", parts[1], "--seed", 5)
        assert done.returncode == 0, done.stderr
        sides.append([pq.read_table(part)["customer_id"].to_pylist() for part in parts])

    ids = table["customer_id"].to_pylist()
    assert [sorted(side) for side in sides[0]] == [sorted(side) for side in sides[1]]
    assert sides[0] == [[each for each in ids if each in side] for side in map(set, sides[0])]
    assert sorted([*sides[0][0], *sides[0][1]]) == sorted(ids)
    assert 1_500 < len(sides[0][0]) < 1_700


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "b", "--rest", "c"], "three files"),
        (["--out", "p", "--rest", "p"], "three files"),
        (["--out", "p", "--rest", "c", "--percent", "100"], "a whole number from 1 to 99"),
        (["--out", "p", "--rest", "c", "--percent", "99"], "too few to split 99 %"),
    ],
)
def test_a_split_that_cannot_be_leaves_no_part(
    tmp_path: Path, options: list[str], said: str
) -> None:
    """A part over the book, an empty part, and a share that is none are each refused."""
    run("book", "make", "--customers", 5, "--seed", 1, "--out", tmp_path / "b")
    before = (tmp_path / "b").read_bytes()

    named = [each if each.startswith("-") or each.isdecimal() else tmp_path / each
             for each in options]  # fmt: skip
    done = run("book", "split", tmp_path / "b", *named)

    assert done.returncode == 2
    assert said in done.stderr
    assert names(tmp_path) == {"b"}
    assert (tmp_path / "b").read_bytes() == before
