"""The law's values that a decision may read, given from outside with their date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from twinline.decision.bounds import Bounds
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from collections.abc import Mapping

LAW_BOUNDS: Mapping[str, Bounds] = {
    "law_person_cap_minor": Bounds(0, 10**12),
    "law_price_ceiling_ppm": Bounds(0, 1_000_000),
}
"""Names an expression may use, with the bounds the compiler relies on."""


class LawValues(msgspec.Struct, frozen=True, kw_only=True):
    """What the law demands of a licence on a day, in minor units of the book's currency.

    `person_cap_minor` bounds what one person may owe; `price_ceiling_ppm` is the highest all-in
    cost a year.
    """

    licence: Licence
    person_cap_minor: int
    price_ceiling_ppm: int

    def in_order(self) -> tuple[int, ...]:
        """Return the values in the order of `LAW_BOUNDS`.

        Raises `ValueError` for a value outside its bounds.
        """
        values = (self.person_cap_minor, self.price_ceiling_ppm)
        for value, (name, bounds) in zip(values, LAW_BOUNDS.items(), strict=True):
            if value not in bounds:
                message = f"{name}: {value}: must be {bounds}"
                raise ValueError(message)
        return values
