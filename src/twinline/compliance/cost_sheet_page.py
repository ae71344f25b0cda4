"""The cost sheet as a customer sees it, in Chinese or English: the annual rate stands largest.

Pure text out of a pure value. A page knows the prominence of each of its lines; it cannot be made
with any line as prominent as the annualised rate (PBC Announcement 2021 no. 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, unique
from html import escape
from typing import TYPE_CHECKING, Final

from twinline.compliance.cost_sheet import ChargeKind, ContingentKind
from twinline.kernel.rate import format_decimal, parse_decimal

if TYPE_CHECKING:
    from twinline.compliance.cost_sheet import CostSheet

PERCENT_DECIMALS = 2


@unique
class Language(Enum):
    """The languages that sheets are rendered in, by their tags (BCP 47)."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


@unique
class Prominence(IntEnum):
    """How large a line stands."""

    DETAIL = 1
    FIGURE = 2
    PRICE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: what it is, what it says, how large."""

    label: str
    text: str
    prominence: Prominence = Prominence.DETAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A rendered sheet: a title, the price, the other lines, and the hash it stands for."""

    language: Language
    title: str
    price: Line
    lines: tuple[Line, ...]
    sha256: str

    def __post_init__(self) -> None:
        """State that nothing stands as large as the annual rate."""
        assert self.price.prominence is Prominence.PRICE
        assert all(line.prominence < Prominence.PRICE for line in self.lines)

    def as_text(self) -> str:
        """Return the page as plain text, the price first and between rules."""
        rule = "=" * 40
        head = [self.title, rule, f"{self.price.label}  {self.price.text}", rule]
        body = [f"{line.label}: {line.text}" for line in self.lines]
        return "\n".join([*head, *body, f"SHA-256 {self.sha256}"]) + "\n"

    def as_html(self) -> str:
        """Return the page as an HTML section whose only first-level heading is the price."""
        tags = {Prominence.DETAIL: "p", Prominence.FIGURE: "h3"}
        lines = "".join(
            f"<{tags[line.prominence]}>{escape(line.label)}: {escape(line.text)}"
            f"</{tags[line.prominence]}>"
            for line in self.lines
        )
        price = f"<h1>{escape(self.price.label)} {escape(self.price.text)}</h1>"
        return (
            f'<section lang="{self.language.value}" data-sha256="{self.sha256}">'
            f"{price}<h2>{escape(self.title)}</h2>{lines}</section>"
        )


Words = dict[str, str]

_WORDS: Final[dict[Language, Words]] = {
    Language.CHINESE: {
        "title": "综合融资成本明示表",
        "price": "综合融资成本(年化)",
        "price_nominal": "(单利)",
        "price_effective": "(复利)",
        "lender": "贷款人",
        "principal": "贷款本金",
        "total_cost": "正常履约下的总成本",
        "charge": "收费项目",
        "contingent": "违约或提前结清时的或有成本",
        "payment": "还款",
        "interest": "利息",
        "instalment_fee": "分期利息",
        "guarantee_fee": "担保费",
        "penalty_interest": "罚息(年化)",
        "early_settlement_fee": "提前结清费率",
        "collected_by": "收取方",
        "standard": "标准",
        "total": "合计",
        "nothing_else": "除上述项目外,不收取任何其他费用。",
        "note": "说明",
    },
    Language.ENGLISH: {
        "title": "All-in cost of this credit",
        "price": "All-in cost a year",
        "price_nominal": " (simple)",
        "price_effective": " (compound)",
        "lender": "Lender",
        "principal": "Principal",
        "total_cost": "Total cost if paid as agreed",
        "charge": "Charge",
        "contingent": "Only on default or early settlement",
        "payment": "Payment",
        "interest": "Interest",
        "instalment_fee": "Instalment interest",
        "guarantee_fee": "Guarantee fee",
        "penalty_interest": "Penalty interest a year",
        "early_settlement_fee": "Early settlement fee rate",
        "collected_by": "collected by",
        "standard": "standard",
        "total": "in all",
        "nothing_else": "Nothing else is charged.",
        "note": "Note",
    },
}
assert all(
    kind.value in words for words in _WORDS.values() for kind in (*ChargeKind, *ContingentKind)
)


def render(sheet: CostSheet, language: Language) -> Page:
    """Return the sheet's page in one language. Both languages show the same figures."""
    words = _WORDS[language]
    how = words[f"price_{sheet.annualised_mode.value}"]
    price = Line(
        label=words["price"] + how,
        text=percent(sheet.annualised),
        prominence=Prominence.PRICE,
    )
    lines = [
        Line(label=words["lender"], text=sheet.lender),
        Line(
            label=words["principal"],
            text=f"{sheet.principal} {sheet.currency}",
            prominence=Prominence.FIGURE,
        ),
        Line(
            label=words["total_cost"],
            text=f"{sheet.total_cost} {sheet.currency}",
            prominence=Prominence.FIGURE,
        ),
        *_charges(sheet, words),
        *(
            Line(label=f"{words['payment']} {row.due_on}", text=row.payment)
            for row in sheet.payments
        ),
        Line(label=words["note"], text=words["nothing_else"]),
    ]
    return Page(
        language=language,
        title=words["title"],
        price=price,
        lines=tuple(lines),
        sha256=sheet.sha256,
    )


def percent(fraction: str) -> str:
    """Return a fraction's decimal text as a percentage with two decimals.

    >>> percent("0.156180")
    '15.62%'
    """
    value = parse_decimal(fraction)
    assert value is not None
    return f"{format_decimal(100 * value, PERCENT_DECIMALS)}%"


def _charges(sheet: CostSheet, words: Words) -> list[Line]:
    """Return the lines of the charges, those on default under a label of their own."""
    own = [
        Line(
            label=f"{words['charge']} · {words[charge.kind.value]}",
            text=f"{words['standard']} {charge.standard}, {words['collected_by']} "
            f"{charge.collector}, {words['total']} {charge.total}",
        )
        for charge in sheet.charges
    ]
    contingent = [
        Line(
            label=f"{words['contingent']} · {words[item.kind.value]}",
            text=f"{percent(item.standard)}, {words['collected_by']} {item.collector}",
        )
        for item in sheet.contingent
    ]
    return own + contingent
