"""The least of named terms: what bound, and what the next one would have given."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.lines.line import Restriction


@unique
class TermKind(StrEnum):
    """What can bound a limit, or what is free of it. Of equal terms the first here binds."""

    STATE = "state"
    """The line's state: not yet effective, frozen, suspended, dormant, closed."""

    NO_CREDIT = "no_credit"
    """The customer's own stop."""

    STOP = "stop"
    """A restriction that stops new use."""

    BASE = "base"
    """What the last decision set."""

    TEMPORARY = "temporary"
    """The temporary limit, while it lasts."""

    FACTOR = "factor"
    CAP = "cap"
    OWN_CAP = "own_cap"
    """The customer's own cap on the line."""

    JOINT = "joint"
    """Both lines together."""

    PERSON = "person"
    """What the law lets one person owe."""

    OWN_SPENDING = "own_spending"
    """What is left of the spending the customer allows themselves."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its kind, its amount in minor units, and the restriction it comes from, if any."""

    kind: TermKind
    amount_minor: int
    restriction: Restriction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Least:
    """The least of some terms, in the order of `TermKind`.

    `next_minor` is what would have come out without the binding term, None if it was the only one.
    """

    amount_minor: int
    binding: Term
    next_minor: int | None
    terms: tuple[Term, ...]


def least(terms: Sequence[Term], absolute: Term | None = None) -> Least:
    """Return the least of one term or more. Of equal terms the first in order of kind binds.

    An absolute term is added to them and binds whatever the others are: a stop is one even where
    headroom is below zero.
    """
    if absolute is None and len(terms) == 1:  # as nearly always: nothing but the base limit
        (only,) = terms
        return Least(amount_minor=only.amount_minor, binding=only, next_minor=None, terms=(only,))
    rest = sorted(terms, key=_place)
    binding = absolute or min(rest, key=lambda term: term.amount_minor)
    others = [term.amount_minor for term in rest if term is not binding]
    return Least(
        amount_minor=binding.amount_minor,
        binding=binding,
        next_minor=min(others, default=None),
        terms=tuple(rest) if absolute is None else (absolute, *rest),
    )


_ORDER: Final = {kind: place for place, kind in enumerate(TermKind)}


def _place(term: Term) -> tuple[int, str]:
    restriction = term.restriction
    return _ORDER[term.kind], "" if restriction is None else restriction.restriction_id
