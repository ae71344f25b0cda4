"""Figures of a reviewed book, added up one outcome at a time in bounded memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from twinline.decision.strategy import Action
from twinline.kernel.money import format_money
from twinline.kernel.rounding import Rounding, divide
from twinline.portfolio.figures import Figures, GroupFigures, LineFigures
from twinline.portfolio.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinline.decision.outcome import LineOutcome, Outcome

PPM = 1_000_000
LGD_PPM = 650_000
"""Loss given default of unsecured consumer credit, as the standard strategy prices it."""

PRICE_BAND_PPM = 10_000
SCORE_BAND = 20
UNKNOWN = "not known"


class Tally:
    """The book so far. `groups` names the protected attributes, in the order they are added."""

    def __init__(self, currency: str, groups: Sequence[str]) -> None:
        """Start with an empty book."""
        self._currency = currency
        self._group_names = tuple(groups)
        self._customers = self._referred = self._challengers = 0
        self._joint_minor = self._loss = 0
        self._lines = (_LineTally(), _LineTally())
        self._segments: defaultdict[str, _GroupTally] = defaultdict(_GroupTally)
        self._scores: defaultdict[str, _GroupTally] = defaultdict(_GroupTally)
        self._groups: tuple[defaultdict[str, _GroupTally], ...] = tuple(
            defaultdict(_GroupTally) for _ in groups
        )
        self._ranking = Ranking()

    def add(
        self, outcome: Outcome, *, defaulted: bool | None, groups: Sequence[str | None]
    ) -> None:
        """Add one customer's outcome; `defaulted` is None where it is not known."""
        self._customers += 1
        self._referred += Action.REFER in {outcome.pay_later.action, outcome.cash_loan.action}
        self._challengers += outcome.challenger
        self._joint_minor += outcome.joint_limit_minor or 0
        pd_ppm = outcome.pd_ppm or 0
        for tally, line in zip(self._lines, (outcome.pay_later, outcome.cash_loan), strict=True):
            tally.add(line)
            self._loss += line.effective_limit_minor * pd_ppm
        self._segments[outcome.segment or UNKNOWN].add(outcome, defaulted)
        self._scores[_band(outcome.score)].add(outcome, defaulted)
        for by_value, value in zip(self._groups, groups, strict=True):
            if value is not None:
                by_value[value].add(outcome, defaulted)
        if defaulted is not None and outcome.score is not None:
            self._ranking.add(outcome.score, bad=defaulted)

    def figures(self) -> Figures:
        """Return the figures of all that was added."""
        loss = divide(self._loss * LGD_PPM, PPM * PPM, Rounding.HALF_UP)
        pay_later, cash_loan = (tally.figures(self._currency) for tally in self._lines)
        return Figures(
            customers=self._customers,
            referred=self._referred,
            challengers=self._challengers,
            pay_later=pay_later,
            cash_loan=cash_loan,
            joint_limit=format_money(self._joint_minor, self._currency),
            expected_loss=format_money(loss, self._currency),
            segments=_by_name(self._segments),
            scores=_by_name(self._scores),
            groups={
                name: _by_name(values)
                for name, values in zip(self._group_names, self._groups, strict=True)
                if values
            },
            score=self._ranking.figures(),
        )


class _LineTally:
    """One line over the book."""

    def __init__(self) -> None:
        self.actions: Counter[Action] = Counter()
        self.binding: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.price_bounds: Counter[str] = Counter()
        self.prices: Counter[int] = Counter()
        self.limits: Counter[int] = Counter()
        self.before = self.base = self.raised = self.cut = self.invited = 0

    def add(self, line: LineOutcome) -> None:
        """Add one customer's line."""
        self.actions[line.action] += 1
        self.before += line.limit_now_minor or 0
        self.base += line.base_limit_minor
        self.limits[line.effective_limit_minor] += 1
        moved = line.base_limit_minor - (line.limit_now_minor or 0)
        if line.action is Action.RAISE:
            self.raised += moved
        elif line.action is Action.CUT:
            self.cut -= moved
        elif line.action is Action.INVITE:
            self.invited += moved
        if line.binding:
            self.binding[line.binding] += 1
        if line.reasons:
            self.reasons[line.reasons[0]] += 1
        if line.price_ppm is not None:
            self.prices[line.price_ppm] += 1
            self.price_bounds[line.price_binding] += 1

    def figures(self, currency: str) -> LineFigures:
        """Return the line's figures."""
        effective = sum(limit * count for limit, count in self.limits.items())
        held = sum(count for limit, count in self.limits.items() if limit)
        priced = sum(self.prices.values())
        bands: Counter[int] = Counter()
        for price, count in self.prices.items():
            bands[price // PRICE_BAND_PPM * PRICE_BAND_PPM] += count
        total_price = sum(price * count for price, count in self.prices.items())

        def money(minor: int) -> str:
            return format_money(minor, currency)

        return LineFigures(
            actions={action.value: self.actions[action] for action in Action},
            binding=_most_first(self.binding),
            reasons=_most_first(self.reasons),
            price_bounds=_most_first(self.price_bounds),
            price_ppm_by_band={str(band): bands[band] for band in sorted(bands)},
            price_ppm_mean=divide(total_price, priced, Rounding.HALF_UP) if priced else None,
            limit_before=money(self.before),
            base_limit=money(self.base),
            effective_limit=money(effective),
            raised_by=money(self.raised),
            cut_by=money(self.cut),
            invited=money(self.invited),
            largest_limit=money(max(self.limits, default=0)),
            mean_limit=money(divide(effective, held, Rounding.HALF_UP) if held else 0),
            largest_hundredth_ppm=_share_of_largest(self.limits, held // 100, effective),
        )


class _GroupTally:
    """Some customers: how many, their scores, their outcomes and what became of their lines."""

    def __init__(self) -> None:
        self.customers = self.score = self.scored = self.known = self.defaulted = 0
        self.actions: tuple[Counter[Action], Counter[Action]] = (Counter(), Counter())

    def add(self, outcome: Outcome, defaulted: bool | None) -> None:  # noqa: FBT001 - a column
        """Add one customer."""
        self.customers += 1
        if outcome.score is not None:
            self.score += outcome.score
            self.scored += 1
        if defaulted is not None:
            self.known += 1
            self.defaulted += defaulted
        self.actions[0][outcome.pay_later.action] += 1
        self.actions[1][outcome.cash_loan.action] += 1

    def figures(self) -> GroupFigures:
        """Return the group's figures."""
        pay_later, cash_loan = (
            {action.value: actions[action] for action in Action} for actions in self.actions
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


def _by_name(tallies: Mapping[str, _GroupTally]) -> dict[str, GroupFigures]:
    return {name: tallies[name].figures() for name in sorted(tallies)}


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _band(score: int | None) -> str:
    if score is None:
        return UNKNOWN
    least = score // SCORE_BAND * SCORE_BAND
    return f"{least} to {least + SCORE_BAND - 1}"


def _share_of_largest(limits: Counter[int], count: int, total: int) -> int:
    """Return the share of the total that the `count` largest limits hold, in ppm."""
    held = 0
    for limit in sorted(limits, reverse=True):
        taken = min(limits[limit], count)
        held += limit * taken
        count -= taken
        if not count:
            break
    return divide(held * PPM, total, Rounding.HALF_UP) if total else 0
