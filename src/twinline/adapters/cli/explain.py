"""`twinline explain` and `twinline replay`: one decision to read, all decisions made again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.cli.explanation import LANGUAGES, explanation_text
from twinline.adapters.cli.progress import progress_bar
from twinline.adapters.cli.words import add_jobs
from twinline.app.compare import recompare
from twinline.app.explain import explain
from twinline.app.fault import shown
from twinline.app.replay import replay

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from twinline.adapters.cli.words import Verbs
    from twinline.app.replay import Difference
    from twinline.app.review_ports import Shelf

DIFFERS = 1


def register(subparsers: Verbs, shelf: Callable[[], Shelf]) -> None:
    """Add the verbs."""
    verb = subparsers.add_parser("explain", help="explain one customer's decision in a review")
    verb.add_argument("folder", type=Path, help="a review's folder")
    verb.add_argument("--customer", required=True, metavar="ID", help="the customer's id")
    verb.add_argument("--lang", choices=LANGUAGES, default="en", help="the language")
    _add_book(verb)
    verb.set_defaults(run=lambda arguments: _explain(arguments, shelf()))

    verb = subparsers.add_parser("replay", help="make every decision of a review again")
    verb.add_argument("folder", type=Path, help="a review's folder")
    _add_book(verb)
    add_jobs(verb)
    verb.set_defaults(run=lambda arguments: _replay(arguments, shelf()))


def _add_book(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--book", type=Path, help="where the book lies now, if it was moved")


def _explain(arguments: argparse.Namespace, shelf: Shelf) -> int:
    explanation = explain(arguments.folder, arguments.customer, arguments.book, shelf)
    print(explanation_text(explanation, arguments.lang), end="")
    return 0


def _replay(arguments: argparse.Namespace, shelf: Shelf) -> int:
    with progress_bar("deciding again") as progress:
        replayed = replay(arguments.folder, arguments.book, shelf, progress, arguments.jobs)
    if replayed.differing:
        print(f"{replayed.differing:,} of {replayed.rows:,} decisions differ from what was stored")
        for row, column in replayed.differences:
            print(f"  row {row}: {column}" if row else f"  {column}")
    else:
        print(f"{replayed.rows:,} decisions made again, every byte equal")
        print(f"  digest {replayed.digest}")
    named = set()
    if replayed.figures:
        print("the figures differ from what was stored")
        named |= _print_figures(replayed.figures, "summary.json")
    if not replayed.differing:
        named |= _recompare(arguments, shelf)
    other = [name for name in replayed.files if name not in named]
    if other:
        print(f"not as the review wrote it: {', '.join(map(shown, other))}")
    return DIFFERS if replayed.differing or named or other else 0


def _recompare(arguments: argparse.Namespace, shelf: Shelf) -> set[str]:
    """Make the comparison again, if there is one; return the file whose figures differ."""
    with progress_bar("comparing again") as progress:
        again = recompare(arguments.folder, arguments.book, shelf, progress, arguments.jobs)
    if again is None:
        return set()
    if again.differences:
        print("the comparison differs from what was stored")
        return _print_figures(again.differences, "comparison.json")
    print("the comparison made again, every figure equal")
    print(f"  digest {again.digest}")
    return set()


def _print_figures(differences: Sequence[Difference], file: str) -> set[str]:
    for each in differences:
        stored, again = shown(each.stored), shown(each.again)
        print(f"  {each.name} in {file}: {stored}, made again {again}")
    return {file}
