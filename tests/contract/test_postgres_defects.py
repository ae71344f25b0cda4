"""Each planted defect of the posting in the database itself is accused, twice over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests import lives
from tests.audited import Audited
from tests.databases import empty, new_book
from tests.postings import AT, draw, opening
from twinline.adapters.postgres.statement import schema
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.store import PostingFault
from twinline.app.bank.verify import verify

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, kw_only=True)
class Defect:
    """A function of the schema with some of its text replaced, and who shows it.

    `walls` are constraints that would catch it before anybody else, and are torn down.
    """

    function: str
    instead: dict[str, str]
    life: Callable[[Audited], Awaitable[None]]
    accused: str
    found: str
    walls: tuple[str, ...] = ()


DEFECTS = {
    "a skipped bound": Defect(
        function="weighed_1",
        instead={"WHEN d.cash_loan < 0 AND": "WHEN false AND"},
        life=lives.skipped_bound,
        accused="leaves cash_loan at -100 at best",
        found="a request took cash_loan to -100 [I2]",
    ),
    "a lost void": Defect(
        function="control_changes_1",
        instead={"THEN t.amount - t.posted": "THEN t.posted - t.posted"},
        life=lives.lost_void,
        accused="void V1: says pay_later is 700, it can be 1000",
        found="entry 3 (hold_voided V1): headroom is pay_later 700,",
    ),
    "a wrong sign": Defect(
        function="weighed_1",
        instead={
            "c.cash_loan + d.cash_loan),": "c.cash_loan + "
            "CASE d.cash_loan_limit WHEN 0 THEN -abs(d.cash_loan) ELSE d.cash_loan END),"
        },
        life=lives.wrong_sign,
        accused="repay R1 100: says cash_loan is 400, it can be 600",
        found="entry 3 (repaid R1): headroom is pay_later 1000, cash_loan 400,",
    ),
    "a dropped idempotency check": Defect(
        function="weighed_1",
        instead={"p.group_id = g.name": "p.group_id = g.name AND false"},
        life=lives.dropped_key,
        accused="draw D1 300: answered yes with cash_loan 200",
        found="entry 3 (loan_disbursed D1): its group id was accepted before [I3]",
        walls=("journal_pkey",),
    ),
    "a stale seq accepted": Defect(
        function="weighed_1",
        instead={"WHEN g.seq_seen <> c.seq THEN 'stale'": ""},
        life=lives.accepted_stale,
        accused="says owed_cash_loan is 250, it can be 200",
        found="[I4]",
    ),
}


def planted(url: str, defect: Defect) -> None:
    """Replace a function of a book by itself with other text in it."""
    body = _body(defect.function)
    for text, other in defect.instead.items():
        assert text in body, f"{defect.function} has no {text!r}"
        body = body.replace(text, other)
    with psycopg.connect(url, options="-c search_path=twinline") as connection:
        connection.execute(f"CREATE OR REPLACE FUNCTION {body}".encode())
        for wall in defect.walls:
            connection.execute(f"ALTER TABLE journal DROP CONSTRAINT {wall}".encode())


def _body(function: str) -> str:
    """Return a function's definition, from its name to the end of its script or the next one."""
    for script in schema():
        _, begins, rest = script.partition(f"CREATE FUNCTION {function}(")
        if begins:
            definition = rest.split("\nCREATE ")[0].split("\n-- ")[0]
            return f"{function}({definition}"
    raise AssertionError(function)


@pytest.fixture
def scratch(database_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield a book of this test's own."""
    name = f"defect_{abs(hash(request.node.name))}"
    yield new_book(database_server, name)
    with psycopg.connect(database_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
async def test_a_defect_of_the_database_is_accused(scratch: str, defect: Defect) -> None:
    """Whichever function posts, the auditor accuses the answers and `verify` the book."""
    planted(scratch, defect)
    for together in (True, False):
        empty(scratch)
        async with PostgresStore(scratch, together=together) as store:
            audited = Audited(store, Random(0))
            await audited.post(opening())
            await defect.life(audited)
            found = [str(each) async for each in verify(store, until=AT + timedelta(days=1))]
        accused = audited.auditor.findings()

        assert any(defect.accused in line for line in accused), (together, accused)
        assert any(defect.found in line for line in found), (together, found)


async def test_a_forgotten_key_stops_at_the_table(scratch: str) -> None:
    """Without its check a key still books once: the journal's own key refuses the second row."""
    planted(scratch, replace(DEFECTS["a dropped idempotency check"], walls=()))
    async with PostgresStore(scratch) as store:
        await store.post(opening())
        await store.post(draw("D1", 300))
        with pytest.raises(PostingFault, match="journal_pkey"):
            await store.post(draw("D1", 300))
        assert len(await store.entries("C1")) == 2
