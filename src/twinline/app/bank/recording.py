"""How a command that is about no one customer runs: decide, write records, answer a key the same.

Its key belongs to the API client. The answer is written with what it changes, all or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

from twinline.app.bank.command import Answered, Family, Refused, Request
from twinline.app.bank.deciding import TRIES, refusal_of, refusal_text, text
from twinline.app.bank.reason import refused
from twinline.app.bank.register import Record, RecordKind
from twinline.app.bank.store import Busy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call
    from twinline.app.bank.reason import Reason

Asked = TypeVar("Asked", bound=Request)


@dataclass(frozen=True, slots=True)
class Written(Generic[Answered]):
    """What is answered, and the records to be written with it."""

    answer: Answered
    records: tuple[Record, ...]


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An answer; `accepted` stands first, since a refusal is told by how its text begins."""

    accepted: bool
    command_hash: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording(Generic[Asked, Answered]):
    """What runs a keyed command on the lender's records.

    `reasons` is the command's enum. `decide` may ask others, and changes nothing but personal
    data, which enrolling twice does not change.
    """

    reasons: type[Reason]
    outcome: type[Answered]
    decide: Callable[[Bank, Asked, Call], Awaitable[Written[Answered] | Refused]]

    async def __call__(self, bank: Bank, request: Asked, call: Call) -> Answered | Refused:
        """Return the answer to a request: the first one, if its key has one."""
        record_id = f"{call.client}:{call.key}"
        try:
            async with bank.turns.of(record_id):
                for _ in range(TRIES):
                    if (first := await self._first(bank, record_id, call)) is not None:
                        return first
                    decided = await self.decide(bank, request, call)
                    if isinstance(decided, Refused) and decided.family is Family.TIME_OUT:
                        return decided
                    if await bank.register.write(_records(record_id, decided, call)):
                        return decided.answer if isinstance(decided, Written) else decided
        except (Busy, TimeoutError):
            pass
        return refused(self.reasons["IN_PROGRESS"])

    async def _first(self, bank: Bank, record_id: str, call: Call) -> Answered | Refused | None:
        record = await bank.register.record(RecordKind.ANSWER, record_id)
        if record is None:
            return None
        kept = msgspec.json.decode(record.document, type=_Kept)
        if kept.command_hash != call.command_hash.hex():
            return refused(self.reasons["KEY_REUSED"], "Idempotency-Key", call.key)
        if kept.accepted:
            return msgspec.json.decode(kept.answer, type=self.outcome)
        return refusal_of(kept.answer, self.reasons)


def _records(
    record_id: str, decided: Written[Answered] | Refused, call: Call
) -> tuple[Record, ...]:
    """Return what is written: the key's answer, and with it what the command changes."""
    if isinstance(decided, Refused):
        changes: tuple[Record, ...] = ()
        kept = _Kept(
            accepted=False, command_hash=call.command_hash.hex(), answer=refusal_text(decided)
        )
    else:
        changes = decided.records
        kept = _Kept(
            accepted=True, command_hash=call.command_hash.hex(), answer=text(decided.answer)
        )
    answer = version_of(RecordKind.ANSWER, record_id, kept, call)
    return (answer, *changes)


def version_of(
    kind: RecordKind, record_id: str, document: msgspec.Struct, call: Call, version: int = 1
) -> Record:
    """Return a version of a record as a call writes it."""
    return Record(
        kind=kind,
        record_id=record_id,
        version=version,
        document=text(document),
        written_at=call.at,
        written_by=call.client,
    )
