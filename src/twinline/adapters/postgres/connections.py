"""Connections to the book: a few, kept open, each used by one caller at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from psycopg import AsyncConnection, OperationalError, ProgrammingError
from psycopg.errors import InsufficientPrivilege, LockNotAvailable, QueryCanceled

from twinline.adapters.postgres.address import AddressFault, reason
from twinline.adapters.postgres.statement import statement
from twinline.app.bank.store import Unavailable
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from twinline.adapters.postgres.row import Row

    Arguments = Sequence[str | None]
    Connection = AsyncConnection[Row]

SECONDS_TO_CONNECT: Final = 5
STANDS: Final = (LockNotAvailable, QueryCanceled)
"""What is an answer of a session that goes on."""
SERVICE: Final = "session"
ACCESSES: Final = "session_accesses"
OWNER: Final = "session_owner"
"""How a session begins: with the service's rights, or an operator's as the owner."""


async def connect(url: str, session: str = SERVICE) -> Connection:
    """Return a session with one role's rights.

    Raises `psycopg.OperationalError`, and `InputFault` where the address's user may not have them.
    """
    try:
        connection: Connection = await AsyncConnection.connect(
            url, autocommit=True, connect_timeout=SECONDS_TO_CONNECT, application_name="twinline"
        )
    except ProgrammingError:
        raise AddressFault("database") from None
    try:
        await connection.execute(statement(session))
    except InsufficientPrivilege as error:
        user = connection.info.user
        await connection.close()
        role = "twinline_owner" if session == OWNER else "twinline_service"
        rule = f"must be a user who may act as {role} ({error.diag.message_primary})"
        raise InputFault(place="database", value=user, rule=rule) from None
    return connection


class Connections:
    """At most `count` sessions, opened when they are first needed, again when they were lost."""

    def __init__(self, url: str, count: int, *, session: str = SERVICE) -> None:
        """Open nothing yet."""
        self._url = url
        self._session = session
        self._count = count
        self._free: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()
        for _ in range(count):
            self._free.put_nowait(None)

    async def __aenter__(self) -> Self:
        """Return itself, to be closed at the end."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every session."""
        await self.close()

    async def rows(self, name: str, values: Mapping[str, object] | Arguments = ()) -> list[Row]:
        """Return the rows of a statement. Raises `Unavailable`, and other errors as they are.

        A statement whose session was lost is asked once more over a new one: each of ours does the
        same twice as once.
        """
        try:
            return await self._rows(name, values)
        except OperationalError as error:
            if isinstance(error, STANDS):
                raise
        try:
            return await self._rows(name, values)
        except OperationalError as error:
            raise Unavailable(reason(error)) from error

    async def _rows(self, name: str, values: Mapping[str, object] | Arguments) -> list[Row]:
        connection = await self._free.get()
        try:
            if connection is None:
                connection = await connect(self._url, self._session)
            cursor = await connection.execute(statement(name), values, prepare=True)
            return await cursor.fetchall()
        finally:
            lost = connection is None or connection.closed
            self._free.put_nowait(None if lost else connection)

    async def close(self) -> None:
        """Close every session, once whoever uses one is done."""
        for _ in range(self._count):
            connection = await self._free.get()
            if connection is not None:
                await connection.close()
