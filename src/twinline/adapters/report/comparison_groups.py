"""A screening of who gains and who loses by protected group, against the group that fares best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.adapters.report.comparison_view import ENOUGH
from twinline.adapters.report.fairness import FOUR_FIFTHS, NAMED, in_order
from twinline.adapters.report.page import Card, Cards, Cell, Note, Section, Table
from twinline.adapters.report.view import drawn, number, percent, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinline.adapters.report.comparison_view import ComparisonView
    from twinline.portfolio.compared import MoveFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parity:
    """How often something happens in the groups of an attribute, on one line."""

    line: str
    attribute: str
    measure: str
    groups: Mapping[str, MoveFigures]
    counted: Callable[[MoveFigures], int]

    @property
    def best(self) -> str:
        """Return the group in which it happens most often of those large enough, or ""."""
        return max(
            (name for name, group in self.groups.items() if group.customers >= ENOUGH),
            key=lambda name: drawn(self.counted(self.groups[name]), self.groups[name].customers),
            default="",
        )

    def ratio(self, name: str) -> tuple[int, int]:
        """Return a group's share against the best group's, as part and whole."""
        group, best = self.groups[name], self.groups[self.best]
        return (self.counted(group) * best.customers, group.customers * self.counted(best))

    def compared(self) -> list[str]:
        """Return the groups that are held against the best one."""
        best = self.best
        if not best or not self.counted(self.groups[best]):
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


def parity(view: ComparisonView) -> Section:
    """Return the screening for every protected attribute the book holds."""
    words = view.words
    every: list[_Parity] = []
    cards: dict[str, list[Table]] = {}
    for line in view.lines():
        if not line.figures.moves.gainers and not line.figures.moves.losers:
            continue
        for attribute, groups in line.figures.groups.items():
            both = _measures(line.name, attribute, in_order(groups))
            every += both
            cards.setdefault(attribute, []).append(_table(view, *both))
    return Section(
        id="parity",
        title=words("parity.title"),
        short=words("parity.short"),
        says=(_says(view, every),),
        blocks=(
            *(
                Cards(cards=(Card(title=words.name(attribute), says=(), blocks=tuple(tables)),))
                for attribute, tables in cards.items()
            ),
            Note(text=words("parity.note", least=words.customers(ENOUGH))),
        ),
    )


def _measures(
    line: str, attribute: str, groups: Mapping[str, MoveFigures]
) -> tuple[_Parity, _Parity]:
    measures: dict[str, Callable[[MoveFigures], int]] = {
        "gain": lambda group: group.gainers,
        "spared": lambda group: group.customers - group.losers,
    }
    gain, spared = (
        _Parity(line=line, attribute=attribute, measure=measure, groups=groups, counted=counted)
        for measure, counted in measures.items()
    )
    return gain, spared


def _says(view: ComparisonView, every: list[_Parity]) -> str:
    """Return what the screening found, the farthest from the best group first."""
    words = view.words
    compared = sum(len(each.compared()) for each in every)
    flagged = sorted(
        ((each, name) for each in every for name in each.flagged()),
        key=lambda found: drawn(*found[0].ratio(found[1])),
    )
    if not compared:
        return words("parity.none", least=words.customers(ENOUGH))
    if not flagged:
        return words("parity.fine", compared=words.count(compared))
    named = [
        words(
            "parity.flagged",
            line=each.line,
            attribute=words.name(each.attribute),
            measure=words(f"parity.{each.measure}"),
            group=words.name(name),
            ratio=words.share(*each.ratio(name)),
        )
        for each, name in flagged[:NAMED]
    ]
    if flagged[NAMED:]:
        named.append(words("fair.more", count=words.count(len(flagged[NAMED:]))))
    return words(
        "parity.says",
        flagged=words.count(len(flagged)),
        compared=words.count(compared),
        which=words.joined(named),
    )


def _table(view: ComparisonView, gain: _Parity, spared: _Parity) -> Table:
    words = view.words
    heads = ("group", "customers", "gains", "ratio", "spares", "ratio", "granted")
    rows = []
    for name, group in gain.groups.items():
        granted = [
            words.share(count, group.customers) for count in (group.granted_old, group.granted_new)
        ]
        rows.append(
            (
                text(words.name(name)),
                number(words.count(group.customers)),
                number(words.share(gain.counted(group), group.customers)),
                _against(view, gain, name),
                number(words.share(spared.counted(group), group.customers)),
                _against(view, spared, name),
                number(words.moves(*granted)),
            )
        )
    return Table(
        caption=gain.line,
        head=tuple(words(f"parity.{head}") for head in heads),
        rows=tuple(rows),
    )


def _against(view: ComparisonView, parity: _Parity, name: str) -> Cell:
    words = view.words
    if parity.groups[name].customers < ENOUGH:
        return number(words("fair.few"))
    if name not in parity.compared():
        best = name == parity.best and parity.counted(parity.groups[name])
        return number(words("fair.best") if best else words.none)
    part, whole = parity.ratio(name)
    flagged = name in parity.flagged()
    said = words.share(part, whole)
    tone = "flag" if flagged else "measure"
    return Cell(
        text=said,
        number=True,
        tag=words("fair.flag") if flagged else "",
        tone=tone,
        parts=((tone, percent(min(part, whole), whole), said),),
        mark="80",
    )
