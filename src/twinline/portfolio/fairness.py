"""How groups fare under a strategy: for the fairness report alone, after all is decided."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from twinline.decision.strategy import Action
from twinline.kernel.rounding import Rounding, divide
from twinline.portfolio.ranking import Ranking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinline.decision.outcome import LineOutcome, Outcome

PPM = 1_000_000
FOUR_FIFTHS_PPM = 800_000
CUSTOMERS_LEAST = 100
"""Groups smaller than this are shown and not compared: chance alone moves their shares."""
FAVOURABLE = frozenset({Action.INVITE, Action.RAISE, Action.KEEP})


class LineFairness(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a group: who may have it, how large and at what price on average."""

    favourable_ppm: int
    limit_mean_minor: int | None
    price_mean_ppm: int | None
    below_four_fifths: bool


class GroupFairness(msgspec.Struct, frozen=True, kw_only=True):
    """One group of one protected attribute."""

    customers: int
    defaulted: int
    outcome_known: int
    auc_ppm: int | None
    pay_later: LineFairness
    cash_loan: LineFairness


class Fairness:
    """The groups so far; `attributes` name the protected attributes in order."""

    def __init__(self, attributes: Sequence[str]) -> None:
        """Start with nobody."""
        self._attributes = tuple(attributes)
        self._groups: dict[str, defaultdict[str, _Group]] = {
            name: defaultdict(_Group) for name in attributes
        }

    def add(
        self, outcome: Outcome, *, defaulted: bool | None, groups: Sequence[str | None]
    ) -> None:
        """Add one decided customer; a group that is not known is left out."""
        for attribute, value in zip(self._attributes, groups, strict=True):
            if value is not None:
                self._groups[attribute][value].add(outcome, defaulted=defaulted)

    def figures(self) -> dict[str, dict[str, GroupFairness]]:
        """Return the figures by attribute and group."""
        return {
            attribute: {name: groups[name].figures(groups.values()) for name in sorted(groups)}
            for attribute, groups in self._groups.items()
            if groups
        }


class _Line:
    def __init__(self) -> None:
        self.favourable = self.held = self.limit = self.priced = self.price = 0

    def add(self, line: LineOutcome) -> None:
        self.favourable += line.action in FAVOURABLE
        if line.base_limit_minor:
            self.held += 1
            self.limit += line.base_limit_minor
        if line.price_ppm is not None:
            self.priced += 1
            self.price += line.price_ppm


class _Group:
    def __init__(self) -> None:
        self.customers = 0
        self.ranking = Ranking()
        self.lines = (_Line(), _Line())

    def add(self, outcome: Outcome, *, defaulted: bool | None) -> None:
        self.customers += 1
        for held, (_, line) in zip(self.lines, outcome.lines(), strict=True):
            held.add(line)
        if defaulted is not None and outcome.score is not None:
            self.ranking.add(outcome.score, bad=defaulted)

    def favourable_ppm(self, line: int) -> int:
        return divide(self.lines[line].favourable * PPM, self.customers, Rounding.HALF_UP)

    def figures(self, others: Iterable[_Group]) -> GroupFairness:
        large = [group for group in others if group.customers >= CUSTOMERS_LEAST]
        score = self.ranking.figures()
        pay_later, cash_loan = (self._line(line, large) for line in range(2))
        return GroupFairness(
            customers=self.customers,
            defaulted=score.defaulted,
            outcome_known=score.outcome_known,
            auc_ppm=score.auc_ppm,
            pay_later=pay_later,
            cash_loan=cash_loan,
        )

    def _line(self, line: int, large: Sequence[_Group]) -> LineFairness:
        held, share = self.lines[line], self.favourable_ppm(line)
        best = max((group.favourable_ppm(line) for group in large), default=0)
        return LineFairness(
            favourable_ppm=share,
            limit_mean_minor=_mean(held.limit, held.held),
            price_mean_ppm=_mean(held.price, held.priced),
            below_four_fifths=self.customers >= CUSTOMERS_LEAST
            and share * PPM < best * FOUR_FIFTHS_PPM,
        )


def _mean(total: int, count: int) -> int | None:
    return divide(total, count, Rounding.HALF_UP) if count else None
