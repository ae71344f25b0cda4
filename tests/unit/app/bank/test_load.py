"""A reviewed book into the bank: whole, in chunks, wherever it was ended before."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from tests.postings import opening
from tests.tables import ROOT
from twinline.adapters.batch import shelf
from twinline.adapters.memory.bulk import MemoryBulk
from twinline.adapters.memory.store import MemoryStore
from twinline.app.bank import load as loads
from twinline.app.bank.clock import Clock
from twinline.app.bank.load import Loaded, LoadRequest, load
from twinline.app.bank.verify import verify
from twinline.app.fault import InputFault
from twinline.wiring import main

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.bank.bulk import Begun, Chunk, Load

ROWS = 130
STRATEGY = ROOT / "strategies" / "standard"


class Passing(Clock):
    """A clock of which each look takes a second."""

    def __init__(self) -> None:
        """Begin on a day after the book's."""
        self._at = datetime(2026, 11, 10, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the next second."""
        self._at += timedelta(seconds=1)
        return self._at

    def new_id(self) -> str:
        """Give no identifiers."""
        raise AssertionError


class Killed(Exception):
    """What ends a load in a test."""


class Mortal(MemoryBulk):
    """A book in memory whose loader is killed at a chunk, before or after it is written."""

    def __init__(self, store: MemoryStore, at: int, *, written: bool) -> None:
        """Take the number of the chunk, 1 the first."""
        super().__init__(store)
        self.left = at
        self.written = written

    async def add(self, chunk: Chunk) -> None:
        """Add a chunk, or die."""
        self.left -= 1
        if self.left or self.written:
            await super().add(chunk)
        if not self.left:
            raise Killed


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> LoadRequest:
    """Return a synthetic book with a review of it."""
    folder = tmp_path_factory.mktemp("reviewed")
    return request_of(folder, seed=1)


def request_of(folder: Path, seed: int) -> LoadRequest:
    """Make a book and its review."""
    book, review = folder / f"{seed}.parquet", folder / f"review{seed}"
    made = ["book", "make", "--customers", str(ROWS), "--seed", str(seed), "--out", str(book)]
    assert main(made) == 0
    assert main(["review", str(book), "--strategy", str(STRATEGY), "--out", str(review)]) == 0
    return LoadRequest(book=book, decisions=review, weight=Fraction(3, 2))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a small book have several chunks."""
    monkeypatch.setattr(loads, "CHUNK_ROWS", 30)


def run(request: LoadRequest, bulk: MemoryBulk) -> Loaded:
    """Load a book; nobody watches."""
    return asyncio.run(load(request, shelf, bulk, Passing(), lambda _done, _all: None))


async def _told(store: MemoryStore) -> dict[str, object]:
    return {owner: await store.snapshot(owner) async for owner in store.owners()}


def truth(store: MemoryStore) -> dict[str, object]:
    """Return every customer of a book that is found to be true."""

    async def check() -> dict[str, object]:
        until = datetime(2026, 12, 1, tzinfo=UTC)
        assert [finding async for finding in verify(store, until=until)] == []
        return await _told(store)

    return asyncio.run(check())


def test_a_book_is_loaded_once(reviewed: LoadRequest) -> None:
    """All customers come, the book holds, and the same book again adds nothing."""
    store = MemoryStore()
    bulk = MemoryBulk(store)

    assert run(reviewed, bulk) == Loaded(rows=ROWS, added=ROWS)
    told = truth(store)
    assert len(told) == ROWS
    assert run(reviewed, bulk) == Loaded(rows=ROWS, added=0)
    assert truth(store) == told


@pytest.mark.parametrize("at", [1, 2, 5])
@pytest.mark.parametrize("written", [False, True])
def test_a_killed_load_goes_on(reviewed: LoadRequest, at: int, *, written: bool) -> None:
    """Killed at any chunk, before it was written or just after: all come once in the end."""
    store, whole = MemoryStore(), MemoryStore()
    run(reviewed, MemoryBulk(whole))
    bulk = Mortal(store, at, written=written)
    with pytest.raises(Killed):
        run(reviewed, bulk)
    before = len(truth(store))
    assert before == min(ROWS, 30 * (at if written else at - 1))

    assert run(reviewed, bulk) == Loaded(rows=ROWS, added=ROWS - before)
    assert lines_of(store) == lines_of(whole)


def lines_of(store: MemoryStore) -> list[str]:
    """Return lines, limits and what is owed of all customers, as text."""

    async def work() -> list[str]:
        found = []
        async for owner in store.customers():
            snapshot = await store.snapshot(owner)
            assert snapshot is not None
            owed = {name: each.owed for name, each in snapshot.contracts.items()}
            found.append(f"{snapshot.customer} {snapshot.headroom} {snapshot.lines} {owed}")
        return found

    return asyncio.run(work())


def test_a_load_goes_on_with_what_it_was_begun_with(reviewed: LoadRequest) -> None:
    """Other terms, once some customers are there, are refused."""
    bulk = Mortal(MemoryStore(), 2, written=False)
    with pytest.raises(Killed):
        run(reviewed, bulk)
    other = replace(reviewed, weight=Fraction(1), funder="bank2")

    with pytest.raises(InputFault, match=r"the load was begun with .*1500000"):
        run(other, bulk)


def test_another_book_with_an_id_already_there_is_refused_whole(
    reviewed: LoadRequest, tmp_path: Path
) -> None:
    """An id the bank has keeps the whole book out, wherever it stands; each is named."""
    store = MemoryStore()
    asyncio.run(store.post(opening("C000000077")))
    asyncio.run(store.post(opening("C000000099")))
    rule = "the bank has a customer of this id already"
    with pytest.raises(InputFault) as found:
        run(reviewed, MemoryBulk(store))

    assert str(found.value).splitlines() == [
        f"{reviewed.book}, row {number}, column customer_id: C{number:09}: {rule}"
        for number in (77, 99)
    ]
    assert set(asyncio.run(_told(store))) == {"C000000077", "C000000099"}
    assert not list(tmp_path.iterdir())


def test_an_id_opened_meanwhile_stops_at_its_chunk(
    reviewed: LoadRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A customer opened after the book was checked is named, and nothing of its chunk comes."""
    store = MemoryStore()
    bulk = MemoryBulk(store)
    begin = bulk.begin

    async def late(asked: Load) -> Begun:
        """Open a customer between the check and the first chunk."""
        await store.post(opening("C000000077"))
        return await begin(asked)

    monkeypatch.setattr(bulk, "begin", late)
    with pytest.raises(InputFault, match="row 77, column customer_id: C000000077"):
        run(reviewed, bulk)
    assert len(asyncio.run(_told(store))) == 61


def test_two_loads_of_a_book_do_not_mix(reviewed: LoadRequest) -> None:
    """Whoever finds that another has added the next rows stops."""

    class Overtaken(MemoryBulk):
        """A book in memory to which another loader adds first."""

        async def add(self, chunk: Chunk) -> None:
            """Let the other one come first, once."""
            await super().add(chunk)
            await super().add(chunk)

    with pytest.raises(InputFault, match="rows 1 to 30: another load of this book runs"):
        run(reviewed, Overtaken(MemoryStore()))


def test_decisions_have_to_be_the_reviews_own(reviewed: LoadRequest, tmp_path: Path) -> None:
    """Decisions that were changed, or are of another book, are refused."""
    other = request_of(tmp_path, seed=2)
    bulk = MemoryBulk(MemoryStore())
    with pytest.raises(InputFault, match="the review was made of the book with SHA-256"):
        run(replace(other, decisions=reviewed.decisions), bulk)

    changed = tmp_path / "changed"
    shutil.copytree(other.decisions, changed)
    table = pq.read_table(changed / "decisions.parquet")
    pq.write_table(table.slice(1), changed / "decisions.parquet")
    with pytest.raises(InputFault, match="the review wrote decisions with SHA-256"):
        run(replace(other, decisions=changed), bulk)


def test_a_book_of_tomorrow_is_refused(tmp_path: Path) -> None:
    """A balance cannot have stood on a day that has not come."""
    book, review = tmp_path / "b.parquet", tmp_path / "r"
    ahead = ["--as-of", "2026-11-11", "--out", str(book)]
    assert main(["book", "make", "--customers", "5", "--seed", "1", *ahead]) == 0
    assert main(["review", str(book), "--strategy", str(STRATEGY), "--out", str(review)]) == 0
    with pytest.raises(InputFault, match="must not lie ahead of today, 2026-11-10"):
        run(
            LoadRequest(book=book, decisions=review, weight=Fraction(1)), MemoryBulk(MemoryStore())
        )
