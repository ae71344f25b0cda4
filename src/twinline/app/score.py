"""Scoring: a book and a strategy in, every customer's score and probability of default out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from twinline.app.extra import extra
from twinline.app.fault import InputFault
from twinline.app.review import decider_on, scale_of, usable_strategy
from twinline.compliance.law import read_law

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.review_ports import Shelf
    from twinline.app.train_ports import Score, Workshop

ModelName = Literal["scorecard", "challenger"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRequest:
    """A book to score by one of a strategy's models into a file."""

    book: Path
    strategy: Path
    model: ModelName
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSummary:
    """How many customers were scored, and how many could not be: a feature is in doubt."""

    rows: int
    in_doubt: int


def score(
    request: ScoreRequest, shelf: Shelf, workshop: Workshop, progress: Progress
) -> ScoreSummary:
    """Score every customer; raises `Fault` and leaves nothing where something cannot be used."""
    from twinline.decision.columns.column import where_missing  # noqa: PLC0415 - arrays load long
    from twinline.decision.columns.reading import ColumnScorer  # noqa: PLC0415 - as above

    law = read_law(shelf.law_text())
    files = shelf.strategy_files(request.strategy)
    with workshop.scores_into(request.out) as sink:
        book = shelf.sound_book(request.book, progress)
        scale = scale_of(law, book)
        if request.model == "scorecard":
            strategy = usable_strategy(request.strategy, files, scale)
            scored: Score = ColumnScorer(strategy).score
        else:
            trees = workshop.challenger_text(request.strategy)
            if trees is None:
                rule = "train one first, with `twinline train`"
                raise InputFault(place=str(request.strategy), value="no challenger", rule=rule)
            with extra("train"):
                from twinline.app.challenger import challenger  # noqa: PLC0415 - an extra
            strategy, scored = challenger(request.strategy, files, trees, scale)
        decider_on(strategy, max(book.as_of_on, law.known_on))  # says what a dated value lacks
        done = in_doubt = 0
        for ids, features in book.features(strategy):
            scores, pd_ppm = scored(features)
            sink.write(ids, scores, pd_ppm)
            done += features.rows
            in_doubt += int(where_missing(scores).sum())
            progress(done, book.rows)
        sink.keep()
    return ScoreSummary(rows=done, in_doubt=in_doubt)
