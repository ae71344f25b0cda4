"""The waterfall of a line's limits: from what its first term gives to what can be used."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from twinline.adapters.report.bars import AROUND, ROW, across, bars
from twinline.adapters.report.page import Chart, Table, plain
from twinline.adapters.report.palette import COLOURS
from twinline.adapters.report.view import number, text
from twinline.adapters.report.words import capital

if TYPE_CHECKING:
    from twinline.adapters.report.page import Spec
    from twinline.adapters.report.view import Line, View

DECIDED = {
    "not_opened": "decline",
    "kept": "keep",
    "referred": "refer",
    "stopped": "stop",
    "restricted": "held",
}
"""What follows once terms are settled, each with its colour."""


class _Step(NamedTuple):
    """A bar: its words, what it moves or, if it is a level, how high it stands, its colour."""

    name: str
    by: Decimal
    tone: str
    level: bool = False


def fall_says(view: View, line: Line) -> tuple[str, ...]:
    """Return the sentences that say what to see in the waterfall."""
    words, fall = view.words, line.figures.waterfall
    first = view.term(line.product, fall.first)
    moved = {name: Decimal(by) for name, by in fall.terms.items()}
    off = {name: by for name, by in moved.items() if by < 0}
    says = [words("fall.says_free", start=view.short(fall.start), first=first)]
    if off:
        most = min(off, key=lambda name: off[name])
        says = [
            words(
                "fall.says",
                start=view.short(fall.start),
                first=first,
                off=view.short(-sum(off.values(), Decimal(0))),
                term=view.term(line.product, most),
                amount=view.short(-off[most]),
            )
        ]
    held = sum((by for by in moved.values() if by > 0), Decimal(0))
    if held:
        says = [words.sentences(*says, words("fall.says_held", amount=view.short(held)))]
    steps = _decided(view, line)
    if steps:
        said = [f"{step.name} {signed(view, step.by)}" for step in steps]
        says.append(
            words(
                "fall.says_after",
                allowed=view.short(fall.allowed),
                effective=view.short(fall.effective),
                steps=words.joined(said),
            )
        )
    return tuple(says)


def signed(view: View, by: Decimal) -> str:
    """Return an amount to three digits with its sign."""
    return ("+" if by > 0 else "") + view.words.short_amount(by)


def fall_chart(view: View, line: Line) -> Chart:
    """Return the bars from the first term's amounts down to what can be used."""
    words, fall = view.words, line.figures.waterfall
    first = view.term(line.product, fall.first)
    steps = [
        _Step(words("fall.start", first=first), Decimal(fall.start), "before", level=True),
        *(
            _Step(
                capital(view.term(line.product, name)),
                Decimal(by),
                "raise" if Decimal(by) > 0 else "cut",
            )
            for name, by in fall.terms.items()
        ),
        _Step(words("fall.allowed"), Decimal(fall.allowed), "before", level=True),
        *_decided(view, line),
        _Step(words("fall.effective"), Decimal(fall.effective), "after", level=True),
    ]
    rows = tuple((text(step.name), number(view.money(step.by))) for step in steps)
    begin, most = _seen(steps)
    title = words("fall.chart", line=line.name, first=first)
    if begin:
        title = words.sentences(title, words("fall.cut", amount=view.short(begin)))
    return Chart(
        title=title,
        traces=(_bars(view, steps),),
        layout={**across(float(most), room=1.45, begin=float(begin)), "bargap": 0.3},
        table=Table(head=(words("move.step"), words("move.amount")), rows=rows),
        height=ROW * len(steps) + AROUND,
    )


def _decided(view: View, line: Line) -> list[_Step]:
    """Return what the decision does with what terms allow, as far as it does anything."""
    fall = line.figures.waterfall
    amounts = {key: Decimal(getattr(fall, key)) for key in DECIDED}
    return [
        _Step(view.words(f"fall.{key}"), by, DECIDED[key]) for key, by in amounts.items() if by
    ]


def _ends(steps: list[_Step]) -> list[tuple[Decimal, Decimal]]:
    """Return where each bar begins and ends."""
    ends, at = [], Decimal(0)
    for step in steps:
        begin = Decimal(0) if step.level else at
        at = begin + step.by
        ends.append((min(begin, at), max(begin, at)))
    return ends


def _seen(steps: list[_Step]) -> tuple[Decimal, Decimal]:
    """Return what part of the bars is shown, so that small steps on high bars can be seen."""
    ends = _ends(steps)
    most = max(Decimal(1), *(end for _, end in ends))
    least = min(
        end if step.level else begin for step, (begin, end) in zip(steps, ends, strict=True)
    )
    begin = least - (most - least)
    return (begin if begin * 2 > most else Decimal(0)), most


def _bars(view: View, steps: list[_Step]) -> Spec:
    ends = _ends(steps)
    said = [
        view.words.short_amount(step.by) if step.level else signed(view, step.by) for step in steps
    ]
    drawn = bars(
        [step.name for step in steps],
        [float(end - begin) for begin, end in ends],
        said,
        [COLOURS[step.tone] for step in steps],
    )
    told = [f"{plain(step.name)} · {view.money(step.by)}" for step in steps]
    base = [float(begin) for begin, _ in ends]
    return {**drawn, "base": base, "hoverinfo": "text", "hovertext": told}
