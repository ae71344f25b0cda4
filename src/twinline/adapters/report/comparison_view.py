"""A comparison as its page looks at it: the record, both strategies, and the words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from twinline.adapters.report.page import Cell
from twinline.adapters.report.view import percent, term_zh
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.adapters.report.words import Words
    from twinline.app.compare_record import ComparisonRecord
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.compared import ComparisonFigures, LineComparison


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedLine:
    """One of the two lines: what it is called, and its figures."""

    product: Product
    name: str
    figures: LineComparison


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """A comparison to be shown."""

    record: ComparisonRecord
    new: Strategy
    old: Strategy
    words: Words

    @property
    def figures(self) -> ComparisonFigures:
        """Return the figures of the comparison."""
        return self.record.figures

    def lines(self) -> tuple[ComparedLine, ComparedLine]:
        """Return both lines."""
        figures = self.figures
        pay_later, cash_loan = (
            ComparedLine(
                product=product, name=self.words.titled(f"line.{product.value}"), figures=of
            )
            for product, of in (
                (Product.PAY_LATER, figures.pay_later),
                (Product.CASH_LOAN, figures.cash_loan),
            )
        )
        return pay_later, cash_loan

    def action(self, action: str) -> str:
        """Return the words for an action."""
        return self.words.titled(f"action.{action}")

    def reason(self, code: str) -> str:
        """Return what a strategy says for a reason, the new one if both do."""
        for strategy in (self.new, self.old):
            if code in strategy.reasons:
                return self.words.own(strategy.reasons[code].en, strategy.reasons[code].zh)
        return code

    def segment(self, name: str) -> str:
        """Return what a strategy calls a segment, the new one if both do."""
        for segment in (*self.new.segments, *self.old.segments):
            if segment.name == name:
                return self.words.own(segment.en, segment.zh)
        return name or self.words.unknown

    def segments(self, old: str, new: str) -> str:
        """Return a segment, or both where they differ."""
        if old == new:
            return self.segment(new)
        return self.words.moves(self.segment(old), self.segment(new))

    def decided_by(self, name: str, strategy: Strategy, line: ComparedLine) -> str:
        """Return the words for a gate or restriction of a strategy, or for a line's term."""
        reasons = {rule.name: rule.reason for rule in strategy.gates}
        reasons |= {rule.name: rule.reason for rule in strategy.edges}
        if name in reasons:
            return self.reason(reasons[name])
        return self.words.own(name, term_zh(strategy, line.product, name)) or self.words.unknown

    def decided(self, old: str, new: str, line: ComparedLine) -> str:
        """Return what decides, or both where they differ."""
        before = self.decided_by(old, self.old, line)
        after = self.decided_by(new, self.new, line)
        return after if before == after else self.words.moves(before, after)

    def money(self, amount: str | Decimal) -> str:
        """Return an amount in full."""
        return self.words.money(Decimal(amount), self.record.book.currency)

    def short(self, amount: str | Decimal) -> str:
        """Return an amount to three digits."""
        return self.words.short_money(Decimal(amount), self.record.book.currency)

    def moves(self, old: str, new: str) -> str:
        """Return "old → new" of amounts to three digits, without their currency."""
        words = self.words
        return words.moves(words.short_amount(Decimal(old)), words.short_amount(Decimal(new)))

    def changed(self, old: str, new: str) -> str:
        """Return by how many percent an amount changes."""
        return self.words.change(Decimal(old), Decimal(new))

    def bar(self, part: int, whole: int, tone: str) -> Cell:
        """Return a share as a bar with its figures."""
        said = self.words.share(part, whole)
        return Cell(text=said, number=True, parts=((tone, percent(part, whole), said),))
