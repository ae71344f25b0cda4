"""The lending stops in force, as the register keeps them: one record, every version of it.

A monitor sets one; a person sets and lifts one with a second person (R74, R75).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from twinline.app.bank.register import RecordKind
from twinline.compliance.lending_stop import LendingStop

if TYPE_CHECKING:
    from twinline.app.bank.register import Register

RECORD: Final = "stops"
"""The id of the one record."""


class Stops(msgspec.Struct, frozen=True):
    """The stops that are in force or to come; those that have ended stand in earlier versions."""

    stops: tuple[LendingStop, ...] = ()


async def stops_of(register: Register) -> tuple[Stops, int]:
    """Return the stops and the version of their record, 0 where none was ever set."""
    record = await register.record(RecordKind.LENDING_STOP, RECORD)
    if record is None:
        return Stops(), 0
    return msgspec.json.decode(record.document, type=Stops), record.version
