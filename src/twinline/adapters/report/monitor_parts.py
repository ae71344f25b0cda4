"""The sections of a monitor's page: decisions, calibration, features, people, data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.report.monitor_view import TONES, distribution
from twinline.adapters.report.page import (
    Card,
    Cards,
    Cell,
    Chart,
    Note,
    Section,
    Table,
    Tile,
    Tiles,
)
from twinline.adapters.report.palette import COLOURS
from twinline.adapters.report.view import drawn, number, text
from twinline.portfolio.drift import Verdict
from twinline.portfolio.monitoring import Kind

if TYPE_CHECKING:
    from twinline.adapters.report.monitor_view import MonitorView
    from twinline.adapters.report.page import Block
    from twinline.portfolio.monitoring import Band, Measure

PPM = 1_000_000
CHARTS = 6
"""So many features are drawn, those that moved most; the table has all."""

ENOUGH = 30
"""Of fewer customers with known outcome a band is in the table and not in the chart."""

LINE_KINDS = (Kind.SCORE, Kind.SEGMENT, Kind.ACTION, Kind.LIMIT, Kind.PRICE)


def decisions(view: MonitorView) -> Section:
    """Return the score and each line's action, limit and price."""
    words = view.words
    shown = [each for each in view.of(*LINE_KINDS) if _has_two(each)]
    return Section(
        id="decisions",
        title=words("monitor.decisions"),
        short=words("monitor.decisions_short"),
        says=(_farthest(view, shown, "monitor.decisions_says"),),
        blocks=(_charts(view, shown),),
    )


def features(view: MonitorView) -> Section:
    """Return every feature's index, and the distributions of those that moved most."""
    words = view.words
    ranked = sorted(view.of(Kind.FEATURE), key=lambda each: -each.value)
    drawn_ones = [each for each in ranked if each.value and _has_two(each)][:CHARTS]
    blocks: list[Block] = []
    if drawn_ones:
        blocks.append(_charts(view, drawn_ones))
    blocks.append(
        Cards(cards=(Card(title=words("monitor.all"), says=(), blocks=(_table(view, ranked),)),))
    )
    return Section(
        id="features",
        title=words("monitor.features"),
        short=words("monitor.features_short"),
        says=(_farthest(view, ranked, "monitor.features_says"),),
        blocks=tuple(blocks),
    )


def people(view: MonitorView) -> Section:
    """Return who the customers are: licence and protected groups, which no strategy reads."""
    words = view.words
    mixes = [each for each in view.of(Kind.POPULATION) if _has_two(each)]
    blocks: tuple[Block, ...] = ()
    if mixes:
        blocks = (_charts(view, mixes), Note(text=words("monitor.people_note")))
    says = words("monitor.people_none")
    if mixes:
        says = _farthest(view, mixes, "monitor.people_says")
    return Section(
        id="people",
        title=words("monitor.people"),
        short=words("monitor.people_short"),
        says=(says,),
        blocks=blocks,
    )


def _has_two(measure: Measure) -> bool:
    return sum(bool(each.then or each.now) for each in measure.bins) > 1


def _farthest(view: MonitorView, measures: list[Measure], key: str) -> str:
    """Return a sentence on the measure that moved most, and what chance alone does."""
    words = view.words
    if not measures:
        return words("monitor.nothing")
    most = max(measures, key=lambda each: each.value)
    if not most.value:
        return words("monitor.not_moved")
    return words(
        key,
        name=view.name(most),
        value=view.figure(most.kind, most.value),
        chance=view.figure(most.kind, most.bound_99),
        beyond=words.count(sum(each.value > each.bound for each in measures)),
        all=words.count(len(measures)),
    )


def _charts(view: MonitorView, measures: list[Measure]) -> Cards:
    words = view.words
    return Cards(
        cards=tuple(
            Card(
                title=view.name(each),
                says=(),
                blocks=(
                    distribution(
                        view,
                        each,
                        words(
                            "monitor.chart",
                            value=view.figure(each.kind, each.value),
                            chance=view.figure(each.kind, each.bound_99),
                            verdict=words(f"verdict.{_key(each.verdict)}"),
                        ),
                    ),
                ),
            )
            for each in measures
        )
    )


def _key(verdict: Verdict) -> str:
    return verdict.name.lower()


def _table(view: MonitorView, measures: list[Measure]) -> Table:
    words = view.words
    return Table(
        head=(
            words("monitor.feature"),
            words("monitor.index"),
            words("monitor.chance_99"),
            words("monitor.verdict"),
        ),
        rows=tuple(
            (
                Cell(text=view.name(each), note=_origin(view, each)),
                _bar(view, each),
                number(view.figure(each.kind, each.bound_99)),
                view.verdict(each.verdict),
            )
            for each in measures
        ),
        wide=True,
    )


def _origin(view: MonitorView, measure: Measure) -> str:
    return view.words(f"origin.{view.figures.bins[measure.name].origin}")


def _bar(view: MonitorView, measure: Measure) -> Cell:
    """Return an index as a bar that is full at the line for acting; the mark is for watching."""
    said = view.figure(measure.kind, measure.value)
    lines = measure.lines
    width = min(measure.value / lines.act, 1.0) * 100
    return Cell(
        text=said,
        number=True,
        parts=((TONES[measure.verdict], f"{width:.2f}", said),),
        mark=f"{lines.watch / lines.act * 100:.0f}",
    )


def calibration(view: MonitorView) -> Section:
    """Return what was predicted against what came, by band, where the outcome is known."""
    words, now = view.words, view.figures.now
    blocks: tuple[Block, ...] = ()
    if now.bands and now.predicted is not None:
        bad = sum(band.defaulted for band in now.bands)
        known = sum(band.known for band in now.bands)
        off = [band for band in now.bands if _is_off(band)]
        says = words(
            "monitor.calibration_says",
            predicted=view.share(now.predicted),
            observed=words.share(bad, known),
            known=words.customers(known),
            off=words.count(len(off)),
            bands=words.count(len(now.bands)),
        )
        card = Card(title=words("monitor.bands"), says=(), blocks=(_calibrated(view),))
        blocks = (_ranks(view), Cards(cards=(card,)), Note(text=words("monitor.calibration_note")))
    else:
        says = words("monitor.calibration_none")
    return Section(
        id="calibration",
        title=words("monitor.calibration"),
        short=words("monitor.calibration_short"),
        says=(says,),
        blocks=blocks,
    )


def _is_off(band: Band) -> bool:
    return not band.least <= band.pd_ppm / PPM <= band.greatest


def _ranks(view: MonitorView) -> Tiles:
    words, then, now = view.words, view.figures.then, view.figures.now
    pairs = (
        ("tile.auc", then.auc, now.auc),
        ("tile.ks", then.ks, now.ks),
        ("monitor.brier", then.brier, now.brier),
    )
    return Tiles(
        tiles=tuple(
            Tile(
                value=f"{is_now:.3f}",
                label=words(key),
                note=words("monitor.tile_was", value=words.none if was is None else f"{was:.3f}"),
            )
            for key, was, is_now in pairs
            if is_now is not None
        )
    )


def _calibrated(view: MonitorView) -> Chart:
    words, now = view.words, view.figures.now
    shown = [band for band in now.bands if band.known >= ENOUGH]
    names = [words.ppm(band.pd_ppm) for band in shown]
    rates = [drawn(band.defaulted, band.known) for band in shown]
    says = [
        words(
            "monitor.band_says",
            predicted=name,
            observed=words.share(band.defaulted, band.known),
            known=words.customers(band.known),
        )
        for name, band in zip(names, shown, strict=True)
    ]
    return Chart(
        title=words("monitor.calibration_chart"),
        traces=(
            {
                "type": "bar",
                "x": names,
                "y": [band.pd_ppm / PPM * 100 for band in shown],
                "hoverinfo": "text",
                "hovertext": says,
                "textposition": "none",
                "marker": {"color": COLOURS["measure"]},
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": names,
                "y": rates,
                "hoverinfo": "text",
                "hovertext": says,
                "marker": {"size": 8, "line": {"color": "#ffffff", "width": 1.5}},
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": [
                        band.greatest * 100 - rate for band, rate in zip(shown, rates, strict=True)
                    ],
                    "arrayminus": [
                        rate - band.least * 100 for band, rate in zip(shown, rates, strict=True)
                    ],
                },
            },
        ),
        layout={
            "xaxis": {
                "type": "category",
                "showgrid": False,
                "title": {"text": words("monitor.band_axis"), "standoff": 4},
            },
            "yaxis": {"ticksuffix": "% ", "rangemode": "tozero"},
        },
        table=_bands(view),
        height=320,
        keys=(("measure", words("monitor.predicted")), ("ink", words("monitor.observed"))),
    )


def _bands(view: MonitorView) -> Table:
    words = view.words
    before = {band.pd_ppm: band for band in view.figures.then.bands}
    rows = []
    for band in view.figures.now.bands:
        was = before.get(band.pd_ppm)
        rows.append(
            (
                text(words.ppm(band.pd_ppm)),
                number(words.none if was is None else words.share(was.defaulted, was.known)),
                number(words.share(band.defaulted, band.known)),
                number(words.band(view.share(band.least), view.share(band.greatest))),
                number(words.count(band.known)),
                Cell(text="", tag=words("monitor.off"), tone="cut")
                if _is_off(band)
                else text(words.none),
            )
        )
    return Table(
        head=(
            words("monitor.predicted"),
            words("monitor.observed_then"),
            words("monitor.observed_now"),
            words("monitor.interval"),
            words("monitor.known"),
            words("monitor.verdict"),
        ),
        rows=tuple(rows),
    )


def data(view: MonitorView) -> Section:
    """Return what is missing, out of range or never seen before, and who is referred for it."""
    words, then, now = view.words, view.figures.then, view.figures.now
    found = sorted(
        view.of(Kind.MISSING, Kind.OUTSIDE, Kind.UNSEEN),
        key=lambda each: (-each.value, each.kind, each.name),
    )
    cards = []
    if found:
        table = _data_table(view, found)
        cards.append(Card(title=words("monitor.quality"), says=(), blocks=(table,)))
    if then.doubts or now.doubts:
        cards.append(
            Card(title=words("monitor.doubts"), says=(), blocks=(_doubts(view),)),
        )
    return Section(
        id="data",
        title=words("monitor.data"),
        short=words("monitor.data_short"),
        says=(
            words(
                "monitor.data_says",
                now=words.share(now.referred, now.customers),
                then=words.share(then.referred, then.customers),
                count=words.count(sum(each.verdict is not Verdict.STABLE for each in found)),
            ),
        ),
        blocks=(
            *([Cards(cards=tuple(cards))] if cards else []),
            Note(text=words("monitor.override")),
        ),
    )


def _data_table(view: MonitorView, found: list[Measure]) -> Table:
    words = view.words
    return Table(
        head=(
            words("monitor.measure"),
            words("monitor.then"),
            words("monitor.now"),
            words("monitor.verdict"),
        ),
        rows=tuple(
            (
                text(view.name(each)),
                number(view.share(each.then)),
                number(view.share(each.now)),
                view.verdict(each.verdict),
            )
            for each in found
        ),
        wide=True,
    )


def _doubts(view: MonitorView) -> Table:
    words, then, now = view.words, view.figures.then, view.figures.now
    names = sorted({*then.doubts, *now.doubts}, key=lambda name: (-now.doubts.get(name, 0), name))
    return Table(
        head=(words("monitor.doubt"), words("monitor.then"), words("monitor.now")),
        rows=tuple(
            (
                text(view.feature(name)),
                number(words.share(then.doubts.get(name, 0), then.customers)),
                number(words.share(now.doubts.get(name, 0), now.customers)),
            )
            for name in names
        ),
        wide=True,
    )
