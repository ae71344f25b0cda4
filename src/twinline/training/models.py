"""Both models of one sample, and how they fare on customers they have not seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING

from twinline.training.binning import bins_of
from twinline.training.card import card_of
from twinline.training.probability import pd_at, pd_table
from twinline.training.sample import folds
from twinline.training.trees import cuts, points, trees_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinline.training.card import Card
    from twinline.training.sample import Sample
    from twinline.training.trees import Trees


@unique
class Model(StrEnum):
    """The two models of a book."""

    SCORECARD = "scorecard"
    CHALLENGER = "challenger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """A card, trees, and the margins at which the trees' points change."""

    card: Card
    trees: Trees
    cuts: tuple[tuple[str, int], ...]

    def scores(self, sample: Sample) -> dict[Model, list[int]]:
        """Return every customer's points by either model."""
        margins = self.trees.margins(sample.columns)
        return {
            Model.SCORECARD: self.card.scores(sample).tolist(),
            Model.CHALLENGER: points(margins, self.cuts).tolist(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What one model says of customers it did not learn from, in the order of the sample.

    `pds` are in ppm, by a table learned from the other folds alone; `folds` number them from 0.
    """

    scores: list[int]
    pds: list[int]
    folds: list[int]


def learn(sample: Sample, seed: int) -> Models:
    """Learn both models."""
    pairs = zip(sample.candidates, sample.columns, strict=True)
    binned = [bins_of(candidate, column, sample.bad) for candidate, column in pairs]
    trees = trees_of(sample, seed)
    return Models(
        card=card_of(sample, binned), trees=trees, cuts=cuts(trees.margins(sample.columns))
    )


def unseen(
    sample: Sample, count: int, seed: int, told: Callable[[], None]
) -> Mapping[Model, Unseen]:
    """Return what the models say of each fold, learned from the others; `told` after each."""
    fold_of = [0] * sample.rows
    scores: dict[Model, list[int]] = {model: [0] * sample.rows for model in Model}
    for number, (learning, judged) in enumerate(folds(sample.bad, count, seed)):
        found = learn(sample.at(learning), seed).scores(sample.at(judged))
        for position, place in enumerate(judged.tolist()):
            fold_of[place] = number
            for model in Model:
                scores[model][place] = found[model][position]
        told()
    bad = sample.bad.tolist()
    return {
        model: Unseen(scores=each, pds=_crossed(each, bad, fold_of, count), folds=fold_of)
        for model, each in scores.items()
    }


def _crossed(scores: list[int], bad: list[bool], fold_of: list[int], count: int) -> list[int]:
    rows = list(zip(scores, bad, fold_of, strict=True))
    tables = [
        pd_table((score, each) for score, each, fold in rows if fold != number)
        for number in range(count)
    ]
    return [pd_at(tables[fold], score) for score, _, fold in rows]
