"""Personal data in PostgreSQL: sealed before it gets there, with keys that it never sees."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from twinline.app.bank.vault import Field, Index, NoPersonalDataError, Reading, Vault, WrappedKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinline.adapters.postgres.connections import Connections
    from twinline.app.bank.vault import Sealing

PAGE: Final = 500


class PostgresVault(Vault):
    """Personal data in a book's tables. `keyring` gives the lender's keys as they are now."""

    def __init__(self, connections: Connections, keyring: Callable[[], Sealing]) -> None:
        """Take the connections to work over, and who holds the keys."""
        self._connections = connections
        self._keyring = keyring

    def keyed(self, said: bytes) -> bytes:
        """Return a keyed hash of what was said to the bank."""
        return self._keyring().keyed(said)

    async def enrol(self, customer_id: str, fields: Mapping[Field, str]) -> str:
        """Keep a person's fields, unless the resident id is known; return the customer's id."""
        assert Field.RESIDENT_ID in fields, "a person is told from others by it"
        key = self._keyring().new_data_key(customer_id)
        asked = self._sealed(customer_id, key, fields)
        asked |= {"master": key.master, "data_key": key.sealed}
        ((enrolled,),) = await self._connections.rows("enrol", asked)
        assert isinstance(enrolled, str)
        return enrolled

    async def read(self, customer_id: str, reading: Reading) -> Mapping[Field, str]:
        """Return a customer's fields in clear, and keep that they were read."""
        asked = {"customer_id": customer_id, **asdict(reading), "whole": list(reading.whole)}
        rows = await self._connections.rows("read_person", asked)
        if not rows:
            raise NoPersonalDataError(customer_id)
        keyring = self._keyring()
        return {
            Field(field): keyring.open(
                customer_id, WrappedKey(master, data_key), Field(field), sealed
            )
            for master, data_key, field, sealed in rows
        }

    async def put(self, customer_id: str, fields: Mapping[Field, str]) -> None:
        """Replace some of a customer's fields."""
        rows = await self._connections.rows("data_key", {"customer_id": customer_id})
        if rows:
            asked = self._sealed(customer_id, WrappedKey(*rows[0]), fields)
            rows = await self._connections.rows("put_fields", asked)
        if rows in ([], [(False,)]):
            raise NoPersonalDataError(customer_id)

    async def found(self, index: Index, text: str) -> tuple[str, ...]:
        """Return the ids of the customers whose field is this text, in order."""
        asked = {"field": index, "blind": self._keyring().blind(index, text)}
        rows = await self._connections.rows("find_person", asked)
        return tuple(customer_id for (customer_id,) in rows)

    async def delete_key(self, customer_id: str) -> bool:
        """Destroy a customer's data key, and what it opened."""
        return bool(await self._connections.rows("delete_person", {"customer_id": customer_id}))

    async def readings(self, customer_id: str) -> tuple[Reading, ...]:
        """Return every reading of a customer's fields, by time."""
        rows = await self._connections.rows("readings", {"customer_id": customer_id})
        return tuple(
            Reading(reader=reader, at=at, purpose=purpose, whole=tuple(map(Field, whole)))
            for reader, at, purpose, whole in rows
        )

    def _sealed(
        self, customer_id: str, key: WrappedKey, fields: Mapping[Field, str]
    ) -> dict[str, object]:
        """Return fields as the arguments of the database's functions."""
        keyring = self._keyring()
        found_by = {Field(index.value): index for index in Index}
        return {
            "customer_id": customer_id,
            "fields": list(fields),
            "seals": [keyring.seal(customer_id, key, *each) for each in fields.items()],
            "blinds": [
                keyring.blind(found_by[field], text) if field in found_by else None
                for field, text in fields.items()
            ],
        }


async def is_marked(connections: Connections, keyring: Sealing) -> bool:
    """Return whether a book's personal data is sealed with these keys; the first ones are it."""
    await connections.rows("mark_keyring", {"mark": keyring.mark()})
    return await mark_of(connections) == keyring.mark()


async def mark_of(connections: Connections) -> bytes | None:
    """Return what tells the keys of a book's personal data, None if it never had any."""
    rows = await connections.rows("keyring_mark")
    return rows[0][0] if rows else None


async def wrap_again(connections: Connections, keyring: Sealing) -> int:
    """Put every data key under the current master key; return how many were under another.

    `connections` have the owner's rights. No field is touched, servers go on meanwhile, and what
    was interrupted goes on where it stopped.
    """
    done = 0
    while rows := await connections.rows(
        "wrapped_before", {"master": keyring.current, "count": PAGE}
    ):
        wrapped = [keyring.rewrapped(each, WrappedKey(master, key)) for each, master, key in rows]
        asked = {
            "master": keyring.current,
            "customers": [each for each, _, _ in rows],
            "seen": [key for _, _, key in rows],
            "data_keys": [each.sealed for each in wrapped],
        }
        done += len(await connections.rows("wrap_again", asked))
    return done
