"""Bounds of 64-bit integer arithmetic, so that no strategy can overflow or divide by zero.

Every value in a strategy carries the least and the greatest it can be. An operation gives the
bounds of its result or raises `ExpressionFault`; so what compiles cannot fail on any row whose
features lie in their declared ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from twinline.decision.fault import ExpressionFault
from twinline.kernel.rounding import divide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinline.kernel.rounding import Rounding

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and greatest value, both included, and whether the value can be missing."""

    least: int
    greatest: int
    may_miss: bool = False

    def __contains__(self, value: int) -> bool:
        """Tell whether a present value lies within."""
        return self.least <= value <= self.greatest

    def __str__(self) -> str:
        """Return the bounds as a person writes them."""
        return f"{self.least} to {self.greatest}" + (", or missing" if self.may_miss else "")


TRUTH = Bounds(0, 1)


def of_sum(parts: Iterable[Bounds]) -> Bounds:
    """Return the bounds of a sum."""
    parts = tuple(parts)
    return _fitting(
        "a sum",
        (sum(part.least for part in parts), sum(part.greatest for part in parts)),
        parts,
    )


def of_difference(left: Bounds, right: Bounds) -> Bounds:
    """Return the bounds of `left - right`."""
    corners = (left.least - right.greatest, left.greatest - right.least)
    return _fitting("a difference", corners, (left, right))


def of_product(left: Bounds, right: Bounds) -> Bounds:
    """Return the bounds of `left * right`."""
    corners = [a * b for a, b in product(_ends(left), _ends(right))]
    return _fitting("a product", corners, (left, right))


def of_quotient(left: Bounds, right: Bounds, rounding: Rounding) -> Bounds:
    """Return the bounds of `left / right` rounded as named; `right` must not reach zero."""
    if 0 in right:
        rule = f"has a divisor that can be 0 (it is {right}); write max(…, 1)"
        raise ExpressionFault("a division", rule)
    corners = [divide(a, b, rounding) for a, b in product(_ends(left), _ends(right))]
    return _fitting("a quotient", corners, (left, right))


def of_negative(part: Bounds) -> Bounds:
    """Return the bounds of `-part`."""
    return _fitting("a negative", (-part.greatest, -part.least), (part,))


def of_magnitude(part: Bounds) -> Bounds:
    """Return the bounds of `abs(part)`."""
    least = 0 if 0 in part else min(abs(part.least), abs(part.greatest))
    return _fitting("abs()", (least, max(abs(part.least), abs(part.greatest))), (part,))


def of_least(parts: Iterable[Bounds]) -> Bounds:
    """Return the bounds of `min(...)`."""
    parts = tuple(parts)
    ends = (min(part.least for part in parts), min(part.greatest for part in parts))
    return _fitting("min()", ends, parts)


def of_greatest(parts: Iterable[Bounds]) -> Bounds:
    """Return the bounds of `max(...)`."""
    parts = tuple(parts)
    ends = (max(part.least for part in parts), max(part.greatest for part in parts))
    return _fitting("max()", ends, parts)


def of_either(parts: Iterable[Bounds]) -> Bounds:
    """Return the bounds of a value that is one of several."""
    parts = tuple(parts)
    ends = (min(part.least for part in parts), max(part.greatest for part in parts))
    return _fitting("a choice", ends, parts)


def _ends(part: Bounds) -> tuple[int, int]:
    return part.least, part.greatest


def _fitting(what: str, corners: Iterable[int], parts: Iterable[Bounds]) -> Bounds:
    corners = tuple(corners)
    least, greatest = min(corners), max(corners)
    if least < INT64_MIN or greatest > INT64_MAX:
        rule = f"can be {least} to {greatest}, which overflows 64 bits; narrow a range or clamp"
        raise ExpressionFault(what, rule)
    return Bounds(least, greatest, any(part.may_miss for part in parts))
