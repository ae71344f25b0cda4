"""How good a model is: ranking, probabilities and stability, from scores and outcomes."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING

from twinline.app.train_record import Band, Fit, FoldFacts
from twinline.portfolio.ranking import Ranking
from twinline.portfolio.stability import psi_by_chance, stability_of_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

PPM = 1_000_000
BANDS = 10
Z_TWO_SIDED_95 = 1.959963984540054


def fit(scores: Sequence[int], pds: Sequence[int], bad: Sequence[bool]) -> Fit:
    """Return how scores rank outcomes and how near the probabilities (ppm) come to them."""
    ranking = Ranking()
    for score, each in zip(scores, bad, strict=True):
        ranking.add(score, bad=each)
    figures = ranking.figures()
    assert figures.auc_ppm is not None
    assert figures.ks_ppm is not None
    assert figures.gini_ppm is not None
    square = sum((pd - PPM * each) ** 2 for pd, each in zip(pds, bad, strict=True))
    return Fit(
        auc_ppm=figures.auc_ppm,
        ks_ppm=figures.ks_ppm,
        gini_ppm=figures.gini_ppm,
        brier_ppm=round(square / len(bad) / PPM),
    )


def calibration(
    scores: Sequence[int], pds: Sequence[int], bad: Sequence[bool]
) -> tuple[Band, ...]:
    """Return what was predicted and what came, by tenths of the customers in order of score."""
    edges = _tenths(scores)
    bands: list[list[tuple[int, int, bool]]] = [[] for _ in edges]
    for row in zip(scores, pds, bad, strict=True):
        bands[bisect_right(edges, row[0]) - 1].append(row)
    return tuple(_band(band) for band in bands if band)


def fold_facts(
    unseen: Sequence[int], scores: Sequence[int], bad: Sequence[bool], folds: Sequence[int]
) -> tuple[FoldFacts, ...]:
    """Return each fold beside the others.

    Its AUC is of the scores by models that had not seen it. Stability compares scores of one
    model, in tenths of the others, frozen: two models would differ where customers do not.
    """
    facts = []
    for number in range(max(folds) + 1):
        inside = [score for score, fold in zip(scores, folds, strict=True) if fold == number]
        others = [score for score, fold in zip(scores, folds, strict=True) if fold != number]
        edges = _tenths(others)
        ranking = Ranking()
        for score, each, fold in zip(unseen, bad, folds, strict=True):
            if fold == number:
                ranking.add(score, bad=each)
        index = stability_of_counts(_counts(others, edges), _counts(inside, edges))
        chance = psi_by_chance(len(edges), len(others), len(inside)) if len(edges) > 1 else 0.0
        facts.append(
            FoldFacts(
                customers=len(inside),
                auc_ppm=ranking.figures().auc_ppm or 0,
                psi_ppm=round(index.psi * PPM),
                psi_by_chance_ppm=round(chance * PPM),
            )
        )
    return tuple(facts)


def _tenths(scores: Sequence[int]) -> list[int]:
    """Return the lower ends of ten bands of about equally many; fewer where scores repeat."""
    ranked = sorted(scores)
    return sorted({ranked[len(ranked) * tenth // BANDS] for tenth in range(BANDS)})


def _counts(scores: Sequence[int], edges: Sequence[int]) -> list[int]:
    counts = [0] * len(edges)
    for score in scores:
        counts[max(bisect_right(edges, score) - 1, 0)] += 1
    return counts


def _band(rows: Sequence[tuple[int, int, bool]]) -> Band:
    customers = len(rows)
    predicted = sum(pd for _, pd, _ in rows) / customers
    spread = Z_TWO_SIDED_95 * math.sqrt(predicted * (PPM - predicted) / customers)
    return Band(
        score_least=min(score for score, _, _ in rows),
        score_greatest=max(score for score, _, _ in rows),
        customers=customers,
        predicted_ppm=round(predicted),
        observed_ppm=round(sum(bad for _, _, bad in rows) / customers * PPM),
        least_ppm=max(round(predicted - spread), 0),
        greatest_ppm=min(round(predicted + spread), PPM),
    )
