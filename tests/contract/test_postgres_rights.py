"""What the roles of a book may do: the service posts, and nobody rewrites what was booked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from tests.banks import KEYRING, RESIDENT_ID
from tests.databases import empty
from tests.postings import draw, opening
from twinline.adapters.postgres.access import PostgresKeys
from twinline.adapters.postgres.connections import OWNER, Connections
from twinline.adapters.postgres.store import PostgresStore
from twinline.adapters.postgres.vault import PostgresVault, is_marked
from twinline.app.bank.vault import Field
from twinline.app.fault import InputFault
from twinline.ledger.admission import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES = ("twinline_service", "twinline_reader", "twinline_loader")


@pytest.fixture
def entered(book: str, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """Yield a session with one role's rights on a book with two entries."""

    async def fill() -> None:
        async with PostgresStore(book) as store:
            await store.post(opening())
            await store.post(draw("D1", 100))

    empty(book)
    asyncio.run(fill())
    with psycopg.connect(book, autocommit=True) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(request.param)))
        yield connection


@pytest.mark.parametrize("entered", ROLES, indirect=True)
@pytest.mark.parametrize(
    "tried",
    [
        "UPDATE twinline.journal SET answer = 'other'",
        "DELETE FROM twinline.journal",
        "TRUNCATE twinline.journal",
        "INSERT INTO twinline.journal SELECT * FROM twinline.journal",
        "UPDATE twinline.customer SET pay_later = 10",
        "DELETE FROM twinline.fact",
        "UPDATE twinline.hold SET resolved_by = NULL",
        "DELETE FROM twinline.outbox",
        "DROP TABLE twinline.journal",
        "ALTER TABLE twinline.journal DISABLE TRIGGER ALL",
        "SELECT twinline.keep_riders_1(ARRAY['C1'], ARRAY[1]::bigint[], ARRAY['{}']::json[])",
        "INSERT INTO twinline.record VALUES ('merchant', 'M1', 9, '{}', now(), 'x')",
        "UPDATE twinline.record SET document = '{}'",
        "DELETE FROM twinline.record",
        "INSERT INTO twinline.api_key VALUES (sha256('x'), 'x', '{}', now())",
        "UPDATE twinline.api_key SET scopes = '{opening}'",
        "UPDATE twinline.access SET status = 200",
        "DELETE FROM twinline.access",
        "UPDATE twinline.person_field SET sealed = ''",
        "UPDATE twinline.person SET data_key = ''",
        "DELETE FROM twinline.personal_reading",
        "UPDATE twinline.keyring_mark SET mark = ''",
        "INSERT INTO twinline.closing VALUES ('2026-01-31', 'x', now())",
        "UPDATE twinline.closing SET closed_until = '2026-01-31'",
        "DELETE FROM twinline.closing",
    ],
)
def test_nothing_booked_can_be_rewritten(entered: psycopg.Connection, tried: str) -> None:
    """Neither service nor reader nor loader changes what is there, but by the functions for it."""
    with pytest.raises(InsufficientPrivilege):
        entered.execute(tried.encode())
    entered.execute("RESET ROLE")
    found = entered.execute("SELECT count(*) FROM twinline.journal").fetchone()
    assert found == (2,)


@pytest.mark.parametrize("entered", ["twinline_reader"], indirect=True)
@pytest.mark.parametrize("table", ["person", "person_field", "api_key", "subscriber", "letter"])
def test_a_reader_sees_no_secret(entered: psycopg.Connection, table: str) -> None:
    """Sealed personal data, keys' hashes and secrets of subscribers are the service's alone."""
    with pytest.raises(InsufficientPrivilege):
        entered.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier("twinline", table)))


@pytest.mark.parametrize("entered", ["twinline_reader"], indirect=True)
def test_a_reader_posts_nothing(entered: psycopg.Connection) -> None:
    """The reader looks at the book and calls no function that writes."""
    for call in (
        "roll_up_1()",
        "number_events_1()",
        "purge_refused_2(now(), 1)",
        "purge_answers_1(now(), 1)",
    ):
        with pytest.raises(InsufficientPrivilege):
            entered.execute(f"SELECT twinline.{call}".encode())
    assert entered.execute("SELECT count(*) FROM twinline.movement").fetchone() == (16,)


@pytest.fixture
def service_login(book: str) -> Iterator[str]:
    """Yield the address of a book for a user who has the service's rights alone."""
    empty(book)
    user, password = "only_service", "quite secret"
    with psycopg.connect(book, autocommit=True) as connection:
        name = sql.Identifier(user)
        make = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE twinline_service")
        connection.execute(make.format(name, sql.Literal(password)))
        address = urlsplit(book)
        place = f"{user}:{quote(password)}@{address.hostname}:{address.port}"
        yield address._replace(netloc=place).geturl()
        connection.execute(sql.SQL("DROP ROLE {}").format(name))


@pytest.mark.anyio
async def test_a_service_serves_and_makes_no_key(service_login: str) -> None:
    """A login with the service's rights alone keeps what a service keeps, but adds no API key."""
    async with (
        PostgresStore(service_login) as store,
        Connections(service_login, 1) as desk,
        Connections(service_login, 1, session=OWNER) as operator,
    ):
        assert isinstance(await store.post(replace(opening(), stops_seen=0)), Accepted)
        vault = PostgresVault(desk, lambda: KEYRING)
        assert await is_marked(desk, KEYRING)
        assert await vault.enrol("C1", {Field.RESIDENT_ID: RESIDENT_ID}) == "C1"
        await vault.delete_key("C1")
        assert await PostgresKeys(desk).all() == ()
        with pytest.raises(InputFault, match="may act as twinline_owner"):
            await PostgresKeys(operator).all()


def test_every_function_belongs_to_the_owner_and_is_closed(book: str) -> None:
    """No function that runs with the owner's rights is open to everybody or finds other names."""
    with psycopg.connect(book) as connection:
        open_ = connection.execute(
            """
            SELECT p.proname FROM pg_proc AS p
            JOIN pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname = 'twinline'
            WHERE has_function_privilege('public', p.oid, 'EXECUTE')
              OR pg_get_userbyid(p.proowner) <> 'twinline_owner'
              OR (p.prosecdef AND NOT coalesce(p.proconfig::text LIKE '%search_path%', false))
            """
        ).fetchall()
    assert open_ == []
