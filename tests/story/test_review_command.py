"""A review as a person runs it: made, replayed, explained, tampered with, interrupted."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.tables import ROOT
from twinline.wiring import main

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

TWINLINE = [sys.executable, "-m", "twinline"]
STANDARD = ROOT / "strategies" / "standard"
CUSTOMERS = 600


def run(*arguments: object, bytes_max: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command; `bytes_max` is the disk: no file can grow beyond it."""

    def limit() -> None:
        if bytes_max is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_max, bytes_max))

    command = [*TWINLINE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a made book and its review, for tests that change neither."""
    folder = tmp_path_factory.mktemp("made")
    book = folder / "book.parquet"
    assert (
        run("book", "make", "--customers", CUSTOMERS, "--seed", 7, "--out", book).returncode == 0
    )
    done = run("review", book, "--strategy", STANDARD, "--out", folder / "review")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the made folder, for tests that change something."""
    shutil.copytree(made, tmp_path / "made")
    return tmp_path / "made"


def test_a_review_holds_everything_to_replay_it(made: Path) -> None:
    """A review's folder holds decisions, record, report and the strategy's files as they were."""
    review = made / "review"
    record = json.loads((review / "summary.json").read_text("utf-8"))

    assert pq.read_metadata(review / "decisions.parquet").num_rows == CUSTOMERS
    assert record["figures"]["customers"] == record["book"]["rows"] == CUSTOMERS
    assert (
        (review / "report.html").read_text("utf-8").startswith('<!doctype html>\n<html lang="en">')
    )
    for path in (path for path in STANDARD.rglob("*") if path.is_file()):
        kept = review / "strategy" / path.relative_to(STANDARD)
        assert kept.read_bytes() == path.read_bytes()


def test_the_report_is_in_the_language_asked_for(made: Path, tmp_path: Path) -> None:
    """With --lang zh the report is in Chinese, and nothing else of the review differs."""
    out = tmp_path / "review"
    run("review", made / "book.parquet", "--strategy", STANDARD, "--out", out, "--lang", "zh")

    assert '<html lang="zh-Hans">' in (out / "report.html").read_text("utf-8")
    assert (out / "summary.json").read_bytes() == (made / "review" / "summary.json").read_bytes()


def test_every_action_adds_up_to_the_book(made: Path) -> None:
    """On each line the actions of all customers sum to the number of customers."""
    figures = json.loads((made / "review" / "summary.json").read_text("utf-8"))["figures"]

    assert sum(figures["pay_later"]["actions"].values()) == CUSTOMERS
    assert sum(figures["cash_loan"]["actions"].values()) == CUSTOMERS
    assert sum(group["customers"] for group in figures["segments"].values()) == CUSTOMERS


def test_a_replay_makes_every_decision_again(made: Path) -> None:
    """Replaying a review that nobody touched finds every byte equal and exits with 0."""
    done = run("replay", made / "review")

    assert done.returncode == 0
    assert done.stdout.startswith(f"{CUSTOMERS} decisions made again, every byte equal\n")


def test_the_same_review_twice_has_the_same_bytes(made: Path, tmp_path: Path) -> None:
    """A second review of the same book by the same strategy gives the same decisions file."""
    run("review", made / "book.parquet", "--strategy", STANDARD, "--out", tmp_path / "again")

    first, again = (
        folder / "decisions.parquet" for folder in (made / "review", tmp_path / "again")
    )
    assert first.read_bytes() == again.read_bytes()


def altered(path: Path, column: str, change: Callable[[object], object]) -> None:
    """Change one column of the third row of a Parquet file."""
    table = pq.read_table(path)
    values = table[column].to_pylist()
    values[2] = change(values[2])
    place = table.schema.get_field_index(column)
    field = table.schema.field(column)
    table = table.set_column(place, field, pa.array(values, field.type))
    pq.write_table(table, path)


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("cash_loan_base_limit_minor", lambda value: value + 1),
        ("pay_later_action", lambda _: "raise!"),
        ("score", lambda value: value + 1),
        ("pay_later_reasons", lambda value: value[:-1]),
        ("customer_id", lambda value: value + "x"),
    ],
)
def test_an_altered_decision_is_named(
    copied: Path, column: str, change: Callable[[object], object]
) -> None:
    """A replay names row and column of a decision that somebody altered, and exits with 1."""
    altered(copied / "review" / "decisions.parquet", column, change)

    done = run("replay", copied / "review", "--book", copied / "book.parquet")

    assert done.returncode == 1
    assert done.stdout == (
        f"1 of {CUSTOMERS} decisions differ from what was stored\n  row 3: {column}\n"
    )


def test_a_rewritten_file_of_the_same_decisions_is_noticed(copied: Path) -> None:
    """Decisions that are the same in another file are told apart from altered ones."""
    path = copied / "review" / "decisions.parquet"
    pq.write_table(pq.read_table(path), path, compression="gzip", row_group_size=8_192)

    done = run("replay", copied / "review", "--book", copied / "book.parquet")

    assert done.returncode == 1
    assert "decisions_sha256 in summary.json" in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "summary.json",
            f'"customers": {CUSTOMERS},',
            f'"customers": {CUSTOMERS + 1},',
            (
                "the figures differ from what was stored\n"
                f"  figures.customers in summary.json: {CUSTOMERS + 1}, made again {CUSTOMERS}\n"
            ),
        ),
        (
            "summary.json",
            '"owner": "credit committee"',
            '"owner": "nobody"',
            "not as the review wrote it: summary.json\n",
        ),
        ("report.html", "</html>", "<p>all is well</p></html>",
         "not as the review wrote it: report.html\n"),
        ("SHA256SUMS", "  ", " ", "not as the review wrote it: SHA256SUMS\n"),
    ],
)  # fmt: skip
def test_what_the_folder_says_of_its_decisions_is_held_to_them(
    copied: Path, file: str, old: str, new: str, said: str
) -> None:
    """A figure or a page that somebody altered is named, with the figure that comes out."""
    path = copied / "review" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

    done = run("replay", copied / "review")

    assert done.returncode == 1
    assert done.stdout.startswith(f"{CUSTOMERS} decisions made again, every byte equal\n")
    assert done.stdout.endswith(said)


def test_the_sums_of_a_review_are_those_of_its_files(made: Path) -> None:
    """SHA256SUMS names every other file of the folder, in the form that `sha256sum` reads."""
    review = made / "review"
    lines = (review / "SHA256SUMS").read_text("utf-8").splitlines()
    files = (path for path in review.rglob("*") if path.is_file() and path.name != "SHA256SUMS")

    assert lines == [
        f"{hashlib.sha256((review / name).read_bytes()).hexdigest()}  {name}"
        for name in sorted(path.relative_to(review).as_posix() for path in files)
    ]


@pytest.mark.parametrize("command", [["replay"], ["explain", "--customer", "C000000001"]])
def test_another_book_or_strategy_is_refused(copied: Path, command: list[str]) -> None:
    """Neither replay nor explain speaks of a review whose strategy or book was changed since."""
    verb, *options = command
    table = copied / "review" / "strategy" / "scorecard.csv"
    sound = table.read_text("utf-8")
    table.write_text(sound.replace("late_now,,0,1,52,", "late_now,,0,1,53,"), "utf-8")
    strategy = run(verb, copied / "review", *options)
    table.write_text(sound, "utf-8")
    altered(copied / "book.parquet", "months_on_book", lambda _: 5)
    book = run(verb, copied / "review", "--book", copied / "book.parquet", *options)

    assert (strategy.returncode, book.returncode) == (2, 2)
    assert "the review was made with content_hash" in strategy.stderr
    assert "the review was made of the book with SHA-256" in book.stderr


def test_a_moved_book_is_found_where_it_is_named(copied: Path) -> None:
    """A book that lies elsewhere now is given with --book; without it, one line says so."""
    book, review = copied / "book.parquet", copied / "again"
    assert run("review", book, "--strategy", STANDARD, "--out", review).returncode == 0
    moved = book.rename(copied / "moved.parquet")

    assert run("replay", review, "--book", moved).returncode == 0
    assert run("replay", review).returncode == 2


def many_times(book: Path, times: int, path: Path) -> Path:
    """Write a book many times over, each time under other ids."""
    rows = pq.read_table(book)
    copies = []
    for copy in range(times):
        ids = pc.binary_join_element_wise(rows["customer_id"], f"-{copy}", "")
        copies.append(rows.set_column(0, rows.schema.field(0), ids))
    pq.write_table(pa.concat_tables(copies), path, row_group_size=2**16)
    return path


@pytest.mark.parametrize("jobs", ["0", "257", "all", "\uff11"])
def test_a_number_of_processes_is_one_that_can_be(made: Path, tmp_path: Path, jobs: str) -> None:
    """What is no number from 1 to 256 in plain digits is refused in one line."""
    done = run(
        "review", made / "book.parquet", "--strategy", STANDARD, "--out", tmp_path / "review",
        "--jobs", jobs,
    )  # fmt: skip

    assert done.returncode == 2
    assert f"{jobs!r} is not a number of processes, 1 to 256" in done.stderr


def ended(group: int) -> bool:
    """Tell whether every process of a group ends within ten seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_earlier_review_stands_until_the_new_one_is_whole(copied: Path, jobs: int) -> None:
    """Interrupted in the middle, a review leaves the earlier one, and no file or process else."""
    large = many_times(copied / "book.parquet", 500, copied / "large.parquet")
    before = sorted(path.name for path in copied.iterdir())
    arguments = ["review", large, "--strategy", STANDARD, "--jobs", jobs]
    command = [*TWINLINE, *map(str, [*arguments, "--out", copied / "review"])]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        while sorted(path.name for path in copied.iterdir()) == before:
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does, to every process of it
        _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert said == "twinline: interrupted; nothing was left half done\n"
    assert sorted(path.name for path in copied.iterdir()) == before
    assert ended(process.pid)
    assert run("replay", copied / "review", "--book", copied / "book.parquet").returncode == 0


INTERRUPTED_WHILE_LOADING = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.{signal})
sys.meta_path.insert(0, Interrupting())
from twinline.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("module", ["twinline.wiring", "argparse", "pyarrow", "pyarrow.parquet"])
def test_an_interruption_while_the_program_loads_is_one_line(
    made: Path, tmp_path: Path, module: str, number: str
) -> None:
    """Interrupted before there is anything to do, it ends with 130 and no traceback."""
    program = INTERRUPTED_WHILE_LOADING.format(module=module, signal=number)
    arguments = ["review", made / "book.parquet", "--strategy", STANDARD, "--out", tmp_path / "r"]
    command = [sys.executable, "-c", program, *map(str, arguments)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 130
    assert done.stderr == "twinline: interrupted; nothing was left half done\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_killed_review_left_is_swept_by_the_next(copied: Path, jobs: int) -> None:
    """After a kill the earlier review stands, and the next one leaves nothing beside its own."""
    large = many_times(copied / "book.parquet", 500, copied / "large.parquet")
    before = sorted(path.name for path in copied.iterdir())
    arguments = ["review", large, "--strategy", STANDARD, "--jobs", jobs]
    command = [*TWINLINE, *map(str, [*arguments, "--out", copied / "review"])]
    with subprocess.Popen(command, start_new_session=True) as process:
        while sorted(path.name for path in copied.iterdir()) == before:
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert ended(process.pid)
    assert sorted(path.name for path in copied.iterdir()) != before

    book = copied / "book.parquet"
    assert run("replay", copied / "review", "--book", book).returncode == 0
    again = run("review", book, "--strategy", STANDARD, "--out", copied / "review")

    assert again.returncode == 0, again.stderr
    assert sorted(path.name for path in copied.iterdir()) == before


@pytest.mark.parametrize("bytes_max", [0, 1_000, 30_000])
def test_a_full_disk_leaves_no_review(made: Path, tmp_path: Path, bytes_max: int) -> None:
    """Where the disk is full nothing is left of the review, and one line says why."""
    done = run(
        "review", made / "book.parquet", "--strategy", STANDARD, "--out", tmp_path / "review",
        bytes_max=bytes_max,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.startswith(f"twinline: error: {tmp_path / 'review'}: File too large: ")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_day_beyond_what_is_known_of_the_law_is_said(made: Path, tmp_path: Path) -> None:
    """A later day than the law table's is decided by its newest values, and that is said."""
    out, note = tmp_path / "review", "note: the law is known as of 2026-11-01, the last day"
    arguments = ["review", made / "book.parquet", "--strategy", STANDARD, "--out", out]

    known, beyond = (run(*arguments, "--decided-on", day) for day in ("2026-11-01", "2026-11-02"))
    record = json.loads((out / "summary.json").read_text("utf-8"))
    told = run("explain", out, "--customer", "C000000001")

    assert note not in known.stdout
    assert note in beyond.stdout
    assert (record["decided_on"], record["law_known_on"]) == ("2026-11-02", "2026-11-01")
    assert "by the law as known on 2026-11-01, the last day it was checked" in told.stdout


def test_a_day_before_the_book_is_refused(made: Path, tmp_path: Path) -> None:
    """Nobody is decided before the day they are described on, compared or not."""
    arguments = ["review", made / "book.parquet", "--strategy", STANDARD, "--out", tmp_path / "r"]

    for more in ([], ["--against", STANDARD]):
        done = run(*arguments, "--decided-on", "2026-10-30", *more)
        assert done.returncode == 2
        assert "decided on: 2026-10-30: a decision is not made before the day" in done.stderr


def test_a_folder_that_holds_something_else_is_left_alone(made: Path, tmp_path: Path) -> None:
    """A review never replaces a folder that is not an earlier review."""
    (tmp_path / "thesis.txt").write_text("years of work", "utf-8")

    done = run("review", made / "book.parquet", "--strategy", STANDARD, "--out", tmp_path)

    assert done.returncode == 2
    assert "only a folder that holds summary.json, or an empty one, is replaced" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_broken_row_never_enters_a_review(copied: Path) -> None:
    """A book with a limit below zero is refused with the row named, and no review is written."""
    altered(copied / "book.parquet", "pay_later_limit_minor", lambda _: -1)

    done = run("review", copied / "book.parquet", "--strategy", STANDARD, "--out", copied / "new")

    assert done.returncode == 2
    assert "row 3, column pay_later_limit_minor: -1: " in done.stderr
    assert not (copied / "new").exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_outcome_can_be_explained(
    made: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """For each action on each line, an explanation names score, terms, reasons and what helps."""
    rows = pq.read_table(made / "review" / "decisions.parquet").to_pylist()
    customers = {
        (row["pay_later_action"], row["cash_loan_action"]): row["customer_id"] for row in rows
    }
    heading = {"en": "what helps:", "zh": "怎样改善："}[language]

    for customer in customers.values():
        words = ["explain", str(made / "review"), "--customer", customer, "--lang", language]
        assert main(words) == 0
        said = capsys.readouterr().out
        assert customer in said
        assert said.count(heading) == 2
        if language == "zh":
            besides = re.sub(r"\[[A-Z_]+,", "", said.partition("\n")[2])
            assert not re.search("[A-Za-z]", besides), "only codes and the head are not Chinese"


def test_a_closed_pipe_is_no_error(made: Path) -> None:
    """A reader who has seen enough may close the pipe; no traceback follows."""
    command = " ".join([*TWINLINE, "explain", str(made / "review"), "--customer", "C000000001"])

    done = subprocess.run(
        ["/bin/sh", "-c", f"{command} | head -n 1"], capture_output=True, text=True, check=False
    )

    assert done.stdout.startswith("Customer C000000001 ·")
    assert done.stderr == ""


def test_a_full_output_is_one_clear_fault(made: Path) -> None:
    """Where standard output cannot be written, one line says so and the exit code is 2."""
    command = [*TWINLINE, "explain", str(made / "review"), "--customer", "C000000001"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 2
    said = "twinline: error: standard output: No space left on device: must be writable\n"
    assert done.stderr == said
