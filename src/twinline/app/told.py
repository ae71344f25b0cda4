"""An explanation in the words of one language, before a page or a terminal lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.app.fault import shown
from twinline.app.vocabulary import vocabulary
from twinline.decision.strategy import ADVERSE, FeatureType, Role
from twinline.kernel.money import format_money
from twinline.kernel.rounding import Rounding, divide
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinline.app.explanation import Explanation
    from twinline.app.review_ports import Language
    from twinline.decision.advice import Advice, Change
    from twinline.decision.outcome import LineOutcome
    from twinline.decision.strategy import Action, Cause, Feature, Term

HELPS_MAX = 4
SHOWN_PPM = 100
"""Shares are shown to so many parts per million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermTold:
    """One bound of a limit: its name, how it bounds, its amount, and whether it bound.

    `minor` is the amount in minor units, None where there is none, as `amount` then says.
    `without` says what the limit would be without it, where that is more.
    """

    name: str
    role: str
    amount: str
    minor: int | None
    binds: bool
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonTold:
    """A reason as the customer reads it, its code, its cause, and the word for the cause."""

    text: str
    code: str
    cause: Cause
    caused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTold:
    """One line: what happens to it, the tree of its terms, why, until when, and what helps.

    `before` is today's limit; `after`, `price` and `usable` are "" where they say nothing new.
    """

    name: str
    action: Action
    acted: str
    before: str
    after: str
    price: str
    usable: str
    terms: tuple[TermTold, ...]
    asked: str
    reasons: tuple[ReasonTold, ...]
    ends: tuple[str, ...]
    helps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsTold:
    """One attribute of the scorecard: its name, the customer's value, and its points."""

    feature: str
    value: str
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything that is said to a person about one decision.

    `head` names customer, days and strategy; `law_known` the day of the law's table, where the
    decision is of a later one; `doubts` what is not known, `score` and `points`
    how the customer scored: nothing where there are none; `person` how to contest it.
    """

    head: tuple[str, ...]
    law_known: str
    doubts: str
    score: tuple[str, ...]
    points: tuple[PointsTold, ...]
    lines: tuple[LineTold, ...]
    person: str


def told(explanation: Explanation, language: Language) -> Told:
    """Return an explanation in words."""
    return _Teller(explanation, language).told()


class _Teller:
    """One explanation being put into words."""

    def __init__(self, explanation: Explanation, language: Language) -> None:
        self._explanation = explanation
        self._language = language
        self._words = vocabulary(language)
        self._features = {each.name: each for each in explanation.strategy.features}

    def told(self) -> Told:
        """Return all of it."""
        outcome, strategy = self._explanation.outcome, self._explanation.strategy
        return Told(
            head=(
                self._say("customer", id=shown(outcome.customer_id)),
                self._say("as_of", day=self._explanation.frame.as_of_on.isoformat()),
                self._say("decided", day=self._explanation.decided_on.isoformat()),
                self._say("strategy", name=strategy.name, version=strategy.version),
                f"{strategy.logic_hash[:8]}…",
            ),
            law_known=self._law_known(),
            doubts=self._doubts(),
            score=() if outcome.score is None else tuple(self._score()),
            points=() if outcome.score is None else tuple(self._points()),
            lines=tuple(self._line(product, line) for product, line in outcome.lines()),
            person=self._say("person"),
        )

    def _say(self, key: str, **places: str) -> str:
        return self._words["told"][key].format(**places)

    def _own(self, en: str, zh: str) -> str:
        """Return what the strategy says, in the language of the explanation."""
        return zh if self._language == "zh" else en

    def _law_known(self) -> str:
        known_on = self._explanation.decided_beyond_law
        return "" if known_on is None else self._say("law_known", day=known_on.isoformat())

    def _doubts(self) -> str:
        doubts = self._explanation.outcome.doubts
        if not doubts:
            return ""
        named = self._say("listed").join(self._doubt(doubt) for doubt in doubts)
        return f"{self._say('doubts')}{self._say('colon')}{named}"

    def _doubt(self, doubt: str) -> str:
        """Return what is doubted: a feature, or "line term" as `unknown_terms` names it."""
        if doubt in self._features:
            return self._feature(doubt)
        limits = {"joint": self._explanation.strategy.joint}
        limits |= {each.value: self._explanation.strategy.limits[each] for each in Product}
        line, _, name = doubt.partition(" ")
        term = next(each for each in limits[line].terms if each.name == name)
        if line == "joint":
            return self._say("doubt_joint", term=self._term_name(term))
        return self._say("doubt_line", line=self._words["line"][line], term=self._term_name(term))

    def _score(self) -> Iterator[str]:
        outcome, strategy = self._explanation.outcome, self._explanation.strategy
        segment = next(each for each in strategy.segments if each.name == outcome.segment)
        yield self._say("score", score=str(outcome.score))
        yield self._say("pd", share=_percent(outcome.pd_ppm or 0))
        yield self._say("segment", segment=self._own(segment.en, segment.zh))
        yield self._say("joint", limit=self._money(outcome.joint_limit_minor))
        if outcome.challenger:
            yield self._say("challenger")

    def _points(self) -> Iterator[PointsTold]:
        card = self._explanation.strategy.scorecard
        for attribute, points in zip(card, self._explanation.outcome.points, strict=True):
            name = attribute.feature
            yield PointsTold(
                feature=self._feature(name),
                value=self._value(name, self._explanation.features[name]),
                points=self._say("points", points=f"{points:>4}", most=str(attribute.points_max)),
            )

    def _line(self, product: Product, line: LineOutcome) -> LineTold:
        now, base = line.limit_now_minor or 0, line.base_limit_minor
        priced = line.price_ppm is not None
        held = line.effective_limit_minor != base
        return LineTold(
            name=self._say(f"line_{product.value}"),
            action=line.action,
            acted=self._words["action"][line.action.value],
            before=self._money(now) if now else self._say("no_line"),
            after=self._money(base) if base != now else "",
            price=self._say("price", price=_percent(line.price_ppm or 0)) if priced else "",
            usable=self._say("usable", limit=self._money(line.effective_limit_minor))
            if held
            else "",
            terms=tuple(self._terms(product, line)),
            asked=self._say("why" if line.action in ADVERSE else "why_not_more"),
            reasons=tuple(self._reason(code) for code in line.reasons),
            ends=tuple(self._ends(line)),
            helps=tuple(self._helps(product, line)),
        )

    def _terms(self, product: Product, line: LineOutcome) -> Iterator[TermTold]:
        terms = self._explanation.strategy.limits[product].terms
        for term, amount in zip(terms, line.terms, strict=False):
            missing = self._say("absent" if term.skipped_if_missing else "unknown")
            binds = term.name == line.binding
            yield TermTold(
                name=self._term_name(term),
                role=self._say(term.role.value),
                amount=missing if amount is None else self._money(amount),
                minor=amount,
                binds=binds,
                without=self._without(line, term) if binds else "",
            )

    def _term_name(self, term: Term) -> str:
        return self._own(term.name, term.zh)

    def _without(self, line: LineOutcome, term: Term) -> str:
        without = line.without_minor or 0
        if term.role is Role.FLOOR or without <= line.base_limit_minor:
            return ""
        return self._say("without", limit=self._money(without))

    def _reason(self, code: str) -> ReasonTold:
        reason = self._explanation.strategy.reasons[code]
        return ReasonTold(
            text=self._own(reason.en, reason.zh),
            code=code,
            cause=reason.cause,
            caused=self._words["cause"][reason.cause.value],
        )

    def _ends(self, line: LineOutcome) -> Iterator[str]:
        """Yield when restrictions and the gate end by themselves."""
        strategy = self._explanation.strategy
        codes = [edge.reason for edge in strategy.edges if edge.name in line.restrictions]
        codes += [gate.reason for gate in strategy.gates if gate.name == line.gate]
        reasons = [strategy.reasons[code] for code in codes]
        ends = dict.fromkeys(self._own(each.ends_en, each.ends_zh) for each in reasons)
        yield from (each for each in ends if each)

    def _helps(self, product: Product, line: LineOutcome) -> Sequence[str]:
        """Return what was tried and helps, then what helps in general for the reasons given."""
        advice = [each for each in self._explanation.advice if each.product is product]
        tried = [self._advice(each) for each in advice[:HELPS_MAX]]
        reasons = [self._explanation.strategy.reasons[code] for code in line.reasons]
        helps = dict.fromkeys(self._own(each.help_en, each.help_zh) for each in reasons)
        general = [each for each in helps if each]
        return [*tried, *general][:HELPS_MAX] or [self._say("no_advice")]

    def _advice(self, advice: Advice) -> str:
        changes = self._say("and").join(self._change(change) for change in advice.changes)
        return self._say("advice", changes=changes, limit=self._money(advice.limit_minor))

    def _change(self, change: Change) -> str:
        """Return a change; a share is shown rounded towards what helps, so that it suffices."""
        feature, target = self._features[change.feature], change.target
        if feature.type is FeatureType.PPM:
            target = target // SHOWN_PPM * SHOWN_PPM
            target += SHOWN_PPM if target < change.target and feature.act > 0 else 0
        return self._say(
            "change_over_time" if feature.over_time else "change",
            feature=self._feature(feature.name),
            target=self._value(feature.name, target),
            now=self._value(feature.name, change.now),
        )

    def _feature(self, name: str) -> str:
        feature: Feature = self._features[name]
        return self._own(feature.en, feature.zh)

    def _value(self, name: str, value: int | None) -> str:
        if value is None:
            return self._say("unknown")
        match self._features[name].type:
            case FeatureType.AMOUNT:
                return self._money(value)
            case FeatureType.PPM:
                return _percent(value)
            case _:
                return f"{value:,}"

    def _money(self, minor: int | None) -> str:
        return format_money(minor or 0, self._explanation.frame.currency, grouped=True)


def _percent(ppm: int) -> str:
    whole, part = divmod(divide(ppm, SHOWN_PPM, Rounding.HALF_UP), 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".") + " %"
