"""A chunk of lines added to a waterfall: the same figures as adding each line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twinline.decision.settle import NO_CAP
from twinline.decision.strategy import Action
from twinline.portfolio.counting import total, totals
from twinline.portfolio.waterfall import NOBODY, first_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.columns.column import Column, Ints
    from twinline.decision.columns.outcome import LineColumns
    from twinline.portfolio.waterfall import Waterfall


def add_lines(fall: Waterfall, line: LineColumns) -> None:
    """Add a chunk of customers' lines; see `waterfall`."""
    limit, amounts = fall.limit, line.terms.columns
    step, nothing = limit.step_minor, np.int64(0)
    cap, least_cap = _extreme(limit.caps, amounts, NO_CAP)
    hard, least_hard = _extreme(limit.hards, amounts, NO_CAP)
    floor, greatest = _extreme(limit.floors, amounts, -NO_CAP)
    lowered = np.maximum(least_cap // step * step, nothing)
    allowed = np.maximum(
        np.minimum(np.maximum(lowered, greatest), least_hard // step * step), nothing
    )
    top = amounts[first_place(limit)]
    start = np.maximum(top.numbers // step * step, nothing)
    if top.missing is not None:
        start = np.where(top.missing, np.where(cap == NOBODY, allowed, lowered), start)
    capped = np.minimum(lowered, start)
    floored = np.maximum(capped, greatest)
    if line.terms.empty is not None:
        start, capped, floored, allowed = (
            np.where(line.terms.empty, nothing, each) for each in (start, capped, floored, allowed)
        )
    fall.start += total(start)
    fall.allowed += total(allowed)
    for place, by in ((cap, capped - start), (floor, floored - capped), (hard, allowed - floored)):
        _move(fall, place, by)
    base = line.base_limit_minor.numbers
    held = line.effective_limit_minor.numbers - base
    for counter, moved in ((fall.decided, base - allowed), (fall.held, held)):
        by_action = totals(line.action.codes, moved, len(line.action.names))
        for name, sum_minor in zip(line.action.names, by_action, strict=True):
            counter[Action(name)] += sum_minor


def _move(fall: Waterfall, place: Ints, by: Ints) -> None:
    """Lay what a step moved at the door of the term at each row's place."""
    rows = np.flatnonzero(by)
    if not rows.size:
        return
    found = totals(np.broadcast_to(place, by.shape)[rows], by[rows], len(fall.moved))
    fall.moved = [moved + more for moved, more in zip(fall.moved, found, strict=True)]


def _extreme(places: Sequence[int], amounts: Sequence[Column], none: int) -> tuple[Ints, Ints]:
    """Return by row the place of the least amount, or of the greatest if `none` is below all.

    Of two equal ones it is the first; where there is none, NOBODY with `none`.
    """
    place, extreme = np.asarray(NOBODY, np.int64), np.asarray(none, np.int64)
    nearer, beyond = (np.minimum, np.less) if none > 0 else (np.maximum, np.greater)
    for at in places:
        column = amounts[at]
        amount = column.numbers
        if column.missing is not None:
            amount = np.where(column.missing, np.int64(none), amount)
        place = np.where(beyond(amount, extreme), at, place)
        extreme = nearer(amount, extreme)
    return place, extreme
