"""Features: what may be looked at, read from a column of the book or computed from others."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from twinline.decision.bounds import INT64_MAX, INT64_MIN, Bounds
from twinline.decision.expression import names_in
from twinline.decision.resolve import Symbol
from twinline.decision.sheet import FeatureSheet
from twinline.decision.strategy import Feature, FeatureType, WhenMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.decision.reading import Reading
    from twinline.decision.resolve import Resolved

PROTECTED = "protected_"
MONTHS_MAX = 24
ACTS = {None: 0, "up": 1, "down": -1, "up over time": 1, "down over time": -1}


def read_features(reading: Reading) -> tuple[Feature, ...]:
    """Return features.toml, series of months written out, and make the names known."""
    sheets = reading.sheets.toml("features.toml", dict[str, FeatureSheet]) or {}
    features: list[Feature] = []
    for name, sheet in _written_out(reading, sheets):
        place = f"features.toml {name}"
        feature = _feature(reading, place, name, sheet)
        if feature is None:
            reading.findings.broken.add(name)
            continue
        reading.define(place, name, Symbol(feature.bounds))
        features.append(feature)
    _keep_advice_consistent(reading, features)
    return tuple(features)


def _written_out(
    reading: Reading, sheets: dict[str, FeatureSheet]
) -> Iterator[tuple[str, FeatureSheet]]:
    """Yield each feature; one with `months = 6` yields six, with `_1` to `_6` behind the name."""
    for name, sheet in sheets.items():
        if sheet.months is None:
            yield name, sheet
        elif not 1 <= sheet.months <= MONTHS_MAX or sheet.reads is None:
            rule = f"months is 1 to {MONTHS_MAX} and goes with reads"
            reading.findings.add(f"features.toml {name}", f"months = {sheet.months}", rule)
        else:
            for month in range(1, sheet.months + 1):
                yield (
                    f"{name}_{month}",
                    msgspec.structs.replace(
                        sheet,
                        months=None,
                        reads=f"{sheet.reads}_{month}",
                        zh=f"{sheet.zh}（第{month}个月）",
                        en=f"{sheet.en}, month {month}",
                    ),
                )


def _feature(reading: Reading, place: str, name: str, sheet: FeatureSheet) -> Feature | None:
    bounds = _bounds(reading, place, sheet)
    missing = _when_missing(reading, place, sheet)
    value = _source(reading, place, sheet)
    if sheet.act not in ACTS:
        reading.findings.add(place, sheet.act, "act is up or down, and may add: over time")
    if sheet.outside not in {"refer", "clamp"}:
        reading.findings.add(place, sheet.outside, "outside is refer or clamp")
    if not sheet.zh.strip() or not sheet.en.strip():
        reading.findings.add(place, "zh, en", "a feature is named in both languages")
    if bounds is None or missing is None or (sheet.value is not None and value is None):
        return None
    when, default = missing
    if when is WhenMissing.VALUE and default not in bounds:
        reading.findings.add(place, default, f"the value for missing is outside {bounds}")
    if value is not None:
        _fits(reading, place, sheet, value, bounds)
    return Feature(
        name=name,
        type=sheet.type,
        bounds=replace(bounds, may_miss=when is WhenMissing.BIN),
        column=sheet.reads,
        value=value,
        missing=when,
        default=default,
        clamped=sheet.outside == "clamp",
        basis=sheet.basis,
        act=ACTS.get(sheet.act, 0),
        over_time=(sheet.act or "").endswith("over time"),
        zh=sheet.zh,
        en=sheet.en,
    )


def _bounds(reading: Reading, place: str, sheet: FeatureSheet) -> Bounds | None:
    least, greatest = sheet.range
    if least > greatest:
        reading.findings.add(place, f"range = [{least}, {greatest}]", "starts above its end")
        return None
    if not INT64_MIN <= least <= greatest <= INT64_MAX:
        reading.findings.add(place, f"range = [{least}, {greatest}]", "does not fit 64 bits")
        return None
    if sheet.type is not FeatureType.AMOUNT:
        return Bounds(least, greatest)
    in_minor = reading.minor(place, str(least)), reading.minor(place, str(greatest))
    if in_minor[0] is None or in_minor[1] is None:
        return None
    return Bounds(in_minor[0], in_minor[1])


def _when_missing(
    reading: Reading, place: str, sheet: FeatureSheet
) -> tuple[WhenMissing, int] | None:
    match sheet.missing.split():
        case ["refer"]:
            return WhenMissing.REFER, 0
        case ["bin"]:
            return WhenMissing.BIN, 0
        case ["value", text]:
            amount = sheet.type is FeatureType.AMOUNT
            value = reading.minor(place, text) if amount else reading.whole(place, text)
            return None if value is None else (WhenMissing.VALUE, value)
        case _:
            reading.findings.add(place, sheet.missing, "missing is refer, bin or value N")
            return None


def _source(reading: Reading, place: str, sheet: FeatureSheet) -> Resolved | None:
    if (sheet.reads is None) == (sheet.value is None):
        reading.findings.add(place, "reads, value", "a feature has one of the two")
        return None
    if sheet.value is not None:
        return reading.number(place, sheet.value, present=False)
    column = sheet.reads or ""
    if column.startswith(PROTECTED):
        rule = "is a protected attribute; it serves the fairness report and never a decision"
        reading.findings.add(place, column, rule)
    elif column not in reading.columns:
        stem = re.sub(r"_\d+$", "", column)
        close = sorted(known for known in reading.columns if known.startswith(stem[:8]))[:3]
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        reading.findings.add(place, column, f"is no column of the standard book{hint}")
    return None


def _fits(
    reading: Reading, place: str, sheet: FeatureSheet, value: Resolved, bounds: Bounds
) -> None:
    proven = value.bounds
    if not bounds.least <= proven.least <= proven.greatest <= bounds.greatest:
        rule = f"can be {proven}, outside its range {bounds}; widen the range or clamp()"
        reading.findings.add(place, sheet.value, rule)
    if not proven.may_miss and sheet.missing != "refer":
        rule = "is never missing; leave missing out"
        reading.findings.add(place, sheet.missing, rule)


def _keep_advice_consistent(reading: Reading, features: list[Feature]) -> None:
    """Make sure that what a customer can act on feeds no other feature.

    Advice changes one feature and decides again; were another computed from it, the advice
    would speak of a customer who cannot exist.
    """
    acted = {feature.name for feature in features if feature.act}
    for feature in features:
        if feature.value is None:
            continue
        for name in sorted(names_in(feature.value.expression) & acted):
            rule = f"feeds {feature.name}; only a feature that no other reads can have act"
            reading.findings.add(f"features.toml {name}", "act", rule)
