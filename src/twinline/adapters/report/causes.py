"""Why a review decides as it does: first reasons, and the terms that set the limits."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from twinline.adapters.report.page import Card, Cards, Cell, Note, Section, Table
from twinline.adapters.report.view import WORSE, number, percent, text
from twinline.adapters.report.waterfall import fall_chart, fall_says, signed
from twinline.decision.strategy import Action, Cause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.adapters.report.page import Block
    from twinline.adapters.report.view import Line, View

REASONS_SHOWN = 7


def why(view: View) -> Section:
    """Return the first reasons of adverse actions, by line."""
    return Section(
        id="why",
        title=view.words("why.title"),
        short=view.words("why.short"),
        says=(),
        blocks=(Cards(cards=tuple(_why(view, line) for line in view.lines())),),
    )


def _why(view: View, line: Line) -> Card:
    words = view.words
    says: list[str] = []
    blocks: list[Block] = []
    worse = _reasons(line, WORSE)
    if worse:
        own = sum(count for code, count in worse.items() if _cause(view, code) is Cause.BEHAVIOUR)
        first, most = worse.most_common(1)[0]
        says.append(
            words(
                "why.says_worse",
                count=words.customers(worse.total()),
                share=words.share(most, worse.total()),
                reason=view.reason(first),
                behaviour=words.share(own, worse.total()),
            )
        )
        blocks.append(_reason_table(view, words("why.worse"), worse))
    else:
        says.append(words("why.says_none"))
    declined = _reasons(line, [Action.DECLINE])
    if declined:
        first, most = declined.most_common(1)[0]
        says.append(
            words(
                "why.says_declined",
                count=words.customers(declined.total()),
                share=words.share(most, declined.total()),
                reason=view.reason(first),
            )
        )
        blocks.append(_reason_table(view, words("why.declined"), declined))
    return Card(title=line.name, says=tuple(says), blocks=tuple(blocks))


def _reasons(line: Line, actions: Sequence[Action]) -> Counter[str]:
    reasons: Counter[str] = Counter()
    for action in actions:
        reasons.update(line.figures.reasons.get(action.value, {}))
    return reasons


def _cause(view: View, code: str) -> Cause | None:
    reason = view.strategy.reasons.get(code)
    return None if reason is None else reason.cause


def _reason_table(view: View, caption: str, reasons: Counter[str]) -> Table:
    words = view.words
    whole = reasons.total()
    ranked = reasons.most_common()
    shown, rest = ranked[:REASONS_SHOWN], ranked[REASONS_SHOWN:]
    rows = [_reason_row(view, code, count, whole) for code, count in shown]
    if rest:
        left = sum(count for _, count in rest)
        more = words("why.others", count=words.count(len(rest)))
        rows.append((text(more), number(words.count(left)), _bar(view, left, whole)))
    return Table(
        caption=caption,
        wide=True,
        head=(words("why.reason"), words("why.count"), words("why.share")),
        rows=tuple(rows),
    )


def _reason_row(view: View, code: str, count: int, whole: int) -> tuple[Cell, ...]:
    cause = _cause(view, code)
    tone = "" if cause is None else cause.value
    said = "" if cause is None else view.words(f"cause.{cause.value}")
    return (
        Cell(text=view.reason(code), tag=said, tone=tone),
        number(view.words.count(count)),
        _bar(view, count, whole, tone or "measure"),
    )


def _bar(view: View, count: int, whole: int, tone: str = "measure") -> Cell:
    said = view.words.share(count, whole)
    return Cell(text=said, number=True, parts=((tone, percent(count, whole), said),))


def bounds(view: View) -> Section:
    """Return which terms set the limits, by line."""
    return Section(
        id="terms",
        title=view.words("bound.title"),
        short=view.words("bound.short"),
        says=(),
        blocks=(
            Cards(cards=tuple(_bound(view, line) for line in view.lines())),
            Note(text=view.words("bound.note")),
            Note(text=view.words("fall.note")),
        ),
    )


def _bound(view: View, line: Line) -> Card:
    words = view.words
    binding = Counter(line.figures.binding)
    if not binding:
        return Card(title=line.name, says=(words.none,), blocks=())
    meaning = {
        term.name: view.reason(term.reason) for term in view.strategy.limits[line.product].terms
    }
    first, most = binding.most_common(1)[0]
    says = words(
        "bound.says",
        term=view.term(line.product, first),
        share=words.share(most, binding.total()),
    )
    moved = line.figures.waterfall.terms
    rows = tuple(
        (
            Cell(text=view.term(line.product, name), note=meaning.get(name, "")),
            number(words.count(count)),
            _bar(view, count, binding.total()),
            number(signed(view, Decimal(moved[name])) if name in moved else words.none),
        )
        for name, count in binding.most_common()
    )
    table = Table(
        wide=True,
        head=(
            words("bound.term"),
            words("bound.count"),
            words("bound.share"),
            words("fall.moved"),
        ),
        rows=rows,
    )
    return Card(
        title=line.name,
        says=(says, *fall_says(view, line)),
        blocks=(table, fall_chart(view, line)),
    )
