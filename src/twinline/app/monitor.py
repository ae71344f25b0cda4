"""Monitoring: has what the strategy was built on moved, and is it enough to act."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from twinline import __version__
from twinline.app.book import PROTECTED_COLUMNS
from twinline.app.fault import InputFault
from twinline.app.monitor_record import RECORD_VERSION, MonitorRecord, StrategyName, Switch
from twinline.app.monitor_rules import MONITOR_SHEET, read_rules
from twinline.app.review import book_facts, decider_on, laws_on, scale_of, usable_strategy
from twinline.app.review_ports import Deciding
from twinline.compliance.law import read_law
from twinline.portfolio.bins import Bins, Origin
from twinline.portfolio.census import OUTCOMES, Census
from twinline.portfolio.drift import Verdict
from twinline.portfolio.monitoring import frozen_bins, monitored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.monitor_ports import MonitorPage, Reports
    from twinline.app.monitor_rules import MonitorRules
    from twinline.app.review_ports import BookSource, Language, Shelf
    from twinline.decision.law import LawValues
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.monitoring import MonitorFigures

RECORD = "monitor.json"
REPORT = "monitor.html"
LICENCE = "licence"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRequest:
    """Two books to hold against each other under one strategy, into a folder.

    Both are decided under the law and dated values of `decided_on` (by default as `review` takes
    it for the later book), so that what moves is the people and not the law. `reference` is an
    earlier monitor's folder whose bins are used again.
    """

    then: Path
    now: Path
    strategy: Path
    out: Path
    reference: Path | None = None
    decided_on: date | None = None
    lang: Language = "en"


def monitor(
    request: MonitorRequest,
    shelf: Shelf,
    reports: Reports,
    page: MonitorPage,
    progress: Progress,
) -> MonitorRecord:
    """Hold two books against each other, write the folder and return its record.

    Raises `Fault` for an input that cannot be used or an output that cannot be written.
    """
    reports.reject_unusable(request.out, RECORD)
    law = read_law(shelf.law_text())
    files = shelf.strategy_files(request.strategy)
    rules = read_rules(request.strategy, files)
    then = shelf.sound_book(request.then, progress)
    now = shelf.sound_book(request.now, progress)
    if then.currency != now.currency:
        place, rule = f"{now.path}, column currency", f"both books in one, here {then.currency}"
        raise InputFault(place=place, value=now.currency, rule=rule)
    scale = scale_of(law, then)
    strategy = usable_strategy(request.strategy, files, scale)
    own = named(request.strategy, strategy)
    cautious = _cautious(request.strategy, rules, shelf, scale)
    reference, bins = _reference(request.reference, strategy, reports)
    decided_on = request.decided_on or max(now.as_of_on, law.known_on)
    decider_on(strategy, decided_on)  # says now what a dated value lacks
    counting = _Counting(
        strategy=strategy,
        decided_on=decided_on,
        laws=tuple(laws_on(law, decided_on, then.currency).values()),
        rows=then.rows + now.rows,
        progress=progress,
    )
    features = counting.features
    before = counting.census(then, bins or counting.card_bins)
    after = counting.census(now, frozen_bins(list(features), before))
    figures = monitored(before, after, features, rules.of)
    record = MonitorRecord(
        record_version=RECORD_VERSION,
        twinline_version=__version__,
        then=book_facts(then),
        now=book_facts(now),
        strategy=own,
        owner=strategy.owner,
        decided_on=decided_on,
        reference=reference,
        verdict=figures.verdict,
        switch=_switch(figures, own, cautious),
        override_rate=None,
        figures=figures,
    )
    content = msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"
    kept = {RECORD: content, REPORT: page(record, strategy, request.lang)}
    reports.put(request.out, kept, RECORD)
    return record


class _Counting:
    """A strategy counting books: what is watched of each customer, and the decision."""

    def __init__(
        self,
        *,
        strategy: Strategy,
        decided_on: date,
        laws: tuple[LawValues, ...],
        rows: int,
        progress: Progress,
    ) -> None:
        self._strategy, self._decided_on, self._laws = strategy, decided_on, laws
        self._done, self._rows, self._progress = 0, rows, progress
        self.features = {feature.name: feature.column is not None for feature in strategy.features}
        self.card_bins = {
            attribute.feature: Bins(
                origin=Origin.SCORECARD,
                edges=attribute.edges,
                specials=tuple(attribute.specials),
            )
            for attribute in strategy.scorecard
        }

    def census(self, book: BookSource, bins: Mapping[str, Bins]) -> Census:
        """Return a whole book in counts."""
        census = Census(list(self.features), bins, (LICENCE, *PROTECTED_COLUMNS))
        deciding = Deciding(
            strategy=self._strategy,
            decided_on=self._decided_on,
            laws=self._laws,
            as_of_on=book.as_of_on,
        )
        for rows in book.counted(deciding, census):
            self._done += rows
            self._progress(self._done, self._rows)
        return census


def _reference(
    folder: Path | None, strategy: Strategy, reports: Reports
) -> tuple[str | None, Mapping[str, Bins]]:
    """Return the hash and the bins of an earlier monitor by the same strategy."""
    if folder is None:
        return None, {}
    content = reports.content(folder, RECORD)
    place = f"{folder}/{RECORD}"
    try:
        record = msgspec.json.decode(content, type=MonitorRecord)
    except msgspec.DecodeError as error:
        raise InputFault(place=place, value=error, rule="must be a monitor's record") from error
    if record.strategy.logic_hash != strategy.logic_hash:
        rule = "the reference must be of the same strategy: its bins are those of its scorecard"
        value = f"logic_hash {record.strategy.logic_hash[:16]}…"
        raise InputFault(place=place, value=value, rule=rule)
    wanted = {*(feature.name for feature in strategy.features), *OUTCOMES}
    missing = sorted(wanted - set(record.figures.bins))
    if missing:
        raise InputFault(place=place, value=missing[0], rule="every measure needs its bins")
    return hashlib.sha256(content).hexdigest(), record.figures.bins


def _cautious(folder: Path, rules: MonitorRules, shelf: Shelf, scale: int) -> StrategyName | None:
    """Return the cautious strategy that monitor.toml names; it must be usable now, not later."""
    if not rules.conservative:
        return None
    path = folder / rules.conservative
    try:
        files = shelf.strategy_files(path)
    except InputFault as fault:
        place = f"{folder}/{MONITOR_SHEET} conservative"
        raise InputFault(place=place, value=rules.conservative, rule=fault.rule) from fault
    return named(path, usable_strategy(path, files, scale))


def named(folder: Path, strategy: Strategy) -> StrategyName:
    """Return a strategy as a person finds it again."""
    return StrategyName(
        folder=folder.resolve().name,
        name=strategy.name,
        version=strategy.version,
        logic_hash=strategy.logic_hash,
        content_hash=strategy.content_hash,
    )


def _switch(figures: MonitorFigures, own: StrategyName, cautious: StrategyName | None) -> Switch:
    """Return the proposal: the cautious strategy where a measure asks to act."""
    found = [each for each in figures.measures if each.verdict is Verdict.ACT]
    grave = sorted(found, key=lambda each: -each.value / each.lines.act)
    why = tuple(
        f"{each.kind}: {each.name} is {each.value:.4f}, above {each.lines.act:g} "
        f"and above what chance makes ({each.bound:.4f})"
        for each in grave
    )
    tripped = bool(grave) and cautious is not None
    return Switch(tripped=tripped, use=cautious if tripped and cautious else own, why=why)
