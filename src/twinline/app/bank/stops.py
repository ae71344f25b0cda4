"""The lending stops in force, as the register keeps them: one record, every version of it.

A monitor sets one at once; a person sets and lifts one with a second person (R74, R75).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from twinline.app.bank.register import STOPS, RecordKind
from twinline.compliance.lending_stop import LendingStop, Setter
from twinline.lines.line import Cause
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.register import Record, Register


class StopDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A lending stop: over which product, licence and funder, since when, whose doing, why.

    `set_as` says whether persons or a monitor set it. A monitor's says which `figure` it has
    `seen` beyond which `threshold`, and what ends the stop.
    """

    stop_id: str
    product: Product | None
    licence: Licence | None
    funder: str | None
    cause: Cause
    reason: str
    from_on: date
    to_on: date | None
    set_by: str
    lifted_by: str
    set_as: Setter = Setter.PERSONS
    figure: str = ""
    seen: str = ""
    threshold: str = ""
    ends_when: str = ""


class Stops(msgspec.Struct, frozen=True):
    """The stops that are in force or to come; those that have ended stand in earlier versions."""

    stops: tuple[StopDocument, ...]


async def stops_of(register: Register) -> tuple[tuple[LendingStop, ...], int]:
    """Return the stops and the version of their record, 0 where none was ever set."""
    return stops_in(await register.record(RecordKind.LENDING_STOP, STOPS))


def stops_in(record: Record | None) -> tuple[tuple[LendingStop, ...], int]:
    """Return the stops of their record, and its version."""
    if record is None:
        return (), 0
    kept = msgspec.json.decode(record.document, type=Stops)
    stops = tuple(LendingStop(**msgspec.structs.asdict(each)) for each in kept.stops)
    return stops, record.version


def stop_document(stop: LendingStop) -> StopDocument:
    """Return a stop as it is kept and answered."""
    return StopDocument(**asdict(stop))
