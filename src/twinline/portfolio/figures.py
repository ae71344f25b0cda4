"""The figures of a reviewed book; money is decimal text in the book's currency, shares are ppm."""

from __future__ import annotations

import msgspec


class WaterfallFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What took one line's limits from its first term to what can be used, over the book.

    `start` is the sum of the first term's amounts; `terms` is what each term took off or, above
    zero, held up; `allowed` is what they leave. Of that the decision does not open some, leaves
    lines as they are because a move is too small to make or a restriction forbids a raise
    (`kept`) or until a person decides (`referred`), stops new use, and restricts. Money as
    decimal text; start + terms = allowed, allowed + the others = effective.
    """

    first: str
    start: str
    terms: dict[str, str]
    allowed: str
    not_opened: str
    kept: str
    referred: str
    stopped: str
    restricted: str
    effective: str


class LineFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One line over the whole book; money as decimal text in the book's currency.

    `reasons` counts the first reason of each line by action; lines without one are left out.
    `price_ppm_by_band` counts prices up to and including the price that names the band.
    `limits_before` and `limits_after` count limits from the amount that names the band up to
    the next one; the first band, zero, holds who has no limit, and is there if anyone has none.
    `expected_loss` is probability of default times 65 % times the effective limits, a first
    measure of what the pool can lose if every line were used; `expected_loss_before` is the
    same of the limits before. `largest_hundredth_ppm` is the share of all limits that the
    hundredth of lines with the largest limits holds.
    """

    actions: dict[str, int]
    binding: dict[str, int]
    waterfall: WaterfallFigures
    reasons: dict[str, dict[str, int]]
    price_bounds: dict[str, int]
    price_ppm_by_band: dict[str, int]
    price_ppm_mean: int | None
    price_ppm_max: int | None
    limits_before: dict[str, int]
    limits_after: dict[str, int]
    expected_loss_before: str
    expected_loss: str
    limit_before: str
    base_limit: str
    effective_limit: str
    raised_by: str
    cut_by: str
    invited: str
    largest_limit: str
    mean_limit: str
    largest_hundredth_ppm: int


class GroupFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A segment or a protected group: how many, how they fare on each line."""

    customers: int
    score_mean: int | None
    defaulted: int
    outcome_known: int
    pay_later: dict[str, int]
    cash_loan: dict[str, int]


class ScoreFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How the score ranks the customers whose outcome is known, in ppm."""

    outcome_known: int
    defaulted: int
    auc_ppm: int | None
    ks_ppm: int | None
    gini_ppm: int | None


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a review.

    `together` counts customers by what happens to their pay-later line and then to their
    cash-loan line. `scores` is keyed by band of the score, "540-559", from the lowest up;
    segments and groups by name, and both by "" where it is not known. `examples` are rows of
    the book, 1 the first, by what they are an example of: the first of each kind in the book's
    order that is no example of another (`portfolio.firsts`).
    """

    customers: int
    referred: int
    challengers: int
    pay_later: LineFigures
    cash_loan: LineFigures
    together: dict[str, dict[str, int]]
    joint_limit: str
    expected_loss_before: str
    expected_loss: str
    segments: dict[str, GroupFigures]
    scores: dict[str, GroupFigures]
    groups: dict[str, dict[str, GroupFigures]]
    score: ScoreFigures
    examples: dict[str, int]
