"""Training: a book with outcomes and a strategy in, the strategy with a learned card out.

Beside the card stands a challenger of boosted trees, and a model card that says what both are
worth on customers they have not seen.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from twinline import __version__
from twinline.app.book import PROTECTED_COLUMNS
from twinline.app.fault import InputFault
from twinline.app.measure import calibration, fit, fold_facts
from twinline.app.review import decider_on, laws_of, laws_on, scale_of, usable_strategy
from twinline.app.review_record import BookFacts
from twinline.app.train_record import (
    TRAIN_RECORD_VERSION,
    CandidateFacts,
    ModelFacts,
    TrainRecord,
)
from twinline.app.trained_tables import csv_of, scorecard_rows, with_base
from twinline.app.training_plan import read_plan
from twinline.compliance.law import read_law
from twinline.decision.decide import day_number
from twinline.decision.sheet import SCORECARD_COLUMNS
from twinline.portfolio.fairness import Fairness
from twinline.training.binning import trend_of
from twinline.training.models import Model, learn, unseen
from twinline.training.probability import pd_at, pd_table
from twinline.training.sample import Sample, column_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.book_ports import Progress
    from twinline.app.review_ports import BookSource, Shelf
    from twinline.app.train_ports import Cards, TrainRequest, Workshop
    from twinline.app.training_plan import Plan
    from twinline.compliance.law import Law
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.fairness import GroupFairness
    from twinline.training.binning import Trend
    from twinline.training.models import Models, Unseen

PPM = 1_000_000
EACH_LEAST = 50
"""Fewer goods or bads than this teach nothing that would hold next month."""
FOLDS_LEAST, FOLDS_MOST = 2, 20
SEED_MOST = 2**31 - 1
TREES, CHALLENGER = "challenger/trees.txt", "challenger/model.toml"
CUTS, CHALLENGER_PD = "challenger/points.csv", "challenger/pd.csv"
RECORD = "training.json"
CASES = "cases.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The rows to learn from, and how many could not be."""

    sample: Sample
    outcome_unknown: int
    in_doubt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learned:
    """All that was learned: the models, their tables, and how they fare unseen."""

    models: Models
    trends: tuple[Trend, ...]
    unseen: Mapping[Model, Unseen]
    seen: Mapping[Model, list[int]]
    pds: Mapping[Model, tuple[tuple[int, int], ...]]


def train(
    request: TrainRequest, shelf: Shelf, workshop: Workshop, cards: Cards, progress: Progress
) -> TrainRecord:
    """Learn both models, write the strategy that uses them and return what came of it.

    Raises `Fault` for an input that cannot be used or an output that cannot be written; then,
    and on an interruption, nothing is left where the folder would be.
    """
    _reject_unusable(request)
    law = read_law(shelf.law_text())
    files = shelf.strategy_files(request.strategy)
    with workshop.strategy_into(request.out) as sink:
        book = shelf.sound_book(request.book, progress)
        plan = read_plan(request.strategy, files, scale_of(law, book))
        rows = _rows(book, plan, law)
        _reject_poor(book, rows)
        learned = _learn(rows.sample, request, progress)
        _reject_empty(book, learned)
        written = _files(plan, files, learned, request.seed)
        strategy = usable_strategy(request.out, written, plan.strategy.currency_scale)
        fairness = _fairness(book, strategy, law, progress)
        record = TrainRecord(
            record_version=TRAIN_RECORD_VERSION,
            twinline_version=__version__,
            book=_book_facts(book),
            seed=request.seed,
            folds=request.folds,
            learned_from=rows.sample.rows,
            defaulted=rows.sample.bads,
            outcome_unknown=rows.outcome_unknown,
            in_doubt=rows.in_doubt,
            strategy=strategy.name,
            strategy_version=strategy.version,
            logic_hash=strategy.logic_hash,
            learned_on=plan.strategy.logic_hash,
            score_base=learned.models.card.base,
            scorecard=tuple(
                tuple(map(str, row)) for row in scorecard_rows(learned.models.card, plan)
            ),
            candidates=_candidates(plan, rows.sample, learned),
            models=_models(rows.sample, learned),
            trees_sha256=hashlib.sha256(written[TREES]).hexdigest(),
            cases_left_out=CASES in files,
            fairness=fairness,
        )
        encoded = msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"
        sink.keep({**written, RECORD: encoded, **cards(record, request.lang)})
    return record


def _reject_unusable(request: TrainRequest) -> None:
    if not FOLDS_LEAST <= request.folds <= FOLDS_MOST:
        rule = f"a number of folds from {FOLDS_LEAST} to {FOLDS_MOST}"
        raise InputFault(place="--folds", value=request.folds, rule=rule)
    if not 0 <= request.seed <= SEED_MOST:
        rule = f"a whole number from 0 to {SEED_MOST}"
        raise InputFault(place="--seed", value=request.seed, rule=rule)


def _rows(book: BookSource, plan: Plan, law: Law) -> _Rows:
    """Return the candidates' values of every row whose outcome is known and nothing in doubt."""
    decider = decider_on(plan.strategy, max(book.as_of_on, law.known_on))
    names = [feature.name for feature in plan.strategy.features]
    places = [names.index(candidate.name) for candidate in plan.candidates]
    as_of_day = day_number(book.as_of_on)
    bad: list[bool] = []
    columns: list[list[int | None]] = [[] for _ in places]
    unknown = in_doubt = 0
    for customers in book.customers(plan.strategy.columns):
        for each in customers:
            if each.defaulted is None:
                unknown += 1
                continue
            doubts, features = decider.read(each.customer_id, each.cells, as_of_day)
            if doubts:
                in_doubt += 1
                continue
            bad.append(each.defaulted)
            for column, place in zip(columns, places, strict=True):
                column.append(features[place])
    sample = Sample.of(plan.candidates, [column_of(column) for column in columns], bad)
    return _Rows(sample=sample, outcome_unknown=unknown, in_doubt=in_doubt)


def _reject_poor(book: BookSource, rows: _Rows) -> None:
    """Raise `InputFault` for a book that nothing can be learned from."""
    bads = rows.sample.bads
    goods = rows.sample.rows - bads
    if goods < EACH_LEAST or bads < EACH_LEAST:
        value = f"{goods:,} good and {bads:,} bad customers"
        if rows.in_doubt:
            value += f" ({rows.in_doubt:,} more left out: a feature in doubt)"
        rule = f"at least {EACH_LEAST} of each, with a known outcome, are needed to learn from"
        raise InputFault(place=f"{book.path}, column defaulted", value=value, rule=rule)


def _reject_empty(book: BookSource, learned: _Learned) -> None:
    if not learned.models.card.parts:
        why = ", ".join(f"{name}: {why}" for name, why in learned.models.card.left_out.items())
        rule = "at least one candidate must tell good customers from bad ones"
        raise InputFault(place=str(book.path), value=why or "no candidates", rule=rule)


def _learn(sample: Sample, request: TrainRequest, progress: Progress) -> _Learned:
    steps = len(sample.candidates) + request.folds + 1
    done = 0

    def told() -> None:
        nonlocal done
        done += 1
        progress(done, steps)

    trends = []
    for candidate, column in zip(sample.candidates, sample.columns, strict=True):
        trends.append(trend_of(candidate, column, sample.bad))
        told()
    models = learn(sample, request.seed)
    told()
    out_of_fold = unseen(sample, request.folds, request.seed, told)
    outcomes = sample.outcomes
    return _Learned(
        models=models,
        trends=tuple(trends),
        unseen=out_of_fold,
        seen=models.scores(sample),
        pds={
            model: pd_table(zip(each.scores, outcomes, strict=True))
            for model, each in out_of_fold.items()
        },
    )


def _files(
    plan: Plan, files: Mapping[str, bytes], learned: _Learned, seed: int
) -> dict[str, bytes]:
    """Return the new strategy's files: the old ones, the learned tables in their places."""
    card = learned.models.card
    rows = scorecard_rows(card, plan)
    used = [part.bins.candidate.name for part in card.parts]
    written = plan.joined(files, used, dict.fromkeys(row[-1] for row in rows))
    written.pop(CASES, None)  # the outcomes the old card gave
    trees = learned.models.trees.text.encode()
    return {
        **written,
        "strategy.toml": with_base(files["strategy.toml"], card.base),
        "scorecard.csv": csv_of(SCORECARD_COLUMNS, rows),
        "pd.csv": _pd_csv(learned.pds[Model.SCORECARD], card.least),
        TREES: trees,
        CUTS: csv_of(("margin", "score"), learned.models.cuts),
        CHALLENGER_PD: _pd_csv(learned.pds[Model.CHALLENGER], learned.models.cuts[-1][1]),
        CHALLENGER: _challenger_toml(plan, trees, seed),
    }


def _pd_csv(table: tuple[tuple[int, int], ...], least: int) -> bytes:
    """Return a table of probabilities; its first band begins at the least score there can be."""
    (first, pd), *others = table
    return csv_of(("score", "pd_ppm"), [(min(first, least), pd), *others])


def _challenger_toml(plan: Plan, trees: bytes, seed: int) -> bytes:
    features = json.dumps([candidate.name for candidate in plan.candidates])
    return (
        "# The challenger: boosted trees. Their summed margin, cut by points.csv, gives points;\n"
        "# pd.csv gives the probability of default. No decision uses it.\n"
        f'trees_sha256 = "{hashlib.sha256(trees).hexdigest()}"\n'
        f"features = {features}\n"
        f"seed = {seed}\n"
    ).encode()


def _fairness(
    book: BookSource, strategy: Strategy, law: Law, progress: Progress
) -> dict[str, dict[str, GroupFairness]]:
    """Decide the whole book by the new strategy and return how groups fare."""
    decided_on = max(book.as_of_on, law.known_on)
    decider = decider_on(strategy, decided_on)
    laws = laws_on(law, decided_on, book.currency)
    fairness = Fairness(PROTECTED_COLUMNS)
    as_of_day = day_number(book.as_of_on)
    done = 0
    for customers in book.customers(strategy.columns):
        for each in customers:
            law_values = laws_of(laws, each)
            outcome = decider.decide(each.customer_id, each.cells, law_values, as_of_day)
            fairness.add(outcome, defaulted=each.defaulted, groups=each.groups)
        done += len(customers)
        progress(done, book.rows)
    return fairness.figures()


def _book_facts(book: BookSource) -> BookFacts:
    return BookFacts(
        path=book.path.name,
        sha256=book.sha256,
        rows=book.rows,
        currency=book.currency,
        as_of_on=book.as_of_on,
    )


def _candidates(plan: Plan, sample: Sample, learned: _Learned) -> tuple[CandidateFacts, ...]:
    facts = []
    for candidate, trend, missing in zip(
        plan.candidates, learned.trends, sample.missing, strict=True
    ):
        feature = plan.feature(candidate.name)
        facts.append(
            CandidateFacts(
                name=candidate.name,
                en=feature.en,
                zh=feature.zh,
                basis=feature.basis,
                risk=trend.risk.value,
                declared=candidate.risk.value,
                iv_fixed_ppm=round(trend.iv_fixed * PPM),
                iv_automatic_ppm=round(trend.iv_automatic * PPM),
                monotone=trend.monotone,
                missing=missing,
                left_out=learned.models.card.left_out.get(candidate.name, ""),
            )
        )
    return tuple(facts)


def _models(sample: Sample, learned: _Learned) -> dict[str, ModelFacts]:
    facts = {}
    for model, each in learned.unseen.items():
        table, seen, bad = learned.pds[model], learned.seen[model], sample.outcomes
        facts[model.value] = ModelFacts(
            unseen=fit(each.scores, each.pds, bad),
            seen=fit(seen, [pd_at(table, score) for score in seen], bad),
            folds=fold_facts(each.scores, seen, bad, each.folds),
            calibration=calibration(each.scores, each.pds, bad),
            pd=table,
        )
    return facts
