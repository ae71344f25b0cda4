"""Whose money a product is lent with, by date, and all else that bears on every new loan.

A contract names its funder for good; which one is chosen is dated data (R12, R13). Where nothing
is set for a product, new use goes by the line's own lender.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.app.bank.register import STOPS, RecordKind
from twinline.app.bank.stops import stops_in
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.register import Record
    from twinline.compliance.law import Law
    from twinline.compliance.lending_stop import LendingStop

PRODUCTS: Final = "products"
"""The id of the one record of fundings: a funder cannot leave while another is setting it."""

BEARING: Final = ((RecordKind.LENDING_STOP, STOPS), (RecordKind.FUNDING, PRODUCTS))
"""What of the lender's records bears on all new use, in the order `lending_in` takes it."""


class Lender(msgspec.Struct, frozen=True, kw_only=True):
    """Whose money is lent, and under which licence. `number` names its contracts, from 1 on."""

    licence: Licence
    funder: str
    number: int


class Funding(msgspec.Struct, frozen=True, kw_only=True):
    """Who funds a product from a day until the next funding of it; `number` is the lender's."""

    product: Product
    from_on: date
    number: int


class Fundings(msgspec.Struct, frozen=True, kw_only=True):
    """Every lender that ever funded a product, by number; who does when; who has left."""

    lenders: tuple[Lender, ...] = ()
    fundings: tuple[Funding, ...] = ()
    withdrawn: tuple[str, ...] = ()

    def on(self, product: Product, on: date) -> Lender | None:
        """Return who funds a product on a day, None where the line's own lender does."""
        begun = [each for each in self.fundings if each.product is product and each.from_on <= on]
        if not begun:
            return None
        return self.lenders[max(begun, key=lambda each: each.from_on).number - 1]

    def lender(self, licence: Licence, funder: str) -> Lender:
        """Return a lender with the number it has, or would be the next to have."""
        for each in self.lenders:
            if (each.licence, each.funder) == (licence, funder):
                return each
        return Lender(licence=licence, funder=funder, number=len(self.lenders) + 1)

    def funded_by(self, funder: str, on: date) -> Iterable[Funding]:
        """Return where a funder's money is lent on a day or will be later."""
        for each in self.fundings:
            standing = self.on(each.product, on)
            ahead = each.from_on > on or standing == self.lenders[each.number - 1]
            if ahead and self.lenders[each.number - 1].funder == funder:
                yield each


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """What bears on all new use: the stops with their version, who funds it, the law."""

    stops: tuple[LendingStop, ...]
    stops_seen: int
    fundings: Fundings
    law: Law


def fundings_in(record: Record | None) -> Fundings:
    """Return the fundings of their record."""
    return Fundings() if record is None else msgspec.json.decode(record.document, type=Fundings)


def lending_in(bank: Bank, stops: Record | None, funding: Record | None) -> Lending:
    """Return what bears on new use, of the records that `BEARING` names."""
    standing, seen = stops_in(stops)
    return Lending(stops=standing, stops_seen=seen, fundings=fundings_in(funding), law=bank.law)


async def lending_of(bank: Bank) -> Lending:
    """Return what bears on new use as it stands."""
    stops, funding = await bank.register.latest(BEARING)
    return lending_in(bank, stops, funding)
