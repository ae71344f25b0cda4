"""What a training was and came to: the record behind the model card, as training.json."""

from __future__ import annotations

import msgspec

from twinline.app.review_record import BookFacts
from twinline.decision.strategy import Basis
from twinline.portfolio.fairness import GroupFairness

TRAIN_RECORD_VERSION = 1


class CandidateFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate: on what ground it is used, what it says, and whether the card has it.

    Information values are in ppm: with the trend asked for, and with optbinning's automatic one.
    """

    name: str
    en: str
    zh: str
    basis: Basis
    risk: str
    declared: str
    iv_fixed_ppm: int
    iv_automatic_ppm: int
    monotone: bool
    missing: int
    left_out: str


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """How a model ranks and how near its probabilities come, in ppm."""

    auc_ppm: int
    ks_ppm: int
    gini_ppm: int
    brier_ppm: int


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the customers by score: what was predicted and what came, in ppm.

    Of chance alone, what came lies within `least_ppm` and `greatest_ppm` 19 times in 20 if the
    prediction is right.
    """

    score_least: int
    score_greatest: int
    customers: int
    predicted_ppm: int
    observed_ppm: int
    least_ppm: int
    greatest_ppm: int


class FoldFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One fold beside the others: its AUC, and whether its scores look like theirs.

    `psi_by_chance_ppm` is what the index of two such groups stays below 19 times in 20.
    """

    customers: int
    auc_ppm: int
    psi_ppm: int
    psi_by_chance_ppm: int


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One model: on customers it has not seen, on those it learned from, and fold by fold."""

    unseen: Fit
    seen: Fit
    folds: tuple[FoldFacts, ...]
    calibration: tuple[Band, ...]
    pd: tuple[tuple[int, int], ...]


class TrainRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A training: what went in, what came out."""

    record_version: int
    twinline_version: str
    book: BookFacts
    seed: int
    folds: int
    learned_from: int
    defaulted: int
    outcome_unknown: int
    in_doubt: int
    strategy: str
    strategy_version: str
    logic_hash: str
    learned_on: str
    score_base: int
    scorecard: tuple[tuple[str, ...], ...]
    candidates: tuple[CandidateFacts, ...]
    models: dict[str, ModelFacts]
    trees_sha256: str
    cases_left_out: bool
    fairness: dict[str, dict[str, GroupFairness]]
