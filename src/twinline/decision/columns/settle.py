"""Terms settled into limits, parts into prices: `decision.settle` over columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twinline.decision.columns.column import Column
from twinline.decision.settle import CEILING, FLOOR, NO_CAP, PARTS
from twinline.decision.strategy import AMOUNT_MAX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.columns.arithmetic import Run
    from twinline.decision.columns.column import Ints
    from twinline.decision.strategy import Limit, Price

PRICE_BOUNDS = (PARTS, FLOOR, CEILING)
"""What can make a price; the executor names them by their places here."""


class _Found(NamedTuple):
    """By row the place of the extreme amount, that amount, and the extreme of the others."""

    place: Ints
    amount: Ints
    others: Ints


def settling_limit(limit: Limit) -> Run:
    """Return the step from the terms' amounts to limit, binding, cause and without."""
    step = limit.step_minor

    def run(amounts: Sequence[Column]) -> Sequence[Column]:
        """Settle every row; see `decision.settle.settle_limit`."""
        cap = _least(limit.caps, amounts)
        hard = _least(limit.hards, amounts)
        floor = _greatest(limit.floors, amounts)
        capped = cap.amount // step * step
        lawful = hard.amount // step * step
        floored = floor.amount > capped
        kept = np.maximum(capped, floor.amount)
        binds = lawful < kept
        binding = np.where(binds, hard.place, np.where(floored, floor.place, cap.place))
        cause = np.where(binds, hard.place, cap.place)
        without_soft = np.where(
            floored,
            np.maximum(capped, floor.others),
            np.maximum(cap.others // step * step, floor.amount),
        )
        without = np.where(
            binds,
            np.minimum(kept, hard.others // step * step),
            np.minimum(without_soft, lawful),
        )
        return (
            Column(np.maximum(np.minimum(kept, lawful), 0)),
            Column(binding),
            Column(cause),
            Column(np.maximum(without, 0), without > AMOUNT_MAX),
        )

    return run


def settling_price(price: Price) -> Run:
    """Return the step from parts, floor and ceiling to the price and what made it."""
    step = price.step_ppm

    def run(columns: Sequence[Column]) -> Sequence[Column]:
        """Settle every row; see `decision.settle.settle_price`."""
        *parts, floor, ceiling = (column.numbers for column in columns)
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        built = (2 * np.maximum(total, 0) + step) // (2 * step) * step
        least = (np.maximum(floor, 0) + (step - 1)) // step * step
        price_ppm = np.maximum(built, least)
        by_ceiling = price_ppm > ceiling
        bound = np.where(by_ceiling, PRICE_BOUNDS.index(CEILING), least > built)
        return Column(np.where(by_ceiling, ceiling, price_ppm)), Column(bound.astype(np.int64))

    return run


def _least(places: Sequence[int], amounts: Sequence[Column]) -> _Found:
    """Find the least amount; of two equal ones the first."""
    found = _Found(*(np.asarray(start, np.int64) for start in (-1, NO_CAP, NO_CAP)))
    for place in places:
        amount = _or_else(amounts[place], NO_CAP)
        less = amount < found.amount
        found = _Found(
            np.where(less, place, found.place),
            np.minimum(amount, found.amount),
            np.where(less, found.amount, np.minimum(amount, found.others)),
        )
    return found


def _greatest(places: Sequence[int], amounts: Sequence[Column]) -> _Found:
    """Find the greatest amount; of two equal ones the first."""
    found = _Found(*(np.asarray(start, np.int64) for start in (-1, -NO_CAP, -NO_CAP)))
    for place in places:
        amount = _or_else(amounts[place], -NO_CAP)
        more = amount > found.amount
        found = _Found(
            np.where(more, place, found.place),
            np.maximum(amount, found.amount),
            np.where(more, found.amount, np.maximum(amount, found.others)),
        )
    return found


def _or_else(column: Column, value: int) -> Ints:
    if column.missing is None:
        return column.numbers
    return np.where(column.missing, np.int64(value), column.numbers)
