"""`twinline strategy`: a strategy's tables checked, tried on its cases, compared with others."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.cli.words import day

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.adapters.cli.words import Verbs
    from twinline.app.review_ports import Shelf

CLEAN, DIFFERS, ERRORS = 0, 1, 2


def register(subparsers: Verbs, shelf: Callable[[], Shelf]) -> Verbs:
    """Add the verbs; return where further verbs of `strategy` may be added."""
    strategy = subparsers.add_parser("strategy", help="check, try and compare strategies")
    verbs = strategy.add_subparsers(dest="verb", required=True, metavar="VERB")

    verb = verbs.add_parser("lint", help="find mistakes in the tables before customers do")
    verb.add_argument("folder", type=Path, help="the strategy's folder")
    verb.add_argument("--strict", action="store_true", help="exit 1 where there is a warning")
    verb.add_argument(
        "--on", type=day, metavar="DATE", help="the day from which the strategy is to be used"
    )
    verb.set_defaults(run=lambda arguments: _lint(arguments, shelf()))

    verb = verbs.add_parser("test", help="decide the cases the strategy brings along")
    verb.add_argument("folder", type=Path, help="the strategy's folder, with its cases.jsonl")
    verb.set_defaults(run=lambda arguments: _test(arguments, shelf()))

    verb = verbs.add_parser("diff", help="say what changed, as a credit committee reads it")
    verb.add_argument("before", type=Path, help="a strategy's folder")
    verb.add_argument("after", type=Path, help="the folder to compare with it")
    verb.set_defaults(run=lambda arguments: _diff(arguments, shelf()))
    return verbs


def _lint(arguments: argparse.Namespace, shelf: Shelf) -> int:
    from twinline.app.lint import lint_strategy  # noqa: PLC0415 - other verbs need none of it
    from twinline.decision.lint.checks import Level  # noqa: PLC0415 - other verbs need none of it

    remarks = lint_strategy(arguments.folder, arguments.on, shelf)
    for remark in remarks:
        print(remark)
    counts = Counter(remark.level for remark in remarks)
    said = ", ".join(f"{counts[level]} {level}{'s'[: counts[level] != 1]}" for level in Level)
    print(f"{arguments.folder}: {said if remarks else 'nothing found'}")
    if counts[Level.ERROR]:
        return ERRORS
    return DIFFERS if arguments.strict and counts[Level.WARNING] else CLEAN


def _test(arguments: argparse.Namespace, shelf: Shelf) -> int:
    from twinline.app.cases import run_cases  # noqa: PLC0415 - other verbs need none of it

    count, failures = run_cases(arguments.folder, shelf)
    for failure in failures:
        print(failure)
    failed = len({failure.place for failure in failures})
    if failed:
        print(f"{arguments.folder}: {failed} of {count} cases failed")
        return DIFFERS
    print(f"{arguments.folder}: {count} cases passed")
    return CLEAN


def _diff(arguments: argparse.Namespace, shelf: Shelf) -> int:
    from twinline.app.diff import diff_strategies  # noqa: PLC0415 - other verbs need none of it

    print(diff_strategies(arguments.before, arguments.after, shelf), end="")
    return CLEAN
