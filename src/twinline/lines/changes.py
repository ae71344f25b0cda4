"""How a change of line becomes ledger amounts: the controls follow their limits by the difference.

A control follows its limit in a group of its own, a fact, before any request is held against it:
raised in the same group as a request it would hide that headroom is still below zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.ledger.control import CONTROLS, Control
from twinline.ledger.event import Event
from twinline.lines.effective import effective_limit
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from twinline.ledger.control import Headroom
    from twinline.lines.line import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange:
    """What `twinline.ledger.entry.transfers_of` is asked for, with `line` as its place's line."""

    event: Event
    line: Control
    amounts: Mapping[str, int]


def limits_on(
    lines: Mapping[Product, Line], on: date, *, joint_minor: int, person_minor: int
) -> Headroom:
    """Return what the limits of the controls are on a day, in the order of `CONTROLS`.

    `joint_minor` is what the last decision gave both lines together, `person_minor` the law's cap.
    A line that is not there has a limit of zero.
    """
    pay_later, cash_loan = (
        effective_limit(lines[product], on).limit_minor if product in lines else 0
        for product in (Product.PAY_LATER, Product.CASH_LOAN)
    )
    return pay_later, cash_loan, joint_minor, person_minor


def opening_amounts(limits: Headroom) -> dict[str, int]:
    """Return the amounts of `Event.CUSTOMER_OPENED` for first limits."""
    return {control.value: minor for control, minor in zip(CONTROLS, limits, strict=True) if minor}


def line_changed(before: Headroom, after: Headroom) -> LimitChange:
    """Return the amounts of `Event.LINE_CHANGED` from limits to limits; empty where none moves."""
    amounts = {}
    for control, old, new in zip(CONTROLS, before, after, strict=True):
        if new != old:
            amounts[f"{control.value}_{'raised' if new > old else 'cut'}"] = abs(new - old)
    return LimitChange(event=Event.LINE_CHANGED, line=Control.PAY_LATER, amounts=amounts)


def limits_changed(before: Headroom, after: Headroom) -> LimitChange | None:
    """Return how a change of limits is booked, None if none moves.

    `Event.LIMIT_RAISED` or `LIMIT_CUT` where one line at most moves and all go one way, else
    `Event.LINE_CHANGED`.
    """
    moved = {
        control: new - old
        for control, old, new in zip(CONTROLS, before, after, strict=True)
        if new != old
    }
    if not moved:
        return None
    lines = [control for control in (Control.PAY_LATER, Control.CASH_LOAN) if control in moved]
    one_way = len({change > 0 for change in moved.values()}) == 1
    if len(lines) > 1 or not one_way:
        return line_changed(before, after)
    event = Event.LIMIT_RAISED if min(moved.values()) > 0 else Event.LIMIT_CUT
    return LimitChange(
        event=event,
        line=lines[0] if lines else Control.PAY_LATER,
        amounts={
            "line" if control in lines else control.value: abs(change)
            for control, change in moved.items()
        },
    )
