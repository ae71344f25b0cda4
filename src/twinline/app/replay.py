"""Every decision of a review made again, and what its folder says held against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from twinline.app.book import PROTECTED_COLUMNS
from twinline.app.fault import InputFault
from twinline.app.review import usable_strategy
from twinline.app.review_ports import Deciding
from twinline.portfolio.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.review_ports import BookSource, Shelf
    from twinline.app.review_record import ReviewRecord, StrategyFacts
    from twinline.decision.strategy import Strategy

DIFFERENCES_KEPT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of a replay: how many decisions differ, the first of them, and the digest.

    `differences` are row and column; the row is 0 where a whole file is not what it was.
    `figures` are those of summary.json that the decisions made again do not give, `files` those
    of the folder that are not as they were written.
    """

    rows: int
    differing: int
    differences: tuple[tuple[int, str], ...]
    digest: str
    figures: tuple[Difference, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of a record that comes out otherwise: its name, as stored, as made again."""

    name: str
    stored: object
    again: object


def replay(
    folder: Path,
    book_path: Path | None,
    shelf: Shelf,
    progress: Progress,
    jobs: int | None = None,
) -> Replayed:
    """Make every decision of a review again and compare it, and what the folder says of them.

    The book is looked for where it lay, or at `book_path`. Raises `Fault` where book or
    strategy are not those of the review: then nothing can be said of the decisions.
    """
    record = shelf.record(folder)
    strategy = recorded_strategy(folder, record, shelf)
    book = recorded_book(record, book_path, shelf)
    deciding = Deciding(
        strategy=strategy,
        decided_on=record.decided_on,
        laws=record.law,
        as_of_on=record.book.as_of_on,
    )
    stored = shelf.decisions(folder)
    comparison = stored.comparison()
    tally = Tally(record.book.currency, PROTECTED_COLUMNS, strategy.limits)
    found: list[tuple[int, str]] = []
    differing = rows = 0
    with book.decided(deciding, jobs) as parts:
        for part in parts:
            differences = comparison.differences(part)
            differing += len({row for row, _ in differences})
            found.extend(differences[: DIFFERENCES_KEPT - len(found)])
            tally.merge(part.tally)
            rows += part.rows
            progress(rows, book.rows)
    digest = comparison.digest()
    if not differing and (digest != record.decisions_digest or stored.rows != rows):
        differing, found = 1, [(0, "decisions_digest in summary.json")]
    elif not differing and stored.sha256() != record.decisions_sha256:
        differing, found = 1, [(0, "decisions_sha256 in summary.json")]
    return Replayed(
        rows=rows,
        differing=differing,
        differences=tuple(found),
        digest=digest,
        figures=first_differences(record.figures, tally.figures(), "figures"),
        files=tuple(shelf.altered(folder)),
    )


def first_differences(stored: object, again: object, name: str) -> tuple[Difference, ...]:
    """Return the first figures in which two records differ, the innermost by their names."""
    found = _differences(msgspec.to_builtins(stored), msgspec.to_builtins(again), name)
    return tuple(each for each, _ in zip(found, range(DIFFERENCES_KEPT), strict=False))


def _differences(stored: object, again: object, name: str) -> Iterator[Difference]:
    if isinstance(stored, dict) and isinstance(again, dict) and stored.keys() == again.keys():
        for key in stored:
            yield from _differences(stored[key], again[key], f"{name}.{key}".lstrip("."))
    elif stored != again:
        yield Difference(name, stored, again)


def recorded_strategy(folder: Path, record: ReviewRecord, shelf: Shelf) -> Strategy:
    """Return the strategy a review kept; raises `InputFault` where it was altered since."""
    return kept_strategy(folder / "strategy", record.strategy, shelf)


def kept_strategy(kept: Path, facts: StrategyFacts, shelf: Shelf) -> Strategy:
    """Return the strategy in a folder of a review; raises `InputFault` where it was altered."""
    strategy = usable_strategy(kept, shelf.strategy_files(kept), facts.currency_scale)
    for name in ("content_hash", "logic_hash"):
        if getattr(strategy, name) != getattr(facts, name):
            rule = f"the review was made with {name} {getattr(facts, name)[:16]}…"
            raise InputFault(place=str(kept), value=getattr(strategy, name)[:16] + "…", rule=rule)
    return strategy


def recorded_book(record: ReviewRecord, path: Path | None, shelf: Shelf) -> BookSource:
    """Return the book of a review; raises `InputFault` where it is gone or another."""
    book = shelf.book(path or shelf.path(record.book.path))
    if book.sha256 != record.book.sha256:
        rule = f"the review was made of the book with SHA-256 {record.book.sha256[:16]}…"
        raise InputFault(place=str(book.path), value=book.sha256[:16] + "…", rule=rule)
    return book
