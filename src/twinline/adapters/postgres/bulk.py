"""Many customers at once into the book in PostgreSQL: by COPY, a transaction for each chunk."""

from __future__ import annotations

import asyncio
from datetime import UTC
from typing import TYPE_CHECKING, Final, TypeVar

import psycopg
from psycopg.errors import UniqueViolation

from twinline.adapters.postgres.bulk_rows import TABLES, Rows
from twinline.adapters.postgres.statement import statement
from twinline.app.bank.bulk import Begun, BulkStore, Load, LoadedMeanwhile, OwnersThere
from twinline.app.bank.store import Unavailable
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from twinline.app.bank.bulk import Chunk

SECONDS_TO_CONNECT: Final = 5

Given = TypeVar("Given")


class PostgresBulk(BulkStore):
    """Adds to a book over one connection, with a loader's rights.

    Whatever waits for the server waits in another thread, so that the next customers are made
    ready meanwhile. One step at a time.
    """

    def __init__(self, url: str) -> None:
        """Take the address of a book. Opens nothing yet."""
        self._url = url
        self._connection: psycopg.Connection | None = None

    async def __aenter__(self) -> Self:
        """Open the connection. Raises `InputFault` where no book of this release is."""
        await self._asked(self._open)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection; what was not committed is gone."""
        if self._connection is not None:
            self._connection.close()

    async def begun(self, load_id: str) -> Begun | None:
        """Return how far a load has got."""
        return await self._asked(lambda: self._begun(load_id))

    async def begin(self, load: Load) -> Begun:
        """Write down that a load begins, unless it was begun before."""

        def work() -> Begun | None:
            """Write and read again."""
            values = {
                "load_id": load.load_id,
                "decisions_sha256": load.decisions_sha256,
                "terms": load.terms,
                "rows": load.rows,
                "begun_at": load.begun_at,
            }
            self._opened.execute(statement("load_begin"), values)
            return self._begun(load.load_id)

        begun = await self._asked(work)
        assert begun is not None, "it was written, or was there"
        return begun

    async def there(self, owners: Sequence[str]) -> Sequence[str]:
        """Return which of these the bank has already."""
        return await self._asked(lambda: self._there(owners))

    async def add(self, chunk: Chunk) -> None:
        """Add new customers and how far the load is, all or nothing."""
        rows = Rows()
        for postings in chunk.customers:
            rows.add(postings)
        await self._asked(lambda: self._add(chunk, rows))

    async def settle(self) -> None:
        """Tell the planner of what was added; it would find out by itself, and late."""
        await self._asked(lambda: self._opened.execute(statement("settle_load")))

    @property
    def _opened(self) -> psycopg.Connection:
        assert self._connection is not None, "opened on entering"
        return self._connection

    async def _asked(self, work: Callable[[], Given]) -> Given:
        try:
            return await asyncio.to_thread(work)
        except psycopg.OperationalError as error:
            raise Unavailable(str(error)) from error

    def _open(self) -> None:
        connection = psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=SECONDS_TO_CONNECT,
            application_name="twinline load",
        )
        if connection.execute(statement("can_load")).fetchone() != (True,):
            value = f"{connection.info.host}:{connection.info.port}/{connection.info.dbname}"
            connection.close()
            rule = "must hold a bank's book of this release: twinline db start, or db migrate"
            raise InputFault(place="the database", value=value, rule=rule)
        connection.execute(statement("loader_session"))
        self._connection = connection

    def _begun(self, load_id: str) -> Begun | None:
        asked = self._opened.execute(statement("load_begun"), {"load_id": load_id})
        found = asked.fetchone()
        if found is None:
            return None
        decisions_sha256, terms, rows, begun_at, last_row = found
        load = Load(
            load_id=load_id,
            decisions_sha256=decisions_sha256,
            terms=terms,
            rows=rows,
            begun_at=begun_at.astimezone(UTC),
        )
        return Begun(load=load, last_row=last_row)

    def _there(self, owners: Sequence[str]) -> list[str]:
        found = self._opened.execute(statement("owners_there"), {"owners": list(owners)})
        return [owner for (owner,) in found]

    def _add(self, chunk: Chunk, rows: Rows) -> None:
        try:
            with self._opened.transaction():
                self._write_down(chunk)
                if there := self._there(chunk.owners):
                    raise OwnersThere(there)
                self._copy(rows)
        except UniqueViolation as error:
            if there := self._there(chunk.owners):  # opened while this was being written
                raise OwnersThere(there) from error
            raise

    def _write_down(self, chunk: Chunk) -> None:
        """Say which rows these are, which nobody else may then say."""
        values = {
            "load_id": chunk.load_id,
            "first_row": chunk.first_row,
            "last_row": chunk.last_row,
            "booked_at": chunk.booked_at,
        }
        try:
            written = self._opened.execute(statement("load_chunk"), values).rowcount
        except UniqueViolation as error:
            raise LoadedMeanwhile(chunk) from error
        if not written:
            raise LoadedMeanwhile(chunk)

    def _copy(self, rows: Rows) -> None:
        with self._opened.cursor() as cursor:
            for table in TABLES:
                with cursor.copy(statement(f"copy_{table}")) as copy:
                    copy.write(rows.text(table))
