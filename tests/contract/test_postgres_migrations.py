"""A book made by an older release becomes this release's, whatever interrupts it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.databases import new_book, new_database
from twinline.adapters.postgres.migrate import Phase, Step, make_book, migrate, pending, steps

BASELINE = Path(__file__).with_name("baseline.sql")
"""The schema before the first migration. It never changes."""

PLANTED = (
    Step(9001, Phase.EXPAND, "colour", "ALTER TABLE line ADD COLUMN colour text;"),
    Step(9001, Phase.CONTRACT, "colour", "ALTER TABLE line DROP COLUMN document;"),
    Step(9002, Phase.EXPAND, "broken", "ALTER TABLE line ADD COLUMN size text; SELECT 1 / 0;"),
)

CATALOGUE = """
SELECT 'column', format('%s.%s', c.relname, a.attname),
  format('%s %s %s %s', format_type(a.atttypid, a.atttypmod), a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation)
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v')
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'twinline'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'table', relname, format('%s %s %s', relowner::regrole, reloptions, relacl)
FROM pg_class WHERE relnamespace = 'twinline'::regnamespace
UNION ALL
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'twinline'
UNION ALL
SELECT 'constraint', conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'twinline'::regnamespace
UNION ALL
SELECT 'view', viewname, definition FROM pg_views WHERE schemaname = 'twinline'
UNION ALL
SELECT 'trigger', tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE tgrelid = 'twinline.journal'::regclass AND NOT tgisinternal
UNION ALL
SELECT 'function', oid::regprocedure::text,
  format('%s %s %s', pg_get_functiondef(oid), proowner::regrole, proacl)
FROM pg_proc WHERE pronamespace = 'twinline'::regnamespace
"""


def catalogue(url: str) -> dict[tuple[str, str], str]:
    """Return everything a book's schema is made of, as text by kind and name."""
    with psycopg.connect(url, options="-c search_path=twinline") as connection:
        return {(kind, name): said for kind, name, said in connection.execute(CATALOGUE)}


@pytest.fixture
def old_book(database_server: str, request: pytest.FixtureRequest) -> str:
    """Return the address of a book as the first release made it."""
    url = new_database(database_server, f"old_{abs(hash(request.node.name))}")
    roles, mark, tables = BASELINE.read_text(encoding="utf-8").partition("-- The tables.")
    with psycopg.connect(url) as connection:
        connection.execute(roles.encode())
        connection.execute("SET LOCAL ROLE twinline_owner; SET LOCAL search_path = twinline")
        connection.execute((mark + tables).encode())
    return url


def test_a_migrated_book_is_a_new_one(database_server: str, old_book: str) -> None:
    """The first release's schema with every migration is the schema that a new book has."""
    new = new_book(database_server, "made_new")
    expanding = [step for step in steps() if step.phase is Phase.EXPAND]
    contracting = [step for step in steps() if step.phase is Phase.CONTRACT]
    assert list(migrate(old_book, contract=True)) == [*expanding, *contracting]
    assert catalogue(old_book) == catalogue(new)
    assert list(migrate(old_book, contract=True)) == []
    assert list(migrate(new, contract=True)) == []


def test_a_book_is_made_once(database_server: str) -> None:
    """Where a book is nothing is made."""
    url = new_book(database_server, "made_once")
    before = catalogue(url)
    assert not make_book(url)
    assert catalogue(url) == before


def test_a_dry_run_changes_nothing(old_book: str) -> None:
    """Every step is tried and undone."""
    before = catalogue(old_book)
    assert list(migrate(old_book, dry_run=True, known=(PLANTED[0],))) == [PLANTED[0]]
    assert catalogue(old_book) == before
    assert pending(old_book, PLANTED, [Phase.EXPAND]) == (PLANTED[0], PLANTED[2])


def test_a_step_that_fails_has_done_nothing(old_book: str) -> None:
    """What came before stays done, the broken step leaves no trace, and comes again."""
    done = migrate(old_book, known=PLANTED)
    assert next(done) == PLANTED[0]
    with pytest.raises(psycopg.errors.DivisionByZero):
        next(done)
    assert ("column", "line.colour") in catalogue(old_book)
    assert ("column", "line.size") not in catalogue(old_book)
    assert pending(old_book, PLANTED, [Phase.EXPAND]) == (PLANTED[2],)


def test_contracting_is_asked_for(old_book: str) -> None:
    """What an old release still needs is taken away only when somebody says so."""
    assert list(migrate(old_book, known=PLANTED[:2])) == [PLANTED[0]]
    assert ("column", "line.document") in catalogue(old_book)
    assert list(migrate(old_book, contract=True, known=PLANTED[:2])) == [PLANTED[1]]
    assert ("column", "line.document") not in catalogue(old_book)
