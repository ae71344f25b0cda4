"""A strategy: who gets what, as one frozen value whose every expression is resolved."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import TYPE_CHECKING

from twinline.decision.expression import names_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinline.decision.bounds import Bounds
    from twinline.decision.resolve import Resolved
    from twinline.decision.table import Table
    from twinline.terms.dated import Dated
    from twinline.terms.product import Product

SEMANTICS = 2
"""Version of what the language means; part of every logic hash."""

REASONS_MAX = 4
PPM = 1_000_000
AMOUNT_MAX = 9 * 10**12
"""A limit's share in ppm must fit 64 bits; in minor units, ninety billion yuan."""


@unique
class Action(StrEnum):
    """What a decision does to one line."""

    INVITE = "invite"
    RAISE = "raise"
    KEEP = "keep"
    CUT = "cut"
    STOP = "stop"
    REFER = "refer"
    DECLINE = "decline"


ADVERSE = frozenset({Action.CUT, Action.STOP, Action.DECLINE})
"""Actions that take something from the customer or keep it from them."""


@unique
class Cause(StrEnum):
    """Where a reason comes from; only the first concerns the customer's own conduct."""

    BEHAVIOUR = "behaviour"
    PORTFOLIO = "portfolio"
    POLICY = "policy"
    REGULATORY = "regulatory"
    FUNDING = "funding"


@unique
class FeatureType(StrEnum):
    """What a feature measures. Amounts stand in yuan in the tables, in minor units inside."""

    AMOUNT = "amount"
    COUNT = "count"
    PPM = "ppm"
    DAYS = "days"
    MONTHS = "months"
    SCORE = "score"


@unique
class WhenMissing(StrEnum):
    """What a missing value means: ask a person, a set value, or a bin of its own."""

    REFER = "refer"
    VALUE = "value"
    BIN = "bin"


@unique
class Basis(StrEnum):
    """On what lawful ground a feature is used, as the customer is told (PIPL article 13)."""

    CONTRACT = "contract"
    CONSENT = "consent"
    LEGAL_DUTY = "legal_duty"


@unique
class Role(StrEnum):
    """How a term bounds a limit: from above, from below, or from above whatever else holds."""

    CAP = "cap"
    FLOOR = "floor"
    HARD = "hard"


@unique
class Effect(StrEnum):
    """What a linkage edge does to its target while its condition holds."""

    STOP = "stop"
    FACTOR = "factor"
    CAP = "cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What may be looked at, on what ground, and what a missing value means.

    A feature either reads a `column` of the book or has a `value` computed from earlier
    features. `act` is +1 or -1 where the customer can raise or lower it themselves, `over_time`
    where that takes months.
    """

    name: str
    type: FeatureType
    bounds: Bounds
    column: str | None
    value: Resolved | None
    missing: WhenMissing
    default: int
    clamped: bool
    basis: Basis
    act: int
    over_time: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A feature's part of the scorecard: bins with points and the reason each bin gives.

    `edges` are the lower ends of the bins; `specials` are single values with points of their
    own, looked up first. `missing` is the index of the missing value's bin, if it has one.
    """

    feature: str
    edges: tuple[int, ...]
    bins: tuple[int, ...]
    specials: Mapping[int, int]
    missing: int | None
    points: tuple[int, ...]
    reasons: tuple[str, ...]
    points_max: int = field(init=False)

    def __post_init__(self) -> None:
        """Find the most points this feature can give, which every explanation asks for."""
        object.__setattr__(self, "points_max", max(self.points))


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A group of customers; the first whose condition holds is the customer's."""

    name: str
    when: Resolved
    reason: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A named result: a value computed on the way, or one part of a price."""

    name: str
    value: Resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price a year in ppm: the sum of its parts, at least the floor, at most the ceiling."""

    parts: tuple[Quantity, ...]
    floor: Resolved
    ceiling: Resolved
    step_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One named bound of a limit, and the reason it gives where it binds.

    `name` is what the term is known by and called in English, `zh` its name in Chinese.
    `by_score` says that the scorecard explains the term better than its own reason does.
    """

    name: str
    zh: str
    role: Role
    amount: Resolved
    reason: str
    by_score: bool
    skipped_if_missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit as a minimum of named terms, rounded down to a step.

    `now` is the feature that holds today's limit; the joint limit has none. A new line
    below `least_minor` is not opened; a change below `raise_ppm` or `cut_ppm` of today's limit is
    not made.
    """

    terms: tuple[Term, ...]
    step_minor: int
    least_minor: int
    now: str
    raise_ppm: int
    cut_ppm: int
    needed: tuple[int, ...] = field(init=False)
    caps: tuple[int, ...] = field(init=False)
    floors: tuple[int, ...] = field(init=False)
    hards: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Find the places of terms by role, and of those that may miss and are needed."""
        needed = tuple(
            place
            for place, term in enumerate(self.terms)
            if term.amount.bounds.may_miss and not term.skipped_if_missing
        )
        object.__setattr__(self, "needed", needed)
        for name, role in (("caps", Role.CAP), ("floors", Role.FLOOR), ("hards", Role.HARD)):
            places = tuple(place for place, term in enumerate(self.terms) if term.role is role)
            object.__setattr__(self, name, places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A stop, a referral or a decline; the first that holds for a line decides it."""

    name: str
    when: Resolved
    lines: frozenset[Product]
    action: Action
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A fact on one product that restricts another line for as long as it holds."""

    name: str
    when: Resolved
    lines: frozenset[Product]
    effect: Effect
    size: Resolved
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason as the customer reads it, with its cause, what helps and when it ends."""

    code: str
    cause: Cause
    zh: str
    en: str
    help_zh: str
    help_en: str
    ends_zh: str
    ends_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedValue:
    """A value of the strategy that changes by date, and the bounds it keeps on every day."""

    bounds: Bounds
    dated: Dated

    @property
    def name(self) -> str:
        """The name expressions know it by."""
        return self.dated.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """A share of customers decided as challengers, drawn by a hash of salt and customer."""

    salt: str
    challenger_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """Everything a decision needs but the customer, the law and the day.

    `logic_hash` covers the compiled form and what it means, `content_hash` the files.
    """

    name: str
    version: str
    owner: str
    currency_scale: int
    experiment: Experiment
    dated: tuple[DatedValue, ...]
    features: tuple[Feature, ...]
    score_base: int
    scorecard: tuple[Attribute, ...]
    pd: Table
    segments: tuple[Segment, ...]
    values: tuple[Quantity, ...]
    prices: Mapping[Product, Price]
    joint: Limit
    limits: Mapping[Product, Limit]
    gates: tuple[Gate, ...]
    edges: tuple[Edge, ...]
    reasons: Mapping[str, Reason]
    tables: Mapping[str, Table]
    logic_hash: str
    content_hash: str

    @property
    def idle(self) -> frozenset[str]:
        """The features that no expression, row of the card or limit's `now` reads.

        Missing or out of range, they leave nothing in doubt. One that can have a single value
        counts as read: that value may stand in its stead in an expression.
        """
        read = {attribute.feature for attribute in self.scorecard}
        read |= {limit.now for limit in self.limits.values()}
        for resolved in self._resolved():
            read |= names_in(resolved.expression)
        several = (each for each in self.features if each.bounds.least < each.bounds.greatest)
        return frozenset(feature.name for feature in several) - read

    def _resolved(self) -> Iterator[Resolved]:
        """Yield every expression."""
        yield from (each.value for each in self.features if each.value is not None)
        for rows in (self.segments, self.gates, self.edges):
            yield from (row.when for row in rows)
        yield from (each.value for each in self.values)
        yield from (each.size for each in self.edges)
        for price in self.prices.values():
            yield from (price.floor, price.ceiling, *(part.value for part in price.parts))
        for limit in (self.joint, *self.limits.values()):
            yield from (term.amount for term in limit.terms)

    @property
    def columns(self) -> tuple[str, ...]:
        """The book's columns the strategy reads, in the order of its rows."""
        return tuple(feature.column for feature in self.features if feature.column is not None)
