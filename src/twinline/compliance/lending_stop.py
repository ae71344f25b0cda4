"""The lending stop: no new credit of a kind, because capital, leverage or funding say so.

A stop is a dated interval set by a monitor or by a person, over a product, a licence, a funder, or
all of them (R74, R75). It touches new use only; what is owed goes on, and repayment with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum, unique
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from twinline.lines.line import Cause
    from twinline.terms.licence import Licence
    from twinline.terms.product import Product


@unique
class Setter(StrEnum):
    """What set a stop: only persons lift one, whoever set it."""

    PERSONS = "persons"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class LendingStop:
    """A stop from `from_on` to before `to_on`; None is until someone lifts it.

    None for product, licence or funder means every one. `cause` says whose doing it is, `reason`
    is the code of a reason text; `set_by` names the monitor or persons that set it, `lifted_by`
    who ended it. A monitor says which `figure` it has `seen` beyond which `threshold`, both as
    decimal text, and in words what ends the stop; a stop of persons leaves these empty.
    """

    stop_id: str
    cause: Cause
    reason: str
    from_on: date
    set_by: str
    product: Product | None = None
    licence: Licence | None = None
    funder: str | None = None
    to_on: date | None = None
    lifted_by: str = ""
    set_as: Setter = Setter.PERSONS
    figure: str = ""
    seen: str = ""
    threshold: str = ""
    ends_when: str = ""

    def covers(self, product: Product, licence: Licence, funder: str, on: date) -> bool:
        """Return whether new credit of this kind is stopped on a day."""
        return (
            self.product in {None, product}
            and self.licence in {None, licence}
            and self.funder in {None, funder}
            and self.from_on <= on
            and (self.to_on is None or on < self.to_on)
        )


def stopped(
    stops: Iterable[LendingStop], product: Product, licence: Licence, funder: str, on: date
) -> LendingStop | None:
    """Return the stop that refuses new credit on a day, None where there is none.

    Of several the one that began first, then by id; lifting it leaves the others in force.
    """
    covering = (stop for stop in stops if stop.covers(product, licence, funder, on))
    return min(covering, key=lambda stop: (stop.from_on, stop.stop_id), default=None)


def lifted(stop: LendingStop, on: date, lifted_by: str) -> LendingStop:
    """Return the stop as ended on a day: new credit is possible again from that day.

    A stop that has ended keeps its end; one lifted before it began never holds.
    """
    if stop.to_on is not None and stop.to_on <= on:
        return stop
    return replace(stop, to_on=max(on, stop.from_on), lifted_by=lifted_by)
