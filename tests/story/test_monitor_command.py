"""A monitor as a person runs it: nothing moved, one thing moved, bad inputs."""

from __future__ import annotations

import json
import shutil
from random import Random
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.tables import ROOT
from twinline.wiring import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STANDARD = ROOT / "strategies" / "standard"
CUSTOMERS = 1_500


def run(*arguments: object) -> int:
    """Run a command; return its exit code."""
    return main([str(argument) for argument in arguments])


def make(path: Path, seed: int, customers: int = CUSTOMERS) -> Path:
    """Make a book of the synthetic population."""
    assert run("book", "make", "--customers", customers, "--seed", seed, "--out", path) == 0
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two books of one population, for tests that change neither."""
    folder = tmp_path_factory.mktemp("made")
    make(folder / "then.parquet", 1)
    make(folder / "now.parquet", 2, CUSTOMERS - 200)
    return folder


@pytest.fixture
def strategy(tmp_path: Path) -> Path:
    """Return a copy of the standard strategy, beside a cautious one."""
    for name in ("standard", "cautious"):
        shutil.copytree(STANDARD, tmp_path / name)
        (tmp_path / name / "monitor.toml").unlink()
    head = tmp_path / "cautious" / "strategy.toml"
    head.write_text(head.read_text("utf-8").replace("score_base = 424", "score_base = 404"))
    return tmp_path / "standard"


def changed(book: Path, out: Path, column: str, change: Callable[[object], object]) -> Path:
    """Write a book with one column changed."""
    table = pq.read_table(book)
    place = table.schema.get_field_index(column)
    field = table.schema.field(column)
    values = [change(value) for value in table[column].to_pylist()]
    pq.write_table(table.set_column(place, field, pa.array(values, field.type)), out)
    return out


def record(folder: Path) -> dict[str, object]:
    """Return a monitor's record."""
    content: dict[str, object] = json.loads((folder / "monitor.json").read_text("utf-8"))
    return content


def measures(folder: Path, *verdicts: str) -> dict[tuple[str, str], dict[str, object]]:
    """Return a record's measures by kind and name, of some verdicts or all."""
    figures = json.loads((folder / "monitor.json").read_text("utf-8"))["figures"]
    return {
        (each["kind"], each["name"]): each
        for each in figures["measures"]
        if not verdicts or each["verdict"] in verdicts
    }


def test_a_book_against_itself_is_stable(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every index of a book held against itself is 0, and the command exits with 0."""
    book = made / "then.parquet"

    assert run("monitor", book, book, "--strategy", STANDARD, "--out", tmp_path / "out") == 0
    found = measures(tmp_path / "out")
    assert {each["value"] for (kind, _), each in found.items() if kind != "calibration"} == {0}
    assert found["calibration", "calibration"]["value"] == 1
    assert "STABLE" in capsys.readouterr().out
    assert not measures(tmp_path / "out", "act", "watch")


def test_two_books_of_one_population_raise_no_alarm(made: Path, tmp_path: Path) -> None:
    """Two books drawn from the same population, of different sizes, are stable."""
    books = made / "then.parquet", made / "now.parquet"

    assert run("monitor", *books, "--strategy", STANDARD, "--out", tmp_path / "out") == 0
    assert not measures(tmp_path / "out", "act", "watch")


def test_a_planted_drift_is_found_and_nothing_else(made: Path, tmp_path: Path) -> None:
    """Where income alone is scaled by four, income alone is named, and the exit code is 3."""
    now = changed(
        made / "now.parquet",
        tmp_path / "now.parquet",
        "income_minor",
        lambda value: None if value is None else int(str(value)) * 4,
    )

    code = run(
        "monitor", made / "then.parquet", now, "--strategy", STANDARD, "--out", tmp_path / "out"
    )

    found = measures(tmp_path / "out", "act", "watch")
    assert code == 3
    assert ("feature", "income_minor") in measures(tmp_path / "out", "act")
    assert {name for kind, name in found if kind in {"feature", "missing", "outside"}} == {
        "income_minor"
    }
    assert ("score", "score") not in found


def test_missing_data_is_found_where_it_is(made: Path, tmp_path: Path) -> None:
    """Where half of the incomes is lost, the share missing says so and names the column."""
    random = Random(1)
    now = changed(
        made / "now.parquet",
        tmp_path / "now.parquet",
        "income_minor",
        lambda value: None if random.random() < 0.5 else value,
    )

    code = run(
        "monitor", made / "then.parquet", now, "--strategy", STANDARD, "--out", tmp_path / "out"
    )

    missing = measures(tmp_path / "out", "act")["missing", "income_minor"]
    assert code == 3
    assert missing["value"] == pytest.approx(0.2, abs=0.06)


def test_the_order_of_rows_changes_nothing(made: Path, tmp_path: Path) -> None:
    """The same customers in another order give the same figures to the last digit."""
    table = pq.read_table(made / "now.parquet")
    order = list(range(table.num_rows))
    Random(5).shuffle(order)
    pq.write_table(table.take(order), tmp_path / "shuffled.parquet")
    found = []
    for number, now in enumerate((made / "now.parquet", tmp_path / "shuffled.parquet")):
        out = tmp_path / str(number)
        run("monitor", made / "then.parquet", now, "--strategy", STANDARD, "--out", out)
        found.append(record(out)["figures"])

    assert found[0] == found[1]


def test_frozen_bins_are_used_again(made: Path, tmp_path: Path) -> None:
    """With --reference another then is counted in the bins of the first, ends included."""
    first, again = tmp_path / "first", tmp_path / "again"
    book, other = made / "then.parquet", make(tmp_path / "other.parquet", 3)
    base = ["--strategy", STANDARD]

    run("monitor", book, made / "now.parquet", *base, "--out", first)
    run("monitor", other, made / "now.parquet", *base, "--out", again, "--reference", first)
    run("monitor", other, made / "now.parquet", *base, "--out", tmp_path / "own")

    bins = [
        json.loads((folder / "monitor.json").read_text("utf-8"))["figures"]["bins"]
        for folder in (first, again, tmp_path / "own")
    ]
    assert bins[0] == bins[1] != bins[2]
    assert record(again)["reference"] is not None


def test_the_switch_proposes_the_cautious_strategy(
    made: Path, strategy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a measure asks to act, the strategy that monitor.toml names is proposed, not used."""
    (strategy / "monitor.toml").write_text(
        'conservative = "../cautious"\n[thresholds]\nscore = { watch = 0.00001, act = 0.00002 }\n'
        'refer = { watch = 0.3, act = 0.4 }\n"feature: late_now" = { watch = 0.5, act = 0.6 }\n'
    )
    now = changed(
        made / "now.parquet",
        tmp_path / "now.parquet",
        "pay_later_lateness_1",
        lambda value: None if value is None else min(int(str(value)) + 2, 99),
    )

    code = run(
        "monitor", made / "then.parquet", now, "--strategy", strategy, "--out", tmp_path / "out"
    )

    switch = record(tmp_path / "out")["switch"]
    assert code == 3
    assert isinstance(switch, dict)
    assert (switch["tripped"], switch["use"]["folder"]) == (True, "cautious")
    assert switch["why"]
    assert measures(tmp_path / "out")["feature", "late_now"]["lines"] == {
        "watch": 0.5,
        "act": 0.6,
    }
    assert "nothing has been switched" in capsys.readouterr().out
    assert "cautious" in (tmp_path / "out" / "monitor.html").read_text("utf-8")


def test_monitor_rules_do_not_change_the_logic(strategy: Path, made: Path, tmp_path: Path) -> None:
    """monitor.toml is in the hash of the files, and not in that of the logic."""
    book = made / "then.parquet"
    hashes = []
    for number, text in enumerate((None, "[thresholds]\nauc = { watch = 0.04, act = 0.05 }\n")):
        if text:
            (strategy / "monitor.toml").write_text(text)
        run("monitor", book, book, "--strategy", strategy, "--out", tmp_path / str(number))
        named = record(tmp_path / str(number))["strategy"]
        assert isinstance(named, dict)
        hashes.append((named["logic_hash"], named["content_hash"]))

    assert hashes[0][0] == hashes[1][0]
    assert hashes[0][1] != hashes[1][1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conservative = 5\n", "monitor.toml: "),
        ('colour = "red"\n', "monitor.toml: "),
        ("[thresholds]\nmood = { watch = 1, act = 2 }\n", "thresholds.mood: mood: a kind of"),
        ("[thresholds]\nauc = { watch = 0.2, act = 0.1 }\n", "watch is above 0 and at most act"),
        ("[thresholds]\nauc = { watch = 0.1, act = nan }\n", "watch is above 0 and at most act"),
        ("[thresholds]\ncalibration = { watch = 0.9, act = 2 }\n", "watch is above 1"),
        ('conservative = "../gone"\n', "monitor.toml conservative: ../gone: a strategy is"),
        ("not toml", "must be TOML"),
    ],
)
def test_bad_rules_are_one_clear_fault(
    made: Path, strategy: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A monitor.toml with a mistake is refused in one line that names it, with exit code 2."""
    (strategy / "monitor.toml").write_text(text)
    book, out = made / "then.parquet", strategy.parent / "out"

    assert run("monitor", book, book, "--strategy", strategy, "--out", out) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not out.exists()


def test_bad_inputs_are_one_clear_fault(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No book, another currency, a foreign folder or a foreign reference: one line, code 2."""
    book = made / "then.parquet"
    dollars = changed(book, tmp_path / "dollars.parquet", "currency", lambda _: "TWD")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.txt").write_text("years of work")
    out = tmp_path / "out"
    cases = [
        ([tmp_path / "gone.parquet", book, "--out", out], "gone.parquet"),
        ([book, dollars, "--out", out], "both books in one, here CNY"),
        ([book, book, "--out", tmp_path / "thesis"], "only a folder that holds monitor.json"),
        ([book, book, "--out", tmp_path / "no" / "where"], "its folder must exist"),
        ([book, book, "--out", out, "--reference", tmp_path], "a folder that holds monitor.json"),
    ]

    for arguments, said in cases:
        assert run("monitor", *arguments, "--strategy", STANDARD) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1
    assert not out.exists()
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["thesis.txt"]


def test_a_reference_of_another_strategy_is_refused(
    made: Path, strategy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bins of another strategy's scorecard are not used, and one line says so."""
    book, first = made / "then.parquet", tmp_path / "first"
    run("monitor", book, book, "--strategy", strategy, "--out", first)
    other = ["--strategy", strategy.parent / "cautious", "--reference", first]

    assert run("monitor", book, book, *other, "--out", tmp_path / "out") == 2
    assert "the reference must be of the same strategy" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_has_every_section_in_each_language(
    made: Path, tmp_path: Path, language: str
) -> None:
    """The page is in the language asked for, with all sections, and loads nothing."""
    books = made / "then.parquet", made / "now.parquet"
    out = tmp_path / "out"
    run("monitor", *books, "--strategy", STANDARD, "--out", out, "--lang", language)
    page = (out / "monitor.html").read_text("utf-8")

    assert f'<html lang="{ {"en": "en", "zh": "zh-Hans"}[language] }">' in page
    for section in ("moved", "decisions", "calibration", "features", "people", "data", "judged"):
        assert f'<section id="{section}">' in page
    assert "http://" not in page.split('<script type="application/json"')[0]


def test_few_customers_are_too_few_to_tell(tmp_path: Path) -> None:
    """Two books of 30 customers are too few to say anything of the score: exit code 1."""
    books = [make(tmp_path / f"{seed}.parquet", seed, 30) for seed in (1, 2)]

    assert run("monitor", *books, "--strategy", STANDARD, "--out", tmp_path / "out") == 1
    assert record(tmp_path / "out")["verdict"] == "too few to tell"
