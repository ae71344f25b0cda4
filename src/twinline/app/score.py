"""Scoring: a book and a strategy in, every customer's score and probability of default out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from twinline.app.extra import extra
from twinline.app.fault import InputFault
from twinline.app.review import decider_on, scale_of, usable_strategy
from twinline.compliance.law import read_law
from twinline.decision.decide import day_number
from twinline.decision.score import scorer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.review_ports import Shelf
    from twinline.app.train_ports import Workshop
    from twinline.decision.scalar import Row
    from twinline.decision.strategy import Strategy

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
    law = read_law(shelf.law_text())
    files = shelf.strategy_files(request.strategy)
    with workshop.scores_into(request.out) as sink:
        book = shelf.sound_book(request.book, progress)
        scale = scale_of(law, book)
        if request.model == "scorecard":
            strategy, scored = _card(usable_strategy(request.strategy, files, scale))
        else:
            trees = workshop.challenger_text(request.strategy)
            if trees is None:
                rule = "train one first, with `twinline train`"
                raise InputFault(place=str(request.strategy), value="no challenger", rule=rule)
            with extra("train"):
                from twinline.app.challenger import challenger  # noqa: PLC0415 - an extra
            strategy, scored = challenger(request.strategy, files, trees, scale)
        decider = decider_on(strategy, max(book.as_of_on, law.known_on))
        as_of_day = day_number(book.as_of_on)
        done = in_doubt = 0
        for customers in book.customers(strategy.columns):
            read = [decider.read(each.customer_id, each.cells, as_of_day) for each in customers]
            if request.model == "scorecard":  # as a decision; trees may read what no table does
                read = [(decider.that_matter(doubts), features) for doubts, features in read]
            known = iter(scored([features for doubts, features in read if not doubts]))
            found = [(None, None) if doubts else next(known) for doubts, _ in read]
            ids = [each.customer_id for each in customers]
            sink.write(ids, [each for each, _ in found], [pd for _, pd in found])
            done += len(customers)
            in_doubt += sum(bool(doubts) for doubts, _ in read)
            progress(done, book.rows)
        sink.keep()
    return ScoreSummary(rows=done, in_doubt=in_doubt)


def _card(
    strategy: Strategy,
) -> tuple[Strategy, Callable[[Sequence[Row]], list[tuple[int, int]]]]:
    score_of = scorer(strategy)
    return strategy, lambda rows: [score_of(row) for row in rows]
