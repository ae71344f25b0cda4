"""A reviewed book into the bank: checked whole, then added chunk after chunk, resumably.

Each chunk is one transaction with the row it reaches to, so a load that was ended anywhere goes on
where it was, and nothing comes twice. While one chunk is written the next is made ready.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Final

from twinline.app.bank.bulk import Chunk, Load, LoadedMeanwhile, OwnersThere
from twinline.app.bank.clock import business_day
from twinline.app.bank.loading import Terms, Why, broken, brought
from twinline.app.bank.owing import PPM
from twinline.app.fault import InputFault, InputFaults
from twinline.app.replay import recorded_book, recorded_strategy
from twinline.compliance.law import UnknownCurrencyError, read_law
from twinline.compliance.person_control import person_cap
from twinline.decision.strategy import Action, Effect
from twinline.ledger.account import require_name
from twinline.lines.line import Cause
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from fractions import Fraction
    from pathlib import Path

    from twinline.app.bank.bulk import Begun, BulkStore
    from twinline.app.bank.clock import Clock
    from twinline.app.bank.load_ports import LoadShelf
    from twinline.app.bank.loading import BookRow, DecidedRow
    from twinline.app.book_ports import Progress
    from twinline.app.review_ports import BookSource
    from twinline.app.review_record import ReviewRecord
    from twinline.compliance.person_control import PersonCap
    from twinline.decision.strategy import Strategy

CHUNK_ROWS: Final = 2_000
CHECKED_AT_ONCE: Final = 20_000
FAULTS_MOST: Final = 20
"""How many broken rows are named before the reading is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRequest:
    """A book to load, by the decisions in a review's folder.

    `funder` is whose money the book's loans are; `weight` is what an instalment counts for in what
    both lines have together, at least 1 and in whole parts per million.
    """

    book: Path
    decisions: Path
    weight: Fraction
    funder: str = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a load has come to: all rows of the book, of which `added` now."""

    rows: int
    added: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loading:
    """A load with all that it goes by."""

    request: LoadRequest
    book: BookSource
    record: ReviewRecord
    caps: Mapping[str, PersonCap]
    gates: Mapping[str, Why]
    edges: Mapping[str, Why]
    load: Load

    def terms(self, at: datetime) -> Terms:
        """Return what the customers of one chunk have in common."""
        load = self.load
        agreed = f"bank load {load.load_id} {load.decisions_sha256} {load.terms}"
        return Terms(
            load_id=load.load_id,
            review_id=self.record.decisions_digest,
            as_of_on=self.book.as_of_on,
            on=business_day(at),
            at=at,
            currency=self.book.currency,
            funder=self.request.funder,
            weight=self.request.weight,
            caps=self.caps,
            gates=self.gates,
            edges=self.edges,
            command_hash=sha256(agreed.encode()).digest(),
        )


async def load(
    request: LoadRequest,
    shelf: LoadShelf,
    bulk: BulkStore,
    clock: Clock,
    progress: Progress,
) -> Loaded:
    """Load a book, or the rest of it. Raises `Fault`, of a new book before any of it is there."""
    loading = _loading(request, shelf, clock.now(), progress)
    begun = await bulk.begun(loading.load.load_id)
    last_row = 0 if begun is None else _agreed(begun, loading)
    if last_row == loading.book.rows:
        return Loaded(rows=last_row, added=0)
    await _require_loadable(loading, shelf, bulk, last_row)
    last_row = _agreed(await bulk.begin(loading.load), loading)
    try:
        await _add_all(loading, shelf, bulk, (last_row, clock), progress)
    except LoadedMeanwhile as meanwhile:
        rule = "another load of this book runs: let it end, or end it"
        raise InputFault(place=str(request.book), value=meanwhile, rule=rule) from meanwhile
    return Loaded(rows=loading.book.rows, added=loading.book.rows - last_row)


def _loading(request: LoadRequest, shelf: LoadShelf, at: datetime, progress: Progress) -> _Loading:
    require_name("funder", request.funder)
    record = shelf.record(request.decisions)
    strategy = recorded_strategy(request.decisions, record, shelf)
    recorded_book(record, request.book, shelf)
    book = shelf.sound_book(request.book, progress)
    decisions = shelf.decisions(request.decisions)
    found = decisions.sha256()
    if found != record.decisions_sha256 or decisions.rows != book.rows:
        rule = f"the review wrote decisions with SHA-256 {record.decisions_sha256[:16]}…"
        raise InputFault(place=str(request.decisions), value=found[:16] + "…", rule=rule)
    if book.as_of_on > business_day(at):
        rule = f"must not lie ahead of today, {business_day(at)}"
        raise InputFault(place=f"{request.book}, as_of_on", value=book.as_of_on, rule=rule)
    terms = {"funder": request.funder, "joint_weight_ppm": int(request.weight * PPM)}
    return _Loading(
        request=request,
        book=book,
        record=record,
        caps=_caps(shelf, book, business_day(at)),
        gates={
            gate.name: _why(strategy, gate.reason, stops=gate.action is Action.STOP)
            for gate in strategy.gates
        },
        edges={
            edge.name: _why(strategy, edge.reason, stops=edge.effect is Effect.STOP)
            for edge in strategy.edges
        },
        load=Load(
            load_id=book.sha256,
            decisions_sha256=found,
            terms=json.dumps(terms),
            rows=book.rows,
            begun_at=at,
        ),
    )


def _why(strategy: Strategy, code: str, *, stops: bool) -> Why:
    return Why(code, Cause(strategy.reasons[code].cause.value), stops)


def _caps(shelf: LoadShelf, book: BookSource, on: date) -> dict[str, PersonCap]:
    law = read_law(shelf.law_text())
    try:
        return {
            licence.value: person_cap(law, (licence,), on, book.currency) for licence in Licence
        }
    except UnknownCurrencyError as error:
        place = f"{book.path}, column currency"
        raise InputFault(place=place, value=book.currency, rule=str(error)) from error


def _agreed(begun: Begun, loading: _Loading) -> int:
    """Return how far a load is; raise `InputFault` if it was begun with something else."""
    first, asked, request = begun.load, loading.load, loading.request
    if first.decisions_sha256 != asked.decisions_sha256:
        rule = f"the load was begun with decisions of SHA-256 {first.decisions_sha256[:16]}…"
        raise InputFault(
            place=str(request.decisions), value=asked.decisions_sha256[:16] + "…", rule=rule
        )
    if first.terms != asked.terms:
        rule = f"the load was begun with {first.terms}"
        raise InputFault(place=str(request.book), value=asked.terms, rule=rule)
    return begun.last_row


async def _require_loadable(
    loading: _Loading, shelf: LoadShelf, bulk: BulkStore, last_row: int
) -> None:
    """Raise `InputFaults` for rows that cannot be in the bank, or are there by another book."""
    request, faults = loading.request, list[InputFault]()
    rows = shelf.book_rows(request.book, after=last_row)
    while len(faults) < FAULTS_MOST and (some := list(islice(rows, CHECKED_AT_ONCE))):
        for row in some:
            faults += (
                _fault(loading, row.number, *finding) for finding in broken(row, request.weight)
            )
        numbers = {row.customer_id: row.number for row in some}
        there = await bulk.there(list(numbers))
        faults += _there(loading, numbers, there)
    if faults:
        raise InputFaults(faults[:FAULTS_MOST])


def _there(
    loading: _Loading, numbers: Mapping[str, int], there: Sequence[str]
) -> Iterator[InputFault]:
    for owner in sorted(there, key=lambda each: numbers[each]):
        rule = "the bank has a customer of this id already"
        yield _fault(loading, numbers[owner], "customer_id", owner, rule)


def _fault(loading: _Loading, number: int, column: str, value: object, rule: str) -> InputFault:
    place = f"{loading.request.book}, row {number}, column {column}"
    return InputFault(place=place, value=value, rule=rule)


async def _add_all(
    loading: _Loading,
    shelf: LoadShelf,
    bulk: BulkStore,
    begun: tuple[int, Clock],
    progress: Progress,
) -> None:
    """Add every row behind the last one that is done."""
    last_row, clock = begun
    request = loading.request
    rows = zip(
        shelf.book_rows(request.book, after=last_row),
        shelf.decided_rows(request.decisions, after=last_row),
        strict=True,
    )
    adding: asyncio.Task[None] | None = None
    while some := list(islice(rows, CHUNK_ROWS)):
        chunk = _chunk(some, loading.terms(clock.now()))
        if adding is not None:
            await adding
            progress(chunk.first_row - 1, loading.book.rows)
        adding = asyncio.create_task(_add(loading, bulk, chunk))
        await asyncio.sleep(0)  # it begins, and goes on while the next chunk is made
    if adding is not None:
        await adding
    await bulk.settle()
    progress(loading.book.rows, loading.book.rows)


async def _add(loading: _Loading, bulk: BulkStore, chunk: Chunk) -> None:
    try:
        await bulk.add(chunk)
    except OwnersThere as error:  # opened since the book was checked
        numbers = {owner: chunk.first_row + place for place, owner in enumerate(chunk.owners)}
        raise InputFaults(list(_there(loading, numbers, error.owners))) from error


def _chunk(rows: Sequence[tuple[BookRow, DecidedRow]], terms: Terms) -> Chunk:
    return Chunk(
        load_id=terms.load_id,
        first_row=rows[0][0].number,
        last_row=rows[-1][0].number,
        booked_at=terms.at,
        customers=[brought(row, decided, terms) for row, decided in rows],
    )
