"""A trained strategy's challenger, read again to score with."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from typing import TYPE_CHECKING

from twinline.app.fault import InputFault
from twinline.app.train import CHALLENGER, CHALLENGER_PD, CUTS, TREES
from twinline.app.training_plan import read_plan
from twinline.decision.columns.column import Column, across, where_missing
from twinline.training import sample
from twinline.training.probability import pds_at
from twinline.training.trees import Trees, points

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twinline.app.train_ports import Score
    from twinline.decision.columns.reading import Features
    from twinline.decision.strategy import Strategy


def challenger(
    folder: Path, files: Mapping[str, bytes], trees: bytes, scale: int
) -> tuple[Strategy, Score]:
    """Return the strategy that reads its features, and the function from features to scores.

    Raises `InputFault` for a challenger that is not as training wrote it.
    """
    strategy = read_plan(folder, files, scale).strategy
    names = [feature.name for feature in strategy.features]
    try:
        head = tomllib.loads(files[CHALLENGER].decode())
        places = [names.index(name) for name in head["features"]]
        cuts = [(margin, int(score)) for margin, score in _rows(files[CUTS])]
        table = [(int(score), int(pd)) for score, pd in _rows(files[CHALLENGER_PD])]
        expected = head["trees_sha256"]
    except (KeyError, ValueError) as error:
        rule = f"must be as training wrote it ({type(error).__name__}: {error})"
        raise InputFault(place=str(folder), value="challenger/", rule=rule) from error
    found = hashlib.sha256(trees).hexdigest()
    if found != expected:
        rule = f"the trees must be those that {CHALLENGER} names, {expected[:12]}…"
        raise InputFault(place=f"{folder}/{TREES}", value=f"{found[:12]}…", rule=rule)
    learned = Trees(trees.decode())

    def scored(features: Features) -> tuple[Column, Column]:
        """Return score and probability of default in ppm of each customer, none in doubt.

        The trees may read what no table of the strategy does.
        """
        doubt = features.in_doubt(range(len(names)))
        columns = [column_of(features, place) for place in places]
        scores = points(learned.margins(columns), cuts)
        return Column(scores, doubt), Column(pds_at(table, scores), doubt)

    return strategy, scored


def column_of(features: Features, place: int) -> sample.Column:
    """Return a feature as models take it."""
    found = features.columns[place]
    numbers, missing = found.numbers, where_missing(found)
    return sample.Column(across(numbers, features.rows), across(missing, features.rows))


def _rows(content: bytes) -> list[tuple[str, str]]:
    rows = list(csv.reader(content.decode().splitlines()))
    return [(first, second) for first, second in rows[1:]]
