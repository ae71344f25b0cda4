"""A decision as a person would want to read it on a terminal, in English or Chinese."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from twinline.app.told import told
from twinline.app.vocabulary import LANGUAGES, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinline.app.explanation import Explanation
    from twinline.app.review_ports import Language
    from twinline.app.told import LineTold, PointsTold, TermTold, Told

__all__ = ["LANGUAGES", "explanation_text"]

NAME_WIDTH = 26
ROLE_WIDTH = 12
LEAD_WIDTH = 16


def explanation_text(explanation: Explanation, language: Language) -> str:
    """Return the whole explanation as text."""
    words = vocabulary(language)["told"]
    return "\n".join(_page(told(explanation, language), words)) + "\n"


def _page(page: Told, words: Mapping[str, str]) -> Iterator[str]:
    """Yield the page, line by line."""
    yield " · ".join(page.head)
    if page.law_known:
        yield f"  {page.law_known}"
    if page.doubts:
        yield f"  {page.doubts}"
    if page.score:
        yield "  " + " · ".join(page.score)
    for attribute in page.points:
        yield _points(attribute)
    for line in page.lines:
        yield ""
        yield from _line(line, words)
    yield ""
    yield page.person


def _points(attribute: PointsTold) -> str:
    name, value = _padded(attribute.feature, 44), _pushed(attribute.value, 16)
    return f"    {name}{value}   {attribute.points}"


def _line(line: LineTold, words: Mapping[str, str]) -> Iterator[str]:
    moved = f"{line.before} → {line.after}" if line.after else line.before
    head = [f"{line.name}{words['colon']}{line.acted}", moved]
    yield "   ".join([*head, line.price] if line.price else head)
    if line.usable:
        yield f"  {line.usable}"
    if line.terms:
        yield f"  {words['terms']}"
    for term in line.terms:
        yield _term(term, words)
    reasons = [
        f"{number} {each.text}  [{each.code}, {each.caused}]"
        for number, each in enumerate(line.reasons, 1)
    ]
    yield from _led(line.asked + words["colon"], reasons)
    for end in line.ends:
        yield f"  {words['ends']}{words['colon']}{end}"
    yield from _led(words["helps"] + words["colon"], line.helps)


def _term(term: TermTold, words: Mapping[str, str]) -> str:
    bound = [f"← {words['binds']}"] if term.binds else []
    bound += [term.without] if term.without else []
    name, role = _padded(term.name, NAME_WIDTH), _padded(term.role, ROLE_WIDTH)
    return (
        f"    {name}{role}{_pushed(term.amount, 18)}"
        + "  " * bool(bound)
        + words["also"].join(bound)
    )


def _led(lead: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield texts one below the other, the first behind its lead."""
    for number, text in enumerate(texts):
        yield f"  {_padded('' if number else lead, LEAD_WIDTH)}{text}"


def _cells(text: str) -> int:
    """Return how wide text is on the terminal; a Chinese character takes two cells."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def _padded(text: str, width: int) -> str:
    """Return text filled up to a width, with at least one space behind it."""
    return text + " " * max(width - _cells(text), 1)


def _pushed(text: str, width: int) -> str:
    """Return text moved to the right end of a width."""
    return " " * (width - _cells(text)) + text
