"""A monitor as its page looks at it, and the blocks that its sections share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING

from twinline.adapters.report.bars import AROUND, across, bars
from twinline.adapters.report.page import Cell, Chart, Spec, Table, plain
from twinline.adapters.report.palette import COLOURS
from twinline.adapters.report.view import drawn, number, text
from twinline.decision.strategy import FeatureType
from twinline.kernel.money import DIGITS_BY_CURRENCY
from twinline.portfolio.bins import Apart
from twinline.portfolio.drift import Verdict
from twinline.portfolio.monitoring import INDEX, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinline.adapters.report.words import Words
    from twinline.app.monitor_record import MonitorRecord
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.monitoring import BinCount, Measure, MonitorFigures

PPM = 1_000_000
TONES = {
    Verdict.ACT: "stop",
    Verdict.WATCH: "cut",
    Verdict.TOO_FEW: "keep",
    Verdict.STABLE: "raise",
}
"""From the gravest."""

KEYS = {
    Verdict.ACT: "act",
    Verdict.WATCH: "watch",
    Verdict.TOO_FEW: "too_few",
    Verdict.STABLE: "stable",
}
FOLD = 17
"""So many letters fit on a line beside a chart on a phone, half as many Chinese ones."""

LABEL_TURN = 5
"""With more bars than this their labels stand on edge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorView:
    """A monitor to be shown."""

    record: MonitorRecord
    strategy: Strategy
    words: Words

    @property
    def figures(self) -> MonitorFigures:
        """Return the figures of the monitor."""
        return self.record.figures

    def of(self, *kinds: Kind) -> list[Measure]:
        """Return the measures of some kinds, in the record's order."""
        return [each for each in self.figures.measures if each.kind in kinds]

    def feature(self, name: str) -> str:
        """Return what the strategy calls a feature, with its month where it has one."""
        for feature in self.strategy.features:
            if feature.name == name:
                said = self.words.own(feature.en, feature.zh)
                alike = sum(each.zh == feature.zh for each in self.strategy.features)
                month = name.rpartition("_")[2]
                if alike > 1 and month.isdecimal():
                    return self.words("monitor.month", name=said, month=month)
                return said
        return name

    def name(self, measure: Measure) -> str:
        """Return what a measure is of."""
        match measure.kind:
            case Kind.FEATURE:
                return self.feature(measure.name)
            case Kind.MISSING | Kind.OUTSIDE | Kind.UNSEEN:
                return self.words(f"kind.{measure.kind}", name=self.feature(measure.name))
            case Kind.POPULATION:
                return self.words.name(measure.name)
            case Kind.ACTION | Kind.LIMIT | Kind.PRICE:
                line = self.words.titled(f"line.{measure.name.split()[0]}")
                return self.words(f"kind.{measure.kind}", line=line)
            case _:
                return self.words(f"kind.{measure.kind}")

    def verdict(self, verdict: Verdict) -> Cell:
        """Return a verdict as a word in a frame."""
        return Cell(text="", tag=self.words(f"verdict.{KEYS[verdict]}"), tone=TONES[verdict])

    def figure(self, kind: Kind, value: float | None) -> str:
        """Return a value as its kind is written: an index, a share, a factor."""
        if value is None:
            return self.words.none
        if kind in INDEX or kind is Kind.AUC:
            return f"{value:.3f}"
        if kind is Kind.CALIBRATION:
            return f"×{value:.2f}"
        return self.share(value)

    def share(self, value: float | None) -> str:
        """Return a share in percent."""
        if value is None:
            return self.words.none
        return self.words.share(Decimal(value), Decimal(1))

    def bin(self, measure: Measure, of: BinCount) -> str:
        """Return the words for a bin of a measure."""
        words = self.words
        if of.name in {each.value for each in Apart}:
            if measure.kind in {Kind.PRICE, Kind.SCORE}:
                return words("monitor.no_price" if measure.kind is Kind.PRICE else "monitor.none")
            return words("monitor.missing" if of.name == Apart.MISSING else "monitor.outside")
        if of.start is None:
            return self._category(measure, of.name)
        written = self._number(measure)
        if of.special:
            if measure.kind is Kind.LIMIT:
                return words("ticket.zero")
            return words("monitor.special", value=written(of.start))
        if of.below is None:
            return words("monitor.from", value=written(of.start))
        if of.below == of.start + 1 and not self._is_amount(measure):
            return written(of.start)
        return words.band(written(of.start), written(of.below))

    def _category(self, measure: Measure, name: str) -> str:
        words = self.words
        if measure.kind is Kind.ACTION:
            return words.titled(f"action.{name}")
        if measure.kind is Kind.SEGMENT:
            for segment in self.strategy.segments:
                if segment.name == name:
                    return words.own(segment.en, segment.zh)
            return name or words("monitor.none")
        return words.name(name)

    def _is_amount(self, measure: Measure) -> bool:
        return measure.kind is Kind.LIMIT or self._type(measure) is FeatureType.AMOUNT

    def _type(self, measure: Measure) -> FeatureType | None:
        if measure.kind is not Kind.FEATURE:
            return None
        return next(each.type for each in self.strategy.features if each.name == measure.name)

    def _number(self, measure: Measure) -> Callable[[int], str]:
        words = self.words
        if self._is_amount(measure):
            digits = DIGITS_BY_CURRENCY[self.record.now.currency]
            return lambda value: words.short_amount(Decimal(value).scaleb(-digits))
        if measure.kind is Kind.PRICE or self._type(measure) is FeatureType.PPM:
            return words.ppm
        return words.count


def distribution(view: MonitorView, measure: Measure, title: str) -> Chart:
    """Return a measure's bins then and now, side by side."""
    words = view.words
    then, now = (
        sum(each.then for each in measure.bins),
        sum(each.now for each in measure.bins),
    )
    names = [view.bin(measure, each) for each in measure.bins]
    was = [drawn(each.then, then) for each in measure.bins]
    is_now = [drawn(each.now, now) for each in measure.bins]
    rows = tuple(
        (
            text(name),
            number(words.count(each.then)),
            number(words.share(each.then, then)),
            number(words.count(each.now)),
            number(words.share(each.now, now)),
        )
        for name, each in zip(names, measure.bins, strict=True)
    )
    sides = (("before", words("monitor.then"), was), ("after", words("monitor.now"), is_now))
    named = all(each.start is None for each in measure.bins)
    draw = _across if named else _upright
    traces, layout, height = draw(names, sides)
    return Chart(
        title=title,
        traces=traces,
        layout=layout,
        table=Table(
            head=(
                words("monitor.bin"),
                words("monitor.then"),
                words("monitor.share"),
                words("monitor.now"),
                words("monitor.share"),
            ),
            rows=rows,
        ),
        height=height,
        keys=tuple((tone, side) for tone, side, _ in sides),
    )


_Sides = tuple[tuple[str, str, list[float]], ...]
"""Then and now: colour, word, and the share of each bin."""

_Drawn = tuple[tuple[Spec, ...], Spec, int]
"""Traces, layout and height of a chart."""


def _upright(names: list[str], sides: _Sides) -> _Drawn:
    """Return bars on end, for bins of numbers, whose names are short."""
    traces = tuple[Spec, ...](
        {
            "type": "bar",
            "name": side,
            "x": [*range(len(names))],
            "y": shares,
            "hoverinfo": "text",
            "hovertext": [
                f"{name} · {side} {share:.1f}%" for name, share in zip(names, shares, strict=True)
            ],
            "textposition": "none",
            "marker": {"color": COLOURS[tone]},
        }
        for tone, side, shares in sides
    )
    layout: Spec = {
        "barmode": "group",
        "bargap": 0.25,
        "xaxis": {
            "tickvals": [*range(len(names))],
            "ticktext": names,
            "tickangle": -60 if len(names) > LABEL_TURN else "auto",
            "showgrid": False,
        },
        "yaxis": {"ticksuffix": "% ", "rangemode": "tozero"},
    }
    return traces, layout, 270


def _across(names: list[str], sides: _Sides) -> _Drawn:
    """Return bars to the right, for categories, whose names may be long."""
    most = max((share for _, _, shares in sides for share in shares), default=0.0)
    folded = [folded_name(name) for name in names]
    traces = tuple(
        {
            **bars(
                folded, shares, [f"{share:.1f}%" for share in shares], [COLOURS[tone]] * len(names)
            ),
            "y": folded,
            "name": side,
        }
        for tone, side, shares in sides
    )
    layout = {**across(most or 1.0, room=1.25), "barmode": "group"}
    return traces, layout, 44 * len(names) + AROUND


def folded_name(name: str) -> str:
    """Return a name for a chart in lines short enough for a phone.

    >>> folded_name("balance at the limit or statements unpaid")
    'balance at the<br>limit or<br>statements unpaid'
    >>> folded_name("额度接近用满或有账单未还")
    '额度接近用满或有<br>账单未还'
    """
    width = FOLD if name.isascii() else FOLD // 2
    return "<br>".join(plain(line) for line in wrap(name, width)) or name
