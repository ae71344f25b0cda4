"""The page of a comparison: what changes, for whom, if one strategy takes another's place."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from twinline.adapters.report.comparison_causes import actions, movers, reasons, segments, terms
from twinline.adapters.report.comparison_groups import parity
from twinline.adapters.report.comparison_moves import limits, prices, stakes, swaps
from twinline.adapters.report.comparison_view import ComparisonView
from twinline.adapters.report.page import (
    Cell,
    Command,
    Page,
    Part,
    Section,
    Table,
    Tile,
    Tiles,
    render,
)
from twinline.adapters.report.view import percent, text
from twinline.adapters.report.words import Words

if TYPE_CHECKING:
    from twinline.app.compare_record import ComparisonRecord
    from twinline.app.review_ports import Language
    from twinline.app.review_record import StrategyFacts
    from twinline.decision.strategy import Strategy

SHORT_HASH = 12
PARTS = (swaps, limits, prices, segments, stakes, actions, terms, reasons, parity, movers)


def comparison_page(
    record: ComparisonRecord, new: Strategy, old: Strategy, lang: Language
) -> bytes:
    """Return comparison.html, complete in itself."""
    words = Words(lang)
    return render(_page(ComparisonView(record=record, new=new, old=old, words=words)), words)


def _page(view: ComparisonView) -> Page:
    words, record, figures = view.words, view.record, view.figures
    new, old = _names(view)
    parts = PARTS if figures.customers else ()
    return Page(
        title=words("compare.title", new=new, old=old, book=PurePath(record.book.path).name),
        eyebrow=words("compare.eyebrow"),
        heading=words(
            "compare.heading", customers=words.customers(figures.customers), new=new, old=old
        ),
        lead=_lead(view) if parts else words("page.empty"),
        split=_split(view),
        facts=_facts(view),
        tiles=_tiles(view),
        sections=(*(part(view) for part in parts), _check(view)),
        foot=words("compare.foot", version=record.twinline_version),
    )


def _names(view: ComparisonView) -> tuple[str, str]:
    """Return what the strategies are called, with versions or hashes where they must be."""
    new, old = view.record.new, view.record.old
    if new.name != old.name:
        return new.name, old.name
    if new.version != old.version:
        return f"{new.name} {new.version}", f"{old.name} {old.version}"
    return f"{new.name} {new.content_hash[:6]}", f"{old.name} {old.content_hash[:6]}"


def _lead(view: ComparisonView) -> str:
    if view.record.same_logic:
        return view.words("compare.same")
    risk = view.figures.risk
    return view.words(
        "compare.lead",
        old=view.short(risk.limit_old),
        new=view.short(risk.limit_new),
        change=view.changed(risk.limit_old, risk.limit_new),
        loss_old=view.short(risk.loss_old),
        loss_new=view.short(risk.loss_new),
        loss_change=view.changed(risk.loss_old, risk.loss_new),
    )


def _split(view: ComparisonView) -> tuple[Part, ...]:
    words, figures = view.words, view.figures
    both = figures.together
    other = figures.customers - both.gainers - both.losers - figures.alike
    shares = (
        ("gain", both.gainers, "raise"),
        ("lose", both.losers, "stop"),
        ("other", other, "invite"),
        ("alike", figures.alike, "keep"),
    )
    return tuple(
        Part(
            value=words.count(count),
            label=f"{words(f'compare.{key}')} · {words.share(count, figures.customers)}",
            tone=tone,
            width=percent(count, figures.customers),
        )
        for key, count, tone in shares
        if count
    )


def _facts(view: ComparisonView) -> tuple[tuple[str, str], ...]:
    words, record = view.words, view.record

    def says(strategy: StrategyFacts) -> str:
        return words("fact.strategy_says", name=strategy.name, version=strategy.version)

    return (
        (
            words("fact.book"),
            words(
                "fact.book_says",
                name=PurePath(record.book.path).name,
                customers=words.customers(record.book.rows),
                currency=record.book.currency,
            ),
        ),
        (words("fact.as_of"), record.book.as_of_on.isoformat()),
        (words("compare.fact_new"), says(record.new)),
        (words("compare.fact_old"), says(record.old)),
        (words("fact.law"), record.decided_on.isoformat()),
        (
            words("fact.hashes"),
            words(
                "compare.hashes",
                book=record.book.sha256[:SHORT_HASH],
                new=record.new.logic_hash[:SHORT_HASH],
                old=record.old.logic_hash[:SHORT_HASH],
            ),
        ),
    )


def _tiles(view: ComparisonView) -> Tiles:
    words, figures = view.words, view.figures
    both, risk = figures.together, figures.risk
    return Tiles(
        tiles=(
            Tile(
                value=words.count(both.gainers),
                label=words("compare.tile_gain"),
                note=_mean(view, both.gainers, both.mean_gain),
                tone="raise",
            ),
            Tile(
                value=words.count(both.losers),
                label=words("compare.tile_lose"),
                note=_mean(view, both.losers, both.mean_loss),
                tone="stop",
            ),
            Tile(
                value=view.changed(risk.limit_old, risk.limit_new),
                label=words("compare.tile_limits"),
                note=words.moves(view.short(risk.limit_old), view.short(risk.limit_new)),
            ),
            Tile(
                value=view.changed(risk.loss_old_by_new_pd, risk.loss_new),
                label=words("compare.tile_loss"),
                note=words.moves(view.short(risk.loss_old_by_new_pd), view.short(risk.loss_new)),
            ),
            Tile(
                value=words.count(figures.alike),
                label=words("compare.tile_alike"),
                note=words("tile.of_all", share=words.share(figures.alike, figures.customers)),
                tone="keep",
            ),
        )
    )


def _mean(view: ComparisonView, customers: int, mean: str) -> str:
    return view.words("compare.mean", amount=view.money(mean)) if customers else ""


def _check(view: ComparisonView) -> Section:
    words, record = view.words, view.record
    hashes = (
        ("verify.figures", record.figures_digest),
        ("verify.decisions", record.decisions_digest),
        ("check.book", record.book.sha256),
        ("verify.new_logic", record.new.logic_hash),
        ("verify.old_logic", record.old.logic_hash),
    )
    return Section(
        id="verify",
        title=words("verify.title"),
        short=words("verify.short"),
        says=(words("verify.says"),),
        blocks=(
            Command(
                says=words(
                    "verify.replay",
                    count=words.count(view.figures.customers),
                    digest=f"{record.figures_digest[:SHORT_HASH]}…",
                ),
                command="twinline replay .",
            ),
            Command(says=words("check.explain"), command="twinline explain . --customer ID"),
            Table(
                head=(words("fact.hashes"), "SHA-256"),
                rows=tuple(
                    (text(words(key)), Cell(text=value, code=True)) for key, value in hashes
                ),
            ),
        ),
    )
