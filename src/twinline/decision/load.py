"""A strategy's files put together into one `Strategy`, or refused with all that is wrong in them.

The files are read in the order in which a decision uses them: features, scorecard, segments,
values, prices, limits, gates, edges. Each expression sees what came before it and nothing else,
so there are no cycles to look for.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from twinline.decision.bounds import INT64_MAX, INT64_MIN, Bounds
from twinline.decision.fault import StrategyFault
from twinline.decision.law import LAW_BOUNDS
from twinline.decision.load_features import read_features
from twinline.decision.load_limits import read_joint, read_limits
from twinline.decision.load_prices import read_prices
from twinline.decision.load_rules import read_edges, read_gates, read_segments
from twinline.decision.load_score import read_pd, read_scorecard, score_bounds
from twinline.decision.load_tables import read_tables
from twinline.decision.logic import logic_hash
from twinline.decision.outcome import DATA_MISSING
from twinline.decision.reading import Reading
from twinline.decision.resolve import Symbol
from twinline.decision.sheet import LimitSheet, PriceSheet, ReasonSheet, StrategySheet
from twinline.decision.strategy import (
    PPM,
    DatedValue,
    Experiment,
    Quantity,
    Reason,
    Strategy,
)
from twinline.terms.dated import Dated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

SCALE_MAX = 1_000
SCORE_MAX = 1_000_000_000
DAYS_MAX = 100_000
"""Days are counted from 1970-01-01; the last one a strategy knows is in the year 2243."""


def load_strategy(
    files: Mapping[str, bytes], *, columns: AbstractSet[str], currency_scale: int = 1
) -> Strategy:
    """Return the strategy that the files describe.

    `columns` are the book's columns a feature may read. `currency_scale` is how many units of
    the book's currency one yuan of the tables stands for (1 for a book in yuan).

    Raises `StrategyFault` with every finding.
    """
    assert 1 <= currency_scale <= SCALE_MAX
    reading = Reading(files, columns, currency_scale)
    strategy = _put_together(reading)
    if strategy is None or reading.findings.found:
        raise StrategyFault(reading.findings.found)
    return replace(strategy, logic_hash=logic_hash(strategy))


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of a strategy's files: names and contents, in the order of names."""
    whole = hashlib.sha256()
    for name in sorted(files):
        part = hashlib.sha256(files[name]).hexdigest()
        whole.update(f"{part}  {name}\n".encode())
    return whole.hexdigest()


def _put_together(reading: Reading) -> Strategy | None:
    head = reading.sheets.toml("strategy.toml", StrategySheet)
    limits = reading.sheets.toml("limits.toml", dict[str, LimitSheet])
    prices = reading.sheets.toml("prices.toml", dict[str, PriceSheet])
    if head is None or limits is None or prices is None:
        return None
    reading.reasons = read_reasons(reading)
    reading.reason("reasons.toml", DATA_MISSING)
    reading.define("the frame", "as_of_day", Symbol(Bounds(0, DAYS_MAX)))
    reading.define("the frame", "challenger", Symbol(Bounds(0, 1), truth=True))
    read_amounts(reading, head)
    # Features speak of the customer: they are read before the law and the day's values are known.
    features = read_features(reading)
    for name, bounds in LAW_BOUNDS.items():
        reading.define("the law", name, Symbol(bounds))
    dated = read_dated(reading, head)
    reading.features = {feature.name: feature for feature in features}
    card = read_scorecard(reading, features)
    score = score_bounds(head.score_base, card)
    if not -SCORE_MAX <= score.least <= score.greatest <= SCORE_MAX:
        rule = f"the score can be {score}, outside ±{SCORE_MAX}"
        reading.findings.add("strategy.toml score_base", head.score_base, rule)
        score = score_bounds(0, ())
    reading.define("the frame", "score", Symbol(score))
    pd = read_pd(reading, score)
    reading.define("the frame", "pd_ppm", Symbol(Bounds(min(pd.cells), max(pd.cells))))
    segments, segment_names = read_segments(reading)
    reading.tables = read_tables(reading, head.tables, segment_names)
    # Read in this order, not in the order of the fields: each makes names for the next.
    values = read_values(reading)
    price_by_line = read_prices(reading, prices)
    joint = read_joint(reading, limits)
    limit_by_line = read_limits(reading, limits)
    return Strategy(
        name=head.name,
        version=head.version,
        owner=head.owner,
        currency_scale=reading.scale,
        experiment=read_experiment(reading, head),
        dated=dated,
        features=features,
        score_base=head.score_base,
        scorecard=card,
        pd=pd,
        segments=segments,
        values=values,
        prices=price_by_line,
        joint=joint,
        limits=limit_by_line,
        gates=read_gates(reading),
        edges=read_edges(reading),
        reasons=reading.reasons,
        tables=reading.tables,
        logic_hash="",
        content_hash=content_hash(reading.files),
    )


def read_reasons(reading: Reading) -> dict[str, Reason]:
    """Return reasons.toml: what customers read, in both languages."""
    sheets = reading.sheets.toml("reasons.toml", dict[str, ReasonSheet]) or {}
    reasons = {}
    for code, sheet in sheets.items():
        if not re.fullmatch(r"[A-Z][A-Z0-9_]{0,39}", code):
            rule = "a reason's code is capital letters, digits and _"
            reading.findings.add(f"reasons.toml {code}", code, rule)
        if not sheet.zh.strip() or not sheet.en.strip():
            reading.findings.add(f"reasons.toml {code}", "zh, en", "both languages are needed")
        reasons[code] = Reason(
            code=code,
            cause=sheet.cause,
            zh=sheet.zh,
            en=sheet.en,
            help_zh=sheet.help_zh,
            help_en=sheet.help_en,
            ends_zh=sheet.ends_zh,
            ends_en=sheet.ends_en,
        )
    return reasons


def read_experiment(reading: Reading, head: StrategySheet) -> Experiment:
    """Return the experiment: who is decided as a challenger."""
    share = head.experiment.challenger_ppm
    if not 0 <= share <= PPM:
        place = "strategy.toml experiment.challenger_ppm"
        reading.findings.add(place, share, "is a share: 0 to 1_000_000 ppm")
    return Experiment(salt=head.experiment.salt, challenger_ppm=share)


def read_dated(reading: Reading, head: StrategySheet) -> tuple[DatedValue, ...]:
    """Return the values that change by date, and make their names known."""
    dated = []
    for name, sheet in head.dated.items():
        place = f"strategy.toml dated.{name}"
        starts: dict[date, int] = {}
        for text, value in sheet.values.items():
            if not sheet.least <= value <= sheet.greatest:
                rule = f"is outside {sheet.least} to {sheet.greatest}"
                reading.findings.add(place, value, rule)
            if _is_day(text):
                starts[date.fromisoformat(text)] = value
            else:
                reading.findings.add(place, text, "must be a date as 2026-01-31")
        if not sheet.values:
            reading.findings.add(place, "values", "at least one dated value is needed")
        if not INT64_MIN <= sheet.least <= sheet.greatest <= INT64_MAX:
            rule = "least to greatest ascends and fits 64 bits"
            reading.findings.add(place, f"{sheet.least} to {sheet.greatest}", rule)
            starts.clear()
        if not starts:
            reading.findings.broken.add(name)
            continue
        bounds = Bounds(sheet.least, sheet.greatest)
        reading.define(place, name, Symbol(bounds))
        in_order = tuple(sorted(starts.items()))
        dated.append(DatedValue(bounds=bounds, dated=Dated(name=name, values=in_order)))
    return tuple(dated)


def _is_day(text: str) -> bool:
    """Tell whether a text is a date in its one spelling: no day can then be named twice."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def read_amounts(reading: Reading, head: StrategySheet) -> None:
    """Make the named amounts known."""
    for name, text in head.amounts.items():
        place = f"strategy.toml amounts.{name}"
        minor = reading.minor(place, text)
        if minor is not None:
            reading.define(place, name, Symbol(Bounds(minor, minor)))


def read_values(reading: Reading) -> tuple[Quantity, ...]:
    """Return values.toml: results on the way, each seeing those before it."""
    values = []
    for name, text in (reading.sheets.toml("values.toml", dict[str, str]) or {}).items():
        place = f"values.toml {name}"
        resolved = reading.expression(place, text)
        if resolved is None:
            reading.findings.broken.add(name)
            continue
        reading.define(place, name, Symbol(resolved.bounds, resolved.truth))
        values.append(Quantity(name=name, value=resolved))
    return tuple(values)
