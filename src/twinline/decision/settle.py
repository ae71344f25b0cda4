"""Terms settled into a limit or a price, and which of them bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from twinline.decision.strategy import AMOUNT_MAX

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
    indices of terms whose amount is missing and needed. Without its only cap a limit is None.
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
    `unknown` otherwise. Of two equal terms the first binds.
    """
    cap, least_cap, next_cap = least(limit.caps, amounts)
    hard, least_hard, next_hard = least(limit.hards, amounts)
    floor, greatest_floor = -1, -NO_CAP
    for index in limit.floors:
        amount = amounts[index]
        if amount is not None and amount > greatest_floor:
            floor, greatest_floor = index, amount
    step = limit.step_minor
    capped = least_cap // step * step
    binding, cause, settled = cap, cap, capped
    if greatest_floor > settled:
        binding, settled = floor, greatest_floor
    lawful = least_hard // step * step
    if lawful < settled:
        binding = cause = hard
        without = min(max(capped, greatest_floor), next_hard // step * step)
        settled = lawful
    elif binding == cap:
        without = min(max(next_cap // step * step, greatest_floor), lawful)
    else:
        without = min(max(capped, _next_floor(limit, amounts, floor)), lawful)
    unknown = tuple([place for place in limit.needed if amounts[place] is None])
    left = None if without > AMOUNT_MAX else max(without, 0)
    return SettledLimit(max(settled, 0), binding, cause, left, unknown)


def least(places: Sequence[int], amounts: Sequence[int | None]) -> tuple[int, int, int]:
    """Return the place of the least amount, that amount, and the least of the others."""
    place, least, following = -1, NO_CAP, NO_CAP
    for index in places:
        amount = amounts[index]
        if amount is None:
            continue
        if amount < least:
            place, least, following = index, amount, least
        elif amount < following:
            following = amount
    return place, least, following


def _next_floor(limit: Limit, amounts: Sequence[int | None], binding: int) -> int:
    """Return the greatest floor but the binding one."""
    others = [amounts[index] for index in limit.floors if index != binding]
    return max((amount for amount in others if amount is not None), default=-NO_CAP)


def settle_price(price: Price, parts: Sequence[int], floor: int, ceiling: int) -> SettledPrice:
    """Return the sum of parts, rounded half up to the step, within floor and ceiling.

    The floor is rounded up to the step and the ceiling is exact: no rounding ever passes it.
    """
    step = price.step_ppm
    # Both are held to zero from below, so that rounding never meets a negative number.
    built = (2 * max(sum(parts), 0) + step) // (2 * step) * step
    least = -(-max(floor, 0) // step) * step
    if max(built, least) > ceiling:
        return SettledPrice(ceiling, CEILING)
    return SettledPrice(least, FLOOR) if least > built else SettledPrice(built, PARTS)
