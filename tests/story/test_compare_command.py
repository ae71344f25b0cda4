"""A comparison as a person runs it: made, replayed, turned round, tampered with."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.comparisons import mirrored
from tests.tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

TWINLINE = [sys.executable, "-m", "twinline"]
STANDARD = ROOT / "strategies" / "standard"
CUSTOMERS = 600


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command."""
    command = [*TWINLINE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def other_strategy(folder: Path) -> None:
    """Write the standard strategy with other points, margins and gates, and a column more."""
    shutil.copytree(STANDARD, folder)
    changes = {
        "strategy.toml": [('name    = "standard"', 'name    = "other"')],
        "scorecard.csv": [("used_ppm,,0,300000,10,", "used_ppm,,0,300000,25,")],
        "segments.csv": [("used_ppm >= 900_000", "used_ppm >= 800_000")],
        "gates.csv": [("late_now >= 3,both,stop", "late_now >= 2,both,stop")],
        "prices/cash_loan_margin.csv": [("520,30000,", "520,25000,")],
    }
    for name, pairs in changes.items():
        text = (folder / name).read_text("utf-8")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        (folder / name).write_text(text, "utf-8")
    first = (
        '[owed_by_instalments_minor]\ntype = "amount"\nrange = [0, 10_000_000]\n'
        'reads = "cash_loan_instalment_minor"\nmissing = "value 0"\nbasis = "contract"\n'
        'zh = "分期"\nen = "by instalments"\n\n'
    )
    features = folder / "features.toml"
    features.write_text(first + features.read_text("utf-8"), "utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a made book, another strategy, and a review of it against standard."""
    folder = tmp_path_factory.mktemp("compared")
    book = folder / "book.parquet"
    assert (
        run("book", "make", "--customers", CUSTOMERS, "--seed", 7, "--out", book).returncode == 0
    )
    other_strategy(folder / "other")
    done = run(
        "review", book, "--strategy", folder / "other", "--out", folder / "review",
        "--against", STANDARD,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder / "said.txt").write_text(done.stdout, "utf-8")
    return folder


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Path:
    """Return a copy of the made folder, for tests that change something."""
    shutil.copytree(made, tmp_path / "made")
    return tmp_path / "made"


def figures_of(review: Path) -> dict[str, object]:
    """Return the figures of a comparison."""
    found: dict[str, object] = json.loads((review / "comparison.json").read_text("utf-8"))[
        "figures"
    ]
    return found


def test_the_folder_keeps_a_review_and_the_comparison(made: Path, tmp_path: Path) -> None:
    """With --against all else is as without, byte for byte, and the comparison lies beside it."""
    done = run(
        "review", made / "book.parquet", "--strategy", made / "other", "--out", tmp_path / "alone"
    )
    review, alone = made / "review", tmp_path / "alone"
    more = {path.relative_to(review) for path in review.rglob("*") if path.is_file()}
    shared = {path.relative_to(alone) for path in alone.rglob("*") if path.is_file()}
    sums = {each for each in shared if each.name == "SHA256SUMS"}  # which names all files

    assert done.returncode == 0
    assert all(
        (review / name).read_bytes() == (alone / name).read_bytes() for name in shared - sums
    )
    assert {name.parts[0] for name in more - shared} == {
        "comparison.json", "comparison.html", "against",
    }  # fmt: skip
    for path in (path for path in STANDARD.rglob("*") if path.is_file()):
        kept = review / "against" / path.relative_to(STANDARD)
        assert kept.read_bytes() == path.read_bytes()


def test_what_is_said_is_short_and_the_records(made: Path) -> None:
    """The terminal names the other strategy, who gains and loses, and where to look."""
    said = (made / "said.txt").read_text("utf-8").partition("against standard ")[2]
    together = json.loads((made / "review" / "comparison.json").read_text("utf-8"))["figures"][
        "together"
    ]

    assert f"{together['gainers']:,} gain " in said
    assert f"{together['losers']:,} lose " in said
    assert together["gainers"] > 10
    assert together["losers"] > 0
    assert said.count("\n") <= 10
    assert said.endswith("comparison.html\n")


def test_a_replay_makes_the_comparison_again(made: Path) -> None:
    """Replaying a comparison that nobody touched finds decisions and figures equal."""
    done = run("replay", made / "review")

    assert done.returncode == 0
    assert "the comparison made again, every figure equal\n  digest " in done.stdout


def test_an_altered_figure_is_named(copied: Path) -> None:
    """A replay names the place of a figure that somebody altered, and exits with 1."""
    path = copied / "review" / "comparison.json"
    record = json.loads(path.read_text("utf-8"))
    gainers = record["figures"]["cash_loan"]["moves"]["gainers"]
    record["figures"]["cash_loan"]["moves"]["gainers"] = gainers + 1
    path.write_text(json.dumps(record), "utf-8")

    done = run("replay", copied / "review", "--book", copied / "book.parquet")

    assert done.returncode == 1
    assert done.stdout.endswith(
        "the comparison differs from what was stored\n"
        f"  figures.cash_loan.moves.gainers in comparison.json: {gainers + 1}, "
        f"made again {gainers}\n"
    )


def test_an_altered_strategy_or_a_lost_record_is_refused(copied: Path) -> None:
    """Nothing is said of a comparison whose other strategy changed or whose record is gone."""
    table = copied / "review" / "against" / "scorecard.csv"
    sound = table.read_text("utf-8")
    table.write_text(sound.replace("late_now,,0,1,52,", "late_now,,0,1,53,"), "utf-8")
    altered = run("replay", copied / "review", "--book", copied / "book.parquet")
    table.write_text(sound, "utf-8")
    (copied / "review" / "comparison.json").unlink()
    lost = run("replay", copied / "review", "--book", copied / "book.parquet")

    assert (altered.returncode, lost.returncode) == (2, 2)
    assert "the review was made with content_hash" in altered.stderr
    assert "a review made against another strategy holds comparison.json" in lost.stderr


def test_the_other_way_round_is_the_mirror_image(made: Path, tmp_path: Path) -> None:
    """Comparing the standard strategy with the other mirrors every figure."""
    done = run(
        "review", made / "book.parquet", "--strategy", STANDARD, "--out", tmp_path / "turned",
        "--against", made / "other",
    )  # fmt: skip

    assert done.returncode == 0
    assert mirrored(figures_of(made / "review")) == figures_of(tmp_path / "turned")


def test_a_strategy_against_itself_says_so(made: Path, tmp_path: Path) -> None:
    """Equal logic is said in one line, every customer fares alike, and the pages are Chinese."""
    done = run(
        "review", made / "book.parquet", "--strategy", STANDARD, "--out", tmp_path / "same",
        "--against", STANDARD, "--lang", "zh",
    )  # fmt: skip

    assert done.returncode == 0
    assert "  both strategies have the same logic, so nothing moves\n" in done.stdout
    assert f"  {CUSTOMERS} customers fare alike; 0 gain 0.00 CNY" in done.stdout
    page = (tmp_path / "same" / "comparison.html").read_text("utf-8")
    assert '<html lang="zh-Hans">' in page


def test_the_cautious_strategy_lends_less(made: Path, tmp_path: Path) -> None:
    """Against the standard strategy the cautious challenger takes more than it gives."""
    done = run(
        "review", made / "book.parquet",
        "--strategy", STANDARD.parent / "challengers" / "cautious",
        "--out", tmp_path / "cautious", "--against", STANDARD,
    )  # fmt: skip
    together = figures_of(tmp_path / "cautious")["together"]

    assert done.returncode == 0
    assert isinstance(together, dict)
    assert float(together["lost"]) > float(together["gained"])
    assert together["losers"] > together["gainers"]


def test_a_broken_second_strategy_is_refused_before_any_work(made: Path, tmp_path: Path) -> None:
    """What is wrong in DIR2 is named, and no folder is left."""
    shutil.copytree(STANDARD, tmp_path / "broken")
    (tmp_path / "broken" / "pd.csv").write_text("score,pd_ppm\n", "utf-8")

    done = run(
        "review", made / "book.parquet", "--strategy", STANDARD, "--out", tmp_path / "new",
        "--against", tmp_path / "broken",
    )  # fmt: skip

    assert done.returncode == 2
    assert f"{tmp_path / 'broken'}/pd.csv" in done.stderr
    assert not (tmp_path / "new").exists()


def test_a_comparison_is_not_made_before_the_book(made: Path, tmp_path: Path) -> None:
    """A day of decision before the book's is refused, and nothing is left behind."""
    out = tmp_path / "review"
    done = run(
        "review", made / "book.parquet", "--strategy", made / "other", "--out", out,
        "--against", STANDARD, "--decided-on", "2020-01-01",
    )  # fmt: skip

    assert done.returncode == 2
    assert "a decision is not made before the day that customers are described on" in done.stderr
    assert not out.exists()
