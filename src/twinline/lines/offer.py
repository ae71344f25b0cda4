"""What becomes of a customer's lines when an offer for all of them is accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from twinline.lines.effective import state_on
from twinline.lines.limit import Bounds, NewBase, change_base
from twinline.lines.line import LineState
from twinline.lines.moves import MoveRefusal, grant
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from twinline.lines.line import Line
    from twinline.lines.moves import Grant

_WAITS: Final = (LineState.PENDING_EFFECTIVE, LineState.OPEN)
"""The states in which a line can be told to wait for its new limit."""


def bases_of(standing: Mapping[Product, Line]) -> dict[Product, int]:
    """Return the version of each product's base limit, 0 where there is no line."""
    return {
        product: standing[product].base_version if product in standing else 0
        for product in Product
    }


def accept_offer(
    standing: Mapping[Product, Line],
    offered: Sequence[Grant],
    bases_seen: Mapping[Product, int],
    on: date,
) -> tuple[Line, ...] | MoveRefusal:
    """Return the lines that an accepted offer makes or changes, or why it changes none.

    A line that is there is set to the offered limit, 0 included, and keeps whose money it is and
    what restricts it; one that is not there, or was closed, is granted where the offer is above 0.
    `bases_seen` are the base versions that the offer was made on.
    """
    bases = bases_of(standing)
    lines: list[Line] = []
    for each in offered:
        before = standing.get(each.product)
        if bases_seen[each.product] != bases[each.product]:
            return MoveRefusal.BASE_CHANGED
        if before is not None and state_on(before, on) is not LineState.CLOSED:
            line = _set(before, each, on)
        elif each.base_limit_minor:
            line = grant(before, each, on)
        else:
            continue
        if isinstance(line, MoveRefusal):
            return line
        lines.append(line)
    return tuple(lines)


def _set(before: Line, offered: Grant, on: date) -> Line | MoveRefusal:
    """Return a line under the offered limit, which waits for its day or condition if it has one.

    The law bounds what a person may owe, not the line: that is the person's own control.
    """
    new = NewBase(
        decision_id=offered.decision_id,
        limit_minor=offered.base_limit_minor,
        base_version_seen=before.base_version,
        price_ppm=offered.price_ppm,
    )
    bounds = Bounds(least_minor=0, most_minor=offered.base_limit_minor)
    line = change_base(before, new, bounds, on)
    if isinstance(line, MoveRefusal) or state_on(before, on) not in _WAITS:
        return line
    day = offered.effective_from_on
    delayed = offered.on_condition or (day is not None and day > on)
    state = LineState.PENDING_EFFECTIVE if delayed else LineState.OPEN
    return replace(line, state=state, effective_from_on=day)
