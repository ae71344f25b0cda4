"""Search: for one table, which other cells bring more profit for no more loss, in expectation."""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from twinline import __version__
from twinline.app.fault import InputFault
from twinline.app.monitor import named
from twinline.app.review import book_facts, decider_on, laws_on, scale_of, usable_strategy
from twinline.app.review_ports import Deciding
from twinline.app.search_moves import candidates
from twinline.app.search_record import RECORD_VERSION, CandidateFigures, SearchRecord
from twinline.compliance.law import read_law
from twinline.kernel.money import format_money
from twinline.kernel.rounding import Rounding, divide
from twinline.portfolio.frontier import Assumptions, Sum, error_of_total, undominated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.monitor_ports import Reports, SearchPage
    from twinline.app.review_ports import BookSource, Language, Priced, Shelf
    from twinline.app.search_moves import Candidate, Selection
    from twinline.decision.strategy import Strategy

RECORD = "search.json"
REPORT = "search.html"
PPM = 1_000_000
DRAWN_OF = 1 << 64
IN_FORCE = "in force"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A table of a strategy to search on a book, into a folder of proposals.

    `sample` is about how many customers are decided, drawn by a hash of `seed` and customer; 0 is
    all of them. More candidates than `most` are refused.
    """

    book: Path
    strategy: Path
    out: Path
    selection: Selection
    sample: int
    seed: int
    most: int
    assumptions: Assumptions = field(default_factory=Assumptions)
    decided_on: date | None = None
    lang: Language = "en"


def search(
    request: SearchRequest, shelf: Shelf, reports: Reports, page: SearchPage, progress: Progress
) -> SearchRecord:
    """Measure every candidate on the book, write the proposals and return their record.

    Nothing in the strategy's folder changes. Raises `Fault` for an input that cannot be used or
    an output that cannot be written.
    """
    reports.reject_unusable(request.out, RECORD)
    law = read_law(shelf.law_text())
    files = shelf.strategy_files(request.strategy)
    book = shelf.sound_book(request.book, progress)
    scale = scale_of(law, book)
    strategy = usable_strategy(request.strategy, files, scale)
    found = _candidates(request, files)
    variants = [_variant(request, files, each, scale) for each in found]
    decided_on = request.decided_on or max(book.as_of_on, law.known_on)
    decider_on(strategy, decided_on)  # says now what a dated value lacks
    sound = {n: each for n, each in enumerate(variants, 1) if not isinstance(each, str)}
    deciding = Deciding(
        strategy=strategy,
        decided_on=decided_on,
        laws=tuple(laws_on(law, decided_on, book.currency).values()),
        as_of_on=book.as_of_on,
    )
    sampled, sums = _measured(request, book, deciding, sound, progress)
    figures = _figures(book, sampled, sums, found, variants)
    record = SearchRecord(
        record_version=RECORD_VERSION,
        twinline_version=__version__,
        book=book_facts(book),
        strategy=named(request.strategy, strategy),
        owner=strategy.owner,
        decided_on=decided_on,
        table=request.selection.table,
        rows=request.selection.rows,
        columns=request.selection.columns,
        assumptions=request.assumptions,
        seed=request.seed,
        sampled=sampled,
        candidates=figures,
    )
    kept = _proposals(files, found, figures, request.selection.table)
    kept[RECORD] = msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"
    kept[REPORT] = page(record, request.lang)
    reports.put(request.out, kept, RECORD)
    return record


def _candidates(request: SearchRequest, files: Mapping[str, bytes]) -> list[Candidate]:
    table = request.selection.table
    content = files.get(table)
    tables = [
        name
        for name in files
        if name in {"scorecard.csv", "gates.csv", "segments.csv", "linkage.csv"}
        or (name.endswith(".csv") and "/" in name)
    ]
    if content is None or table not in tables:
        rule = f"one table of the strategy: {', '.join(tables)}"
        raise InputFault(place="--table", value=table, rule=rule)
    found = candidates(request.selection, content)
    if not found:
        raise InputFault(place="--by", value="nothing", rule="the steps must change a cell")
    if len(found) > request.most:
        rule = f"at most {request.most} candidates (--most); choose rows, columns or fewer steps"
        raise InputFault(place="--by", value=f"{len(found)} candidates", rule=rule)
    return found


def _variant(
    request: SearchRequest, files: Mapping[str, bytes], candidate: Candidate, scale: int
) -> Strategy | str:
    """Return the strategy with the candidate's table, or why it is left out."""
    if candidate.fault:
        return candidate.fault
    changed = {**files, request.selection.table: candidate.content}
    try:
        return usable_strategy(request.strategy, changed, scale)
    except InputFault as fault:
        return f"{fault.value}: {fault.rule}"


def _measured(
    request: SearchRequest,
    book: BookSource,
    deciding: Deciding,
    variants: Mapping[int, Strategy],
    progress: Progress,
) -> tuple[int, dict[int, Sum]]:
    """Return how many customers were decided, and each strategy's sums over them."""
    sums = {number: Sum(request.assumptions) for number in (0, *variants)}
    share = min(request.sample, book.rows) if request.sample else book.rows
    below = DRAWN_OF * share // book.rows

    def drawn(customer_id: str) -> bool:
        return below == DRAWN_OF or _drawn(request.seed, customer_id) < below

    sampled = done = 0
    for rows, priced in book.priced(deciding, tuple(variants.values()), drawn):
        if priced:
            sampled += len(priced[0].lent)
            _add(sums, priced)
        done += rows
        progress(done, book.rows)
    if not sampled:
        rule = "a sample large enough to draw a customer, or 0 for all"
        raise InputFault(place="--sample", value=request.sample, rule=rule)
    return sampled, sums


def _add(sums: Mapping[int, Sum], priced: Sequence[Priced]) -> None:
    """Add some customers to every strategy's sums, the first of which is in force."""
    pds = priced[0].pd_ppm
    in_force, *others = zip(sums.values(), priced, strict=True)
    held, found = in_force
    profits = [held.add(lent, pd) for lent, pd in zip(found.lent, pds, strict=True)]
    for held, found in others:
        for lent, pd, profit in zip(found.lent, pds, profits, strict=True):
            held.differ(held.add(lent, pd) - profit)


def _drawn(seed: int, customer_id: str) -> int:
    digest = hashlib.sha256(f"search {seed}:{customer_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


def _figures(
    book: BookSource,
    sampled: int,
    sums: Mapping[int, Sum],
    found: Sequence[Candidate],
    variants: Sequence[Strategy | str],
) -> tuple[CandidateFigures, ...]:
    """Return the strategy in force and every candidate, with the frontier marked."""
    measured = list(sums)
    best = {
        measured[place]
        for place in undominated([(each.loss, each.profit) for each in sums.values()])
    }
    faults = ["", *(each if isinstance(each, str) else "" for each in variants)]

    def money(scaled: int) -> str:
        whole = divide(scaled * book.rows, sampled * PPM * PPM, Rounding.HALF_UP)
        return format_money(whole, book.currency)

    figures = []
    for number, (each, fault) in enumerate(zip((None, *found), faults, strict=True)):
        done = CandidateFigures(number=number, says=IN_FORCE)
        if each is not None:
            done = CandidateFigures(
                number=number, says=each.says, shift=each.shift, by=each.by, rule=each.rule
            )
        held = sums.get(number)
        if held is None:
            figures.append(msgspec.structs.replace(done, fault=fault))
            continue
        change = held.profit - sums[0].profit
        error = error_of_total(change / PPM**2, held.squares, sampled, book.rows)
        figures.append(
            msgspec.structs.replace(
                done,
                on_frontier=number in best,
                expected_profit=money(held.profit),
                expected_loss=money(held.loss),
                profit_change=money(change),
                profit_change_error=format_money(int(error), book.currency),
                loss_change=money(held.loss - sums[0].loss),
                limits=money(held.limit_minor * PPM * PPM),
                unpriced=held.unpriced,
                differing=held.differing,
            )
        )
    return tuple(figures)


def _proposals(
    files: Mapping[str, bytes],
    found: Sequence[Candidate],
    figures: Sequence[CandidateFigures],
    table: str,
) -> dict[str, bytes]:
    """Return the changed table of each candidate on the frontier, and its difference."""
    kept = {}
    before = files[table].decode("utf-8-sig").splitlines(keepends=True)
    for each in figures:
        if each.number and each.on_frontier:
            content = found[each.number - 1].content
            after = content.decode().splitlines(keepends=True)
            said = difflib.unified_diff(before, after, f"in force/{table}", f"proposed/{table}")
            folder = f"proposals/{each.number:02}"
            kept[f"{folder}/{table}"] = content
            kept[f"{folder}/change.diff"] = "".join(said).encode()
    return kept
