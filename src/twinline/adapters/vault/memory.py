"""A vault in memory: sealed as in the database, until the process ends."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinline.app.bank.vault import Field, Index, NoPersonalDataError, Vault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.adapters.vault.keyring import Keyring
    from twinline.app.bank.vault import Reading, WrappedKey


@dataclass(slots=True)
class _Kept:
    """One customer: the wrapped data key, the sealed fields, the hashes that lead here."""

    key: WrappedKey
    fields: dict[Field, bytes] = field(default_factory=dict)
    blind: dict[Index, bytes] = field(default_factory=dict)


class MemoryVault(Vault):
    """Personal data in memory. Threads must not share one."""

    def __init__(self, keyring: Keyring) -> None:
        """Begin empty."""
        self._keyring = keyring
        self._kept: dict[str, _Kept] = {}
        self._owners: defaultdict[tuple[Index, bytes], set[str]] = defaultdict(set)
        self._readings: defaultdict[str, list[Reading]] = defaultdict(list)

    def keyed(self, said: bytes) -> bytes:
        """Return a keyed hash of what was said to the bank."""
        return self._keyring.keyed(said)

    async def enrol(self, customer_id: str, fields: Mapping[Field, str]) -> str:
        """Keep a person's fields, unless the resident id is known; return the customer's id."""
        known = await self.found(Index.RESIDENT_ID, fields[Field.RESIDENT_ID])
        if known:
            return known[0]
        self._kept[customer_id] = _Kept(self._keyring.new_data_key(customer_id))
        await self.put(customer_id, fields)
        return customer_id

    async def read(self, customer_id: str, reading: Reading) -> Mapping[Field, str]:
        """Return a customer's fields in clear, and keep that they were read."""
        kept = self._of(customer_id)
        self._readings[customer_id].append(reading)
        return {
            name: self._keyring.open(customer_id, kept.key, name, sealed)
            for name, sealed in kept.fields.items()
        }

    async def put(self, customer_id: str, fields: Mapping[Field, str]) -> None:
        """Replace some of a customer's fields."""
        kept = self._of(customer_id)
        for name, text in fields.items():
            kept.fields[name] = self._keyring.seal(customer_id, kept.key, name, text)
        for index in Index:
            if (text_of := fields.get(Field(index.value))) is not None:
                self._lead(customer_id, kept, index, text_of)

    async def found(self, index: Index, text: str) -> tuple[str, ...]:
        """Return the ids of the customers whose field is this text, in order."""
        return tuple(sorted(self._owners.get((index, self._keyring.blind(index, text)), ())))

    async def delete_key(self, customer_id: str) -> bool:
        """Destroy a customer's data key, and what leads to the customer."""
        kept = self._kept.pop(customer_id, None)
        if kept is not None:
            for index, hashed in kept.blind.items():
                self._owners[index, hashed].discard(customer_id)
        return kept is not None

    async def readings(self, customer_id: str) -> tuple[Reading, ...]:
        """Return every reading of a customer's fields, by time."""
        return tuple(self._readings.get(customer_id, ()))

    def _lead(self, customer_id: str, kept: _Kept, index: Index, text: str) -> None:
        if index in kept.blind:
            self._owners[index, kept.blind[index]].discard(customer_id)
        kept.blind[index] = self._keyring.blind(index, text)
        self._owners[index, kept.blind[index]].add(customer_id)

    def _of(self, customer_id: str) -> _Kept:
        if customer_id not in self._kept:
            raise NoPersonalDataError(customer_id)
        return self._kept[customer_id]
