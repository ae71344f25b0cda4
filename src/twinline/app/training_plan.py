"""training.toml: which features a model may use, which way risk runs, and the reason each gives.

A candidate is a feature of features.toml, or one that is defined here and joins features.toml
when the trained card uses it. Without the file, the features of the strategy's own scorecard are
the candidates.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from twinline.app.review import StrategyInputFault, usable_strategy
from twinline.decision.fault import StrategyFault
from twinline.decision.sheet import FeatureSheet, Findings, ReasonSheet, Sheets
from twinline.decision.strategy import FeatureType
from twinline.kernel.money import MoneyFormatError, parse_money
from twinline.training.sample import Candidate, Risk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from twinline.decision.strategy import Attribute, Feature, Strategy

TRAINING = "training.toml"
FEATURES = "features.toml"
REASONS = "reasons.toml"
YUAN_MINOR = 100


class TrainingSheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """training.toml: the candidates, and reasons that join reasons.toml where they are used."""

    candidates: dict[str, CandidateSheet]
    reasons: dict[str, ReasonSheet] = {}


class CandidateSheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table of training.toml.

    `reason` is for bins that the old card has no one reason for, `special_reason` for rows of the
    missing value and of `specials`, values with points of their own. With `card = false` only the
    challenger may use it. `feature` defines it.
    """

    risk: Risk = Risk.EITHER
    reason: str = ""
    special_reason: str = ""
    specials: list[str] = []
    card: bool = True
    feature: FeatureSheet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to train with: the candidates, and the strategy that can read them all.

    `features` and `reasons` are the definitions of training.toml as they join features.toml and
    reasons.toml.
    """

    strategy: Strategy
    candidates: tuple[Candidate, ...]
    sheets: Mapping[str, CandidateSheet]
    features: Mapping[str, str]
    reasons: Mapping[str, str]
    old_card: Mapping[str, Attribute]

    def joined(
        self, files: Mapping[str, bytes], features: Iterable[str], reasons: Iterable[str]
    ) -> dict[str, bytes]:
        """Return a strategy's files with some of the definitions joined to them."""
        added = {
            FEATURES: "".join(self.features.get(name, "") for name in features),
            REASONS: "".join(self.reasons.get(code, "") for code in reasons),
        }
        return {**files, **{name: files[name] + text.encode() for name, text in added.items()}}

    def feature(self, name: str) -> Feature:
        """Return a candidate's feature."""
        return next(each for each in self.strategy.features if each.name == name)


def read_plan(folder: Path, files: Mapping[str, bytes], scale: int) -> Plan:
    """Return the plan of a strategy's folder; raises `InputFault` with all that is wrong."""
    strategy = usable_strategy(folder, files, scale)
    findings = Findings()
    old_card = {attribute.feature: attribute for attribute in strategy.scorecard}
    sheet = _sheet(files, old_card, findings)
    known = {feature.name for feature in strategy.features}
    codes = {*strategy.reasons, *sheet.reasons}
    for name, each in sheet.candidates.items():
        _check(name, each, known, codes, findings)
    _reject(folder, findings)
    plan = Plan(
        strategy=strategy,
        candidates=(),
        sheets=sheet.candidates,
        features={
            name: table_text(name, each.feature)
            for name, each in sheet.candidates.items()
            if each.feature is not None and name not in known
        },
        reasons={
            code: table_text(code, each)
            for code, each in sheet.reasons.items()
            if code not in strategy.reasons
        },
        old_card=old_card,
    )
    whole = usable_strategy(folder, plan.joined(files, plan.features, plan.reasons), scale)
    by_name = {feature.name: feature for feature in whole.features}
    candidates = tuple(
        _candidate(by_name[name], each, old_card.get(name), scale, findings)
        for name, each in sheet.candidates.items()
    )
    _reject(folder, findings)
    return replace(plan, strategy=whole, candidates=candidates)


def table_text(name: str, sheet: msgspec.Struct) -> str:
    """Return a feature or a reason as a table of TOML, a blank line before it."""
    lines = [f"\n[{name}]"]
    for each in msgspec.structs.fields(sheet):
        value = getattr(sheet, each.name)
        if value != each.default:
            lines.append(f"{each.name} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _sheet(
    files: Mapping[str, bytes], old_card: Mapping[str, Attribute], findings: Findings
) -> TrainingSheet:
    if TRAINING not in files:
        usual = {
            name: Counter(filter(None, attribute.reasons)).most_common(1)[0][0]
            for name, attribute in old_card.items()
            if any(attribute.reasons)
        }
        return TrainingSheet(
            candidates={name: CandidateSheet(reason=code) for name, code in usual.items()}
        )
    found = Sheets(files, findings).toml(TRAINING, TrainingSheet)
    return found or TrainingSheet(candidates={})


def _check(
    name: str,
    sheet: CandidateSheet,
    known: AbstractSet[str],
    codes: AbstractSet[str],
    findings: Findings,
) -> None:
    """Find what is wrong with one candidate by itself."""
    if name not in known and sheet.feature is None:
        rule = f"is no feature of {FEATURES}, and [candidates.{name}.feature] does not define it"
        findings.add(f"{TRAINING} {name}", name, rule)
    if not sheet.reason:
        rule = "each bin but the best gives a reason; name the usual one (reason = …)"
        findings.add(f"{TRAINING} {name}", "no reason", rule)
    for key, code in (("reason", sheet.reason), ("special_reason", sheet.special_reason)):
        if code and code not in codes:
            rule = f"is no reason of {REASONS}, nor of [reasons] here"
            findings.add(f"{TRAINING} {name}.{key}", code, rule)


def _candidate(
    feature: Feature,
    sheet: CandidateSheet,
    old: Attribute | None,
    scale: int,
    findings: Findings,
) -> Candidate:
    amount = feature.type is FeatureType.AMOUNT
    specials = list(old.specials) if old else []
    for text in sheet.specials:
        try:
            value = parse_money(text, "CNY") * scale if amount else int(text)
        except (MoneyFormatError, ValueError):
            findings.add(f"{TRAINING} {feature.name}.specials", text, "must be a value of it")
            continue
        if value not in feature.bounds:
            rule = f"is outside its range {feature.bounds}"
            findings.add(f"{TRAINING} {feature.name}.specials", text, rule)
        specials.append(value)
    return Candidate(
        name=feature.name,
        risk=sheet.risk,
        least=feature.bounds.least,
        greatest=feature.bounds.greatest,
        unit=YUAN_MINOR * scale if amount else 1,
        may_miss=feature.bounds.may_miss,
        specials=tuple(sorted(set(specials))),
        in_card=sheet.card,
    )


def _reject(folder: Path, findings: Findings) -> None:
    if findings.found:
        raise StrategyInputFault(folder, StrategyFault(findings.found))
