"""A screening for fairness: shares by protected group against the group that fares best."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from twinline.adapters.report.page import Card, Cards, Cell, Note, Section, Table
from twinline.adapters.report.view import GRANTED, WORSE, counted, drawn, number, percent, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinline.adapters.report.view import View
    from twinline.portfolio.figures import GroupFigures

ENOUGH = 100
"""In a smaller group chance alone can take a share below four fifths of another's."""

FOUR_FIFTHS = (4, 5)

NAMED = 6
"""How many flags the sentence names; the tables show all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """One line of all groups of an attribute: the best group's share, and each against it."""

    name: str
    attribute: str
    groups: Mapping[str, GroupFigures]
    actions: Callable[[GroupFigures], Mapping[str, int]]

    def granted(self, group: GroupFigures) -> int:
        return counted(self.actions(group), *GRANTED)

    def worse(self, group: GroupFigures) -> int:
        return counted(self.actions(group), *WORSE)

    @property
    def best(self) -> str:
        """Return the group with the highest share among those large enough, or ""."""
        able = [name for name, group in self.groups.items() if group.customers >= ENOUGH]
        return max(
            able,
            key=lambda name: drawn(self.granted(self.groups[name]), self.groups[name].customers),
            default="",
        )

    def ratio(self, name: str) -> tuple[int, int]:
        """Return a group's share against the best group's, as part and whole."""
        group, best = self.groups[name], self.groups[self.best]
        return (self.granted(group) * best.customers, group.customers * self.granted(best))

    def compared(self) -> list[str]:
        """Return the groups that are held against the best one."""
        best = self.best
        if not best or not self.granted(self.groups[best]):
            return []
        return [
            name
            for name, group in self.groups.items()
            if name != best and group.customers >= ENOUGH
        ]

    def flagged(self) -> list[str]:
        """Return the groups below four fifths of the best one."""
        part, whole = FOUR_FIFTHS
        ratios = {name: self.ratio(name) for name in self.compared()}
        return [name for name, (one, other) in ratios.items() if one * whole < other * part]


def fairness(view: View) -> Section:
    """Return the screening for every protected attribute the book holds."""
    words = view.words
    by_attribute = {
        attribute: _comparisons(view, attribute, groups)
        for attribute, groups in view.figures.groups.items()
    }
    every = [each for comparisons in by_attribute.values() for each in comparisons]
    compared = sum(len(each.compared()) for each in every)
    flagged = sorted(
        ((each, name) for each in every for name in each.flagged()),
        key=lambda found: drawn(*found[0].ratio(found[1])),
    )
    cards = tuple(
        Card(title=words.name(attribute), says=(), blocks=(_table(view, comparisons),))
        for attribute, comparisons in by_attribute.items()
    )
    return Section(
        id="fairness",
        title=words("fair.title"),
        short=words("fair.short"),
        says=(_says(view, compared, flagged),),
        blocks=(
            *(Cards(cards=(card,)) for card in cards),
            Note(text=words("fair.note", least=words.customers(ENOUGH))),
        ),
    )


def _says(view: View, compared: int, flagged: list[tuple[_Comparison, str]]) -> str:
    """Return what the screening found, the farthest from the best group first."""
    words = view.words
    if not compared:
        return words("fair.says_none", least=words.customers(ENOUGH))
    if not flagged:
        return words("fair.says_fine", compared=words.count(compared))
    named = [
        words(
            "fair.flagged",
            line=each.name,
            attribute=words.name(each.attribute),
            group=words.name(name),
            ratio=words.share(*each.ratio(name)),
        )
        for each, name in flagged[:NAMED]
    ]
    if flagged[NAMED:]:
        named.append(words("fair.more", count=words.count(len(flagged[NAMED:]))))
    return words(
        "fair.says",
        flagged=words.count(len(flagged)),
        compared=words.count(compared),
        which=words.joined(named),
    )


def _comparisons(
    view: View, attribute: str, groups: Mapping[str, GroupFigures]
) -> tuple[_Comparison, ...]:
    actions: tuple[Callable[[GroupFigures], Mapping[str, int]], ...] = (
        lambda group: group.pay_later,
        lambda group: group.cash_loan,
    )
    return tuple(
        _Comparison(name=line.name, attribute=attribute, groups=in_order(groups), actions=of)
        for line, of in zip(view.lines(), actions, strict=True)
    )


def _table(view: View, comparisons: tuple[_Comparison, ...]) -> Table:
    words = view.words
    head = [words("fair.group"), words("fair.customers")]
    for each in comparisons:
        head += [words("fair.kept", line=each.name), words("fair.ratio")]
    harmed = [each for each in comparisons if any(map(each.worse, each.groups.values()))]
    head += [words("fair.worse", line=each.name) for each in harmed]
    head.append(words("fair.default"))
    rows = []
    for name, group in comparisons[0].groups.items():
        whole = group.customers
        row = [text(words.name(name)), number(words.count(whole))]
        for each in comparisons:
            row.append(number(words.share(each.granted(group), whole)))
            row.append(_against(view, each, name))
        row += [number(words.share(each.worse(group), whole)) for each in harmed]
        row.append(number(words.share(group.defaulted, group.outcome_known)))
        rows.append(tuple(row))
    return Table(head=tuple(head), rows=tuple(rows))


def _against(view: View, comparison: _Comparison, name: str) -> Cell:
    words = view.words
    if comparison.groups[name].customers < ENOUGH:
        return number(words("fair.few"))
    if name == comparison.best:
        return number(words("fair.best"))
    if name not in comparison.compared():
        return number(words.none)
    part, whole = comparison.ratio(name)
    tone = "flag" if name in comparison.flagged() else "measure"
    said = words.share(part, whole)
    return Cell(
        text=said,
        number=True,
        tag=words("fair.flag") if tone == "flag" else "",
        tone=tone,
        parts=((tone, percent(min(part, whole), whole), said),),
        mark="80",
    )


class _Counted(Protocol):
    """Figures of a group that say how many customers are in it."""

    @property
    def customers(self) -> int:
        """How many."""


_Group = TypeVar("_Group", bound=_Counted)


def in_order(groups: Mapping[str, _Group]) -> dict[str, _Group]:
    """Return groups by the number in their names if those are ranges, else the largest first."""
    numbers = {name: re.search(r"\d+", name) for name in groups}
    if sum(name[:1].isdigit() for name in groups) * 2 > len(groups) and all(numbers.values()):

        def place(name: str) -> tuple[int, bool, str]:
            found = numbers[name]
            return (int(found[0]) if found else 0, name[:1].isdigit(), name)

        return {name: groups[name] for name in sorted(groups, key=place)}
    return dict(sorted(groups.items(), key=lambda item: (-item[1].customers, item[0])))
