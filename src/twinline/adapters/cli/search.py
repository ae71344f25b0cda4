"""`twinline strategy search`: proposals for one table, profit against loss."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.cli.progress import progress_bar
from twinline.adapters.cli.words import day
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twinline.adapters.cli.words import Verbs
    from twinline.app.monitor_ports import Reports, SearchPage
    from twinline.app.review_ports import Shelf
    from twinline.app.search_moves import Selection
    from twinline.app.search_record import CandidateFigures, SearchRecord
    from twinline.portfolio.frontier import Assumptions

BY = "0.8,0.9,1.1,1.2"
SHIFTS = (-1, 1)
MOST = 60
SAMPLE = 5_000
ASSUMED = {
    "use-pay-later": "share of pay-later limits drawn on average (500000)",
    "use-cash-loan": "share of cash-loan limits drawn on average (600000)",
    "at-default": "share of a limit drawn at default (600000)",
    "lgd": "share of that which is lost (650000)",
    "funding": "cost of money a year (30000)",
    "operation": "cost of operation a year (20000)",
}
"""The assumptions in ppm, by option; what is not given is as `Assumptions` has it."""


def add_verb(
    verbs: Verbs,
    shelf: Callable[[], Shelf],
    reports: Callable[[], Reports],
    page: Callable[[], SearchPage],
) -> None:
    """Add `search` to the verbs of `strategy`."""
    verb = verbs.add_parser(
        "search",
        help="propose other cells for one table: expected profit against expected loss",
        description="Measure variants of one table on a book. Proposals only: the strategy's "
        "folder is not touched, nothing is published. Assumptions are in parts per million.",
    )
    verb.add_argument("book", type=Path, help="a standard book (Parquet)")
    verb.add_argument("--strategy", type=Path, required=True, help="the strategy's folder")
    verb.add_argument("--table", required=True, metavar="FILE", help="as limits/NAME.csv")
    verb.add_argument("--out", type=Path, required=True, help="the folder to make")
    verb.add_argument("--rows", default="", help="first cells, with commas (default: all)")
    verb.add_argument("--columns", default="", help="columns, with commas (default: all)")
    verb.add_argument(
        "--by", help=f"factors {BY} or, written --by=-1,+1, steps (default: {BY}, or by the rule)"
    )
    verb.add_argument(
        "--shift", help="bands to shift by, written --shift=-1,1 (default: -1,1 for matrices)"
    )
    verb.add_argument("--most", type=int, default=MOST, help="candidates at most (%(default)s)")
    verb.add_argument(
        "--sample", type=int, default=SAMPLE, help="customers, 0 for all (%(default)s)"
    )
    verb.add_argument("--seed", type=int, default=1, help="of the sample (%(default)s)")
    verb.add_argument("--decided-on", type=day, metavar="DATE", help="the day whose law binds")
    verb.add_argument("--lang", choices=("en", "zh"), default="en", help="of search.html")
    for option, means in ASSUMED.items():
        verb.add_argument(f"--{option}", type=int, metavar="PPM", help=means)
    verb.set_defaults(run=lambda arguments: _search(arguments, shelf(), reports(), page()))


def _search(
    arguments: argparse.Namespace, shelf: Shelf, reports: Reports, page: SearchPage
) -> int:
    from twinline.app.search import SearchRequest, search  # noqa: PLC0415 - not for `--help`

    if arguments.most < 1 or arguments.sample < 0:
        value = f"--most {arguments.most} --sample {arguments.sample}"
        raise InputFault(place="strategy search", value=value, rule="neither may be below 1, 0")
    request = SearchRequest(
        book=arguments.book,
        strategy=arguments.strategy,
        out=arguments.out,
        selection=_selection(arguments),
        sample=arguments.sample,
        seed=arguments.seed,
        most=arguments.most,
        assumptions=_assumptions(arguments),
        decided_on=arguments.decided_on,
        lang=arguments.lang,
    )
    with progress_bar("searching") as progress:
        record = search(request, shelf, reports, page, progress)
    print_record(record, arguments.out)
    return 0


def _selection(arguments: argparse.Namespace) -> Selection:
    from twinline.app.search_moves import RULES, SCORECARD, Selection, read_moves  # noqa: PLC0415

    plain = arguments.table not in RULES and arguments.table != SCORECARD
    shifts = (SHIFTS if plain else ()) if arguments.shift is None else _shifts(arguments.shift)
    by = arguments.by or ("" if arguments.table in RULES else BY)
    return Selection(
        table=arguments.table,
        rows=_names(arguments.rows),
        columns=_names(arguments.columns),
        by=read_moves(by) if by else (),
        shifts=shifts,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _shifts(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        rule = "whole numbers of bands such as -1,1"
        raise InputFault(place="--shift", value=text, rule=rule) from error


def _assumptions(arguments: argparse.Namespace) -> Assumptions:
    from twinline.portfolio.frontier import Assumptions  # noqa: PLC0415 - not for `--help`

    values = {}
    for option in ASSUMED:
        name = option.replace("-", "_")
        value = getattr(arguments, name)
        if value is None:
            continue
        if not 0 <= value <= 1_000_000:  # noqa: PLR2004 - a share in ppm
            raise InputFault(place=f"--{option}", value=value, rule="0 to 1000000 ppm")
        values[f"{name}_ppm"] = value
    return Assumptions(**values)


def print_record(record: SearchRecord, folder: Path) -> None:
    """Say what a search came to, for a person."""
    measured = [each for each in record.candidates if not each.fault]
    left_out = len(record.candidates) - len(measured)
    of = "all" if record.sampled == record.book.rows else f"of {record.book.rows:,}"
    print(
        f"{len(measured) - 1} candidates for {record.table} of {record.strategy.folder}, "
        f"measured on {record.sampled:,} customers ({of})"
    )
    if left_out:
        print(f"  left out: {left_out}, as search.json says")
    print(f"  {'':24}{'expected loss':>18}{'expected profit':>18}{'change':>16}{'± error':>14}")
    frontier = sorted(
        (each for each in measured if each.on_frontier or not each.number),
        key=lambda each: (float(each.expected_loss), each.number),
    )
    for each in frontier:
        print(f"  {_row(each)}")
    print(f"proposals, none of them published: {folder / 'proposals'}; {folder / 'search.html'}")


def _row(each: CandidateFigures) -> str:
    name = f"{each.number:02} {each.says}" if each.number else each.says
    name = name if len(name) <= 23 else name[:22] + "…"  # noqa: PLR2004 - the width of the column
    figures = (
        f"{_money(each.expected_loss):>18}{_money(each.expected_profit):>18}"
        f"{_money(each.profit_change):>16}{_money(each.profit_change_error):>14}"
    )
    return f"{name:24}{figures}" + ("" if each.on_frontier else "  not on the frontier")


def _money(text: str) -> str:
    return f"{float(text):,.0f}"
