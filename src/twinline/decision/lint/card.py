"""Checks of the scorecard: points that tell nothing, contradict advice or cannot be explained."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from twinline.decision.expression import Lookup, Name, Op, Operation, names_in
from twinline.decision.fault import Finding
from twinline.decision.lint.tables import MIXED, turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.decision.expression import Expression
    from twinline.decision.lint.subject import Subject
    from twinline.decision.strategy import Attribute, Feature
    from twinline.decision.written import Rows

HELD_AGAINST = {
    "payment": "paying more, or early, is never held against anyone",
    "inactive": "not using a line is no fault",
}
"""What no points may fall with: a part of the column's name, and why."""


def feature_flat(subject: Subject) -> Iterator[Finding]:
    """A feature whose bins all give the same points tells no customer from another."""
    for feature, attribute, rows in _card(subject):
        if len(set(attribute.points)) == 1:
            rule = "every bin gives the same points: remove the feature from the card or mend it"
            yield Finding(rows[0][0], feature.name, rule)


def bin_redundant(subject: Subject) -> Iterator[Finding]:
    """Two bins side by side with the same points and reason: one row would do."""
    for feature, attribute, rows in _card(subject):
        if len(set(attribute.points)) == 1:
            continue  # reported as a whole
        for one, other in pairwise(attribute.bins):
            said = [(attribute.points[at], attribute.reasons[at]) for at in (one, other)]
            if said[0] == said[1]:
                rule = "says what the bin before it says: join the two"
                yield Finding(rows[other][0], f"{feature.name} from {_from(rows, other)}", rule)


def points_against_act(subject: Subject) -> Iterator[Finding]:
    """What a customer can bring up (or down) should never cost points on the way."""
    for feature, attribute, rows in _card(subject):
        for one, other in pairwise(attribute.bins if feature.act else ()):
            change = attribute.points[other] - attribute.points[one]
            if change * feature.act < 0:
                verb = "rises" if feature.act < 0 else "falls"
                said = f"{verb} from {attribute.points[one]} to {attribute.points[other]} points"
                way, effect = ("down", "earn") if feature.act < 0 else ("up", "cost")
                rule = f"its act is {way!r}, so more of it may not {effect} points: mend either"
                yield Finding(rows[other][0], f"{feature.name} {said}", rule)


def points_unexplained(subject: Subject) -> Iterator[Finding]:
    """A bin with fewer points than the best needs a reason, or a cut cannot be explained.

    A special or missing bin may be neutral: it needs one where no bin gives fewer points.
    """
    for feature, attribute, rows in _card(subject):
        for at, (place, row) in enumerate(rows):
            points = attribute.points[at]
            neutral = bool(row["special"]) and points > min(attribute.points)
            if row["reason"] or points == attribute.points_max or neutral:
                continue
            lost = attribute.points_max - points
            which = row["special"] or f"from {_from(rows, at)}"
            rule = f"costs {lost} points and gives no reason: name one of reasons.toml"
            yield Finding(place, f"{feature.name} {which}", rule)


def reason_for_the_best(subject: Subject) -> Iterator[Finding]:
    """The best bin takes nothing, so its reason is never given."""
    for feature, attribute, rows in _card(subject):
        for at, (place, row) in enumerate(rows):
            if row["reason"] and attribute.points[at] == attribute.points_max:
                rule = f"no bin of {feature.name} gives more points, so it is never said: clear it"
                yield Finding(place, row["reason"], rule)


def held_against(subject: Subject) -> Iterator[Finding]:
    """Paying more or early, and not using a line, are never held against a customer."""
    for feature, attribute, rows in _card(subject):
        for word, rule in HELD_AGAINST.items():
            sign = _sign(subject, Name(feature.name), word)
            for one, other in pairwise(attribute.bins if sign in {1, -1} else ()):
                change = (attribute.points[other] - attribute.points[one]) * sign
                worse = other if sign > 0 else one
                if change < 0:
                    yield Finding(
                        rows[worse][0],
                        f"{feature.name} from {_from(rows, worse)}",
                        f"gives {abs(change)} points fewer for more of it; {rule}",
                    )


def _sign(subject: Subject, expression: Expression, word: str, sign: int = 1) -> int:
    """Return which way columns with a word in their name move an expression: 1, -1, 0 or mixed."""
    match expression:
        case Name(name):
            definition = subject.worlds.definitions.get(name)
            if definition is not None:
                return _sign(subject, definition, word, sign)
            columns = {f.column for f in subject.strategy.features if f.name == name}
            return sign if any(column and word in column for column in columns) else 0
        case Operation(Op.COUNT | Op.EQ | Op.NE | Op.LT | Op.LE | Op.GT | Op.GE, _):
            return MIXED if _reads(subject, expression, word) else 0
        case Operation(op, parts):
            found = {
                _sign(
                    subject, part, word, sign if turn == 1 else MIXED if turn == MIXED else -sign
                )
                for part, turn in zip(parts, turns(subject, op, parts), strict=True)
                if _reads(subject, part, word)
            } - {0}
            return found.pop() if len(found) == 1 else MIXED if found else 0
        case Lookup():
            return MIXED if _reads(subject, expression, word) else 0
        case _:
            return 0


def _reads(subject: Subject, expression: Expression, word: str) -> bool:
    return any(word in column for column in subject.columns(expression))


def advice_cannot_help(subject: Subject) -> Iterator[Finding]:
    """A feature with `act` that nothing rewards: the advice to change it would be empty."""
    card = {attribute.feature: attribute for attribute in subject.strategy.scorecard}
    spoken = set[str]().union(*(names_in(each) for _, each in subject.written.expressions()))
    for feature in subject.strategy.features:
        if not feature.act or feature.name in spoken:
            continue
        attribute = card.get(feature.name)
        if attribute is not None and not _rewarded(attribute, feature.act):
            way = "up" if feature.act > 0 else "down"
            rule = "no bin on the way gives more points and nothing else reads it: remove act"
            yield Finding(f"features.toml {feature.name}", f"act = {way!r}", rule)


def _rewarded(attribute: Attribute, act: int) -> bool:
    points = [attribute.points[at] for at in attribute.bins]
    return any((after - before) * act > 0 for before, after in pairwise(points))


def _card(subject: Subject) -> Iterator[tuple[Feature, Attribute, Rows]]:
    """Yield each feature of the card with its points and its rows in the order of `points`."""
    features = {feature.name: feature for feature in subject.strategy.features}
    groups = groupby(subject.written.scorecard, key=lambda placed: placed[1]["feature"])
    for attribute, (_, rows) in zip(subject.strategy.scorecard, groups, strict=True):
        yield features[attribute.feature], attribute, tuple(rows)


def _from(rows: Rows, at: int) -> str:
    return rows[at][1]["from"] or "its least"
