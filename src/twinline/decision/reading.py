"""What every reader of a strategy's files shares: the names so far, and what was found wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinline.decision.bounds import INT64_MAX, INT64_MIN
from twinline.decision.expression import FUNCTIONS, names_in, parse
from twinline.decision.fault import ExpressionFault
from twinline.decision.resolve import Scope, resolve
from twinline.decision.sheet import Findings, Sheets
from twinline.kernel.money import MoneyFormatError, parse_money
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from twinline.decision.resolve import Resolved, Symbol
    from twinline.decision.strategy import Edge, Feature, Gate, Reason, Term
    from twinline.decision.table import Table

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
WHOLE = re.compile(r"-?[0-9]+(?:_[0-9]+)*")
DIGITS_MAX = 40
RESERVED = frozenset({*FUNCTIONS, "clamp", "and", "or", "not", "if", "else", "in", "is", "lambda"})


class Reading:
    """One reading of a strategy: the scope grows as files are read, findings gather on the way."""

    def __init__(self, files: Mapping[str, bytes], columns: AbstractSet[str], scale: int) -> None:
        """Start with the files, the columns a feature may read and the currency's scale."""
        self.files = files
        self.columns = columns
        self.scale = scale
        self.findings = Findings()
        self.sheets = Sheets(files, self.findings)
        self.names: dict[str, Symbol] = {}
        self.tables: dict[str, Table] = {}
        self.reasons: dict[str, Reason] = {}
        self.features: dict[str, Feature] = {}

    def define(self, place: str, name: str, symbol: Symbol) -> None:
        """Make a name known to all that comes later."""
        if NAME.fullmatch(name) is None or name in RESERVED:
            self.findings.add(place, name, "a name is small letters, digits and _, no function's")
        elif name in self.names or name in self.tables:
            self.findings.add(place, name, "is already the name of something else")
        else:
            self.names[name] = symbol

    def expression(self, place: str, text: str, *, present: bool = False) -> Resolved | None:
        """Return a resolved expression, or None with a finding.

        With `present` it may not come out missing.
        """
        try:
            parsed = parse(text)
            if names_in(parsed) & self.findings.broken:
                return None
            resolved = resolve(parsed, Scope(self.names, self.tables))
        except ExpressionFault as fault:
            self.findings.add_fault(place, fault)
            return None
        if present and resolved.bounds.may_miss:
            rule = "can be missing here; say what then, with known() or coalesce()"
            self.findings.add(place, text, rule)
            return None
        return resolved

    def condition(self, place: str, text: str) -> Resolved | None:
        """Return an expression that is true or false and never missing."""
        resolved = self.expression(place, text, present=True)
        if resolved is not None and not resolved.truth:
            self.findings.add(place, text, "is a number where true or false is needed")
            return None
        return resolved

    def number(self, place: str, text: str, *, present: bool = True) -> Resolved | None:
        """Return an expression that is a number."""
        resolved = self.expression(place, text, present=present)
        if resolved is not None and resolved.truth:
            self.findings.add(place, text, "is true or false where a number is needed")
            return None
        return resolved

    def minor(self, place: str, text: str) -> int | None:
        """Return an amount in yuan as minor units of the book's currency."""
        try:
            minor = parse_money(text, "CNY") * self.scale
        except MoneyFormatError:
            self.findings.add(place, text, "must be an amount in yuan with two decimals at most")
            return None
        if not INT64_MIN <= minor <= INT64_MAX:
            self.findings.add(place, text, "does not fit 64 bits")
            return None
        return minor

    def whole(self, place: str, text: str) -> int | None:
        """Return a cell's whole number; digits may be grouped with `_`."""
        if len(text) <= DIGITS_MAX and WHOLE.fullmatch(text):
            value = int(text)
            if INT64_MIN <= value <= INT64_MAX:
                return value
        self.findings.add(place, text or "an empty cell", "must be a whole number of 64 bits")
        return None

    def once(self, place: str, name: str, earlier: Iterable[Gate | Edge | Term]) -> None:
        """Make sure that a row has a name of its own: decisions are explained by it."""
        if not name.strip() or any(each.name == name for each in earlier):
            self.findings.add(place, name or "no name", "each row needs a name of its own")

    def reason(self, place: str, code: str) -> str:
        """Return a reason's code after making sure it has its text."""
        if code not in self.reasons:
            self.findings.add(place, code or "no reason", "is not a reason of reasons.toml")
        return code

    def ends(self, place: str, code: str) -> None:
        """Make sure that the reason of a restriction says when it ends."""
        reason = self.reasons.get(code)
        if reason is not None and not (reason.ends_zh and reason.ends_en):
            rule = "restricts a line, so reasons.toml must say when it ends (ends_zh, ends_en)"
            self.findings.add(place, code, rule)

    def lines(self, place: str, text: str) -> frozenset[Product]:
        """Return the lines a cell names: `pay_later`, `cash_loan` or `both`."""
        if text == "both":
            return frozenset(Product)
        named = frozenset(product for product in Product if product.value == text)
        if not named:
            self.findings.add(place, text, "the line is pay_later, cash_loan or both")
        return named
