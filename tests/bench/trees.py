"""A book scored by boosted trees, beside LightGBM's own predict on the same rows: B2.

A strategy decides by integer tables alone; where trees are used is `twinline score`. Its path from
the features of customers to score and probability of default is held to the budget; the whole
command, which also starts, loads the libraries, checks every row and writes a file, stands beside.
"""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import lightgbm

from tests.bench.figure import Figure, table
from tests.bench.review import STANDARD, TWINLINE, make_book, spend
from twinline.adapters.batch import shelf, workshop
from twinline.app.challenger import challenger, column_of
from twinline.training import trees

TAUGHT, COPIES, ROUNDS = 5_000, 20, 3


def figures() -> list[Figure]:
    """Return the times of both over that of LightGBM alone; one thread predicts in each."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        taught, book, trained = (folder / each for each in ("taught.parquet", "book", "trained"))
        made = ["book", "make", "--customers", str(TAUGHT), "--seed", "2", "--out", str(taught)]
        train = ["train", str(taught), "--strategy", str(STANDARD), "--out", str(trained)]
        for command in (made, train):
            subprocess.run([*TWINLINE, *command], check=True, stdout=subprocess.DEVNULL)
        make_book(book, COPIES)
        score = [*TWINLINE, "score", str(book), "--strategy", str(trained)]
        score += ["--model", "challenger", "--out", str(folder / "scores.parquet")]
        spend(score)
        model = _Model(trained, book)
        path, process, rates = [], [], []
        for _ in range(ROUNDS):
            alone = model.alone()
            path.append(model.scored() / alone)
            process.append(spend(score)[1] / alone)
            rates.append(model.rows / alone)
    size = f"{model.rows:,} rows"
    return [
        Figure(budget="B2", name=f"LightGBM's predict, {size}", unit="/s", rounds=tuple(rates)),
        Figure(
            budget="B2",
            name=f"features to score and PD by trees, CPU over LightGBM's predict, {size}",
            unit="×",
            rounds=tuple(path),
            bound=1.25,
        ),
        Figure(
            budget="B2",
            name=f"`score` by trees as a process, CPU over LightGBM's predict, {size}",
            unit="×",
            rounds=tuple(process),
        ),
    ]


class _Model:
    """The trees of a trained strategy, and what they see of a book."""

    def __init__(self, trained: Path, book: Path) -> None:
        text = workshop.challenger_text(trained)
        assert text is not None
        strategy, self._scored = challenger(trained, shelf.strategy_files(trained), text, 1)
        self._features = [each for _, each in shelf.book(book).features(strategy)]
        self.rows = sum(each.rows for each in self._features)
        self._alone = lightgbm.Booster(model_str=text.decode())
        names = [feature.name for feature in strategy.features]
        places = [names.index(name) for name in self._alone.feature_name()]
        self._matrices = [
            trees.matrix([column_of(each, place) for place in places]) for each in self._features
        ]

    def alone(self) -> float:
        """Return the CPU seconds of LightGBM's own predict on matrices made before."""
        started = time.process_time()
        for each in self._matrices:
            self._alone.predict(each, raw_score=True, num_threads=1)
        return time.process_time() - started

    def scored(self) -> float:
        """Return the CPU seconds from features to score and probability of default."""
        started = time.process_time()
        for each in self._features:
            self._scored(each)
        return time.process_time() - started


def main() -> None:
    """Print the figures."""
    print(table(figures()))


if __name__ == "__main__":
    main()
