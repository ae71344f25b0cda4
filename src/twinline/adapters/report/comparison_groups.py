"""A screening of who gains and who loses by protected group, against the group that fares best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.report.page import Card, Cards, Note, Section, Table
from twinline.adapters.report.parity import Parity, against, in_order, screening
from twinline.adapters.report.view import ENOUGH, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinline.adapters.report.comparison_view import ComparisonView
    from twinline.portfolio.compared import MoveFigures


def parity(view: ComparisonView) -> Section:
    """Return the screening for every protected attribute the book holds."""
    words = view.words
    every: list[Parity[MoveFigures]] = []
    cards: dict[str, list[Table]] = {}
    for line in view.lines():
        if not line.figures.moves.gainers and not line.figures.moves.losers:
            continue
        for attribute, groups in line.figures.groups.items():
            both = _measures(view, line.name, attribute, in_order(groups))
            every += both
            cards.setdefault(attribute, []).append(_table(view, *both))
    return Section(
        id="parity",
        title=words("parity.title"),
        short=words("parity.short"),
        says=(screening(words, "parity", every),),
        blocks=(
            *(
                Cards(cards=(Card(title=words.name(attribute), says=(), blocks=tuple(tables)),))
                for attribute, tables in cards.items()
            ),
            Note(text=words("parity.note", least=words.customers(ENOUGH))),
        ),
    )


def _measures(
    view: ComparisonView, line: str, attribute: str, groups: Mapping[str, MoveFigures]
) -> tuple[Parity[MoveFigures], Parity[MoveFigures]]:
    measures: dict[str, Callable[[MoveFigures], int]] = {
        "gain": lambda group: group.gainers,
        "spared": lambda group: group.customers - group.losers,
    }
    gain, spared = (
        Parity(
            line=line,
            attribute=attribute,
            measure=view.words(f"parity.{measure}"),
            groups=groups,
            counted=counted,
        )
        for measure, counted in measures.items()
    )
    return gain, spared


def _table(view: ComparisonView, gain: Parity[MoveFigures], spared: Parity[MoveFigures]) -> Table:
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
                against(words, gain, name),
                number(words.share(spared.counted(group), group.customers)),
                against(words, spared, name),
                number(words.moves(*granted)),
            )
        )
    return Table(
        caption=gain.line,
        head=tuple(words(f"parity.{head}") for head in heads),
        rows=tuple(rows),
    )
