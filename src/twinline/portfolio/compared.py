"""The figures of two strategies held against each other on one book.

Money is decimal text in the book's currency, prices and probabilities are ppm. "Old" is what a
strategy is compared with, "new" the one it is about. A limit is what a customer can use: the
effective limit. A line is *granted* where it is invited, raised or kept.
"""

from __future__ import annotations

import msgspec


class MoveFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How the limits and prices of some customers move from the old strategy to the new.

    `gainers` have a higher limit and `losers` a lower one; `gained` less `lost` is `limit_new`
    less `limit_old`. `dearer` and `cheaper` count whose price moves where both offer one.
    """

    customers: int
    granted_old: int
    granted_new: int
    gainers: int
    losers: int
    dearer: int
    cheaper: int
    gained: str
    lost: str
    mean_gain: str
    mean_loss: str
    limit_old: str
    limit_new: str


class SwapFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One swap set: who is in it, what they get, and what became of them where that is known."""

    customers: int
    outcome_known: int
    defaulted: int
    limit_old: str
    limit_new: str
    expected_loss_old: str
    expected_loss_new: str


class RiskFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Exposure and expected loss, as `LineFigures` measures it, of old and new limits.

    Each strategy has its own probability of default, so the limits of both are also measured by
    the same one: `loss_new_by_old_pd` against `loss_old`, `loss_new` against
    `loss_old_by_new_pd`. What no model says: `limit_defaulted_*` are the limits of customers who
    then defaulted, of the `limit_known_*` whose outcome is known.
    """

    limit_old: str
    limit_new: str
    loss_old: str
    loss_new: str
    loss_old_by_new_pd: str
    loss_new_by_old_pd: str
    limit_known_old: str
    limit_known_new: str
    limit_defaulted_old: str
    limit_defaulted_new: str


class PriceMoveFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How prices move where both strategies offer one; `moved` counts by band of the change.

    The band of a change is the multiple of half a percentage point it reaches, away from zero;
    "0" holds who pays the same.
    """

    both: int
    only_old: int
    only_new: int
    mean_old_ppm: int | None
    mean_new_ppm: int | None
    moved: dict[str, int]


class ReasonMoves(msgspec.Struct, frozen=True, kw_only=True):
    """For how many customers a reason appears, vanishes and stays."""

    appears: int
    vanishes: int
    stays: int


class Mover(msgspec.Struct, frozen=True, kw_only=True):
    """One of the customers whose limit moves most; `row` is the one in the book.

    `decided_by` is the gate that decides the line, else the restriction that holds its limit
    down, else the term that bound.
    """

    row: int
    customer_id: str
    segment_old: str
    segment_new: str
    action_old: str
    action_new: str
    limit_old: str
    limit_new: str
    price_ppm_old: int | None
    price_ppm_new: int | None
    decided_by_old: str
    decided_by_new: str


class LineComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One line under both strategies.

    `swap` is keyed by `in_both`, `out_both`, `swapped_in`, `swapped_out` and `referred`, where
    either leaves the line to a person. `actions`, `decided_by` and `segments` go from old to new.
    `limits_moved` counts changes by band: from 1, 2 or 5 times a power of ten to the next, with
    the change's sign, "0" those that do not move. `most_gained` and `most_lost` are the largest.
    """

    moves: MoveFigures
    risk: RiskFigures
    swap: dict[str, SwapFigures]
    actions: dict[str, dict[str, int]]
    limits_moved: dict[str, int]
    prices: PriceMoveFigures
    decided_by: dict[str, dict[str, int]]
    reasons: dict[str, ReasonMoves]
    segments: dict[str, dict[str, MoveFigures]]
    groups: dict[str, dict[str, MoveFigures]]
    most_gained: tuple[Mover, ...]
    most_lost: tuple[Mover, ...]


class ComparisonFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a comparison.

    `alike` are the customers who get the same action, limit and price on both lines. `together`
    and `risk` take both lines as one: the sum of limits, granted, dearer or cheaper on any.
    """

    customers: int
    alike: int
    together: MoveFigures
    risk: RiskFigures
    pay_later: LineComparison
    cash_loan: LineComparison
