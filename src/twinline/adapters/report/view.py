"""A review as its page looks at it: the record, the strategy, and the words to say it in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from twinline.adapters.report.page import Cell
from twinline.decision.strategy import Action
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.adapters.report.words import Words
    from twinline.app.explanation import Example
    from twinline.app.review_record import ReviewRecord
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.figures import Figures, LineFigures

BETTER = (Action.INVITE, Action.RAISE)
WORSE = (Action.CUT, Action.STOP)
ENOUGH = 100
"""Of fewer customers a share says little: chance alone can move it far."""

GRANTED = (Action.INVITE, Action.RAISE, Action.KEEP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the two lines: what it is called, and its figures."""

    product: Product
    name: str
    figures: LineFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A review to be shown."""

    record: ReviewRecord
    strategy: Strategy
    examples: tuple[Example, ...]
    words: Words

    @property
    def figures(self) -> Figures:
        """Return the figures of the review."""
        return self.record.figures

    def lines(self) -> tuple[Line, Line]:
        """Return both lines."""
        return (
            Line(
                product=Product.PAY_LATER,
                name=self.words.titled("line.pay_later"),
                figures=self.figures.pay_later,
            ),
            Line(
                product=Product.CASH_LOAN,
                name=self.words.titled("line.cash_loan"),
                figures=self.figures.cash_loan,
            ),
        )

    def reason(self, code: str) -> str:
        """Return what the strategy says for a reason, in the page's language."""
        reason = self.strategy.reasons.get(code)
        return code if reason is None else self.words.own(reason.en, reason.zh)

    def segment(self, name: str) -> str:
        """Return what the strategy calls a segment, in the page's language."""
        for segment in self.strategy.segments:
            if segment.name == name:
                return self.words.own(segment.en, segment.zh)
        return name or self.words.unknown

    def term(self, product: Product, name: str) -> str:
        """Return what the strategy calls a term of a limit, in the page's language."""
        return self.words.own(name, term_zh(self.strategy, product, name))

    def action(self, action: Action) -> str:
        """Return the words for an action."""
        return self.words.titled(f"action.{action.value}")

    def money(self, amount: str | Decimal) -> str:
        """Return an amount in full."""
        return self.words.money(Decimal(amount), self.record.book.currency)

    def short(self, amount: str | Decimal) -> str:
        """Return an amount to three digits."""
        return self.words.short_money(Decimal(amount), self.record.book.currency)


def term_zh(strategy: Strategy, product: Product, name: str) -> str:
    """Return what a strategy calls a term in Chinese; the English name if it has no such term."""
    terms = strategy.limits[product].terms
    return next((term.zh for term in terms if term.name == name), name)


def counted(actions: Mapping[str, int], *which: Action) -> int:
    """Return how many of the named actions there are."""
    return sum(actions.get(action.value, 0) for action in which)


def text(words: str) -> Cell:
    """Return a cell of words."""
    return Cell(text=words)


def number(words: str) -> Cell:
    """Return a cell of figures, which stand to the right."""
    return Cell(text=words, number=True)


def percent(part: int | Decimal, whole: int | Decimal) -> str:
    """Return part of whole as the width of something drawn, in percent."""
    return f"{Decimal(part) * 100 / Decimal(whole):.2f}" if whole else "0"


def drawn(part: int | Decimal, whole: int | Decimal) -> float:
    """Return part of whole in percent, for a chart to draw."""
    return float(percent(part, whole))
