"""Customers in bands: prices against the ceiling, scores against what happened, segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.report.changes import SHOWN
from twinline.adapters.report.page import (
    Card,
    Cards,
    Cell,
    Chart,
    Legend,
    Note,
    Section,
    Table,
    Tile,
    Tiles,
    plain,
)
from twinline.adapters.report.palette import COLOURS
from twinline.adapters.report.view import (
    ENOUGH,
    GRANTED,
    WORSE,
    counted,
    drawn,
    number,
    percent,
    text,
)
from twinline.decision.settle import CEILING
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.adapters.report.page import Block, Spec
    from twinline.adapters.report.view import Line, View
    from twinline.decision.strategy import Action
    from twinline.portfolio.figures import GroupFigures

PPM_IN_PERCENT = 10_000


def prices(view: View) -> Section:
    """Return the prices offered, against the ceiling."""
    return Section(
        id="prices",
        title=view.words("price.title"),
        short=view.words("price.short"),
        says=(),
        blocks=(Cards(cards=tuple(_price(view, line) for line in view.lines())),),
    )


def _price(view: View, line: Line) -> Card:
    words, figures = view.words, line.figures
    offered = sum(figures.price_ppm_by_band.values())
    most = figures.price_ppm_max
    if most is None or not offered:
        return Card(title=line.name, says=(words("price.says_none"),), blocks=())
    ceiling = min(law.price_ceiling_ppm for law in view.record.law)
    at_ceiling = figures.price_bounds.get(CEILING, 0)
    if most <= ceiling:
        says = words(
            "price.says",
            mean=words.ppm(figures.price_ppm_mean),
            most=words.ppm(most),
            ceiling=words.ppm(ceiling),
            held=words.customers(at_ceiling),
            share=words.share(at_ceiling, offered),
        )
    else:
        says = words("price.says_above", most=words.ppm(most), ceiling=words.ppm(ceiling))
    tiles = Tiles(
        tiles=(
            Tile(value=words.ppm(figures.price_ppm_mean), label=words("tile.priced")),
            Tile(
                value=words.share(at_ceiling, offered),
                label=words("tile.at_ceiling"),
                note=words.customers(at_ceiling),
            ),
        )
    )
    return Card(title=line.name, says=(says,), blocks=(tiles, _price_chart(view, line, offered)))


def _price_chart(view: View, line: Line, offered: int) -> Chart:
    words = view.words
    counts = {int(band): count for band, count in line.figures.price_ppm_by_band.items()}
    ceilings = sorted({law.price_ceiling_ppm for law in view.record.law})
    step = PPM_IN_PERCENT
    rows = tuple(
        (
            text(words.band(words.ppm(max(band - step, 0)), words.ppm(band))),
            number(words.count(count)),
            number(words.share(count, offered)),
        )
        for band, count in counts.items()
    )
    trace: Spec = {
        "type": "bar",
        "x": [band / step - 0.5 for band in counts],
        "y": [drawn(count, offered) for count in counts.values()],
        "width": 0.86,
        "hoverinfo": "text",
        "hovertext": [" · ".join(cell.text for cell in row) for row in rows],
        "textposition": "none",
        "marker": {"color": COLOURS["measure"]},
    }
    layout: Spec = {
        "xaxis": {
            "ticksuffix": "%",
            "dtick": 2,
            "range": [min(counts) / step - 1.5, max(*counts, *ceilings, 0) / step + 1],
            "showgrid": False,
            "title": {"text": words("price.axis"), "standoff": 4},
        },
        "yaxis": {"ticksuffix": "% ", "rangemode": "tozero"},
        "margin": {"t": 26},
        "shapes": [
            {
                "type": "line",
                "x0": ceiling / step,
                "x1": ceiling / step,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"dash": "dash", "width": 2},
            }
            for ceiling in ceilings
        ],
        "annotations": [
            {
                "x": ceiling / step,
                "y": 1,
                "yref": "paper",
                "yanchor": "bottom",
                "xanchor": "right",
                "text": words("price.ceiling", price=words.ppm(ceiling)),
                "showarrow": False,
            }
            for ceiling in ceilings
        ],
    }
    return Chart(
        title=words("price.chart", line=line.name),
        traces=(trace,),
        layout=layout,
        table=Table(
            head=(words("price.band"), words("price.count"), words("price.share")), rows=rows
        ),
        height=280,
    )


def scores(view: View) -> Section:
    """Return bands of the score: what happened to them, and what is done with them."""
    cards = tuple(
        Card(title=line.name, says=(), blocks=(_score_chart(view, line),)) for line in view.lines()
    )
    ranked, words = view.figures.score, view.words
    blocks: tuple[Block, ...] = (Cards(cards=cards),)
    if ranked.outcome_known:
        note = words("score.note", least=words.customers(ENOUGH))
        blocks = (*blocks, Note(text=note))
    if ranked.auc_ppm is not None:
        tiles = Tiles(
            tiles=(
                Tile(value=words.ratio(ranked.auc_ppm), label=words("tile.auc")),
                Tile(value=words.ratio(ranked.ks_ppm), label=words("tile.ks")),
                Tile(value=words.ratio(ranked.gini_ppm), label=words("tile.gini")),
                Tile(
                    value=words.share(ranked.defaulted, ranked.outcome_known),
                    label=words("tile.default"),
                ),
            )
        )
        blocks = (tiles, *blocks)
    return Section(
        id="scores",
        title=words("score.title"),
        short=words("score.short"),
        says=(_score_says(view),),
        blocks=blocks,
    )


def _score_says(view: View) -> str:
    words, score = view.words, view.figures.score
    if not score.outcome_known:
        return words("score.says_unknown")
    known = words.customers(score.outcome_known)
    defaulted = words.customers(score.defaulted)
    rate = words.share(score.defaulted, score.outcome_known)
    bands = [
        band for name, band in view.figures.scores.items() if name and band.outcome_known >= ENOUGH
    ]
    if len(bands) < 2 or score.auc_ppm is None:  # noqa: PLR2004 - two make a comparison
        return words("score.says_rate", known=known, defaulted=defaulted, rate=rate)
    return words(
        "score.says",
        known=known,
        defaulted=defaulted,
        rate=rate,
        least=words.customers(ENOUGH),
        worst_rate=words.share(bands[0].defaulted, bands[0].outcome_known),
        best_rate=words.share(bands[-1].defaulted, bands[-1].outcome_known),
        auc=words.ratio(score.auc_ppm),
        ks=words.ratio(score.ks_ppm),
    )


def _score_chart(view: View, line: Line) -> Chart:
    words = view.words
    bands = view.figures.scores
    names = [name or words.unknown for name in bands]
    actions = {name: _actions_of(band, line.product) for name, band in bands.items()}
    used = [action for action in SHOWN if counted(line.figures.actions, action)]
    traces: list[Spec] = [
        {
            "type": "bar",
            "name": view.action(action),
            "x": names,
            "y": [drawn(counted(actions[name], action), bands[name].customers) for name in bands],
            "hoverinfo": "text",
            "hovertext": [
                f"{label} · {view.action(action)} "
                + words.share(counted(actions[name], action), bands[name].customers)
                for label, name in zip(names, bands, strict=True)
            ],
            "marker": {"color": COLOURS[action.value]},
        }
        for action in used
    ]
    if view.figures.score.outcome_known:
        traces.append(_rates(view, names))
    rows = tuple(
        (
            text(label),
            number(words.count(bands[name].customers)),
            number(words.share(bands[name].defaulted, bands[name].outcome_known)),
            *(
                number(words.share(counted(actions[name], action), bands[name].customers))
                for action in used
            ),
        )
        for label, name in zip(names, bands, strict=True)
    )
    return Chart(
        title=words("score.chart", line=line.name),
        traces=tuple(traces),
        layout={
            "barmode": "stack",
            "xaxis": {"type": "category", "title": {"text": words("score.band"), "standoff": 4}},
            "yaxis": {
                "ticksuffix": "% ",
                "range": [0, 101],
                "title": {"text": words("score.axis"), "standoff": 2},
            },
        },
        table=Table(
            head=(
                words("score.band"),
                words("score.customers"),
                words("score.rate"),
                *(view.action(action) for action in used),
            ),
            rows=rows,
        ),
        height=320,
        keys=(
            *((action.value, view.action(action)) for action in used),
            *([("ink", words("score.rate"))] if view.figures.score.outcome_known else []),
        ),
    )


def _rates(view: View, names: list[str]) -> Spec:
    words, bands = view.words, view.figures.scores.values()
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": words("score.rate"),
        "x": names,
        "y": [
            drawn(band.defaulted, band.outcome_known) if band.outcome_known >= ENOUGH else None
            for band in bands
        ],
        "hoverinfo": "text",
        "hovertext": [
            f"{name} · {words('score.rate')} {words.share(band.defaulted, band.outcome_known)}"
            for name, band in zip(names, bands, strict=True)
        ],
        "line": {"width": 3},
        "marker": {"size": 8, "line": {"color": "#ffffff", "width": 1.5}},
    }


def _actions_of(group: GroupFigures, product: Product) -> Mapping[str, int]:
    return group.pay_later if product is Product.PAY_LATER else group.cash_loan


def segments(view: View) -> Section:
    """Return the segments and how each fares."""
    words, groups, customers = view.words, view.figures.segments, view.figures.customers
    largest = max(groups, key=lambda name: groups[name].customers)
    worst = max(groups, key=lambda name: drawn(_worse(groups[name]), groups[name].customers))
    says = words(
        "segment.says",
        largest=view.segment(largest),
        share=words.share(groups[largest].customers, customers),
        worst=view.segment(worst),
        worst_share=words.share(_worse(groups[worst]), groups[worst].customers),
    )
    ranked = sorted(groups.items(), key=lambda item: -item[1].customers)
    table = Table(
        head=(
            words("segment.segment"),
            words("fair.worse", line=words.titled("line.pay_later")),
            words("fair.kept", line=words.titled("line.cash_loan")),
            words("segment.customers"),
            words("segment.score"),
            words("segment.rate"),
        ),
        wide=True,
        rows=tuple(_segment_row(view, name, group) for name, group in ranked),
    )
    used = [
        action
        for action in SHOWN
        if any(counted(line.figures.actions, action) for line in view.lines())
    ]
    legend = Legend(
        entries=tuple((action.value, view.action(action)) for action in used),
    )
    card = Card(title=words.titled("line.both"), says=(says,), blocks=(legend, table))
    return Section(
        id="segments",
        title=words("segment.title"),
        short=words("segment.short"),
        says=(),
        blocks=(Cards(cards=(card,)),),
    )


def _segment_row(view: View, name: str, group: GroupFigures) -> tuple[Cell, ...]:
    words, whole = view.words, group.customers
    score = words.none if group.score_mean is None else words.count(group.score_mean)
    return (
        text(view.segment(name)),
        _stacked(view, group.pay_later, whole, *WORSE),
        _stacked(view, group.cash_loan, whole, *GRANTED),
        number(words.count(whole)),
        number(score),
        number(words.share(group.defaulted, group.outcome_known)),
    )


def _stacked(view: View, actions: Mapping[str, int], whole: int, *said: Action) -> Cell:
    """Return all actions as one bar, with the share of some of them in figures."""
    words = view.words
    parts = tuple(
        (
            action.value,
            percent(counted(actions, action), whole),
            f"{plain(view.action(action))} {words.share(counted(actions, action), whole)}",
        )
        for action in SHOWN
        if counted(actions, action)
    )
    return Cell(text=words.share(counted(actions, *said), whole), number=True, parts=parts)


def _worse(group: GroupFigures) -> int:
    return counted(group.pay_later, *WORSE)
