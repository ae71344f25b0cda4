"""`twinline monitor`: two books held against each other under one strategy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.cli.progress import progress_bar
from twinline.adapters.cli.words import day

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.adapters.cli.words import Verbs
    from twinline.app.monitor_ports import MonitorPage, Reports
    from twinline.app.monitor_record import MonitorRecord
    from twinline.app.review_ports import Shelf
    from twinline.portfolio.monitoring import Measure

STABLE, WATCH, ACT = 0, 1, 3
SHOWN = 12


def register(
    subparsers: Verbs,
    shelf: Callable[[], Shelf],
    reports: Callable[[], Reports],
    page: Callable[[], MonitorPage],
) -> None:
    """Add the verb."""
    verb = subparsers.add_parser(
        "monitor",
        help="hold a book of now against one of then: has anything moved",
        description="Exit code 0: stable; 1: watch, or too few to tell; 3: act; 2: a fault.",
    )
    verb.add_argument("then", type=Path, metavar="BOOK_THEN", help="the book to compare with")
    verb.add_argument("now", type=Path, metavar="BOOK_NOW", help="the book of today")
    verb.add_argument("--strategy", type=Path, required=True, help="the strategy's folder")
    verb.add_argument("--out", type=Path, required=True, help="the folder to make")
    verb.add_argument(
        "--reference", type=Path, metavar="FOLDER", help="use the bins of an earlier monitor"
    )
    verb.add_argument(
        "--decided-on", type=day, metavar="DATE", help="the day whose law binds, for both books"
    )
    verb.add_argument(
        "--lang", choices=("en", "zh"), default="en", help="the language of monitor.html"
    )
    verb.set_defaults(run=lambda arguments: _monitor(arguments, shelf(), reports(), page()))


def _monitor(
    arguments: argparse.Namespace, shelf: Shelf, reports: Reports, page: MonitorPage
) -> int:
    from twinline.app.monitor import MonitorRequest, monitor  # noqa: PLC0415 - not for `--help`

    request = MonitorRequest(
        then=arguments.then,
        now=arguments.now,
        strategy=arguments.strategy,
        out=arguments.out,
        reference=arguments.reference,
        decided_on=arguments.decided_on,
        lang=arguments.lang,
    )
    with progress_bar("comparing") as progress:
        record = monitor(request, shelf, reports, page, progress)
    print_record(record, arguments.out)
    return _code(record)


def _code(record: MonitorRecord) -> int:
    from twinline.portfolio.drift import Verdict  # noqa: PLC0415 - not for `--help`

    match record.verdict:
        case Verdict.STABLE:
            return STABLE
        case Verdict.ACT:
            return ACT
        case _:
            return WATCH


def print_record(record: MonitorRecord, folder: Path) -> None:
    """Say what a monitor came to, for a person."""
    from twinline.portfolio.drift import Verdict  # noqa: PLC0415 - not for `--help`

    strategy, figures = record.strategy, record.figures
    print(
        f"{record.now.rows:,} customers of {record.now.as_of_on} against {record.then.rows:,} "
        f"of {record.then.as_of_on}, by {strategy.name} {strategy.version} "
        f"({strategy.logic_hash[:8]}…): {record.verdict.upper()}"
    )
    counts = {
        verdict: sum(each.verdict is verdict for each in figures.measures) for verdict in Verdict
    }
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    print(f"  {len(figures.measures)} measures: {said}")
    for verdict in (Verdict.ACT, Verdict.WATCH):
        found = [each for each in figures.measures if each.verdict is verdict]
        for each in found[:SHOWN]:
            print(f"  {verdict:5}  {_said(each)}")
        if found[SHOWN:]:
            print(f"  {verdict:5}  and {len(found[SHOWN:])} more")
    print(f"  switch: {_switched(record)}")
    print(f"look at {folder / 'monitor.html'}")


def _said(measure: Measure) -> str:
    moved = ""
    if measure.then is not None and measure.now is not None:
        moved = f", {measure.then:.4f} → {measure.now:.4f}"
    return (
        f"{measure.kind}: {measure.name} {measure.value:.4f}{moved} "
        f"(watch {measure.lines.watch:g}, act {measure.lines.act:g}, chance {measure.bound:.4f})"
    )


def _switched(record: MonitorRecord) -> str:
    switch = record.switch
    if switch.tripped:
        return (
            f"use {switch.use.folder} ({switch.use.logic_hash[:8]}…) is proposed; "
            "nothing has been switched"
        )
    if switch.why:
        return f"stays {switch.use.folder}: monitor.toml names no conservative strategy"
    return f"stays {switch.use.folder}"
