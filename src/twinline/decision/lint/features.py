"""Checks of what may be looked at, and of what is written and never used."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from twinline.decision.expression import names_in
from twinline.decision.fault import Finding
from twinline.decision.lint.phrase import tables_in
from twinline.decision.outcome import DATA_MISSING
from twinline.decision.strategy import PPM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.decision.lint.subject import Subject

CREDIT = "Regulation on credit reporting (Order 631), article 14"
PERSONAL = "PIPL, articles 6 and 28"
FAIR = "PIPL, article 24; kept for the fairness report"

FORBIDDEN: tuple[tuple[str, str, str, str], ...] = (
    ("religion", "religion|religious|faith|church|mosque", "宗教|信仰|教派", CREDIT),
    ("genes", "gene|genes|genetic|genome|dna", "基因|遗传", CREDIT),
    (
        "fingerprints",
        "fingerprint|fingerprints|biometric|biometrics|iris|facial",
        "指纹|人脸|虹膜|生物识别",
        CREDIT,
    ),
    ("blood", "blood", "血型|血液", CREDIT),
    (
        "illness",
        "illness|disease|diagnosis|medical|hospital|disability|pregnant",
        "疾病|病史|医疗|残疾|怀孕",
        CREDIT,
    ),
    (
        "social ties",
        "friend|friends|social|contacts|followers|chat|messages|wechat|weibo|neighbours",
        "好友|社交|通讯录|联系人|聊天|微信|微博|人脉",
        PERSONAL,
    ),
    ("opinions", "political|politics|opinions", "政治|党派|言论", PERSONAL),
    ("whereabouts", "geolocation|gps|whereabouts|trajectory", "定位|轨迹|行踪", PERSONAL),
    ("origin", "race|racial|ethnic|ethnicity|nationality|hukou", "民族|种族|国籍|户籍", FAIR),
    ("sex", "sex|gender|male|female", "性别", FAIR),
    ("age", "age|birthday|birthdate|birth", "年龄|生日|出生", FAIR),
    ("marriage", "marriage|marital|married|spouse", "婚姻|配偶|婚否", FAIR),
    ("education", "education|school|university", "学历|教育程度|学校", FAIR),
)
"""What no decision may look at: name, words that betray it in English and Chinese, the ground."""

NOT_A_PERSONS_AGE = re.compile(r"\bage of (?:the )?(?:account|line|loan|book|score)\b")


def forbidden_feature(subject: Subject) -> Iterator[Finding]:
    """Religion, genes, fingerprints, blood, illness, social ties, protected attributes: never."""
    for name, sheet in subject.written.features.items():
        english = " ".join([name, sheet.reads or "", NOT_A_PERSONS_AGE.sub("", sheet.en.lower())])
        words = set(re.split(r"[^a-z]+", english.lower()))
        for what, in_english, in_chinese, ground in FORBIDDEN:
            if words & set(in_english.split("|")) or re.search(in_chinese, sheet.zh):
                rule = f"no decision may look at it ({ground}): remove the feature"
                yield Finding(f"features.toml {name}", f"looks at {what}", rule)


def unused_feature(subject: Subject) -> Iterator[Finding]:
    """A feature nothing reads: personal data taken without a purpose."""
    strategy = subject.strategy
    used = {
        *_spoken(subject),
        *(attribute.feature for attribute in strategy.scorecard),
        *(limit.now for limit in strategy.limits.values()),
    }
    for name, sheet in subject.written.features.items():
        series = range(1, sheet.months + 1) if sheet.months else ()
        names = {f"{name}_{month}" for month in series} or {name}
        if not names & used:
            rule = "nothing reads it, and data is taken for a purpose only: remove it"
            yield Finding(f"features.toml {name}", "unused", rule)


def unused_name(subject: Subject) -> Iterator[Finding]:
    """An amount, a dated value, a table or a result that nothing reads."""
    spoken = _spoken(subject)
    looked = tables_in(*(each for _, each in subject.written.expressions()))
    written = [
        *(
            (f"strategy.toml amounts.{name}", name in spoken)
            for name in subject.written.head.amounts
        ),
        *((f"strategy.toml dated.{name}", name in spoken) for name in subject.written.head.dated),
        *(
            (f"strategy.toml tables.{name}", name in looked)
            for name in subject.written.head.tables
        ),
        *((f"values.toml {name}", name in spoken) for name in subject.written.values),
    ]
    for place, used in written:
        if not used:
            yield Finding(
                place, "unused", "nothing reads it: remove it, or use it where it belongs"
            )


def _spoken(subject: Subject) -> frozenset[str]:
    """Return every name that an expression reads."""
    return frozenset().union(*(names_in(each) for _, each in subject.written.expressions()))


def unused_reason(subject: Subject) -> Iterator[Finding]:
    """A reason no row gives."""
    written = subject.written
    given = {
        DATA_MISSING,
        *(row["reason"] for rows in _reasoned(subject) for _, row in rows),
        *(term.reason for limit in written.limits.values() for term in limit.terms),
    }
    for code in written.reasons:
        if code not in given:
            yield Finding(f"reasons.toml {code}", "unused", "no row gives it: remove it")


def _reasoned(subject: Subject) -> Iterator[tuple[tuple[str, dict[str, str]], ...]]:
    written = subject.written
    yield from (written.scorecard, written.segments, written.gates, written.edges)


def experiment_idle(subject: Subject) -> Iterator[Finding]:
    """Challengers who are decided like everyone, or a rule for challengers there are none of."""
    share = subject.strategy.experiment.challenger_ppm
    places = [
        place for place, each in subject.written.expressions() if "challenger" in names_in(each)
    ]
    if share and not places:
        rule = (
            "nothing reads `challenger`, so the experiment compares equals: set it to 0 or use it"
        )
        yield Finding("strategy.toml experiment.challenger_ppm", f"{share:_}", rule)
    if places and share in {0, PPM}:
        rule = f"challenger_ppm is {share:_}, so {'nobody' if share == 0 else 'everybody'} is one"
        yield Finding(
            places[0], "reads `challenger`", f"{rule}: set a share between, or remove it"
        )


def dated_not_begun(subject: Subject) -> Iterator[Finding]:
    """A dated value that has not begun by the day the strategy is to be used."""
    for each in subject.strategy.dated:
        first, _ = each.dated.values[0]
        if first > subject.on:
            rule = f"nothing is in force on {subject.on.isoformat()}: add the value of that day"
            place = f"strategy.toml dated.{each.name}"
            yield Finding(place, f"begins {first.isoformat()}", rule)


def dated_idle(subject: Subject) -> Iterator[Finding]:
    """A dated value that changes nothing on its day: a figure someone forgot to type."""
    for each in subject.strategy.dated:
        for (_, before), (start, value) in pairwise(each.dated.values):
            if before == value:
                rule = "is the value before it: remove it or say the new one"
                place = f"strategy.toml dated.{each.name} {start.isoformat()}"
                yield Finding(place, f"{value:_}", rule)
