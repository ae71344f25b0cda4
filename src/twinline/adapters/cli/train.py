"""`twinline train` and `twinline score`: models from a book with outcomes, and their scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.cli.progress import progress_bar
from twinline.app.score import ScoreRequest, score
from twinline.app.train_ports import TrainRequest
from twinline.app.vocabulary import LANGUAGES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.adapters.cli.words import Verbs
    from twinline.app.review_ports import Shelf
    from twinline.app.train_ports import Cards, Train, Workshop
    from twinline.app.train_record import TrainRecord

PPM = 1_000_000


def register(
    subparsers: Verbs,
    shelf: Callable[[], Shelf],
    workshop: Callable[[], Workshop],
    trainer: Callable[[], tuple[Train, Cards]],
) -> None:
    """Add the verbs; `trainer` is asked for its work only when training runs."""
    verb = subparsers.add_parser(
        "train", help="learn a scorecard and a challenger from a book with outcomes"
    )
    verb.add_argument("book", type=Path, help="a standard book (Parquet) with outcomes")
    verb.add_argument("--strategy", type=Path, required=True, help="the strategy's folder")
    verb.add_argument("--out", type=Path, required=True, help="the strategy's folder to make")
    verb.add_argument("--seed", type=int, default=0, help="of the folds; default: %(default)s")
    verb.add_argument("--folds", type=int, default=5, help="default: %(default)s")
    verb.add_argument(
        "--lang", choices=LANGUAGES, default="en", help="the language of the model card"
    )
    verb.set_defaults(run=lambda arguments: _train(arguments, shelf(), workshop(), trainer()))

    verb = subparsers.add_parser("score", help="write every customer's score and PD")
    verb.add_argument("book", type=Path, help="a standard book (Parquet)")
    verb.add_argument("--strategy", type=Path, required=True, help="the strategy's folder")
    verb.add_argument(
        "--model",
        choices=("scorecard", "challenger"),
        default="scorecard",
        help="default: %(default)s",
    )
    verb.add_argument("--out", type=Path, required=True, help="the file to write (Parquet)")
    verb.set_defaults(run=lambda arguments: _score(arguments, shelf(), workshop()))


def _train(
    arguments: argparse.Namespace, shelf: Shelf, workshop: Workshop, trainer: tuple[Train, Cards]
) -> int:
    train, cards = trainer
    request = TrainRequest(
        book=arguments.book,
        strategy=arguments.strategy,
        out=arguments.out,
        seed=arguments.seed,
        folds=arguments.folds,
        lang=arguments.lang,
    )
    with progress_bar("training") as progress:
        record = train(request, shelf, workshop, cards, progress)
    _print_record(record, arguments.out)
    return 0


def _score(arguments: argparse.Namespace, shelf: Shelf, workshop: Workshop) -> int:
    request = ScoreRequest(
        book=arguments.book,
        strategy=arguments.strategy,
        model=arguments.model,
        out=arguments.out,
    )
    with progress_bar("scoring") as progress:
        summary = score(request, shelf, workshop, progress)
    print(f"{arguments.out}: {summary.rows:,} customers scored by the {arguments.model}")
    if summary.in_doubt:
        print(f"  without a score: {summary.in_doubt:,}, a feature missing or out of range")
    return 0


def _print_record(record: TrainRecord, folder: Path) -> None:
    """Say what a training came to, for a person."""
    print(
        f"learned from {record.learned_from:,} customers of {record.book.as_of_on}, "
        f"{record.defaulted:,} of whom defaulted"
    )
    if record.in_doubt:
        print(f"  left out: {record.in_doubt:,} customers, a feature missing or out of range")
    for name, facts in record.models.items():
        unseen = facts.unseen
        print(
            f"  {name:<10} on customers not seen: AUC {unseen.auc_ppm / PPM:.4f}, "
            f"KS {unseen.ks_ppm / PPM:.3f}, Brier {unseen.brier_ppm / PPM:.4f}; "
            f"AUC on those seen {facts.seen.auc_ppm / PPM:.4f}"
        )
    for each in record.candidates:
        if not each.monotone:
            print(
                f"  {each.name}: risk does not run one way; information value "
                f"{each.iv_fixed_ppm / PPM:.3f} one way, {each.iv_automatic_ppm / PPM:.3f} freely"
            )
    out = ", ".join(
        f"{each.name} ({each.left_out})" for each in record.candidates if each.left_out
    )
    if out:
        print(f"  not in the card: {out}")
    print(f"look at {folder / 'model_card.html'}; then:")
    print(f"  twinline review BOOK --strategy {folder} --out REVIEW")
    print(f"  twinline score BOOK --strategy {folder} --model challenger --out SCORES.parquet")
