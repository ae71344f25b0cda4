"""Every check of a strategy, with how grave its findings are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING

from twinline.decision.fault import Finding, StrategyFault
from twinline.decision.lint import card, features, limits, prices, reasons, rules, tables
from twinline.decision.lint.subject import Subject, subject_of
from twinline.decision.load import load_strategy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

LOAD = "load"
"""The name under which lint shows what the loader refuses."""


@unique
class Level(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    """Must not decide anyone: against the law, against our rules, or refused when loaded."""

    WARNING = "warning"
    """Almost surely a mistake in a table."""

    NOTE = "note"
    """Worth knowing; it may be meant."""


Check = Callable[[Subject], Iterator[Finding]]

CHECKS: tuple[tuple[Level, Check], ...] = (
    (Level.ERROR, features.forbidden_feature),
    (Level.WARNING, features.unused_feature),
    (Level.WARNING, features.unused_name),
    (Level.WARNING, features.unused_reason),
    (Level.WARNING, features.experiment_idle),
    (Level.ERROR, features.dated_not_begun),
    (Level.NOTE, features.dated_idle),
    (Level.WARNING, card.feature_flat),
    (Level.WARNING, card.bin_redundant),
    (Level.WARNING, card.points_against_act),
    (Level.ERROR, card.points_unexplained),
    (Level.NOTE, card.reason_for_the_best),
    (Level.ERROR, card.held_against),
    (Level.WARNING, card.advice_cannot_help),
    (Level.WARNING, tables.limit_falls),
    (Level.WARNING, tables.price_rises),
    (Level.WARNING, tables.row_redundant),
    (Level.WARNING, tables.band_unreached),
    (Level.WARNING, tables.pd_flat),
    (Level.WARNING, tables.pd_certain),
    (Level.NOTE, tables.segment_says_nothing),
    (Level.ERROR, prices.ceiling_above_law),
    (Level.WARNING, prices.price_always_zero),
    (Level.WARNING, prices.parts_silent),
    (Level.ERROR, limits.no_legal_cap),
    (Level.ERROR, limits.instalment_lightened),
    (Level.WARNING, limits.no_affordability),
    (Level.WARNING, limits.lines_unlinked),
    (Level.WARNING, limits.term_never_binds),
    (Level.WARNING, limits.limit_always_zero),
    (Level.WARNING, limits.raise_never_made),
    (Level.WARNING, limits.line_never_opens),
    (Level.NOTE, limits.least_off_step),
    (Level.WARNING, limits.small_cuts_unsaid),
    (Level.WARNING, rules.segment_empty),
    (Level.WARNING, rules.never_holds),
    (Level.WARNING, rules.always_holds),
    (Level.WARNING, rules.part_decided),
    (Level.WARNING, rules.gate_never_decides),
    (Level.WARNING, rules.edge_without_effect),
    (Level.WARNING, rules.stop_in_disguise),
    (Level.WARNING, rules.edge_under_stop),
    (Level.ERROR, rules.inactivity_blamed),
    (Level.WARNING, reasons.blame_without_conduct),
    (Level.WARNING, reasons.reason_vague),
    (Level.WARNING, reasons.wrong_language),
    (Level.WARNING, reasons.half_translated),
    (Level.WARNING, reasons.no_help),
    (Level.NOTE, reasons.same_words),
)
"""In the order a committee reads the files; the first sentence of each docstring says the rule."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding with how grave it is and the check that made it."""

    level: Level
    check: str
    finding: Finding

    def __str__(self) -> str:
        """Return the remark as one line for a person."""
        return f"{self.level}: {self.finding} [{self.check}]"


def lint(
    files: Mapping[str, bytes],
    *,
    columns: AbstractSet[str],
    on: date,
    checks: Sequence[tuple[Level, Check]] = CHECKS,
) -> tuple[Remark, ...]:
    """Return all that the checks find in a strategy's files, the gravest first.

    `columns` are the book's columns a feature may read; `on` is the day from which the strategy
    is to be used. Where it does not load, what the loader refuses is found and nothing more.
    """
    try:
        strategy = load_strategy(files, columns=columns)
    except StrategyFault as fault:
        return tuple(Remark(Level.ERROR, LOAD, finding) for finding in fault.findings)
    subject = subject_of(strategy, files, on)
    remarks = [
        Remark(level, check.__name__, finding)
        for level, check in checks
        for finding in check(subject)
    ]
    grave = tuple(Level)
    return tuple(sorted(remarks, key=lambda remark: grave.index(remark.level)))
