"""Lending stops: new lending of a product, or of both, stops when capital or law say so.

R74, R75. A monitor sets one; a person sets and lifts one with a second person.
"""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING

import msgspec

from twinline.app.bank.register import RecordKind

if TYPE_CHECKING:
    from twinline.app.bank.register import Register
    from twinline.terms.product import Product


@unique
class StopOf(StrEnum):
    """What is stopped."""

    PAY_LATER = "pay_later"
    CASH_LOAN = "cash_loan"
    ALL = "all"


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A lending stop as it stands. `reason` is what customers are told, in plain words."""

    of: StopOf
    stopped: bool
    reason: str
    set_by: str
    second_person: str


async def stops_of(register: Register, product: Product) -> tuple[Stop, ...]:
    """Return the stops in force for a product."""
    found = []
    for of in (StopOf.ALL, StopOf(product.value)):
        record = await register.record(RecordKind.LENDING_STOP, of)
        if record is not None:
            stop = msgspec.json.decode(record.document, type=Stop)
            if stop.stopped:
                found.append(stop)
    return tuple(found)
