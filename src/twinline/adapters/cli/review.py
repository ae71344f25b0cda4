"""`twinline review`: a book decided for both lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.cli.comparison import print_comparison
from twinline.adapters.cli.progress import progress_bar
from twinline.adapters.cli.words import add_jobs, day, money
from twinline.app.compare import compare
from twinline.app.review import ReviewRequest, review
from twinline.kernel.money import format_money, parse_money

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.adapters.cli.words import Verbs
    from twinline.app.compare import Pages
    from twinline.app.review_ports import Shelf
    from twinline.app.review_record import ReviewRecord
    from twinline.portfolio.figures import LineFigures


def register(subparsers: Verbs, shelf: Callable[[], Shelf], pages: Callable[[], Pages]) -> None:
    """Add the verb."""
    verb = subparsers.add_parser("review", help="decide every customer of a book for both lines")
    verb.add_argument("book", type=Path, help="a standard book (Parquet)")
    verb.add_argument("--strategy", type=Path, required=True, help="the strategy's folder")
    verb.add_argument("--out", type=Path, required=True, help="the folder to make")
    verb.add_argument(
        "--decided-on",
        type=day,
        metavar="DATE",
        help="the day of the decision, whose law binds (default: the later of the book's day "
        "and the day the law's table was last checked)",
    )
    verb.add_argument(
        "--lang", choices=("en", "zh"), default="en", help="the language of the pages"
    )
    add_jobs(verb)
    verb.add_argument(
        "--against",
        type=Path,
        metavar="DIR2",
        help="a second strategy's folder: who would get what by DIR instead of by DIR2",
    )
    verb.set_defaults(run=lambda arguments: _review(arguments, shelf(), pages()))


def _review(arguments: argparse.Namespace, shelf: Shelf, pages: Pages) -> int:
    request = ReviewRequest(
        book=arguments.book,
        strategy=arguments.strategy,
        out=arguments.out,
        decided_on=arguments.decided_on,
        lang=arguments.lang,
        jobs=arguments.jobs,
    )
    with progress_bar("deciding") as progress:
        if arguments.against is None:
            compared = None
            record = review(request, shelf, pages.review, progress)
        else:
            compared = compare(request, arguments.against, shelf, pages, progress)
            record = compared.review
    print_record(record, arguments.out)
    if compared is not None:
        print_comparison(compared.comparison, arguments.out)
    return 0


def print_record(record: ReviewRecord, folder: Path) -> None:
    """Say what a review came to, for a person."""
    figures, strategy, book = record.figures, record.strategy, record.book
    print(
        f"{figures.customers:,} customers decided by {strategy.name} {strategy.version} "
        f"({strategy.logic_hash[:8]}…), book of {book.as_of_on}, law of {record.decided_on}"
    )
    if record.law_known_on is not None and record.law_known_on < record.decided_on:
        print(
            f"  note: the law is known as of {record.law_known_on}, the last day its table was "
            "checked; what came into force since is not in these decisions"
        )
    _print_line("pay-later", figures.pay_later, book.currency)
    _print_line("cash loan", figures.cash_loan, book.currency)
    print(f"  expected loss, all lines fully used: {money(figures.expected_loss)}")
    if figures.score.auc_ppm is not None and figures.score.ks_ppm is not None:
        print(
            f"  score against the known outcome: AUC {figures.score.auc_ppm / 1e6:.3f}, "
            f"KS {figures.score.ks_ppm / 1e6:.3f}, "
            f"{figures.score.defaulted:,} of {figures.score.outcome_known:,} defaulted"
        )
    print(f"  digest {record.decisions_digest[:16]}…")
    print(f"look at {folder / 'report.html'}; then, for any customer:")
    print(f"  twinline explain {folder} --customer ID")
    print(f"  twinline replay {folder}")


def _print_line(name: str, line: LineFigures, currency: str) -> None:
    actions = ", ".join(f"{count:,} {action}" for action, count in line.actions.items() if count)
    print(f"  {name}: {actions}")
    print(
        f"    limits {money(line.limit_before)} → {money(line.effective_limit)} {currency}"
        f" (raised {money(line.raised_by)}, cut {money(line.cut_by)},"
        f" invited {money(line.invited)}, held back {money(_held_back(line, currency))})"
    )


def _held_back(line: LineFigures, currency: str) -> str:
    """Return what stops and restrictions keep out of reach for now."""
    base, effective = (
        parse_money(text, currency) for text in (line.base_limit, line.effective_limit)
    )
    return format_money(base - effective, currency)
