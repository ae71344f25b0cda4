"""The page of a review: who gains, who loses, and why, for who would rather look than read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from twinline.adapters.report.bands import prices, scores, segments
from twinline.adapters.report.causes import bounds, why
from twinline.adapters.report.changes import gains, moves, risk, tickets
from twinline.adapters.report.examples import examples
from twinline.adapters.report.fairness import fairness
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
from twinline.adapters.report.view import BETTER, WORSE, View, percent, text
from twinline.adapters.report.words import Words
from twinline.decision.strategy import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.app.explanation import Example
    from twinline.app.review_ports import Language
    from twinline.app.review_record import ReviewRecord
    from twinline.decision.strategy import Strategy

SHORT_HASH = 12
PARTS = (gains, moves, risk, why, bounds, examples, prices, scores, segments, tickets, fairness)


def review_page(
    record: ReviewRecord, strategy: Strategy, examples: Sequence[Example], lang: Language
) -> bytes:
    """Return report.html, complete in itself."""
    words = Words(lang)
    view = View(record=record, strategy=strategy, examples=tuple(examples), words=words)
    return render(_page(view), words)


def _page(view: View) -> Page:
    words, record = view.words, view.record
    parts = PARTS if view.figures.customers else ()
    return Page(
        title=words(
            "page.title", book=PurePath(record.book.path).name, strategy=record.strategy.name
        ),
        eyebrow=words("page.eyebrow"),
        heading=words("page.heading", customers=words.customers(view.figures.customers)),
        lead=_lead(view) if parts else words("page.empty"),
        split=_split(view),
        facts=_facts(view),
        tiles=_tiles(view),
        sections=(*(part(view) for part in parts), _check(view)),
        foot=words("page.foot", version=record.twinline_version),
    )


def _fates(view: View) -> dict[str, int]:
    """Return how many are better off, worse off, both, the same, and left to a person."""
    fates = dict.fromkeys(("better", "worse", "mixed", "same", "person"), 0)
    for one, counts in view.figures.together.items():
        for other, count in counts.items():
            pair = {Action(one), Action(other)}
            better, worse = not pair.isdisjoint(BETTER), not pair.isdisjoint(WORSE)
            if better or worse:
                fate = "mixed" if better and worse else "better" if better else "worse"
            else:
                fate = "person" if Action.REFER in pair else "same"
            fates[fate] += count
    return fates


def _split(view: View) -> tuple[Part, ...]:
    words, customers = view.words, view.figures.customers
    tones = {
        "better": "raise",
        "mixed": "cut",
        "worse": "stop",
        "same": "keep",
        "person": "refer",
    }
    fates = _fates(view)
    return tuple(
        Part(
            value=words.count(fates[fate]),
            label=f"{words(f'fate.{fate}')} · {words.share(fates[fate], customers)}",
            tone=tone,
            width=percent(fates[fate], customers),
        )
        for fate, tone in tones.items()
        if fates[fate]
    )


class _Totals(NamedTuple):
    """Limits and expected loss of both lines, before and after."""

    before: Decimal
    after: Decimal
    loss_before: Decimal
    loss: Decimal


def _totals(view: View) -> _Totals:
    lines = view.lines()
    return _Totals(
        before=sum((Decimal(line.figures.limit_before) for line in lines), Decimal(0)),
        after=sum((Decimal(line.figures.effective_limit) for line in lines), Decimal(0)),
        loss_before=Decimal(view.figures.expected_loss_before),
        loss=Decimal(view.figures.expected_loss),
    )


def _lead(view: View) -> str:
    totals = _totals(view)
    return view.words(
        "page.lead" if totals.before else "page.lead_new",
        change=view.words.change(totals.before, totals.after),
        after=view.short(totals.after),
        loss_change=view.words.change(totals.loss_before, totals.loss),
        loss=view.short(totals.loss),
    )


def _facts(view: View) -> tuple[tuple[str, str], ...]:
    words, record, strategy = view.words, view.record, view.record.strategy
    ceilings = sorted({law.price_ceiling_ppm for law in record.law})
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
        (
            words("fact.strategy"),
            words("fact.strategy_says", name=strategy.name, version=strategy.version),
        ),
        (words("fact.owner"), strategy.owner),
        (words("fact.law"), record.decided_on.isoformat()),
        (
            words("fact.ceiling"),
            words("fact.ceiling_says", price=" / ".join(words.ppm(each) for each in ceilings)),
        ),
        (
            words("fact.hashes"),
            words(
                "fact.hashes_says",
                book=record.book.sha256[:SHORT_HASH],
                logic=strategy.logic_hash[:SHORT_HASH],
                decisions=record.decisions_digest[:SHORT_HASH],
            ),
        ),
    )


def _tiles(view: View) -> Tiles:
    words, figures = view.words, view.figures
    before, after, lost, loses = _totals(view)
    fates, customers = _fates(view), figures.customers
    better, worse = fates["better"] + fates["mixed"], fates["worse"] + fates["mixed"]
    return Tiles(
        tiles=(
            Tile(
                value=words.count(better),
                label=words("tile.better"),
                note=words("tile.of_all", share=words.share(better, customers)),
                tone="raise",
            ),
            Tile(
                value=words.count(worse),
                label=words("tile.worse"),
                note=words("tile.of_all", share=words.share(worse, customers)),
                tone="stop",
            ),
            Tile(
                value=words.change(before, after),
                label=words("tile.limits"),
                note=words.moves(view.short(before), view.short(after)),
            ),
            Tile(
                value=words.change(lost, loses),
                label=words("tile.loss"),
                note=words.moves(view.short(lost), view.short(loses)),
            ),
            Tile(
                value=words.count(figures.referred),
                label=view.action(Action.REFER),
                note=words("tile.of_all", share=words.share(figures.referred, customers)),
                tone="refer",
            ),
        )
    )


def _check(view: View) -> Section:
    words, record = view.words, view.record
    digest = record.decisions_digest[:SHORT_HASH]
    hashes = (
        ("check.digest", record.decisions_digest),
        ("check.file", record.decisions_sha256),
        ("check.book", record.book.sha256),
        ("check.logic", record.strategy.logic_hash),
        ("check.content", record.strategy.content_hash),
    )
    return Section(
        id="check",
        title=words("check.title"),
        short=words("check.short"),
        says=(words("check.says"),),
        blocks=(
            Command(says=words("check.explain"), command="twinline explain . --customer ID"),
            Command(
                says=words(
                    "check.replay",
                    count=words.count(record.figures.customers),
                    digest=f"{digest}…",
                ),
                command="twinline replay .",
            ),
            Command(
                says=words("check.certificate"),
                command="python examples/check_certificate.py . BOOK.parquet",
            ),
            Table(
                head=(words("fact.hashes"), "SHA-256"),
                rows=tuple(
                    (text(words(key)), Cell(text=value, code=True)) for key, value in hashes
                ),
            ),
        ),
    )
