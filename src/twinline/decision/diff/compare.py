"""Two strategies held against each other, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from twinline.decision.diff.change import Change, Kind, Section
from twinline.decision.diff.steps import Steps, banded, differing, reordered
from twinline.decision.expression import parse, spelled
from twinline.decision.figures import moved, percent, yuan
from twinline.decision.strategy import FeatureType
from twinline.decision.written import read_written
from twinline.kernel.money import parse_money
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from twinline.decision.sheet import FeatureSheet, TermSheet
    from twinline.decision.strategy import Attribute, Strategy
    from twinline.decision.written import Rows, Written

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two strategies, and how it is written."""

    strategy: Strategy
    written: Written


def side_of(strategy: Strategy, files: Mapping[str, bytes]) -> Side:
    """Return a strategy with its files as one side of a comparison."""
    return Side(strategy, read_written(files))


def diff(before: Side, after: Side) -> tuple[Change, ...]:
    """Return every change, the gravest consequence first."""
    order = tuple(Section)
    changes = [change for part in PARTS for change in part(before, after)]
    return tuple(sorted(changes, key=lambda change: order.index(change.section)))


# What each part says of itself.


def _named(
    section: Section,
    title: str,
    pair: tuple[Mapping[str, T], Mapping[str, T]],
    said: Callable[[T], str | dict[str, str]],
) -> Iterator[Change]:
    """Yield what came, went or says something else, by name.

    What is said of a thing is a text, or a text for each of its aspects. A title that ends in a
    comma is followed by the bare name of a setting.
    """
    old, new = pair
    for name in [*old, *(name for name in new if name not in old)]:
        what = f"{title} {name!r}" if title[-1:].isalnum() else f"{title} {name}".lstrip()
        if name not in new:
            yield Change(section, Kind.REMOVED, what, before=_whole(said(old[name])))
        elif name not in old:
            yield Change(section, Kind.ADDED, what, after=_whole(said(new[name])))
        else:
            yield from _aspects(section, what, said(old[name]), said(new[name]))


def _aspects(
    section: Section, what: str, was: str | dict[str, str], now: str | dict[str, str]
) -> Iterator[Change]:
    old, new = ({"": each} if isinstance(each, str) else each for each in (was, now))
    for aspect in dict.fromkeys([*old, *new]):
        before, after = old.get(aspect, "none"), new.get(aspect, "none")
        if before != after:
            name = f"{what}, {aspect}" if aspect else what
            yield Change(section, Kind.CHANGED, name, before, after)


def _whole(said: str | dict[str, str]) -> str:
    return said if isinstance(said, str) else ", ".join(f"{k} {v}" for k, v in said.items())


def _ordered(
    section: Section, what: str, old: Mapping[str, T], new: Mapping[str, T]
) -> Iterator[Change]:
    """Yield one change where what both have stands in another order."""
    if reordered(list(old), list(new)):
        yield Change(section, Kind.CHANGED, f"order of {what}", ", ".join(old), ", ".join(new))


def _rows(rows: Rows, title: str) -> dict[str, dict[str, str]]:
    return {row[title]: row for _, row in rows}


def _expression(text: str) -> str:
    return text if text == "else" else spelled(parse(text))


def gates(before: Side, after: Side) -> Iterator[Change]:
    """Gates: what came, went, moved, or holds for others."""
    old, new = (_rows(side.written.gates, "gate") for side in (before, after))

    def said(row: dict[str, str]) -> dict[str, str]:
        return {
            "action": row["action"],
            "lines": row["lines"],
            "when": _expression(row["when"]),
            "reason": row["reason"],
        }

    yield from _named(Section.GATES, "gate", (old, new), said)
    yield from _ordered(Section.GATES, "gates", old, new)


def edges(before: Side, after: Side) -> Iterator[Change]:
    """Edges: how long and how far one line restricts the other."""
    old, new = (_rows(side.written.edges, "edge") for side in (before, after))

    def said(row: dict[str, str]) -> dict[str, str]:
        size = {"size": _sized(row)} if row["size"] else {}
        return {
            "effect": row["effect"],
            **size,
            "lines": row["lines"],
            "when": _expression(row["when"]),
            "reason": row["reason"],
        }

    yield from _named(Section.EDGES, "edge", (old, new), said)
    yield from _ordered(Section.EDGES, "edges", old, new)


def _sized(row: dict[str, str]) -> str:
    size = spelled(parse(row["size"]))
    whole = size.replace("_", "")
    return percent(int(whole)) if row["effect"] == "factor" and whole.isdecimal() else size


def limits(before: Side, after: Side) -> Iterator[Change]:
    """Limits: terms, steps, smallest lines and the moves worth making."""
    for name in ("joint", *(product.value for product in Product)):
        old, new = (side.written.limits[name] for side in (before, after))
        terms = tuple({term.name: term for term in limit.terms} for limit in (old, new))
        yield from _named(Section.LIMITS, f"{name} term", (terms[0], terms[1]), _term)
        yield from _ordered(Section.LIMITS, f"{name} terms", terms[0], terms[1])
        settings = tuple(
            {
                "step": limit.step,
                "smallest new line": limit.least,
                "today's limit": limit.now,
                "smallest raise": percent(limit.raise_at_least_ppm),
                "smallest cut": percent(limit.cut_at_least_ppm),
            }
            for limit in (old, new)
        )
        yield from _named(Section.LIMITS, f"{name},", (settings[0], settings[1]), str)


def _term(term: TermSheet) -> dict[str, str]:
    by_score = {"explained by": "the score"} if term.by_score else {}
    missing = {"if missing": term.if_missing} if term.if_missing else {}
    amount = _expression(term.amount)
    role = {"role": term.role.value}
    return {**role, "amount": amount, "reason": term.reason, **by_score, **missing}


def tables(before: Side, after: Side) -> Iterator[Change]:
    """Tables: each cell by segment and band, with what it was and by how much it moved."""
    heads = [side.written.head.tables for side in (before, after)]
    units = {name: sheet.unit for head in heads for name, sheet in head.items()}
    for name, unit in units.items():
        section = _section_of(before, after, name)
        if name not in heads[1]:
            yield Change(section, Kind.REMOVED, f"table {name!r}", before=f"in {unit}")
        elif name not in heads[0]:
            yield Change(section, Kind.ADDED, f"table {name!r}", after=f"in {unit}")
        else:
            yield from _cells(section, name, (before, after), _SPELLED.get(unit, str))
    pd = (_column(before, "pd", ""), _column(after, "pd", ""))
    yield from _stretches(Section.SCORE, "probability of default, score", pd, percent)


_SPELLED: dict[str, Callable[[int], str]] = {"yuan": yuan, "ppm": percent}


def _section_of(before: Side, after: Side, name: str) -> Section:
    """Return where a table belongs: to the prices where a price reads it."""
    for side in (before, after):
        parts = [text for price in side.written.prices.values() for text in price.parts.values()]
        if any(f"{name}[" in text for text in parts):
            return Section.PRICES
    return Section.LIMIT_TABLES


def _cells(
    section: Section, name: str, sides: tuple[Side, Side], spell: Callable[[int], str]
) -> Iterator[Change]:
    before, after = sides
    old, new = _heads(before, name), _heads(after, name)
    for segment in [*old, *(each for each in new if each not in old)]:
        what = f"{name}, {segment}, band" if segment else f"{name}, band"
        if segment not in new:
            yield Change(section, Kind.REMOVED, f"{name}, {segment}", before="a column")
        elif segment not in old:
            yield Change(section, Kind.ADDED, f"{name}, {segment}", after="a column")
        else:
            pair = (_column(before, name, segment), _column(after, name, segment))
            yield from _stretches(section, what, pair, spell)


def _heads(side: Side, name: str) -> list[str]:
    by_segment = side.strategy.tables[name].columns > 1
    return [segment.name for segment in side.strategy.segments] if by_segment else [""]


def _column(side: Side, name: str, segment: str) -> Steps:
    table = side.strategy.pd if name == "pd" else side.strategy.tables[name]
    names = [each.name for each in side.strategy.segments]
    at = names.index(segment) if segment else 0
    return Steps(table.edges, table.cells[at :: table.columns])


def _stretches(
    section: Section, what: str, pair: tuple[Steps, Steps], spell: Callable[[int], str]
) -> Iterator[Change]:
    for each in differing(*pair):
        band = f"{what} {banded(each.least, each.greatest, str)}"
        was, now = each.before, each.after
        if isinstance(was, int) and isinstance(now, int):
            note = moved(was, now)
            yield Change(section, Kind.CHANGED, band, spell(was), spell(now), note)
        elif isinstance(was, int):
            yield Change(section, Kind.REMOVED, band, before=spell(was))
        elif isinstance(now, int):
            yield Change(section, Kind.ADDED, band, after=spell(now))


def prices(before: Side, after: Side) -> Iterator[Change]:
    """Prices: parts, floors, ceilings and steps."""
    for product in Product:
        old, new = (side.written.prices[product.value] for side in (before, after))
        title = f"{product.value} price part"
        yield from _named(Section.PRICES, title, (old.parts, new.parts), _share)
        yield from _ordered(Section.PRICES, f"{title}s", old.parts, new.parts)
        ends = tuple(
            {"floor": price.floor, "ceiling": price.ceiling, "step": str(price.step_ppm)}
            for price in (old, new)
        )
        title = f"{product.value} price,"
        yield from _named(Section.PRICES, title, (ends[0], ends[1]), _share)


def _share(text: str) -> str:
    whole = text.replace("_", "")
    return percent(int(whole)) if whole.isdecimal() else _expression(text)


def segments(before: Side, after: Side) -> Iterator[Change]:
    """Segments: who belongs to each, and the order in which they are asked."""
    old, new = (_rows(side.written.segments, "segment") for side in (before, after))

    def said(row: dict[str, str]) -> dict[str, str]:
        when = "everyone left" if row["when"] == "else" else _expression(row["when"])
        return {"when": when, "reason": row["reason"] or "none"}

    yield from _named(Section.SEGMENTS, "segment", (old, new), said)
    yield from _ordered(Section.SEGMENTS, "segments", old, new)


def score(before: Side, after: Side) -> Iterator[Change]:
    """Score: its base, and the points and reason of every bin."""
    bases = [str(side.strategy.score_base) for side in (before, after)]
    if bases[0] != bases[1]:
        yield Change(Section.SCORE, Kind.CHANGED, "score base", bases[0], bases[1])
    old, new = ({each.feature: each for each in s.strategy.scorecard} for s in (before, after))
    for name in [*old, *(each for each in new if each not in old)]:
        if name not in new:
            said = _worth(old[name])
            yield Change(Section.SCORE, Kind.REMOVED, f"points for {name}", before=said)
        elif name not in old:
            said = _worth(new[name])
            yield Change(Section.SCORE, Kind.ADDED, f"points for {name}", after=said)
        else:
            yield from _bins(name, (before, after), (old[name], new[name]))
    yield from _ordered(Section.SCORE, "the card's features", old, new)


def _worth(attribute: Attribute) -> str:
    return f"{min(attribute.points)} to {attribute.points_max}"


def _bins(
    name: str, sides: tuple[Side, Side], pair: tuple[Attribute, Attribute]
) -> Iterator[Change]:
    spell = _speller(sides[1], name)
    steps = [_steps(side, each) for side, each in zip(sides, pair, strict=True)]
    for each in differing(steps[0], steps[1]):
        band = f"{name} {banded(each.least, each.greatest, spell)}"
        if each.before is not None and each.after is not None:
            was, now = str(each.before), str(each.after)
            yield Change(Section.SCORE, Kind.CHANGED, band, was, now)
    specials = tuple(_specials(each, spell) for each in pair)
    yield from _named(Section.SCORE, f"{name},", (specials[0], specials[1]), str)


def _steps(side: Side, attribute: Attribute) -> Steps:
    (feature,) = (f for f in side.strategy.features if f.name == attribute.feature)
    cells = tuple(_given(attribute, at) for at in attribute.bins)
    return Steps(attribute.edges, cells, feature.bounds.greatest)


def _given(attribute: Attribute, at: int) -> str:
    reason = f", {attribute.reasons[at]}" if attribute.reasons[at] else ""
    return f"{attribute.points[at]} points{reason}"


def _specials(attribute: Attribute, spell: Callable[[int], str]) -> dict[str, str]:
    found = {spell(value): _given(attribute, at) for value, at in attribute.specials.items()}
    if attribute.missing is not None:
        found["missing"] = _given(attribute, attribute.missing)
    return found


def _speller(side: Side, name: str) -> Callable[[int], str]:
    amounts = {f.name for f in side.strategy.features if f.type is FeatureType.AMOUNT}
    return yuan if name in amounts else str


def features(before: Side, after: Side) -> Iterator[Change]:
    """Features: what may be looked at, in which range, on what ground."""
    pair = (before.written.features, after.written.features)
    yield from _named(Section.FEATURES, "feature", pair, _feature)
    yield from _ordered(Section.FEATURES, "features", *pair)


def _feature(sheet: FeatureSheet) -> dict[str, str]:
    months = {"months": str(sheet.months)} if sheet.months else {}
    act = {"the customer can bring it": sheet.act} if sheet.act else {}
    outside = {"outside its range": sheet.outside} if sheet.outside != "refer" else {}
    return {
        "value": f"column {sheet.reads}" if sheet.value is None else _expression(sheet.value),
        **months,
        "type": sheet.type.value,
        "range": f"{sheet.range[0]:,} to {sheet.range[1]:,}",
        "missing": sheet.missing,
        **outside,
        "basis": sheet.basis.value,
        **act,
    }


def values(before: Side, after: Side) -> Iterator[Change]:
    """Amounts, dated values and results on the way."""
    heads = before.written.head, after.written.head
    yield from _named(Section.VALUES, "amount", (heads[0].amounts, heads[1].amounts), _amount)
    pair = (before.written.values, after.written.values)
    yield from _named(Section.VALUES, "value", pair, _expression)
    yield from _ordered(Section.VALUES, "values", *pair)
    dated = tuple(
        {
            f"{name} from {start}": f"{value:_}"
            for name, sheet in head.dated.items()
            for start, value in sheet.values.items()
        }
        for head in heads
    )
    yield from _named(Section.VALUES, "dated value", (dated[0], dated[1]), str)
    ranges = tuple(
        {name: f"{sheet.least:_} to {sheet.greatest:_}" for name, sheet in head.dated.items()}
        for head in heads
    )
    yield from _named(Section.VALUES, "range of", (ranges[0], ranges[1]), str)


def _amount(text: str) -> str:
    return yuan(parse_money(text, "CNY"))


def experiment(before: Side, after: Side) -> Iterator[Change]:
    """The experiment: who is a challenger."""
    each = tuple(
        {
            "share of challengers": percent(side.strategy.experiment.challenger_ppm),
            "salt": repr(side.strategy.experiment.salt),
        }
        for side in (before, after)
    )
    yield from _named(Section.EXPERIMENT, "", (each[0], each[1]), str)


def reasons(before: Side, after: Side) -> Iterator[Change]:
    """Reasons: what came, went, or is laid at another door; wording apart."""
    old, new = before.strategy.reasons, after.strategy.reasons
    yield from _named(Section.REASONS, "reason", (old, new), lambda each: each.cause.value)
    for code in [code for code in old if code in new]:
        for key in ("zh", "en", "help_zh", "help_en", "ends_zh", "ends_en"):
            was, now = getattr(old[code], key), getattr(new[code], key)
            if was != now:
                yield Change(Section.WORDING, Kind.CHANGED, f"reason {code}.{key}", was, now)


def wording(before: Side, after: Side) -> Iterator[Change]:
    """The names of features, segments and terms in both languages."""
    old, new = _texts(before), _texts(after)
    for name in [name for name in old if name in new]:
        if old[name] != new[name]:
            yield Change(Section.WORDING, Kind.CHANGED, name, old[name], new[name])


def _texts(side: Side) -> dict[str, str]:
    """Return what a side calls its features, segments and terms; a term's name is English."""
    features, segments = side.written.features.items(), side.strategy.segments
    terms = [(line, term) for line, limit in side.written.limits.items() for term in limit.terms]
    return {
        **{f"feature {name}.{key}": getattr(each, key) for name, each in features for key in KEYS},
        **{f"segment {each.name}.{key}": getattr(each, key) for each in segments for key in KEYS},
        **{f"{line} term {term.name}.zh": term.zh for line, term in terms},
    }


KEYS = ("zh", "en")

PARTS: tuple[Callable[[Side, Side], Iterator[Change]], ...] = (
    gates,
    edges,
    limits,
    tables,
    prices,
    segments,
    score,
    features,
    values,
    experiment,
    reasons,
    wording,
)
