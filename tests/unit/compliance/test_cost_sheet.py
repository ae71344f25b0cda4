"""The cost sheet: one form in bytes, one hash, the same figures in both languages."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from tests.loans import BY_MONTHS, flat_fee, made, minor, terms
from twinline.compliance.cost_sheet import (
    ChargeKind,
    Parties,
    Standards,
    cost_sheet,
)
from twinline.compliance.cost_sheet_page import (
    Language,
    Line,
    Page,
    Prominence,
    render,
)
from twinline.pricing.ceiling import CeilingMode
from twinline.pricing.cost import Cost, Extras, cost_of_plan

if TYPE_CHECKING:
    from twinline.compliance.cost_sheet import (
        CostSheet,
    )

PARTIES = Parties(lender="Example Consumer Finance", currency="CNY", collector="the lender")


def sheet(mode: CeilingMode = CeilingMode.NOMINAL) -> CostSheet:
    """Return the sheet of ten thousand at 12 % with a guarantee fee of 10.00 a month."""
    plan = made(terms("10000.00", "0.12", 12, rules=BY_MONTHS))
    cost = cost_of_plan(plan, Extras(each_row=minor("10.00")))
    assert isinstance(cost, Cost)
    standards = Standards(
        charge=ChargeKind.INTEREST,
        standard="0.12",
        penalty_rate=Fraction("0.18"),
        guarantee_fee_minor=minor("10.00"),
        guarantor="Example Guarantee <& Co>",
    )
    return cost_sheet(plan, cost, PARTIES, standards, mode)


def test_totals_and_payments() -> None:
    """Every charge is counted, and every payment shows what the customer pays."""
    shown = sheet()

    assert shown.principal == "10000.00"
    assert shown.total_cost == "781.86"
    assert [charge.total for charge in shown.charges] == ["661.86", "120.00"]
    assert [row.payment for row in shown.payments] == ["898.49"] * 11 + ["898.47"]


def test_canonical_bytes_have_one_form() -> None:
    """Sorted keys, no spaces, UTF-8: equal sheets have equal bytes, and they say what they are."""
    text = sheet().canonical_bytes().decode()

    assert sheet().canonical_bytes() == sheet().canonical_bytes()
    assert (
        json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        == text
    )
    assert json.loads(text)["format"] == "twinline.cost_sheet/1"


def test_the_hash_is_pinned() -> None:
    """A change to the canonical form would orphan every confirmation, so the hash stands here."""
    pinned = "b22c5903881ded3c22eed6e218de20fbeaab13b0bacba8339d0a2a4ac2c55fbb"

    assert sheet().sha256 == pinned


@pytest.mark.parametrize(
    "changes",
    [{"lender": "Another"}, {"total_cost": "781.87"}, {"annualised_mode": CeilingMode.EFFECTIVE}],
)
def test_any_change_changes_the_hash(changes: dict[str, Any]) -> None:
    """What the customer confirmed cannot be altered under the same hash."""
    assert replace(sheet(), **changes).sha256 != sheet().sha256


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("mode", list(CeilingMode))
def test_the_annual_rate_stands_largest(language: Language, mode: CeilingMode) -> None:
    """The price is the only line of its size, first in text and the only first heading."""
    page = render(sheet(mode), language)
    html = page.as_html()

    assert page.price.text == {"nominal": "14.13%", "effective": "15.08%"}[mode.value]
    assert all(line.prominence < Prominence.PRICE for line in page.lines)
    assert page.as_text().splitlines()[2] == f"{page.price.label}  {page.price.text}"
    assert html.count("<h1>") == 1
    assert "<& Co>" not in html
    assert sheet(mode).sha256 in html


def test_both_languages_show_the_same_figures() -> None:
    """Only the words differ."""
    pages = [render(sheet(), language) for language in Language]
    digits = [
        ["".join(c for c in line.text if c in "0123456789.%") for line in page.lines[1:3]]
        for page in pages
    ]

    assert digits[0] == digits[1] == ["10000.00", "781.86"]
    assert len(pages[0].lines) == len(pages[1].lines)
    assert pages[0].title == "综合融资成本明示表"


def test_nothing_may_stand_as_large_as_the_price() -> None:
    """A page with another line of the price's size is a programmer's error."""
    page = render(sheet(), Language.ENGLISH)
    loud = Line(label="Daily rate", text="0.04%", prominence=Prominence.PRICE)

    with pytest.raises(AssertionError):
        Page(
            language=page.language,
            title=page.title,
            price=page.price,
            lines=(*page.lines, loud),
            sha256=page.sha256,
        )


def test_contingent_costs_stand_apart() -> None:
    """What is charged only on default is no part of the annualised cost."""
    page = render(sheet(), Language.ENGLISH)
    labels = [line.label for line in page.lines]

    assert "Only on default or early settlement · Penalty interest a year" in labels
    assert [item.standard for item in sheet().contingent] == ["0.180000", "0"]


def test_a_flat_fee_is_shown_as_interest() -> None:
    """An instalment's fee is called interest, with its annual rate, not a fee."""
    plan = flat_fee("12000.00", "0.088", 12)
    cost = cost_of_plan(plan)
    assert isinstance(cost, Cost)
    standards = Standards(
        charge=ChargeKind.INSTALMENT_FEE, standard="0.088", penalty_rate=Fraction("0.24")
    )
    page = render(
        cost_sheet(plan, cost, PARTIES, standards, CeilingMode.NOMINAL), Language.CHINESE
    )

    assert page.price.text == "15.86%"
    assert any("分期利息" in line.label for line in page.lines)
