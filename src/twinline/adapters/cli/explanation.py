"""A decision as a person would want to read it, in English or Chinese."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.app.fault import shown
from twinline.decision.strategy import ADVERSE, FeatureType, Role
from twinline.kernel.money import format_money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.app.explain import Explanation
    from twinline.decision.advice import Advice, Change
    from twinline.decision.outcome import LineOutcome
    from twinline.decision.strategy import Feature, Reason, Term
    from twinline.terms.product import Product

WORDS = {
    "en": {
        "customer": "Customer",
        "as_of": "as of",
        "decided": "decided on",
        "law_known": "by the law as known on {day}, the last day it was checked",
        "strategy": "strategy",
        "score": "score",
        "pd": "probability of default",
        "segment": "segment",
        "challenger": "challenger",
        "joint": "joint limit",
        "pay_later": "pay-later line",
        "cash_loan": "cash-loan line",
        "no_line": "no line",
        "price": "price",
        "a_year": "a year",
        "terms": "terms of the limit",
        "cap": "at most",
        "floor": "at least",
        "hard": "never above",
        "binds": "← binds",
        "unknown": "not known",
        "absent": "does not apply",
        "without": "would be {limit} if this term did not bind",
        "usable": "usable now",
        "until": "restricted",
        "why": "why",
        "why_not_more": "why not more",
        "ends": "ends",
        "helps": "what helps",
        "gives": "limit {limit}",
        "instead": "{target} instead of {now}",
        "over_time": "(over the coming months)",
        "and": " and ",
        "no_advice": "nothing the customer can do by themselves now would change this",
        "points": "points",
        "of": "of",
        "person": "You can ask a person to look at this again, and correct what is wrong in it.",
        "doubts": "not known or not plausible",
        "invite": "invited",
        "raise": "raised",
        "keep": "kept",
        "cut": "cut",
        "stop": "new use stopped",
        "refer": "a person decides",
        "decline": "not opened",
        "behaviour": "behaviour",
        "portfolio": "portfolio",
        "policy": "policy",
        "regulatory": "regulatory",
        "funding": "funding",
        "colon": ": ",
    },
    "zh": {
        "customer": "客户",
        "as_of": "数据日",
        "decided": "决定日",
        "law_known": "依据截至 {day} 核对的法规",
        "strategy": "策略",
        "score": "评分",
        "pd": "违约概率",
        "segment": "客群",
        "challenger": "挑战者",
        "joint": "联合额度",
        "pay_later": "先用后付",
        "cash_loan": "信用贷款",
        "no_line": "无额度",
        "price": "年化利率",
        "a_year": "",
        "terms": "额度条件",
        "cap": "不高于",
        "floor": "不低于",
        "hard": "一律不高于",
        "binds": "← 起决定作用",
        "unknown": "未知",
        "absent": "不适用",
        "without": "若无此条件则为 {limit}",
        "usable": "当前可用额度",
        "until": "受限",
        "why": "原因",
        "why_not_more": "未能更高的原因",
        "ends": "解除条件",
        "helps": "怎样改善",
        "gives": "额度 {limit}",
        "instead": "{target}（现为 {now}）",
        "over_time": "（需数月时间）",
        "and": "，并且 ",
        "no_advice": "目前客户自身无法通过单独的行动改变该结果",
        "points": "得分",
        "of": "/",
        "person": "您可以申请人工复核，并更正其中的错误信息。",
        "doubts": "未知或超出合理范围",
        "invite": "邀请开通",
        "raise": "提额",
        "keep": "保持",
        "cut": "降额",
        "stop": "暂停新的使用",
        "refer": "由人工决定",
        "decline": "暂不开通",
        "behaviour": "本人行为",
        "portfolio": "组合管理",
        "policy": "策略规则",
        "regulatory": "监管要求",
        "funding": "资金",
        "colon": "：",
    },
}
LANGUAGES = tuple(WORDS)
NAME_WIDTH = 26
ADVICE_MAX = 4
SHOWN_PPM = 100


def explanation_text(explanation: Explanation, language: str) -> str:
    """Return the whole explanation as text."""
    return "\n".join(_Page(explanation, language).lines()) + "\n"


@dataclass(frozen=True, slots=True)
class _Page:
    """One explanation being written."""

    explanation: Explanation
    language: str

    def lines(self) -> Iterator[str]:
        """Yield the page, line by line."""
        outcome, strategy = self.explanation.outcome, self.explanation.strategy
        word = WORDS[self.language]
        yield " · ".join(
            [
                f"{word['customer']} {shown(outcome.customer_id)}",
                f"{word['as_of']} {self.explanation.frame.as_of_on}",
                f"{word['decided']} {self.explanation.decided_on}",
                f"{word['strategy']} {strategy.name} {strategy.version}",
                f"{strategy.logic_hash[:8]}…",
            ]
        )
        known_on = self.explanation.decided_beyond_law
        if known_on is not None:
            yield f"  {word['law_known'].format(day=known_on)}"
        if outcome.doubts:
            named = ", ".join(self._feature(name) for name in outcome.doubts)
            yield f"  {word['doubts']}{word['colon']}{named}"
        if outcome.score is not None:
            yield from self._score()
        for product, line in outcome.lines():
            yield ""
            yield from self._line(product, line)
        yield ""
        yield word["person"]

    def _score(self) -> Iterator[str]:
        outcome, strategy = self.explanation.outcome, self.explanation.strategy
        word = WORDS[self.language]
        segment = next(each for each in strategy.segments if each.name == outcome.segment)
        named = segment.zh if self.language == "zh" else segment.en
        arm = [word["challenger"]] if outcome.challenger else []
        yield "  " + " · ".join(
            [
                f"{word['score']} {outcome.score}",
                f"{word['pd']} {_percent(outcome.pd_ppm or 0)}",
                f"{word['segment']}{word['colon']}{named}",
                f"{word['joint']} {self._money(outcome.joint_limit_minor)}",
                *arm,
            ]
        )
        for attribute, points in zip(strategy.scorecard, outcome.points, strict=True):
            value = self._value(attribute.feature, self.explanation.features[attribute.feature])
            name = _padded(self._feature(attribute.feature), 44)
            most = f"{word['of']} {attribute.points_max}"
            yield f"    {name}{value:>16}   {points:>4} {most} {word['points']}"

    def _line(self, product: Product, line: LineOutcome) -> Iterator[str]:
        word = WORDS[self.language]
        now = self._money(line.limit_now_minor) if line.limit_now_minor else word["no_line"]
        head = f"{word[product.value]}{word['colon']}{word[line.action.value]}"
        moved = (
            f"   {now} → {self._money(line.base_limit_minor)}"
            if line.base_limit_minor != (line.limit_now_minor or 0)
            else f"   {now}"
        )
        price = (
            f"   {word['price']} {_percent(line.price_ppm)} {word['a_year']}".rstrip()
            if line.price_ppm is not None
            else ""
        )
        yield head + moved + price
        if line.effective_limit_minor != line.base_limit_minor:
            yield f"  {word['usable']} {self._money(line.effective_limit_minor)}"
        yield from self._terms(product, line)
        for number, code in enumerate(line.reasons, 1):
            asked = word["why" if line.action in ADVERSE else "why_not_more"]
            lead = asked + word["colon"] if number == 1 else ""
            yield f"  {_padded(lead, 16)}{number} {self._reason(code)}"
        yield from self._ends(line)
        yield from self._helps(product, line)

    def _terms(self, product: Product, line: LineOutcome) -> Iterator[str]:
        word = WORDS[self.language]
        if line.terms:
            yield f"  {word['terms']}"
        terms = self.explanation.strategy.limits[product].terms
        for term, amount in zip(terms, line.terms, strict=False):
            missing = word["absent"] if term.skipped_if_missing else word["unknown"]
            shown = missing if amount is None else self._money(amount)
            binds = self._binds(line, term) if term.name == line.binding else ""
            role = _padded(word[term.role.value], 12)
            yield f"    {_padded(term.name, NAME_WIDTH)}{role}{shown:>18}{binds}"

    def _binds(self, line: LineOutcome, term: Term) -> str:
        word = WORDS[self.language]
        without = line.without_minor or 0
        if term.role is Role.FLOOR or without <= line.base_limit_minor:
            return f"  {word['binds']}"
        return f"  {word['binds']}; {word['without'].format(limit=self._money(without))}"

    def _ends(self, line: LineOutcome) -> Iterator[str]:
        strategy = self.explanation.strategy
        codes = [edge.reason for edge in strategy.edges if edge.name in line.restrictions]
        codes += [gate.reason for gate in strategy.gates if gate.name == line.gate]
        zh = self.language == "zh"
        reasons = [strategy.reasons[code] for code in codes]
        for ends in dict.fromkeys(each.ends_zh if zh else each.ends_en for each in reasons):
            if ends:
                yield f"  {WORDS[self.language]['ends']}{WORDS[self.language]['colon']}{ends}"

    def _helps(self, product: Product, line: LineOutcome) -> Iterator[str]:
        """Yield what was tried and helps, then what helps in general for the reasons given."""
        word = WORDS[self.language]
        advice = [each for each in self.explanation.advice if each.product is product]
        tried = [self._advice(each) for each in advice[:ADVICE_MAX]]
        reasons = [self.explanation.strategy.reasons[code] for code in line.reasons]
        general = dict.fromkeys(self._help(reason) for reason in reasons if self._help(reason))
        texts = tried + list(general)[: ADVICE_MAX - len(tried)]
        for number, text in enumerate(texts or [word["no_advice"]], 1):
            lead = word["helps"] + word["colon"] if number == 1 else ""
            yield f"  {_padded(lead, 16)}{text}"

    def _advice(self, advice: Advice) -> str:
        word = WORDS[self.language]
        changes = word["and"].join(self._change(change) for change in advice.changes)
        return f"{changes} → {word['gives'].format(limit=self._money(advice.limit_minor))}"

    def _change(self, change: Change) -> str:
        """Return a change; a share is shown rounded towards what helps, so that it suffices."""
        word = WORDS[self.language]
        feature = self._named(change.feature)
        target, now = change.target, self._value(change.feature, change.now)
        if feature.type is FeatureType.PPM:
            target = target // SHOWN_PPM * SHOWN_PPM
            target += SHOWN_PPM if target < change.target and feature.act > 0 else 0
        shown = word["instead"].format(target=self._value(change.feature, target), now=now)
        late = f" {word['over_time']}" if feature.over_time else ""
        return f"{self._feature(change.feature)} {shown}{late}"

    def _named(self, name: str) -> Feature:
        features = self.explanation.strategy.features
        return next(feature for feature in features if feature.name == name)

    def _reason(self, code: str) -> str:
        reason = self.explanation.strategy.reasons[code]
        text = reason.zh if self.language == "zh" else reason.en
        return f"{text}  [{code}, {WORDS[self.language][reason.cause.value]}]"

    def _help(self, reason: Reason) -> str:
        return reason.help_zh if self.language == "zh" else reason.help_en

    def _feature(self, name: str) -> str:
        for feature in self.explanation.strategy.features:
            if feature.name == name:
                return feature.zh if self.language == "zh" else feature.en
        return name

    def _value(self, name: str, value: int | None) -> str:
        if value is None:
            return WORDS[self.language]["unknown"]
        kind = self._named(name).type
        if kind is FeatureType.AMOUNT:
            return self._money(value)
        return _percent(value) if kind is FeatureType.PPM else f"{value:,}"

    def _money(self, minor: int | None) -> str:
        return format_money(minor or 0, self.explanation.frame.currency, grouped=True)


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.2f}".rstrip("0").rstrip(".") + " %"


def _padded(text: str, width: int) -> str:
    """Return text filled up to a width on the terminal; a Chinese character takes two cells."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return text + " " * max(width - len(text) - wide, 1)
