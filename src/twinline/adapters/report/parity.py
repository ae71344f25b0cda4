"""Groups held against the one that fares best: the four-fifths screening, whatever is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from twinline.adapters.report.page import Cell
from twinline.adapters.report.view import ENOUGH, drawn, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twinline.adapters.report.words import Words

FOUR_FIFTHS = (4, 5)

NAMED = 6
"""How many flags the sentence names; the tables show all."""


class Counted(Protocol):
    """Figures of a group that say how many customers are in it."""

    @property
    def customers(self) -> int:
        """How many."""


G = TypeVar("G", bound=Counted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity(Generic[G]):
    """How often something good happens in the groups of an attribute, on one line.

    `measure` is the words for what happens, "" where there is only one such thing.
    """

    line: str
    attribute: str
    measure: str
    groups: Mapping[str, G]
    counted: Callable[[G], int]

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


def screening(words: Words, section: str, every: Sequence[Parity[G]]) -> str:
    """Return what the screening found, the farthest from the best group first.

    `section` names the words of the page's own: none, fine, flagged and says.
    """
    compared = sum(len(each.compared()) for each in every)
    flagged = sorted(
        ((each, name) for each in every for name in each.flagged()),
        key=lambda found: drawn(*found[0].ratio(found[1])),
    )
    if not compared:
        return words(f"{section}.none", least=words.customers(ENOUGH))
    if not flagged:
        return words(f"{section}.fine", compared=words.count(compared))
    named = [
        words(
            f"{section}.flagged",
            line=each.line,
            attribute=words.name(each.attribute),
            measure=each.measure,
            group=words.name(name),
            ratio=words.share(*each.ratio(name)),
        )
        for each, name in flagged[:NAMED]
    ]
    if flagged[NAMED:]:
        named.append(words("fair.more", count=words.count(len(flagged[NAMED:]))))
    return words(
        f"{section}.says",
        flagged=words.count(len(flagged)),
        compared=words.count(compared),
        which=words.joined(named),
    )


def against(words: Words, parity: Parity[G], name: str) -> Cell:
    """Return how a group stands against the best one."""
    if parity.groups[name].customers < ENOUGH:
        return number(words("fair.few"))
    if name not in parity.compared():
        best = name == parity.best and parity.counted(parity.groups[name])
        return number(words("fair.best") if best else words.none)
    part, whole = parity.ratio(name)
    flagged = name in parity.flagged()
    said, tone = words.share(part, whole), "flag" if flagged else "measure"
    return Cell(
        text=said,
        number=True,
        tag=words("fair.flag") if flagged else "",
        tone=tone,
        parts=((tone, percent(min(part, whole), whole), said),),
        mark="80",
    )


def in_order(groups: Mapping[str, G]) -> dict[str, G]:
    """Return groups by the number in their names if those are ranges, else the largest first."""
    numbers = {name: re.search(r"\d+", name) for name in groups}
    if sum(name[:1].isdigit() for name in groups) * 2 > len(groups) and all(numbers.values()):

        def place(name: str) -> tuple[int, bool, str]:
            found = numbers[name]
            return (int(found[0]) if found else 0, name[:1].isdigit(), name)

        return {name: groups[name] for name in sorted(groups, key=place)}
    return dict(sorted(groups.items(), key=lambda item: (-item[1].customers, item[0])))
