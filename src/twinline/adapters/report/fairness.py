"""A screening for fairness: shares by protected group against the group that fares best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.report.page import Card, Cards, Note, Section, Table
from twinline.adapters.report.parity import Parity, against, in_order, screening
from twinline.adapters.report.view import ENOUGH, GRANTED, WORSE, counted, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twinline.adapters.report.view import View
    from twinline.portfolio.figures import GroupFigures

    Actions = Callable[[GroupFigures], Mapping[str, int]]


def fairness(view: View) -> Section:
    """Return the screening for every protected attribute the book holds."""
    words = view.words
    by_attribute = {
        attribute: _parities(view, attribute, groups)
        for attribute, groups in view.figures.groups.items()
    }
    every = [each for parities in by_attribute.values() for each in parities]
    cards = tuple(
        Card(title=words.name(attribute), says=(), blocks=(_table(view, parities),))
        for attribute, parities in by_attribute.items()
    )
    return Section(
        id="fairness",
        title=words("fair.title"),
        short=words("fair.short"),
        says=(screening(words, "fair", every),),
        blocks=(
            *(Cards(cards=(card,)) for card in cards),
            Note(text=words("fair.note", least=words.customers(ENOUGH))),
        ),
    )


def _actions() -> tuple[Actions, ...]:
    """Return how to look up the actions of each line, in the order of lines."""
    return (lambda group: group.pay_later, lambda group: group.cash_loan)


def _granted(of: Actions) -> Callable[[GroupFigures], int]:
    return lambda group: counted(of(group), *GRANTED)


def _parities(
    view: View, attribute: str, groups: Mapping[str, GroupFigures]
) -> Sequence[Parity[GroupFigures]]:
    return [
        Parity(
            line=line.name,
            attribute=attribute,
            measure="",
            groups=in_order(groups),
            counted=_granted(of),
        )
        for line, of in zip(view.lines(), _actions(), strict=True)
    ]


def _table(view: View, parities: Sequence[Parity[GroupFigures]]) -> Table:
    words, groups = view.words, parities[0].groups
    head = [words("fair.group"), words("fair.customers")]
    for each in parities:
        head += [words("fair.kept", line=each.line), words("fair.ratio")]
    harmed = [
        (line.name, of)
        for line, of in zip(view.lines(), _actions(), strict=True)
        if any(counted(of(group), *WORSE) for group in groups.values())
    ]
    head += [words("fair.worse", line=line) for line, _ in harmed]
    head.append(words("fair.default"))
    rows = []
    for name, group in groups.items():
        whole = group.customers
        row = [text(words.name(name)), number(words.count(whole))]
        for each in parities:
            row.append(number(words.share(each.counted(group), whole)))
            row.append(against(words, each, name))
        row += [number(words.share(counted(of(group), *WORSE), whole)) for _, of in harmed]
        row.append(number(words.share(group.defaulted, group.outcome_known)))
        rows.append(tuple(row))
    return Table(head=tuple(head), rows=tuple(rows))
