"""Customers as examples: the tree of terms with the one that bound, why, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.adapters.report.page import Card, Cards, Cell, Items, Note, Section, Table
from twinline.adapters.report.view import percent, text
from twinline.app.told import told

if TYPE_CHECKING:
    from twinline.adapters.report.page import Block
    from twinline.adapters.report.view import View
    from twinline.app.explanation import Example
    from twinline.app.told import LineTold, TermTold

ROOM = 2
"""A bar is full at so many times the limit before or after; what lies beyond bounds nothing."""


def examples(view: View) -> Section:
    """Return the examples of the review, in words that `twinline explain` shares."""
    words = view.words
    cards = tuple(Cards(cards=(_card(view, each),)) for each in view.examples)
    return Section(
        id="examples",
        title=words("example.title"),
        short=words("example.short"),
        says=(words("example.says" if cards else "example.none"),),
        blocks=(*cards, *((Note(text=words("example.note")),) if cards else ())),
    )


def _card(view: View, example: Example) -> Card:
    """Return a customer: how they scored, and each line with all that was said of it."""
    words, page = view.words, told(example.explanation, view.words.language)
    lines = tuple(_line(view, line) for line in page.lines)
    customer = example.explanation.outcome.customer_id
    says = words.dotted([*page.score] or [page.doubts])
    return Card(
        title=words(f"example.{example.kind}", customer=customer),
        says=(_unbroken(says),),
        blocks=(Cards(cards=lines),),
    )


def _line(view: View, line: LineTold) -> Card:
    words = view.words
    moved = words.moves(line.before, line.after) if line.after else line.before
    says = [each for each in (moved, line.price, line.usable) if each]
    known = [term for term in line.terms if term.minor is not None]
    blocks: list[Block] = []
    if known:
        blocks.append(_terms(view, known))
    reasons = tuple(
        Cell(text=each.text, tag=each.caused, tone=each.cause.value) for each in line.reasons
    )
    blocks.append(Items(title=line.asked, items=reasons))
    if line.ends:
        blocks.append(Items(title=words("told.ends"), items=tuple(map(text, line.ends))))
    blocks.append(Items(title=words("told.helps"), items=tuple(map(text, line.helps))))
    title = words("example.line", line=line.name, action=line.acted)
    return Card(title=title, says=(_unbroken(words.dotted(says)),), blocks=tuple(blocks))


def _terms(view: View, terms: list[TermTold]) -> Table:
    words = view.words
    bound = max((term.minor or 0 for term in terms if term.binds), default=0)
    full = max(bound, 1) * ROOM
    return Table(
        head=(
            words("bound.term"),
            words("example.how"),
            words("example.amount", currency=view.record.book.currency),
        ),
        rows=tuple(_term(view, term, full) for term in terms),
    )


def _term(view: View, term: TermTold, full: int) -> tuple[Cell, ...]:
    tone = "after" if term.binds else "before"
    width = percent(min(max(term.minor or 0, 0), full), full)
    tag = view.words("told.binds") if term.binds else ""
    return (
        Cell(text=term.name, tag=tag, tone="after", note=term.without),
        text(term.role),
        Cell(text=term.amount, number=True, parts=((tone, width, term.amount),)),
    )


def _unbroken(says: str) -> str:
    """Return text in which no line ends between a number and its percent sign."""
    return says.replace(" %", "\u00a0%")
