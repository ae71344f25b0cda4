"""A book is made, or brought up to this release, step by step.

A migration is up to two scripts. `NNNN-name.expand.sql` adds what the new release needs, and the
old one goes on working; `NNNN-name.contract.sql` takes away what no release needs any more, once
no old one runs. Each script is one transaction with the line that says it is done: a migration
that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum, unique
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import psycopg

from twinline.adapters.postgres.statement import schema, statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.resources.abc import Traversable

SHIPPED: Final = files("twinline.adapters.postgres") / "migrations"
_NAME: Final = re.compile(r"(\d{4})-([a-z0-9-]+)\.(expand|contract)\.sql")


@unique
class Phase(StrEnum):
    """Which half of a migration, in the order they are taken."""

    EXPAND = "expand"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """One script of a migration."""

    number: int
    phase: Phase
    name: str
    script: str

    def __str__(self) -> str:
        """Return what a person calls it."""
        return f"{self.number:04} {self.name}, {self.phase}"


def steps(folder: Traversable = SHIPPED) -> tuple[Step, ...]:
    """Return every step there is, in order."""
    named = ((_NAME.fullmatch(path.name), path) for path in folder.iterdir())
    return tuple(
        sorted(
            Step(int(name[1]), Phase(name[3]), name[2], path.read_text(encoding="utf-8"))
            for name, path in named
            if name is not None
        )
    )


def make_book(url: str) -> bool:
    """Make a book in an empty database; return whether there was none. All at once or not."""
    with psycopg.connect(url) as connection, connection.transaction():
        _begin(connection)
        if _exists(connection):
            return False
        roles, *rest = schema()
        connection.execute(roles.encode())
        connection.execute(statement("as_owner"))
        for script in rest:
            connection.execute(script.encode())
        for step in steps():
            _write_down(connection, step)
        return True


def pending(url: str, known: Sequence[Step], phases: Sequence[Phase]) -> tuple[Step, ...]:
    """Return the steps of these phases that a book has not been through, in order."""
    with psycopg.connect(url) as connection:
        taken = set(connection.execute(statement("steps_taken")).fetchall())
    return tuple(
        step for step in known if step.phase in phases and (step.number, step.phase) not in taken
    )


def migrate(
    url: str,
    *,
    contract: bool = False,
    dry_run: bool = False,
    known: Sequence[Step] | None = None,
) -> Iterator[Step]:
    """Take the steps that are left, and yield each when it is done.

    Contracting steps are taken only if asked for, after every expanding one. A dry run tries each
    step by itself and undoes it. Raises `psycopg.Error`; the step it comes from has done nothing.
    """
    known = steps() if known is None else known
    for phase in (Phase.EXPAND, Phase.CONTRACT) if contract else (Phase.EXPAND,):
        for step in pending(url, known, [phase]):
            with psycopg.connect(url) as connection:
                _take(connection, step, keep=not dry_run)
            yield step


def _take(connection: psycopg.Connection, step: Step, *, keep: bool) -> None:
    """Take a step in one transaction, unless somebody else has taken it meanwhile."""
    with connection.transaction(force_rollback=not keep):
        _begin(connection)
        taken = connection.execute(statement("steps_taken")).fetchall()
        if (step.number, step.phase) not in taken:
            connection.execute(statement("as_owner"))
            connection.execute(step.script.encode())
            _write_down(connection, step)


def _begin(connection: psycopg.Connection) -> None:
    connection.execute(statement("migrating"))


def _exists(connection: psycopg.Connection) -> bool:
    found = connection.execute(statement("book_exists")).fetchone()
    assert found is not None, "it is a question with one answer"
    return bool(found[0])


def _write_down(connection: psycopg.Connection, step: Step) -> None:
    written = {"number": step.number, "phase": step.phase, "name": step.name}
    connection.execute(statement("step_taken"), written)
