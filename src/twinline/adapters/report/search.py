"""The page of a search: expected profit against expected loss, and what is proposed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING

from twinline.adapters.report.page import (
    Card,
    Cards,
    Cell,
    Chart,
    Command,
    Note,
    Page,
    Section,
    Table,
    Tile,
    Tiles,
    render,
)
from twinline.adapters.report.view import number, text
from twinline.adapters.report.words import Words

if TYPE_CHECKING:
    from twinline.adapters.report.page import Spec
    from twinline.app.review_ports import Language
    from twinline.app.search_record import CandidateFigures, SearchRecord

SHORT_HASH = 12
NAMED_AMOUNTS = ("expected_loss", "expected_profit")


def search_page(record: SearchRecord, lang: Language) -> bytes:
    """Return search.html, complete in itself."""
    words = Words(lang)
    return render(_page(record, words), words)


def _page(record: SearchRecord, words: Words) -> Page:
    return Page(
        title=words("search.title", table=record.table, strategy=record.strategy.name),
        eyebrow=words("search.eyebrow"),
        heading=words("search.heading", table=record.table),
        lead=_lead(record, words),
        split=(),
        facts=_facts(record, words),
        tiles=_tiles(record, words),
        sections=(_frontier(record, words), _all(record, words), _assumed(record, words)),
        foot=words("search.foot", version=record.twinline_version),
    )


def _measured(record: SearchRecord) -> list[CandidateFigures]:
    return [each for each in record.candidates if not each.fault]


def _proposed(record: SearchRecord) -> list[CandidateFigures]:
    return [each for each in record.candidates if each.on_frontier and each.number]


def _lead(record: SearchRecord, words: Words) -> str:
    better = [
        each
        for each in _proposed(record)
        if Decimal(each.loss_change) <= 0 < Decimal(each.profit_change)
    ]
    sampled = words.customers(record.sampled)
    if not better:
        return words("search.lead_none", sampled=sampled)
    best = max(better, key=lambda each: Decimal(each.profit_change))
    return words(
        "search.lead",
        sampled=sampled,
        name=_name(best, words),
        profit=words.short_money(Decimal(best.profit_change), record.book.currency),
        error=words.short_money(Decimal(best.profit_change_error), record.book.currency),
        loss=words.short_money(-Decimal(best.loss_change), record.book.currency),
    )


def _name(each: CandidateFigures, words: Words) -> str:
    if not each.number:
        return words("search.in_force")
    shifted = words("search.shifted", bands=f"{each.shift:+}") if each.shift else ""
    done = words.joined([part for part in (shifted, each.by, each.rule) if part])
    return f"{each.number:02} {done}"


def _facts(record: SearchRecord, words: Words) -> tuple[tuple[str, str], ...]:
    book, strategy = record.book, record.strategy
    return (
        (
            words("fact.book"),
            words(
                "fact.book_says",
                name=PurePath(book.path).name,
                customers=words.customers(book.rows),
                currency=book.currency,
            ),
        ),
        (words("fact.as_of"), book.as_of_on.isoformat()),
        (
            words("fact.strategy"),
            words("fact.strategy_says", name=strategy.name, version=strategy.version),
        ),
        (words("fact.owner"), record.owner),
        (words("fact.law"), record.decided_on.isoformat()),
        (
            words("fact.hashes"),
            words(
                "search.hashes_says",
                book=book.sha256[:SHORT_HASH],
                logic=strategy.logic_hash[:SHORT_HASH],
            ),
        ),
    )


def _tiles(record: SearchRecord, words: Words) -> Tiles:
    base, currency = record.candidates[0], record.book.currency
    return Tiles(
        tiles=(
            Tile(
                value=words.count(len(record.candidates) - 1),
                label=words("search.tile_candidates"),
                note=words(
                    "search.tile_left_out",
                    count=words.count(len(record.candidates) - len(_measured(record))),
                ),
            ),
            Tile(value=words.count(len(_proposed(record))), label=words("search.tile_proposals")),
            Tile(
                value=words.short_money(Decimal(base.expected_profit), currency),
                label=words("search.tile_profit"),
            ),
            Tile(
                value=words.short_money(Decimal(base.expected_loss), currency),
                label=words("search.tile_loss"),
            ),
        )
    )


def _frontier(record: SearchRecord, words: Words) -> Section:
    base = record.candidates[0]
    says = words(
        "search.frontier_on" if base.on_frontier else "search.frontier_off",
        count=words.count(len(_proposed(record))),
    )
    card = Card(title=words("search.frontier"), says=(), blocks=(_chart(record, words),))
    return Section(
        id="frontier",
        title=words("search.frontier"),
        short=words("search.frontier_short"),
        says=(says,),
        blocks=(
            Cards(cards=(card,)),
            Note(text=words("search.frontier_note")),
            Command(
                says=words("search.try"),
                command=f"cp -r {record.strategy.folder} TRIAL && "
                f"cp proposals/NN/{record.table} TRIAL/{record.table} && "
                f"twinline review BOOK --strategy TRIAL --out REVIEW",
            ),
        ),
    )


def _chart(record: SearchRecord, words: Words) -> Chart:
    base = record.candidates[0]
    measured = _measured(record)
    best = sorted(
        (each for each in measured if each.on_frontier),
        key=lambda each: Decimal(each.expected_loss),
    )
    rest = [each for each in measured if not each.on_frontier and each.number]
    return Chart(
        title=words("search.chart"),
        traces=(
            _points(rest, base, words, mode="markers", marker={"size": 6, "opacity": 0.45}),
            _points(best, base, words, mode="lines+markers", marker={"size": 11}),
            _points([base], base, words, mode="markers", marker={"size": 17, "symbol": "diamond"}),
        ),
        layout={
            "hovermode": "closest",
            "xaxis": {
                "ticksuffix": "%",
                "title": {"text": words("search.axis_loss"), "standoff": 6},
            },
            "yaxis": {"ticksuffix": "% "},
        },
        table=_table(record, words, best if base in best else [base, *best]),
        height=360,
    )


def _points(
    points: list[CandidateFigures],
    base: CandidateFigures,
    words: Words,
    *,
    mode: str,
    marker: Spec,
) -> Spec:
    """Return points at their change against the strategy in force, in percent of its figure."""

    def change(each: CandidateFigures, name: str) -> float:
        was = abs(Decimal(getattr(base, name)))
        return (
            float((Decimal(getattr(each, name)) - Decimal(getattr(base, name))) * 100 / was)
            if was
            else 0.0
        )

    loss, profit = NAMED_AMOUNTS
    return {
        "type": "scatter",
        "mode": mode,
        "x": [change(each, loss) for each in points],
        "y": [change(each, profit) for each in points],
        "hoverinfo": "text",
        "hovertext": [
            f"{_name(each, words)} · {change(each, loss):+.1f}% / {change(each, profit):+.1f}%"
            for each in points
        ],
        "line": {"width": 2},
        "marker": marker,
    }


def _all(record: SearchRecord, words: Words) -> Section:
    measured = sorted(
        _measured(record), key=lambda each: (Decimal(each.expected_loss), each.number)
    )
    faults = [each for each in record.candidates if each.fault]
    cards = [Card(title=words("search.all"), says=(), blocks=(_table(record, words, measured),))]
    if faults:
        table = Table(
            head=(words("search.candidate"), words("search.fault")),
            rows=tuple((text(_name(each, words)), text(each.fault)) for each in faults),
            wide=True,
        )
        cards.append(Card(title=words("search.left_out"), says=(), blocks=(table,)))
    return Section(
        id="all",
        title=words("search.all"),
        short=words("search.all_short"),
        says=(words("search.all_says"),),
        blocks=tuple(Cards(cards=(card,)) for card in cards),
    )


def _table(record: SearchRecord, words: Words, shown: list[CandidateFigures]) -> Table:
    currency = record.book.currency

    def money(amount: str) -> Cell:
        return number(words.short_money(Decimal(amount), currency))

    def changed(amount: str) -> Cell:
        sign = "+" if Decimal(amount) > 0 else ""
        return number(sign + words.short_amount(Decimal(amount)))

    return Table(
        head=(
            words("search.candidate"),
            words("search.loss"),
            words("search.profit"),
            words("search.loss_change"),
            words("search.profit_change"),
            words("search.error"),
            words("search.limits"),
        ),
        rows=tuple(
            (
                Cell(
                    text=_name(each, words),
                    tag=words("search.on") if each.on_frontier else "",
                    tone="raise",
                ),
                money(each.expected_loss),
                money(each.expected_profit),
                changed(each.loss_change),
                changed(each.profit_change),
                number(f"± {words.short_amount(Decimal(each.profit_change_error))}"),
                money(each.limits),
            )
            for each in shown
        ),
        wide=True,
    )


def _assumed(record: SearchRecord, words: Words) -> Section:
    assumed = record.assumptions
    rows = tuple(
        (text(words(f"assumed.{name}")), number(words.ppm(getattr(assumed, name))))
        for name in assumed.__struct_fields__
    )
    return Section(
        id="assumed",
        title=words("search.assumed"),
        short=words("search.assumed_short"),
        says=(words("search.assumed_says"),),
        blocks=(
            Table(head=(words("search.assumption"), words("search.value")), rows=rows, wide=True),
            Note(
                text=words("search.assumed_note", count=words.count(record.candidates[0].unpriced))
            ),
        ),
    )
