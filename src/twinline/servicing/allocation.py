"""Which dues a payment pays, and in which order of their components."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, unique
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Component = Literal["fee", "penalty", "interest", "principal"]


@unique
class Order(Enum):
    """The order of components within what is due."""

    STANDARD = "standard"
    """Fee, penalty, interest, principal: Civil Code of China, article 561."""

    PRINCIPAL_FIRST = "principal_first"
    """Principal, interest, fee, penalty: from 91 days past due, as the card rules have it (CBRC
    Order 2011-2)."""


@unique
class By(Enum):
    """What is completed first."""

    INSTALMENT = "instalment"
    """Every component of the oldest due before the next due."""

    COMPONENT = "component"
    """One component of every due, oldest first, before the next component."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What falls due on a day, by component, in minor units, none negative."""

    due_on: date
    fee: int = 0
    penalty: int = 0
    interest: int = 0
    principal: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """What each due received, oldest first, and what was left over."""

    received: tuple[Due, ...]
    left_over_minor: int


_ORDERS: Final[dict[Order, tuple[Component, ...]]] = {
    Order.STANDARD: ("fee", "penalty", "interest", "principal"),
    Order.PRINCIPAL_FIRST: ("principal", "interest", "fee", "penalty"),
}


def allocate(dues: Sequence[Due], amount_minor: int, order: Order, by: By) -> Allocation:
    """Return what a payment of `amount_minor` pays. Dues of one day keep their order."""
    assert amount_minor >= 0
    oldest_first = sorted(dues, key=lambda due: due.due_on)
    components, numbers = _ORDERS[order], range(len(oldest_first))
    if by is By.INSTALMENT:
        steps = [(number, component) for number in numbers for component in components]
    else:
        steps = [(number, component) for component in components for number in numbers]
    received = [Due(due_on=due.due_on) for due in oldest_first]
    left = amount_minor
    for number, component in steps:
        if not left:
            break
        paid = min(left, _amount(oldest_first[number], component))
        received[number] = _with(received[number], component, paid)
        left -= paid
    return Allocation(received=tuple(received), left_over_minor=left)


def _amount(due: Due, component: Component) -> int:
    """Return one component of a due."""
    match component:
        case "fee":
            return due.fee
        case "penalty":
            return due.penalty
        case "interest":
            return due.interest
        case "principal":
            return due.principal


def _with(due: Due, component: Component, minor: int) -> Due:
    """Return a due with one component set."""
    match component:
        case "fee":
            return replace(due, fee=minor)
        case "penalty":
            return replace(due, penalty=minor)
        case "interest":
            return replace(due, interest=minor)
        case "principal":
            return replace(due, principal=minor)
