"""Training as a person runs it: learned, written, scored, reviewed, refused."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.linear_model import LogisticRegression

from tests.books import real_table
from tests.one_by_one import scorer
from tests.standard import FOLDER as STANDARD
from tests.standard import load
from tests.tables import ROOT, book_row, write_book
from twinline.adapters.batch import shelf
from twinline.adapters.report.model_card import model_card
from twinline.adapters.report.words import table_text
from twinline.app.train_record import TrainRecord
from twinline.app.vocabulary import LANGUAGES
from twinline.decision.decide import Decider, day_number
from twinline.decision.law import LawValues
from twinline.decision.strategy import Basis
from twinline.terms.licence import Licence
from twinline.training.binning import bins_of
from twinline.training.card import LeftOut
from twinline.training.sample import Candidate, Risk, column_of
from twinline.training.scale import FACTOR, OFFSET
from twinline.wiring import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twinline.decision.strategy import Attribute, Feature, Strategy

pytestmark = pytest.mark.slow

CUSTOMERS = 3_000
DAY = date(2026, 10, 31)
LAW = LawValues(
    licence=Licence.CONSUMER_FINANCE, person_cap_minor=20_000_000, price_ceiling_ppm=240_000
)


def run(*arguments: object) -> int:
    """Run a command in this process."""
    return main([str(each) for each in arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a made book with outcomes; one customer in fifty has no known outcome."""
    folder = tmp_path_factory.mktemp("made")
    assert run("book", "make", "--customers", CUSTOMERS, "--seed", 3, "--out", folder / "b") == 0
    table = pq.read_table(folder / "b")
    known = table["defaulted"].to_pylist()
    outcomes = pa.array([None if not place % 50 else each for place, each in enumerate(known)])
    place = table.schema.get_field_index("defaulted")
    pq.write_table(table.set_column(place, table.schema.field(place), outcomes), folder / "book")
    return folder / "book"


@pytest.fixture(scope="module")
def trained(made: Path) -> Path:
    """Return the standard strategy trained on the made book; what was said lies beside it."""
    with made.with_name("said").open("w") as said, redirect_stdout(said):
        assert run("train", made, "--strategy", STANDARD, "--out", made.with_name("trained")) == 0
    return made.with_name("trained")


def files_of(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder by name."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_a_trained_strategy_is_a_whole_strategy(made: Path, trained: Path) -> None:
    """It loads, reviews the book, and every row of its card but the best gives a reason."""
    strategy = load(shelf.strategy_files(trained))

    assert run("review", made, "--strategy", trained, "--out", made.with_name("review")) == 0
    assert len(strategy.scorecard) >= 3
    for attribute in strategy.scorecard:
        for points, reason in zip(attribute.points, attribute.reasons, strict=True):
            assert (reason == "") == (points == attribute.points_max)
            assert not reason or reason in strategy.reasons


def test_nothing_else_of_the_strategy_changes(trained: Path) -> None:
    """Comments stay; only score_base differs in strategy.toml, and definitions are joined.

    The cases are those of the old card, and stay behind.
    """
    old, new = files_of(STANDARD), files_of(trained)
    lines = [name.splitlines() for name in (old["strategy.toml"], new["strategy.toml"])]
    changed = [pair for pair in zip(*lines, strict=True) if pair[0] != pair[1]]
    replaced = {"strategy.toml", "scorecard.csv", "pd.csv", "features.toml", "reasons.toml"}

    assert [line.split(b"=")[0].strip() for line, _ in changed] in ([b"score_base"], [])
    assert old.keys() - new.keys() == {"cases.jsonl"}
    assert all(new[name] == old[name] for name in new.keys() & old.keys() - replaced)
    assert new["features.toml"].startswith(old["features.toml"])
    assert new["reasons.toml"].startswith(old["reasons.toml"])


def rows_of(strategy: Strategy, path: Path) -> list[tuple[str, tuple[int | None, ...]]]:
    """Return every customer's id and cells as the strategy reads them."""
    book = shelf.book(path)
    return [
        (each.customer_id, each.cells)
        for customers in book.customers(strategy.columns)
        for each in customers
    ]


def table_sum(folder: Path, strategy: Strategy, features: dict[str, int | None]) -> int:
    """Return the score by the words of scorecard.csv alone, in yuan as they stand there."""
    total = strategy.score_base
    amounts = {each.name for each in strategy.features if each.type.value == "amount"}
    rows = list(csv.DictReader((folder / "scorecard.csv").read_text().splitlines()))
    for name in dict.fromkeys(row["feature"] for row in rows):
        value = features[name]
        scale = 100 if name in amounts else 1
        own = [row for row in rows if row["feature"] == name]
        plain = [row for row in own if not row["special"]]
        if value is None:
            found = [row for row in own if row["special"] == "missing"]
        else:
            found = [
                row
                for row in own
                if row["special"] not in {"", "missing"} and int(row["special"]) * scale == value
            ] or [
                row
                for row in plain
                if (not row["from"] or int(row["from"]) * scale <= value)
                and (not row["below"] or value < int(row["below"]) * scale)
            ]
        (row,) = found
        total += int(row["points"])
    return total


def test_every_row_has_one_score_however_it_is_computed(made: Path, trained: Path) -> None:
    """Table sum, looked-up score, executor and written file agree, missing and special too."""
    strategy = load(shelf.strategy_files(trained))
    decider, score_of = Decider(strategy, DAY), scorer(strategy)
    names = [feature.name for feature in strategy.features]
    out = made.with_name("scores.parquet")
    assert run("score", made, "--strategy", trained, "--out", out) == 0
    written = pq.read_table(out).to_pylist()
    seen = dict.fromkeys(["missing", "special"], 0)

    for (customer_id, cells), row in zip(rows_of(strategy, made), written, strict=True):
        _, features = decider.read(customer_id, cells, day_number(DAY))
        outcome = decider.decide(customer_id, cells, LAW, day_number(DAY))
        by_name = dict(zip(names, features, strict=True))
        seen["missing"] += any(by_name[each.feature] is None for each in strategy.scorecard)
        seen["special"] += by_name["fresh_bureau_score"] == 0
        assert table_sum(trained, strategy, by_name) == outcome.score == row["score"]
        assert score_of(features) == (outcome.score, outcome.pd_ppm)
        assert row == {
            "customer_id": customer_id,
            "score": outcome.score,
            "pd": (outcome.pd_ppm or 0) / 1_000_000,
        }
    assert min(seen.values()) > 50


def test_the_card_is_the_regression_on_woe_within_rounding(made: Path, trained: Path) -> None:
    """A regression done again on WOE gives every row's score but for the rounding of points."""
    strategy = load(shelf.strategy_files(trained))
    decider, score_of = Decider(strategy, DAY), scorer(strategy)
    outcomes = pq.read_table(made)["defaulted"].to_pylist()
    read = [decider.read(*row, day_number(DAY))[1] for row in rows_of(strategy, made)]
    known = [(row, bad) for row, bad in zip(read, outcomes, strict=True) if bad is not None]
    bad = np.array([bad for _, bad in known])
    by_name = {feature.name: place for place, feature in enumerate(strategy.features)}
    woe = []
    for attribute in strategy.scorecard:
        place = by_name[attribute.feature]
        column = column_of([row[place] for row, _ in known])
        bins = bins_of(candidate_of(strategy.features[place], attribute), column, bad)
        woe.append(np.array(bins.woe)[bins.places(column)])

    model = LogisticRegression(max_iter=1000).fit(np.stack(woe, axis=1), bad)
    exact = OFFSET - FACTOR * model.decision_function(np.stack(woe, axis=1))
    scores = np.array([score_of(row)[0] for row, _ in known])

    assert np.abs(scores - exact).max() <= (len(woe) + 1) / 2


def candidate_of(feature: Feature, attribute: Attribute) -> Candidate:
    """Return the candidate that a feature of the card was, as the plan says."""
    rises = {"late_now", "late_months_6", "worst_before", "unpaid_statements", "late_sum_6"}
    return Candidate(
        name=feature.name,
        risk=Risk.RISES if feature.name in rises | {"used_most_ppm"} else Risk.FALLS,
        least=feature.bounds.least,
        greatest=feature.bounds.greatest,
        unit=100 if feature.type.value == "amount" else 1,
        may_miss=feature.bounds.may_miss,
        specials=tuple(sorted(attribute.specials)),
    )


def test_training_again_gives_the_same_bytes(made: Path, trained: Path, tmp_path: Path) -> None:
    """Every file of a second training equals the first one's, and so do the scores."""
    assert run("train", made, "--strategy", STANDARD, "--out", tmp_path / "again") == 0
    for name in ("one", "two"):
        out = tmp_path / name
        assert (
            run("score", made, "--strategy", trained, "--model", "challenger", "--out", out) == 0
        )

    assert files_of(tmp_path / "again") == files_of(trained)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_challenger_scores_every_row(made: Path, trained: Path, tmp_path: Path) -> None:
    """Its file has each customer once, and its probability falls as its score rises."""
    out = tmp_path / "scores"
    assert run("score", made, "--strategy", trained, "--model", "challenger", "--out", out) == 0

    table = pq.read_table(out)
    pairs = sorted(set(zip(table["score"].to_pylist(), table["pd"].to_pylist(), strict=True)))

    assert table.num_rows == len(set(table["customer_id"].to_pylist())) == CUSTOMERS
    assert [pd for _, pd in pairs] == sorted((pd for _, pd in pairs), reverse=True)
    assert len(pairs) > 20


@pytest.mark.parametrize("model", ["scorecard", "challenger"])
def test_a_customer_with_a_feature_in_doubt_has_no_score(
    model: str, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A limit beyond the strategy's range is no score of zero; the others are scored."""
    beyond = {"customer_id": "2", "pay_later_limit_minor": 10**12}
    book = write_book(tmp_path / "book", book_row(), book_row(**beyond))
    out = tmp_path / "scores"

    assert run("score", book, "--strategy", trained, "--model", model, "--out", out) == 0

    (one, two) = pq.read_table(out).to_pylist()
    assert 0 < one["pd"] < 1
    assert two == {"customer_id": "2", "score": None, "pd": None}
    assert "without a score: 1" in capsys.readouterr().out


def test_the_card_says_what_the_record_says(trained: Path) -> None:
    """Markdown and HTML stand alone and hold hash, figures, features, reasons and groups."""
    record = json.loads((trained / "training.json").read_text())
    page = (trained / "model_card.html").read_text("utf-8")
    words = (trained / "model_card.md").read_text("utf-8")

    unseen = record["models"]["scorecard"]["unseen"]
    for text in (page, words):
        assert record["book"]["sha256"] in text
        assert f"{unseen['auc_ppm'] / 1e6:.4f}" in text
        assert all(each["name"] in text for each in record["candidates"])
        assert all(group in text for group in record["fairness"]["protected_sex"])
    assert "http://" not in page
    assert "https://" not in page
    assert record["outcome_unknown"] == CUSTOMERS // 50


def test_every_word_the_record_has_for_a_feature_is_in_both_languages() -> None:
    """Why a feature is out, its lawful ground and which way risk runs have words."""
    for language in LANGUAGES:
        words = tomllib.loads(table_text(language))
        assert {each.value for each in LeftOut} == set(words["why_out"])
        assert {each.value for each in Risk} == set(words["trend"])
        assert {each.value for each in Basis} == set(words["basis"])


def test_a_card_in_chinese_says_the_same_figures(trained: Path) -> None:
    """The Chinese card has the tables of the English one, figure by figure."""
    record = msgspec.json.decode((trained / "training.json").read_bytes(), type=TrainRecord)
    cards = [model_card(record, each)["model_card.md"].decode() for each in LANGUAGES]

    figures = [re.findall(r"\d+\.\d+", card) for card in cards]
    assert figures[0] == figures[1]
    assert cards[0] == (trained / "model_card.md").read_text("utf-8")
    assert "公平性" in cards[1]


def test_a_trend_that_turns_is_said_and_not_dropped(trained: Path) -> None:
    """The command and the record name the feature with both information values."""
    said = trained.with_name("said").read_text()
    record = json.loads((trained / "training.json").read_text())

    turned = [each for each in record["candidates"] if not each["monotone"]]

    assert turned
    for each in turned:
        assert f"{each['name']}: risk does not run one way" in said
        assert each["iv_automatic_ppm"] > each["iv_fixed_ppm"]


def goods(rows: int, **changes: object) -> list[dict[str, object]]:
    """Return customers who all paid, with statements that differ."""
    return [
        book_row(customer_id=str(place), as_of_on=DAY, defaulted=False, **changes)
        | {"pay_later_payment_minor_1": place * 100, "pay_later_statement_minor_2": 50_000}
        for place in range(rows)
    ]


def some_bad(rows: list[dict[str, object]], every: int) -> list[dict[str, object]]:
    """Return the rows with every n-th one bad."""
    return [row | {"defaulted": not place % every} for place, row in enumerate(rows)]


POOR: dict[str, tuple[Callable[[], list[dict[str, object]]], str]] = {
    "all good": (partial(goods, 200), "200 good and 0 bad customers"),
    "all bad": (lambda: some_bad(goods(200), 1), "0 good and 200 bad customers"),
    "ten rows": (lambda: some_bad(goods(10), 2), "5 good and 5 bad customers"),
    "no outcome": (
        lambda: [row | {"defaulted": None} for row in goods(200)],
        "0 good and 0 bad customers",
    ),
    "constant": (
        lambda: [row | {"pay_later_payment_minor_1": 5} for row in some_bad(goods(200), 3)],
        "at least one candidate must tell good customers from bad ones",
    ),
}


@pytest.mark.parametrize("poor", POOR)
def test_a_book_that_teaches_nothing_is_one_clear_fault(
    poor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what the book lacks, and no folder is left."""
    rows, words = POOR[poor]
    book = write_book(tmp_path / "book", *rows())

    assert run("train", book, "--strategy", STANDARD, "--out", tmp_path / "out") == 2

    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["book"]


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """Return a copy of the standard strategy with one text changed."""
    folder = shutil.copytree(STANDARD, tmp_path / "changed")
    content = (folder / name).read_text("utf-8")
    assert old in content
    (folder / name).write_text(content.replace(old, new), "utf-8")
    return folder


REFUSED = {
    "protected": (
        'value = "' + " + ".join(f"coalesce(lateness_{n}, 0)" for n in range(1, 7)) + '"',
        'reads = "protected_age_band"',
        "protected_age_band: is a protected attribute",
    ),
    "unknown": (
        "[candidates.worst_before]",
        "[candidates.worst_ever]",
        "is no feature of features.toml",
    ),
    "reason": ('reason = "LATE_NOW"', 'reason = "LATE"', "LATE: is no reason of reasons.toml"),
    "no reason": ('reason = "LATE_NOW"', "", "each bin but the best gives a reason"),
    "key": ('risk   = "rises"', 'rises  = "risk"', "training.toml"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_plan_that_cannot_be_used_is_refused(
    case: str, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """training.toml is held to the strategy, and a protected attribute never becomes a feature."""
    old, new, words = REFUSED[case]
    folder = changed(tmp_path, "training.toml", old, new)

    assert run("train", made, "--strategy", folder, "--out", tmp_path / "out") == 2

    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_strategy_without_a_plan_learns_its_own_card_anew(made: Path, tmp_path: Path) -> None:
    """Without training.toml the candidates are the features of the old card."""
    folder = shutil.copytree(STANDARD, tmp_path / "plain")
    (folder / "training.toml").unlink()

    assert run("train", made, "--strategy", folder, "--out", tmp_path / "out") == 0

    old, new = load(files_of(folder)), load(shelf.strategy_files(tmp_path / "out"))
    names = {attribute.feature for attribute in old.scorecard}
    assert {attribute.feature for attribute in new.scorecard} <= names
    assert new.features == old.features


def test_a_trained_strategy_can_be_trained_again(
    made: Path, trained: Path, tmp_path: Path
) -> None:
    """What joined features.toml stands there once, and the card comes out the same."""
    assert run("train", made, "--strategy", trained, "--out", tmp_path / "out") == 0

    old, new = files_of(trained), files_of(tmp_path / "out")
    same = ("features.toml", "pd.csv", "challenger/trees.txt")
    assert all(new[name] == old[name] for name in same)
    points = [line.rsplit(b",", 1)[0] for line in old["scorecard.csv"].splitlines()]
    assert [line.rsplit(b",", 1)[0] for line in new["scorecard.csv"].splitlines()] == points


def test_a_base_that_cannot_be_found_is_a_fault(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A quoted key is sound TOML; it is not rewritten by guesswork."""
    folder = changed(tmp_path, "strategy.toml", "score_base =", '"score_base" =')

    assert run("train", made, "--strategy", folder, "--out", tmp_path / "out") == 2

    assert "strategy.toml: score_base: must stand once" in capsys.readouterr().err


def test_what_stood_there_is_left_alone(made: Path, tmp_path: Path) -> None:
    """Only an earlier trained strategy or an empty folder is replaced."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")

    assert run("train", made, "--strategy", STANDARD, "--out", tmp_path / "mine") == 2

    assert files_of(tmp_path) == {"mine/letter.txt": b"dear"}


def test_other_trees_than_those_trained_are_refused(
    made: Path, trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A byte changed in the trees is found by their hash, and no scores are left."""
    folder = shutil.copytree(trained, tmp_path / "other")
    trees = folder / "challenger" / "trees.txt"
    trees.write_bytes(trees.read_bytes().replace(b"num_leaves=15", b"num_leaves=14", 1))
    out = tmp_path / "scores"

    assert run("score", made, "--strategy", folder, "--model", "challenger", "--out", out) == 2

    assert "the trees must be those that challenger/model.toml names" in capsys.readouterr().err
    assert not out.exists()


def test_a_strategy_without_challenger_says_so(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fault names the command that makes one."""
    out = tmp_path / "scores"

    assert run("score", made, "--strategy", STANDARD, "--model", "challenger", "--out", out) == 2

    assert "no challenger: train one first, with `twinline train`" in capsys.readouterr().err


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"sklearn", "optbinning", "lightgbm", "threadpoolctl"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from twinline.wiring import main
sys.exit(main(sys.argv[1:]))
"""


def test_without_the_extra_training_says_how_to_get_it(made: Path, tmp_path: Path) -> None:
    """The scorecard scores without the extra; training names the command to install it."""
    scored, refused = (
        subprocess.run(
            [sys.executable, "-c", WITHOUT, *map(str, command)],
            capture_output=True,
            text=True,
            check=False,
        )
        for command in (
            ("score", made, "--strategy", STANDARD, "--out", tmp_path / "scores"),
            ("train", made, "--strategy", STANDARD, "--out", tmp_path / "out"),
        )
    )

    assert scored.returncode == 0, scored.stderr
    assert refused.returncode == 2
    assert "install the extra: pip install 'twinline[train]'" in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_the_guide_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guide's commands run as they stand, and every file that it names is there."""
    guide = (ROOT / "docs/guide/train.md").read_text("utf-8")
    commands = [line.split()[1:] for line in guide.splitlines() if line.startswith("    twinline")]
    monkeypatch.chdir(tmp_path)

    for command in commands:
        assert run(*(str(STANDARD) if "standard" in word else word for word in command)) == 0

    named = re.findall(
        r"`([a-z_]+\.(?:csv|toml|html|md|json|txt))`", guide.split("## What may")[0]
    )
    found = {path.name for path in (tmp_path / "trained").rglob("*")}
    assert len(commands) == 6
    assert set(named) - {"book.md"} <= found


@pytest.mark.parametrize(("flag", "value"), [("--folds", 1), ("--folds", 21), ("--seed", -1)])
def test_a_number_that_makes_no_sense_is_refused(
    flag: str, value: int, made: Path, tmp_path: Path
) -> None:
    """Folds and seed have bounds, and the fault comes before any work."""
    out = tmp_path / "out"
    assert run("train", made, "--strategy", STANDARD, "--out", out, flag, value) == 2


def test_the_real_book_is_told_apart_as_well_as_promised(tmp_path: Path) -> None:
    """Out of fold: scorecard at least 0.768, challenger at least 0.779, nobody's sex or age."""
    book = tmp_path / "book.parquet"
    assert run("book", "import", "uci", real_table(), "--out", book) == 0
    assert run("train", book, "--strategy", STANDARD, "--out", tmp_path / "out") == 0

    models = json.loads((tmp_path / "out" / "training.json").read_text())["models"]
    assert models["scorecard"]["unseen"]["auc_ppm"] >= 768_000
    assert models["challenger"]["unseen"]["auc_ppm"] >= 779_000
