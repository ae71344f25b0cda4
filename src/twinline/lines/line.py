"""One line of a customer: its state, its base limit, and the restrictions that lie on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, unique
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from twinline.terms.product import Product


@unique
class LineState(StrEnum):
    """Where a line stands in its life (glossary: freeze, suspend, dormancy, close)."""

    PENDING_EFFECTIVE = "pending_effective"
    """Approved, usable later: a delayed grant (R68)."""

    OPEN = "open"

    FROZEN = "frozen"
    """Reversible: no new use until what froze it has ended."""

    SUSPENDED = "suspended"
    """For long: no new use until a review."""

    DORMANT = "dormant"
    """Unused for months and told so; one tap keeps it alive."""

    CLOSED = "closed"
    """Final; a new line needs a new decision."""


@unique
class RestrictionKind(StrEnum):
    """What a restriction does to the effective limit."""

    CAP = "cap"
    """At most `amount_minor`."""

    FACTOR = "factor"
    """At most `parts_per_million` of the base limit."""

    STOP = "stop"
    """No new use; the limit itself stays."""


@unique
class Cause(StrEnum):
    """Whose doing a restriction is (I8): only `behaviour` is the customer's."""

    BEHAVIOUR = "behaviour"
    PORTFOLIO = "portfolio"
    POLICY = "policy"
    REGULATORY = "regulatory"
    FUNDING = "funding"
    CUSTOMER = "customer"
    """The customer's own wish: a cap, a mode without credit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """An interval on a line, from `from_on` to before `to_on`; None is until its end condition.

    `amount_minor` belongs to a cap, `parts_per_million` to a factor. `reason` is the code of a
    reason text, `end_condition` says in words what ends it, `contest` how it can be contested.
    """

    restriction_id: str
    kind: RestrictionKind
    cause: Cause
    reason: str
    from_on: date
    end_condition: str
    to_on: date | None = None
    amount_minor: int = 0
    parts_per_million: int = 1_000_000
    contest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why a line is frozen or suspended, as its customer is told (I8).

    Whose doing it is, the code of a reason text, what ends it, and how it can be contested.
    """

    cause: Cause
    reason: str
    end_condition: str
    contest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporaryLimit:
    """More than the base limit for some days, the last one announced from the start."""

    limit_minor: int
    from_on: date
    last_on: date

    @property
    def ends_on(self) -> date:
        """The first day without it."""
        return self.last_on + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as it stands. Amounts in minor units of `currency`.

    `base_limit_minor` is what the last decision set, `base_version` counts those decisions and
    `decision_id` names the last, and `price_ppm` is the year's price of new use that it set, in
    parts per million. `effective_from_on` is when a delayed grant becomes usable; None while it
    waits for a condition. `dormant_from_on` is the day announced for an unused line to go to
    sleep. `licence` and `funder` say who lends. `grounds` are those of a frozen or suspended line.
    """

    product: Product
    state: LineState
    currency: str
    base_limit_minor: int
    base_version: int
    decision_id: str
    licence: str
    funder: str
    opened_on: date
    price_ppm: int | None = None
    effective_from_on: date | None = None
    last_used_on: date | None = None
    dormant_from_on: date | None = None
    temporary: TemporaryLimit | None = None
    grounds: Grounds | None = None
    restrictions: tuple[Restriction, ...] = ()
