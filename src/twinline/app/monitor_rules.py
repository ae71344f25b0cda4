"""monitor.toml: from where on to watch and to act, and which strategy is the cautious one."""

from __future__ import annotations

import tomllib
from math import isfinite
from typing import TYPE_CHECKING

import msgspec

from twinline.app.fault import InputFault
from twinline.portfolio.monitoring import Kind, Lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MONITOR_SHEET = "monitor.toml"

DEFAULTS: Mapping[Kind, Lines] = {
    **dict.fromkeys(Kind, Lines(watch=0.10, act=0.25)),
    Kind.MISSING: Lines(watch=0.02, act=0.10),
    Kind.OUTSIDE: Lines(watch=0.01, act=0.05),
    Kind.UNSEEN: Lines(watch=0.01, act=0.05),
    Kind.REFER: Lines(watch=0.02, act=0.05),
    Kind.DEFAULT_RATE: Lines(watch=0.02, act=0.05),
    Kind.CALIBRATION: Lines(watch=1.20, act=1.50),
    Kind.AUC: Lines(watch=0.03, act=0.07),
}
"""What holds where the strategy's monitor.toml says nothing."""


class _Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """monitor.toml as it is written."""

    conservative: str = ""
    thresholds: dict[str, Lines] = {}


class MonitorRules(msgspec.Struct, frozen=True, kw_only=True):
    """The thresholds by kind, and by "kind: name" where one measure has its own."""

    conservative: str
    lines: dict[str, Lines]

    def of(self, kind: Kind, name: str) -> Lines:
        """Return the thresholds of a measure."""
        own = self.lines.get(f"{kind}: {name}") or self.lines.get(kind.value)
        return own or DEFAULTS[kind]


def read_rules(folder: Path, files: Mapping[str, bytes]) -> MonitorRules:
    """Return the rules of a strategy's folder; raises `InputFault` for what is wrong in them."""
    place = f"{folder}/{MONITOR_SHEET}"
    content = files.get(MONITOR_SHEET)
    if content is None:
        return MonitorRules(conservative="", lines={})
    try:
        sheet = msgspec.convert(tomllib.loads(content.decode("utf-8-sig")), _Sheet)
    except (msgspec.ValidationError, ValueError, RecursionError) as error:
        rule = "must be TOML with conservative and [thresholds] (docs/reference/monitor.md)"
        raise InputFault(place=place, value=error, rule=rule) from error
    for name, lines in sheet.thresholds.items():
        _reject_wrong(f"{place} thresholds.{name}", name, lines)
    return MonitorRules(conservative=sheet.conservative, lines=sheet.thresholds)


def _reject_wrong(place: str, name: str, lines: Lines) -> None:
    kind = name.partition(":")[0]
    if kind not in set(Kind):
        rule = f"a kind of measure, or kind: name; kinds are {', '.join(Kind)}"
        raise InputFault(place=place, value=name, rule=rule)
    least = 1 if kind == Kind.CALIBRATION else 0
    if not (isfinite(lines.act) and least < lines.watch <= lines.act):
        rule = f"watch is above {least} and at most act"
        raise InputFault(place=place, value=f"{lines.watch}, {lines.act}", rule=rule)
