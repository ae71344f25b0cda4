"""Terms settled into a limit or a price, and which of them bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from twinline.decision.strategy import Role
from twinline.kernel.rounding import Rounding, divide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.strategy import Limit, Price

NO_CAP = 10**18
"""Above every amount a term can have; what a minimum over no term is."""

FLOOR = "floor"
CEILING = "ceiling"
PARTS = "parts"


class SettledLimit(msgspec.Struct, frozen=True):
    """A limit, the index of the term that bound, and the limit without that term.

    `cause` is the cap behind it: the binding term itself, or, where a floor bound, the lowest
    cap or hard term below that floor, which is why the limit is not higher. `unknown` holds the
    indices of terms whose amount is missing and needed.
    """

    limit_minor: int
    binding: int
    cause: int
    without_minor: int | None
    unknown: tuple[int, ...]


class SettledPrice(msgspec.Struct, frozen=True):
    """A price a year in ppm, and whether its parts, its floor or its ceiling made it."""

    price_ppm: int
    binding: str


def settle_limit(limit: Limit, amounts: Sequence[int | None]) -> SettledLimit:
    """Return min(hard, max(floors, min(caps))), caps and hard rounded down to the step.

    Below zero it is 0. A missing amount is skipped where the term says so, and reported in
    `unknown` otherwise.
    """
    binding, cause, settled = _bound(limit, amounts, -1)
    without = _bound(limit, amounts, binding)[2]
    unknown = tuple(
        [
            index
            for index, term in enumerate(limit.terms)
            if amounts[index] is None and not term.skipped_if_missing
        ]
    )
    return SettledLimit(settled, binding, cause, without, unknown)


def _bound(limit: Limit, amounts: Sequence[int | None], left_out: int) -> tuple[int, int, int]:
    """Return the binding term, the cause and the limit, as if `left_out` were not there."""
    cap, least_cap = -1, NO_CAP
    hard, least_hard = -1, NO_CAP
    floor, greatest_floor = -1, -NO_CAP
    for index, term in enumerate(limit.terms):
        amount = amounts[index]
        if amount is None or index == left_out:
            continue
        if term.role is Role.CAP:
            if amount < least_cap:
                cap, least_cap = index, amount
        elif term.role is Role.FLOOR:
            if amount > greatest_floor:
                floor, greatest_floor = index, amount
        elif amount < least_hard:
            hard, least_hard = index, amount
    step = limit.step_minor
    binding, settled = cap, least_cap // step * step
    if greatest_floor > settled:
        binding, settled = floor, greatest_floor
    if least_hard < settled:
        binding, cap, settled = hard, hard, least_hard // step * step
    return binding, cap, max(settled, 0)


def settle_price(price: Price, parts: Sequence[int], floor: int, ceiling: int) -> SettledPrice:
    """Return the sum of parts, rounded half up to the step, within floor and ceiling.

    The floor is rounded up to the step and the ceiling is exact: no rounding ever passes it.
    """
    step = price.step_ppm
    built = divide(sum(parts), step, Rounding.HALF_UP) * step
    least = max(divide(floor, step, Rounding.UP) * step, 0)
    if max(built, least) > ceiling:
        return SettledPrice(ceiling, CEILING)
    return SettledPrice(least, FLOOR) if least > built else SettledPrice(built, PARTS)
