"""Checks of the reasons' words: no blame without conduct, both languages, help where it helps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinline.decision.fault import Finding
from twinline.decision.strategy import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.decision.lint.subject import Subject

BLAME = (
    *("you", "fail", "failed", "failure", "late", "overdue", "past due", "arrears"),
    *("defaulted", "delinquent", "bad", "poor", "risky", "high risk", "irresponsible"),
    *("untrustworthy", "careless", "reckless"),
    *("您", "你", "逾期", "违约", "失信", "不良", "拖欠", "恶意", "高风险", "资质差", "信用差"),
)
"""Words that address the customer or blame them."""

VAGUE = (
    *("comprehensive assessment", "comprehensive evaluation", "internal policy", "internal rules"),
    *("various reasons", "temporarily unavailable"),
    *("综合评估", "综合评分不足", "内部政策", "系统原因", "暂不可用", "暂时无法"),
)
"""Words that stand where a reason should."""

CHINESE = re.compile("[\u4e00-\u9fff]")


def blame_without_conduct(subject: Subject) -> Iterator[Finding]:
    """Only `behaviour` speaks of conduct: other causes neither address nor blame the customer."""
    for code, reason in subject.strategy.reasons.items():
        if reason.cause is Cause.BEHAVIOUR:
            continue
        for key, text in (("en", reason.en), ("zh", reason.zh)):
            found = _first_of(BLAME, text)
            if found:
                rule = f"its cause is {reason.cause.value}, so it may not sound like blame: reword"
                yield Finding(f"reasons.toml {code}.{key}", f"says {found!r}", rule)


def reason_vague(subject: Subject) -> Iterator[Finding]:
    """A reason names the factor; "comprehensive assessment" names none (PIPL, article 24)."""
    for code, reason in subject.strategy.reasons.items():
        for key, text in (("en", reason.en), ("zh", reason.zh)):
            found = _first_of(VAGUE, text)
            if found:
                rule = "names no factor a customer could check or change: say which it is"
                yield Finding(f"reasons.toml {code}.{key}", f"says {found!r}", rule)


def _first_of(words: tuple[str, ...], text: str) -> str | None:
    """Return which of some words a text says first; Latin ones as whole words."""
    each = (word if CHINESE.search(word) else rf"\b{word}\b" for word in words)
    found = re.search("|".join(each), text, re.IGNORECASE)
    return None if found is None else found[0]


def wrong_language(subject: Subject) -> Iterator[Finding]:
    """The Chinese text is Chinese and the English text is not."""
    for code, reason in subject.strategy.reasons.items():
        for part in ("", "help_", "ends_"):
            zh, en = getattr(reason, f"{part}zh"), getattr(reason, f"{part}en")
            assert isinstance(zh, str)
            assert isinstance(en, str)
            if zh and not CHINESE.search(zh):
                yield Finding(f"reasons.toml {code}.{part}zh", zh, "is not Chinese: translate it")
            if CHINESE.search(en):
                yield Finding(f"reasons.toml {code}.{part}en", en, "is Chinese: translate it")


def half_translated(subject: Subject) -> Iterator[Finding]:
    """What helps and when it ends are said in both languages or in none."""
    for code, reason in subject.strategy.reasons.items():
        pairs = (
            ("help", reason.help_zh, reason.help_en),
            ("ends", reason.ends_zh, reason.ends_en),
        )
        for part, zh, en in pairs:
            if bool(zh) != bool(en):
                absent = f"{part}_en" if zh else f"{part}_zh"
                rule = "is missing where the other language has it: write it"
                yield Finding(f"reasons.toml {code}", absent, rule)


def no_help(subject: Subject) -> Iterator[Finding]:
    """A reason that speaks of conduct says what would help."""
    for code, reason in subject.strategy.reasons.items():
        if reason.cause is Cause.BEHAVIOUR and not (reason.help_zh or reason.help_en):
            rule = "speaks of conduct and not of what would help: write help_zh and help_en"
            yield Finding(f"reasons.toml {code}", "no help", rule)


def same_words(subject: Subject) -> Iterator[Finding]:
    """Two reasons a customer cannot tell apart."""
    seen: dict[str, str] = {}
    for code, reason in subject.strategy.reasons.items():
        for text in (reason.en, reason.zh):
            first = seen.setdefault(text, code)
            if first != code:
                rule = f"reads like {first}: give one of the two words of its own, or join them"
                yield Finding(f"reasons.toml {code}", text, rule)
                break
