"""The page of a monitor: what has moved, whether it is more than chance, and what it asks for."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePath
from typing import TYPE_CHECKING

from twinline.adapters.report.monitor_parts import calibration, data, decisions, features, people
from twinline.adapters.report.monitor_view import KEYS, TONES, MonitorView
from twinline.adapters.report.page import (
    Cell,
    Command,
    Note,
    Page,
    Part,
    Section,
    Table,
    Tile,
    Tiles,
    render,
)
from twinline.adapters.report.view import number, percent, text
from twinline.adapters.report.words import Words
from twinline.portfolio.drift import Verdict
from twinline.portfolio.monitoring import Kind

if TYPE_CHECKING:
    from twinline.adapters.report.page import Block
    from twinline.app.monitor_record import MonitorRecord
    from twinline.app.review_ports import Language
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.monitoring import Measure

SHORT_HASH = 12


def monitor_page(record: MonitorRecord, strategy: Strategy, lang: Language) -> bytes:
    """Return monitor.html, complete in itself."""
    words = Words(lang)
    return render(_page(MonitorView(record=record, strategy=strategy, words=words)), words)


def _page(view: MonitorView) -> Page:
    words, record = view.words, view.record
    name = PurePath(record.now.path).name
    return Page(
        title=words("monitor.title", book=name, strategy=record.strategy.name),
        eyebrow=words("monitor.eyebrow"),
        heading=words(f"monitor.heading_{KEYS[record.verdict]}"),
        lead=words(
            "monitor.lead",
            now=words.customers(record.now.rows),
            now_on=record.now.as_of_on.isoformat(),
            then=words.customers(record.then.rows),
            then_on=record.then.as_of_on.isoformat(),
            measures=words.count(len(view.figures.measures)),
        ),
        split=_split(view),
        facts=_facts(view),
        tiles=_tiles(view),
        sections=(
            _moved(view),
            decisions(view),
            calibration(view),
            features(view),
            people(view),
            data(view),
            _judged(view),
        ),
        foot=words("monitor.foot", version=record.twinline_version),
    )


def _split(view: MonitorView) -> tuple[Part, ...]:
    words = view.words
    counts = Counter(each.verdict for each in view.figures.measures)
    whole = counts.total()
    return tuple(
        Part(
            value=words.count(counts[verdict]),
            label=words(f"verdict.{KEYS[verdict]}"),
            tone=tone,
            width=percent(counts[verdict], whole),
        )
        for verdict, tone in TONES.items()
        if counts[verdict]
    )


def _facts(view: MonitorView) -> tuple[tuple[str, str], ...]:
    words, record = view.words, view.record
    books = [
        (
            words(f"monitor.book_{side}"),
            words(
                "monitor.book_says",
                name=PurePath(book.path).name,
                customers=words.customers(book.rows),
                day=book.as_of_on.isoformat(),
            ),
        )
        for side, book in (("then", record.then), ("now", record.now))
    ]
    strategy = record.strategy
    return (
        *books,
        (
            words("fact.strategy"),
            words("fact.strategy_says", name=strategy.name, version=strategy.version),
        ),
        (words("fact.owner"), record.owner),
        (words("fact.law"), record.decided_on.isoformat()),
        (
            words("fact.hashes"),
            words(
                "monitor.hashes_says",
                then=record.then.sha256[:SHORT_HASH],
                now=record.now.sha256[:SHORT_HASH],
                logic=strategy.logic_hash[:SHORT_HASH],
            ),
        ),
    )


def _tiles(view: MonitorView) -> Tiles:
    words, figures = view.words, view.figures
    score = next(each for each in figures.measures if each.kind is Kind.SCORE)
    then, now = figures.then, figures.now

    def rate(part: int, whole: int) -> str:
        return words.share(part, whole)

    tiles = [
        Tile(
            value=view.figure(Kind.SCORE, score.value),
            label=words("monitor.tile_score"),
            note=words("monitor.tile_chance", value=f"{score.bound_99:.3f}"),
            tone=TONES[score.verdict],
        ),
        Tile(
            value=rate(now.referred, now.customers),
            label=words("kind.refer"),
            note=words("monitor.tile_was", value=rate(then.referred, then.customers)),
        ),
    ]
    if now.outcome_known:
        was = rate(then.defaulted, then.outcome_known)
        tiles.append(
            Tile(
                value=rate(now.defaulted, now.outcome_known),
                label=words("kind.default_rate"),
                note=words("monitor.tile_was", value=was),
            )
        )
    if now.auc is not None:
        was = words.none if then.auc is None else f"{then.auc:.3f}"
        tiles.append(
            Tile(
                value=f"{now.auc:.3f}",
                label=words("tile.auc"),
                note=words("monitor.tile_was", value=was),
            )
        )
    return Tiles(tiles=tuple(tiles))


def _moved(view: MonitorView) -> Section:
    """Return what is to be watched or acted on, and what the switch says."""
    words, record = view.words, view.record
    found = sorted(
        (each for each in view.figures.measures if each.verdict in {Verdict.ACT, Verdict.WATCH}),
        key=lambda each: (each.verdict is not Verdict.ACT, -each.value / each.lines.act),
    )
    acts = sum(each.verdict is Verdict.ACT for each in found)
    says = [
        words("monitor.moved_says", act=words.count(acts), watch=words.count(len(found) - acts))
        if found
        else words("monitor.moved_none"),
    ]
    use = record.switch.use
    if record.switch.tripped:
        says.append(words("monitor.switch_use", name=use.folder, version=use.version))
    elif acts:
        says.append(words("monitor.switch_unnamed"))
    else:
        says.append(words("monitor.switch_stays", name=use.folder))
    blocks: tuple[Block, ...] = ()
    if found:
        blocks = (_table(view, found),)
    return Section(
        id="moved",
        title=words("monitor.moved"),
        short=words("monitor.moved_short"),
        says=tuple(says),
        blocks=(*blocks, Note(text=words("monitor.switch_note"))),
    )


def _table(view: MonitorView, measures: list[Measure]) -> Table:
    words = view.words

    def compared(measure: Measure, value: float | None) -> Cell:
        return number(view.figure(measure.kind, value))

    return Table(
        head=(
            words("monitor.measure"),
            words("monitor.verdict"),
            words("monitor.by"),
            words("monitor.then"),
            words("monitor.now"),
            words("monitor.chance"),
            words("monitor.lines"),
        ),
        rows=tuple(
            (
                Cell(text=view.name(each), note=words(f"way.{_way(each)}")),
                view.verdict(each.verdict),
                compared(each, each.value),
                compared(each, each.then),
                compared(each, each.now),
                compared(each, each.bound),
                number(
                    f"{view.figure(each.kind, each.lines.watch)} / "
                    f"{view.figure(each.kind, each.lines.act)}"
                ),
            )
            for each in measures
        ),
        wide=True,
    )


def _way(measure: Measure) -> str:
    """Return how a measure is taken."""
    match measure.kind:
        case Kind.CALIBRATION:
            return "factor"
        case Kind.AUC:
            return "fall"
        case _:
            return "index" if measure.bins else "share"


def _judged(view: MonitorView) -> Section:
    """Return the yardsticks, and how to look again."""
    words, record = view.words, view.record
    lines = {each.kind: each.lines for each in view.figures.measures}
    rows = tuple(
        (
            text(words(f"kinds.{kind}")),
            number(view.figure(kind, drawn.watch)),
            number(view.figure(kind, drawn.act)),
        )
        for kind, drawn in lines.items()
    )
    measures = words.count(len(view.figures.measures))
    command = (
        f"twinline monitor {PurePath(record.then.path).name} {PurePath(record.now.path).name} "
        f"--strategy {record.strategy.folder} --reference . --out AGAIN"
    )
    return Section(
        id="judged",
        title=words("monitor.judged"),
        short=words("monitor.judged_short"),
        says=(words("monitor.judged_says", measures=measures),),
        blocks=(
            Table(
                head=(
                    words("monitor.kind"),
                    words("verdict.watch"),
                    words("verdict.act"),
                ),
                rows=rows,
            ),
            Note(text=words("monitor.judged_note")),
            Command(says=words("monitor.again"), command=command),
        ),
    )
