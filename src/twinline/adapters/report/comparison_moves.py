"""What a comparison moves: who comes in and goes out, limits, prices, what can be lost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from twinline.adapters.report.bars import AROUND, ROW, across, bars
from twinline.adapters.report.changes import following
from twinline.adapters.report.page import Card, Cards, Chart, Note, Section, Table
from twinline.adapters.report.palette import COLOURS
from twinline.adapters.report.view import ENOUGH, drawn, number, text
from twinline.portfolio.comparison import IN_BOTH, MOVED_BAND_PPM, SWAPPED_IN, SWAPPED_OUT

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinline.adapters.report.comparison_view import ComparedLine, ComparisonView
    from twinline.adapters.report.page import Spec
    from twinline.portfolio.compared import RiskFigures

PPM_IN_POINT = 10_000
TONES = {
    "in_both": "keep",
    "swapped_in": "raise",
    "swapped_out": "stop",
    "out_both": "decline",
    "referred": "refer",
}
"""Swap sets in the order of a reader's interest, each with its colour."""


def _section(
    view: ComparisonView, key: str, card: Callable[[ComparisonView, ComparedLine], Card]
) -> Section:
    """Return a section with a card for each line; `key` names its words."""
    return Section(
        id=key,
        title=view.words(f"{key}.title"),
        short=view.words(f"{key}.short"),
        says=(),
        blocks=(Cards(cards=tuple(card(view, line) for line in view.lines())),),
    )


def swaps(view: ComparisonView) -> Section:
    """Return who is in by one strategy and out by the other, and what became of them."""
    section = _section(view, "swap", _swap)
    note = Note(text=view.words("swap.note", least=view.words.customers(ENOUGH)))
    return Section(
        id=section.id,
        title=section.title,
        short=section.short,
        says=(),
        blocks=(*section.blocks, note),
    )


def _swap(view: ComparisonView, line: ComparedLine) -> Card:
    words, swap = view.words, line.figures.swap
    came, went, both = swap[SWAPPED_IN], swap[SWAPPED_OUT], swap[IN_BOTH]
    if not came.customers and not went.customers:
        says = [words("swap.none")]
    else:
        says = [
            words(
                "swap.says",
                came=words.customers(came.customers),
                came_limit=view.short(came.limit_new),
                went=words.customers(went.customers),
                went_limit=view.short(went.limit_old),
            )
        ]
        rates = [
            words(f"swap.{key}", rate=words.share(each.defaulted, each.outcome_known))
            for key, each in (("rate_in", came), ("rate_out", went), ("rate_both", both))
            if each.outcome_known
        ]
        if rates:
            says.append(words("swap.known", rates=words.joined(rates)))
        if min(came.outcome_known, went.outcome_known) >= ENOUGH:
            one = came.defaulted * went.outcome_known
            other = went.defaulted * came.outcome_known
            if one != other:
                says.append(words("swap.better" if one < other else "swap.worse"))
    return Card(title=line.name, says=tuple(says), blocks=(_swap_chart(view, line),))


def _swap_chart(view: ComparisonView, line: ComparedLine) -> Chart:
    words = view.words
    sets = {name: line.figures.swap[name] for name in TONES if line.figures.swap[name].customers}
    known = any(each.outcome_known for each in sets.values())
    names = [words(f"swap.{name}") for name in sets]
    values = [
        drawn(each.defaulted, each.outcome_known) if known else float(each.customers)
        for each in sets.values()
    ]
    labels = [
        f"{words.share(each.defaulted, each.outcome_known)} · " * known
        + words.count(each.customers)
        for each in sets.values()
    ]
    rows = tuple(
        (
            text(name),
            number(words.count(each.customers)),
            number(words.share(each.defaulted, each.outcome_known)),
            number(view.moves(each.limit_old, each.limit_new)),
            number(view.moves(each.expected_loss_old, each.expected_loss_new)),
        )
        for name, each in zip(names, sets.values(), strict=True)
    )
    trace: Spec = bars(names, values, labels, [COLOURS[TONES[name]] for name in sets])
    heads = ("set", "customers", "rate", "limits", "losses")
    return Chart(
        title=words("swap.chart" if known else "swap.chart_unknown", line=line.name),
        traces=(trace,),
        layout=across(max(values, default=0.0) or 1.0, room=1.8),
        table=Table(head=tuple(words(f"swap.{head}") for head in heads), rows=rows),
        height=ROW * len(sets) + AROUND,
    )


def limits(view: ComparisonView) -> Section:
    """Return by how much limits move."""
    return _section(view, "shift", _shift)


def _shift(view: ComparisonView, line: ComparedLine) -> Card:
    words, moves = view.words, line.figures.moves
    if not moves.gainers and not moves.losers:
        says = words("shift.none", new=view.short(moves.limit_new))
        return Card(title=line.name, says=(says,), blocks=())
    gain, lose = words("shift.no_gain"), words("shift.no_loss")
    if moves.gainers:
        gain = _many(view, "gain", moves.gainers, moves.gained, moves.mean_gain)
    if moves.losers:
        lose = _many(view, "lose", moves.losers, moves.lost, moves.mean_loss)
    says = words(
        "shift.says",
        parts=words.joined([gain, lose]),
        old=view.short(moves.limit_old),
        new=view.short(moves.limit_new),
        change=view.changed(moves.limit_old, moves.limit_new),
    )
    return Card(title=line.name, says=(says,), blocks=(_shift_chart(view, line),))


def _many(view: ComparisonView, key: str, customers: int, total: str, mean: str) -> str:
    return view.words(
        f"shift.{key}",
        count=view.words.customers(customers),
        amount=view.short(total),
        mean=view.money(mean),
    )


def _shift_chart(view: ComparisonView, line: ComparedLine) -> Chart:
    words, customers = view.words, line.figures.moves.customers
    counts = {Decimal(band): count for band, count in line.figures.limits_moved.items()}
    names = {band: _band(view, band) for band in counts}
    moved = [band for band in counts if band]
    rows = tuple(
        (
            text(names[band]),
            number(words.count(count)),
            number(words.share(count, customers)),
        )
        for band, count in counts.items()
    )
    trace = bars(
        [names[band] for band in moved],
        [float(counts[band]) for band in moved],
        [words.count(counts[band]) for band in moved],
        [COLOURS["raise" if band > 0 else "stop"] for band in moved],
    )
    return Chart(
        title=words("shift.chart", line=line.name),
        traces=(trace,),
        layout=across(float(max(counts[band] for band in moved)), room=1.25),
        table=Table(
            head=(words("shift.band"), words("shift.count"), words("shift.share")), rows=rows
        ),
        height=28 * len(moved) + AROUND,
    )


def _band(view: ComparisonView, band: Decimal) -> str:
    words = view.words
    if not band:
        return words("shift.zero")
    sign = "+" if band > 0 else words.count(-1)[0]
    ends = [f"{sign}{words.short_amount(end)}" for end in (abs(band), following(abs(band)))]
    return words.band(*(ends if band > 0 else reversed(ends)))


def prices(view: ComparisonView) -> Section:
    """Return by how much prices move."""
    return _section(view, "reprice", _reprice)


def _reprice(view: ComparisonView, line: ComparedLine) -> Card:
    words, prices, moves = view.words, line.figures.prices, line.figures.moves
    only = words(
        "reprice.only",
        only_new=words.customers(prices.only_new),
        only_old=words.customers(prices.only_old),
    )
    besides = (only,) if prices.only_new or prices.only_old else ()
    if not prices.both:
        return Card(title=line.name, says=(words("reprice.nobody"), *besides), blocks=())
    moved = moves.dearer or moves.cheaper
    says = words(
        "reprice.says" if moved else "reprice.none",
        both=words.customers(prices.both),
        dearer=words.customers(moves.dearer),
        cheaper=words.customers(moves.cheaper),
        old=words.ppm(prices.mean_old_ppm),
        new=words.ppm(prices.mean_new_ppm),
    )
    blocks = (_price_chart(view, line),) if moved else ()
    return Card(title=line.name, says=(says, *besides), blocks=blocks)


def _price_chart(view: ComparisonView, line: ComparedLine) -> Chart:
    words, prices = view.words, line.figures.prices
    counts = {int(band): count for band, count in prices.moved.items()}
    moved = [band for band in counts if band]
    names = {band: _points(view, band) for band in counts}
    rows = tuple(
        (text(names[band]), number(words.count(count)), number(words.share(count, prices.both)))
        for band, count in counts.items()
    )
    half = MOVED_BAND_PPM // 2
    trace: Spec = {
        "type": "bar",
        "x": [(band - half if band > 0 else band + half) / PPM_IN_POINT for band in moved],
        "y": [counts[band] for band in moved],
        "width": 0.43,
        "hoverinfo": "text",
        "hovertext": [f"{names[band]} · {words.customers(counts[band])}" for band in moved],
        "textposition": "none",
        "marker": {"color": [COLOURS["stop" if band > 0 else "raise"] for band in moved]},
    }
    ends = [*moved, 2 * MOVED_BAND_PPM, -2 * MOVED_BAND_PPM]
    return Chart(
        title=words("reprice.chart", line=line.name),
        traces=(trace,),
        layout={
            "xaxis": {
                "zeroline": True,
                "showgrid": False,
                "range": [min(ends) / PPM_IN_POINT, max(ends) / PPM_IN_POINT],
                "title": {"text": words("reprice.axis"), "standoff": 4},
            },
            "yaxis": {"rangemode": "tozero", "ticksuffix": " "},
        },
        table=Table(
            head=(words("reprice.band"), words("reprice.count"), words("reprice.share")), rows=rows
        ),
        height=260,
    )


def _points(view: ComparisonView, band: int) -> str:
    words = view.words
    if not band:
        return words("shift.zero")
    ends = (band - MOVED_BAND_PPM, band) if band > 0 else (band, band + MOVED_BAND_PPM)
    signed = [
        f"{Decimal(end) / PPM_IN_POINT:+.1f}".replace("-", words.count(-1)[0]) if end else "0"
        for end in ends
    ]
    return words.band(*signed)


def stakes(view: ComparisonView) -> Section:
    """Return what can be lost by either, on the same probability of default, and what was."""
    words, both = view.words, view.figures.risk
    says = [
        words(
            "stake.says",
            old=view.short(both.loss_old),
            new=view.short(both.loss_new),
            change=view.changed(both.loss_old, both.loss_new),
        )
    ]
    if both.loss_old != both.loss_old_by_new_pd:
        says.append(
            words(
                "stake.same_pd",
                old=view.short(both.loss_old_by_new_pd),
                new=view.short(both.loss_new),
                change=view.changed(both.loss_old_by_new_pd, both.loss_new),
            )
        )
    if Decimal(both.limit_known_old) or Decimal(both.limit_known_new):
        says.append(
            words(
                "stake.known",
                share_old=_part(view, both.limit_defaulted_old, both.limit_known_old),
                share_new=_part(view, both.limit_defaulted_new, both.limit_known_new),
            )
        )
    pools = {line.name: line.figures.risk for line in view.lines()}
    card = Card(
        title=words.titled("line.both"),
        says=tuple(says),
        blocks=(
            _loss_chart(view, pools),
            _loss_table(view, {**pools, words.titled("line.both"): both}),
            Note(text=words("stake.note")),
        ),
    )
    return Section(
        id="stake",
        title=words("stake.title"),
        short=words("stake.short"),
        says=(),
        blocks=(Cards(cards=(card,)),),
    )


def _part(view: ComparisonView, part: str, whole: str) -> str:
    return view.words.share(Decimal(part), Decimal(whole))


def _loss_chart(view: ComparisonView, pools: dict[str, RiskFigures]) -> Chart:
    words, names = view.words, list(pools)
    losses = {
        "before": [Decimal(risk.loss_old_by_new_pd) for risk in pools.values()],
        "after": [Decimal(risk.loss_new) for risk in pools.values()],
    }
    keys = (("before", words("compare.old")), ("after", words("compare.new")))
    traces = tuple(
        {
            **bars(
                names,
                [float(loss) for loss in losses[tone]],
                [words.short_amount(loss) for loss in losses[tone]],
                [COLOURS[tone]] * len(names),
            ),
            "name": word,
        }
        for tone, word in keys
    )
    most = max(Decimal(1), *losses["before"], *losses["after"])
    rows = tuple(
        (text(name), *(number(view.money(losses[tone][at])) for tone, _ in keys))
        for at, name in enumerate(names)
    )
    return Chart(
        title=words("stake.chart"),
        traces=traces,
        layout={**across(float(most), room=1.35), "barmode": "group"},
        table=Table(head=(words("stake.line"), *(word for _, word in keys)), rows=rows),
        height=2 * 2 * ROW,
        keys=keys,
    )


def _loss_table(view: ComparisonView, pools: dict[str, RiskFigures]) -> Table:
    heads = ("line", "limits", "own", "by_old", "by_new", "defaulted")
    return Table(
        head=tuple(view.words(f"stake.{head}") for head in heads),
        rows=tuple(
            (
                text(name),
                number(view.moves(risk.limit_old, risk.limit_new)),
                number(view.moves(risk.loss_old, risk.loss_new)),
                number(view.moves(risk.loss_old, risk.loss_new_by_old_pd)),
                number(view.moves(risk.loss_old_by_new_pd, risk.loss_new)),
                number(view.moves(risk.limit_defaulted_old, risk.limit_defaulted_new)),
            )
            for name, risk in pools.items()
        ),
    )
