"""A learned card as the strategy's tables: scorecard.csv, pd.csv, and score_base in its place."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from twinline.app.fault import InputFault
from twinline.decision.score import bin_at
from twinline.decision.strategy import FeatureType
from twinline.kernel.money import format_money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from twinline.app.training_plan import Plan
    from twinline.decision.strategy import Attribute
    from twinline.training.card import Card, Part


def scorecard_rows(card: Card, plan: Plan) -> list[tuple[str, ...]]:
    """Return the rows of scorecard.csv."""
    return [tuple(map(str, row)) for part in card.parts for row in _rows(part, plan)]


def csv_of(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return text.getvalue().encode()


def with_base(strategy_toml: bytes, base: int) -> bytes:
    """Return strategy.toml with another score_base, and not a byte else changed.

    >>> with_base(b"score_base = 4_24  # odds 50 to 1", 500)
    b'score_base = 500  # odds 50 to 1'
    """
    changed, count = re.subn(
        rb"(?m)^(score_base\s*=\s*)[-+]?[\d_]+", rb"\g<1>%d" % base, strategy_toml
    )
    if count != 1:
        rule = "must stand once, on a line of its own as score_base = 424, so that it is found"
        raise InputFault(place="strategy.toml", value="score_base", rule=rule)
    return changed


def _rows(part: Part, plan: Plan) -> Iterator[Sequence[object]]:
    """Yield the rows of one feature; neighbours with the same points and reason are one."""
    bins, name = part.bins, part.bins.candidate.name
    reasons = _reasons(part, plan)
    starts = len(bins.edges)
    missing = starts + len(bins.candidate.specials)
    if bins.candidate.may_miss:
        yield name, "missing", "", "", part.points[missing], reasons[missing]
    for place, special in enumerate(bins.candidate.specials, starts):
        yield name, _text(special, plan, name), "", "", part.points[place], reasons[place]
    told = list(zip(part.points, reasons, strict=True))[:starts]
    firsts = [place for place in range(starts) if not place or told[place] != told[place - 1]]
    for place, following in zip(firsts, [*firsts[1:], None], strict=True):
        start = "" if place == 0 else _text(bins.edges[place], plan, name)
        below = "" if following is None else _text(bins.edges[following], plan, name)
        yield name, "", start, below, *told[place]


def _reasons(part: Part, plan: Plan) -> list[str]:
    """Return the reason of each bin: none for the best; else the old card's, if it had just one.

    A reason speaks of a bin (two months late), so it is kept only where it covers the whole bin.
    """
    candidate = part.bins.candidate
    sheet, old = plan.sheets[candidate.name], plan.old_card.get(candidate.name)
    ends = [*part.bins.edges[1:], candidate.greatest + 1]
    spans: list[tuple[int, int] | None] = list(zip(part.bins.edges, ends, strict=True))
    plain = len(spans)
    spans += [(special, special + 1) for special in candidate.specials]
    spans += [None] * candidate.may_miss
    best = max(part.points)
    reasons = []
    for place, (points, span) in enumerate(zip(part.points, spans, strict=True)):
        fallback = sheet.reason if place < plain else sheet.special_reason or sheet.reason
        reasons.append("" if points == best else (old and _kept(old, span)) or fallback)
    return reasons


def _kept(old: Attribute, span: tuple[int, int] | None) -> str:
    """Return the one reason the old card gave all values from … to below …, or nothing."""
    if span is None:
        return "" if old.missing is None else old.reasons[old.missing]
    start, below = span
    values = [start, *(edge for edge in old.edges if start < edge < below)]
    found = {old.reasons[bin_at(old, value)] for value in values}
    return found.pop() if len(found) == 1 else ""


def _text(value: int, plan: Plan, name: str) -> str:
    """Return a value as the tables write it: amounts in yuan."""
    if plan.feature(name).type is not FeatureType.AMOUNT:
        return str(value)
    minor, rest = divmod(value, plan.strategy.currency_scale)
    assert not rest, "values of an amount come from yuan"
    return format_money(minor, "CNY").removesuffix(".00")
