"""Figures of a reviewed book: what is added up of it, in bounded memory.

A chunk of customers is added by `portfolio.tally_columns`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeVar

from twinline.decision.strategy import Action
from twinline.kernel.money import format_money
from twinline.kernel.rounding import Rounding, divide
from twinline.portfolio.figures import Figures, GroupFigures, LineFigures
from twinline.portfolio.firsts import Firsts
from twinline.portfolio.ranking import Ranking
from twinline.portfolio.waterfall import Waterfall
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.decision.strategy import Limit

PPM = 1_000_000
LGD_PPM = 650_000
"""Loss given default of unsecured consumer credit, as the standard strategy prices it."""

DIGITS = 3
"""Amounts are told apart by so many digits only."""

PRICE_BAND_PPM = 10_000
SCORE_BAND = 20
UNKNOWN = ""
"""The key of those whose segment or score is not known."""

Pair = tuple[str, str]
"""An action and what goes with it, as text: an Enum is slow to look up for every row."""


class Tally:
    """The book so far. `groups` names the protected attributes, in the order they are added."""

    def __init__(
        self, currency: str, groups: Sequence[str], limits: Mapping[Product, Limit]
    ) -> None:
        """Start with an empty book; `limits` are those of the strategy that decides it."""
        self._currency = currency
        self._group_names = tuple(groups)
        self.customers = self.referred = self.challengers = 0
        self.joint_minor = 0
        self.together: Counter[Pair] = Counter()
        pay_later, cash_loan = (LineTally(limits[product]) for product in Product)
        self.lines = (pay_later, cash_loan)
        self.segments: defaultdict[str, GroupTally] = defaultdict(GroupTally)
        self.scores: defaultdict[int | None, GroupTally] = defaultdict(GroupTally)
        self.groups: tuple[defaultdict[str, GroupTally], ...] = tuple(
            defaultdict(GroupTally) for _ in groups
        )
        self.ranking = Ranking()
        self.firsts = Firsts()

    def merge(self, other: Tally) -> None:
        """Add all that another tally of the same book holds."""
        self.customers += other.customers
        self.referred += other.referred
        self.challengers += other.challengers
        self.joint_minor += other.joint_minor
        self.together.update(other.together)
        for line, added in zip(self.lines, other.lines, strict=True):
            line.merge(added)
        _merge(self.segments, other.segments)
        _merge(self.scores, other.scores)
        for values, more in zip(self.groups, other.groups, strict=True):
            _merge(values, more)
        self.ranking.merge(other.ranking)
        self.firsts.merge(other.firsts)

    def figures(self) -> Figures:
        """Return the figures of all that was added."""
        currency = self._currency
        pay_later, cash_loan = (tally.figures(currency) for tally in self.lines)
        return Figures(
            customers=self.customers,
            referred=self.referred,
            challengers=self.challengers,
            pay_later=pay_later,
            cash_loan=cash_loan,
            joint_limit=format_money(self.joint_minor, currency),
            together=_by_action(self.together),
            expected_loss_before=_loss(sum(line.lost_before for line in self.lines), currency),
            expected_loss=_loss(sum(line.lost for line in self.lines), currency),
            segments=_by_name(self.segments),
            scores=_by_band(self.scores),
            groups={
                name: _by_name(values)
                for name, values in zip(self._group_names, self.groups, strict=True)
                if values
            },
            score=self.ranking.figures(),
            examples=self.firsts.chosen(),
        )


class LineTally:
    """One line over the book."""

    def __init__(self, limit: Limit) -> None:
        self.waterfall = Waterfall(limit)
        self.actions: Counter[Action] = Counter()
        self.binding: Counter[str] = Counter()
        self.reasons: Counter[Pair] = Counter()
        self.price_bounds: Counter[str] = Counter()
        self.prices: Counter[int] = Counter()
        self.limits_before = Amounts()
        self.limits = Amounts()
        self.base = self.raised = self.cut = self.invited = 0
        self.lost_before = self.lost = 0

    def merge(self, other: LineTally) -> None:
        """Add another tally of the same line."""
        self.waterfall.merge(other.waterfall)
        self.actions.update(other.actions)
        self.binding.update(other.binding)
        self.reasons.update(other.reasons)
        self.price_bounds.update(other.price_bounds)
        self.prices.update(other.prices)
        self.limits_before.merge(other.limits_before)
        self.limits.merge(other.limits)
        self.base += other.base
        self.raised += other.raised
        self.cut += other.cut
        self.invited += other.invited
        self.lost_before += other.lost_before
        self.lost += other.lost

    def figures(self, currency: str) -> LineFigures:
        """Return the line's figures."""
        effective, held = self.limits.total, self.limits.held
        priced = sum(self.prices.values())
        bands: Counter[int] = Counter()
        for price, count in self.prices.items():
            bands[divide(price, PRICE_BAND_PPM, Rounding.UP) * PRICE_BAND_PPM] += count
        total_price = sum(price * count for price, count in self.prices.items())

        def money(minor: int) -> str:
            return format_money(minor, currency)

        return LineFigures(
            actions={action.value: self.actions[action] for action in Action},
            binding=_most_first(self.binding),
            waterfall=self.waterfall.figures(currency),
            reasons=_by_action(self.reasons),
            price_bounds=_most_first(self.price_bounds),
            price_ppm_by_band={str(band): bands[band] for band in sorted(bands)},
            price_ppm_mean=divide(total_price, priced, Rounding.HALF_UP) if priced else None,
            price_ppm_max=max(self.prices, default=None),
            limits_before=self.limits_before.by_band(currency),
            limits_after=self.limits.by_band(currency),
            expected_loss_before=_loss(self.lost_before, currency),
            expected_loss=_loss(self.lost, currency),
            limit_before=money(self.limits_before.total),
            base_limit=money(self.base),
            effective_limit=money(effective),
            raised_by=money(self.raised),
            cut_by=money(self.cut),
            invited=money(self.invited),
            largest_limit=money(self.limits.largest),
            mean_limit=money(divide(effective, held, Rounding.HALF_UP) if held else 0),
            largest_hundredth_ppm=self.limits.share_of_largest_ppm(held // 100),
        )


class Amounts:
    """Amounts of money added up; bounded, because they are told apart by three digits only."""

    def __init__(self) -> None:
        self.total = self.largest = self.none = 0
        self.counts: Counter[int] = Counter()
        self.sums: Counter[int] = Counter()

    @property
    def held(self) -> int:
        """Return how many amounts were not zero."""
        return self.counts.total()

    def merge(self, other: Amounts) -> None:
        """Add other amounts."""
        self.total += other.total
        self.none += other.none
        self.largest = max(self.largest, other.largest)
        self.counts.update(other.counts)
        self.sums.update(other.sums)

    def by_band(self, currency: str) -> dict[str, int]:
        """Return how many amounts lie in each band from 1, 2 or 5 to the next, by its start."""
        bands: Counter[int] = Counter({0: self.none} if self.none else {})
        for alike, count in self.counts.items():
            bands[one_two_five(alike)] += count
        return {format_money(band, currency): bands[band] for band in sorted(bands)}

    def share_of_largest_ppm(self, count: int) -> int:
        """Return the share of the total that the `count` largest hold.

        Where only some of those alike in three digits are among them, they count as the mean.
        """
        held = 0
        for alike in sorted(self.counts, reverse=True):
            taken = min(self.counts[alike], count)
            held += divide(self.sums[alike] * taken, self.counts[alike], Rounding.HALF_UP)
            count -= taken
            if not count:
                break
        return divide(held * PPM, self.total, Rounding.HALF_UP) if self.total else 0


class GroupTally:
    """Some customers: how many, their scores, their outcomes and what became of their lines."""

    def __init__(self) -> None:
        self.customers = self.score = self.scored = self.known = self.defaulted = 0
        self.actions: Counter[Pair] = Counter()

    def merge(self, other: GroupTally) -> None:
        """Add other customers."""
        self.customers += other.customers
        self.score += other.score
        self.scored += other.scored
        self.known += other.known
        self.defaulted += other.defaulted
        self.actions.update(other.actions)

    def figures(self) -> GroupFigures:
        """Return the group's figures."""
        pay_later, cash_loan = (
            {
                action.value: sum(
                    count for pair, count in self.actions.items() if pair[place] == action.value
                )
                for action in Action
            }
            for place in (0, 1)
        )
        mean = divide(self.score, self.scored, Rounding.HALF_UP) if self.scored else None
        return GroupFigures(
            customers=self.customers,
            score_mean=mean,
            defaulted=self.defaulted,
            outcome_known=self.known,
            pay_later=pay_later,
            cash_loan=cash_loan,
        )


_Name = TypeVar("_Name", str, int | None)


def _merge(tallies: defaultdict[_Name, GroupTally], others: Mapping[_Name, GroupTally]) -> None:
    for name, other in others.items():
        tallies[name].merge(other)


def _by_name(tallies: Mapping[str, GroupTally]) -> dict[str, GroupFigures]:
    return {name: tallies[name].figures() for name in sorted(tallies)}


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _by_band(tallies: Mapping[int | None, GroupTally]) -> dict[str, GroupFigures]:
    known = {
        f"{band * SCORE_BAND}-{band * SCORE_BAND + SCORE_BAND - 1}": tallies[band].figures()
        for band in sorted(band for band in tallies if band is not None)
    }
    unknown = {UNKNOWN: tallies[None].figures()} if None in tallies else {}
    return known | unknown


def _by_action(counts: Counter[Pair]) -> dict[str, dict[str, int]]:
    """Return the counts by action in the order of actions, then by key, the most first."""
    return {
        action.value: _most_first(
            Counter({key: count for (of, key), count in counts.items() if of == action.value})
        )
        for action in Action
        if any(of == action.value for of, _ in counts)
    }


def _loss(minor_ppm: int, currency: str) -> str:
    return format_money(divide(minor_ppm * LGD_PPM, PPM * PPM, Rounding.HALF_UP), currency)


def one_two_five(minor: int) -> int:
    """Return the largest of 1, 2, 5, 10, 20, 50, ... that is not above a positive amount."""
    power: int = 10 ** (len(str(minor)) - 1)
    return next(step * power for step in (5, 2, 1) if step * power <= minor)
