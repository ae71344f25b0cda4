"""A life that makes every keyed call of the catalogue, each with a request to follow it.

Members in braces are what earlier answers gave. A step names its command, where it goes, what it
is asked with, what of the answer is kept, and the reason where
it can only be refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call. `other` are members that make another request of it."""

    command: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def is_of_customer(self) -> bool:
        """Whether it is about a customer who is there."""
        return "{customer}" in self.path or "customer_id" in self.body

    def filled(self, known: Mapping[str, str]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Return path, body and another body with what is known in place of names."""
        body: dict[str, Any] = _filled(dict(self.body), known)
        return self.path.format_map(known), body, {**body, **_filled(dict(self.other), known)}


def _filled(value: Any, known: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    match value:
        case str():
            return value.format_map(known)
        case dict():
            return {name: _filled(member, known) for name, member in value.items()}
        case list():
            return [_filled(member, known) for member in value]
        case _:
            return value


_LINE: Final = "customers/{customer}/lines"
_OF: Final = {"customer_id": "{customer}"}
GROUNDS: Final = {
    "cause": "policy",
    "reason": "CARD_IS_LOST",
    "end_condition": "a new card is bound",
    "contest": "ask for a person",
}
"""Why a line is frozen or suspended."""

_OTHER_GROUNDS: Final = {"reason": "CARD_IS_GONE"}
_DRAW: Final = {**_OF, "sheet_sha256": "{sheet}", "card_ending": "{card_ending}"}


def _bought(name: str, amount: str, keeps: str) -> Step:
    return Step(
        command="authorise",
        path="authorisations",
        body={**_OF, "merchant_id": "{merchant}", "order": name, "amount": amount},
        other={"amount": "1.23"},
        keeps={keeps: "authorisation_id"},
    )


def _paid(amount: str, keeps: str) -> Step:
    source = {"kind": "card", "reference": "rail", "amount": amount}
    return Step(
        command="repay",
        path="repayments",
        body={**_OF, "contract_id": "{loan}", "sources": [source]},
        other={"sources": [{**source, "amount": "1.23"}]},
        keeps={keeps: "repayment_id"},
    )


OPENING: Final = (
    Step(
        command="register_merchant",
        path="merchants/{merchant}",
        body={"name": "Tea House", "categories": ["food"]},
        other={"name": "Coffee House"},
    ),
    Step(
        command="register_funder",
        path="funders/{funder}",
        body={"name": "Trust", "licence": "CF"},
        other={"name": "Bank"},
    ),
    Step(
        command="apply",
        path="applications",
        body={
            "name": "{name}",
            "resident_id": "{resident_id}",
            "mobile": "{mobile}",
            "card": "{card}",
            "decision": {
                "decision_id": "D1",
                "pay_later_limit": "15000",
                "cash_loan_limit": "30000",
                "joint_limit": "40000",
                "cash_loan_rate": "0.146",
            },
        },
        other={"name": "欧阳锋"},
        keeps={"customer": "customer_id", "application": "application_id"},
    ),
    Step(command="accept_offer", path="applications/{application}/acceptance"),
)
"""What makes a customer, and whom to buy from."""

USE: Final = (
    _bought("o1", "1000.00", "bought"),
    Step(
        command="capture",
        path="authorisations/{bought}/capture",
        body={**_OF, "amount": "900.00"},
        other={"amount": "1.23"},
    ),
    _bought("o2", "1000.00", "given_up"),
    Step(command="void", path="authorisations/{given_up}/void", body=_OF),
    Step(
        command="refund",
        path="refunds",
        body={**_OF, "authorisation_id": "{bought}", "amount": "100.00"},
        other={"amount": "1.23"},
    ),
    Step(
        command="draw_loan",
        path="loans",
        body={**_DRAW, "quote_id": "{quote}"},
        other={"card_ending": "9999"},
        keeps={"loan": "contract.contract_id"},
    ),
    _paid("500.00", "first_paid"),
    Step(command="return_repayment", path="repayments/{first_paid}/return", body=_OF),
    _paid("1200.00", "paid"),
    Step(
        command="use_credit_balance",
        path="customers/{customer}/credit-balance/use",
        body={"amount": "50.00"},
        other={"amount": "1.23"},
    ),
    Step(
        command="pay_out_credit_balance",
        path="customers/{customer}/credit-balance/payout",
        body={"amount": "60.00"},
        other={"amount": "1.23"},
    ),
    Step(
        command="return_disbursement",
        path="loans/{loan}/disbursement-return",
        body=_OF,
    ),
    Step(command="pay_out_credit_balance", path="customers/{customer}/credit-balance/payout"),
    Step(
        command="pay_out_merchant",
        path="merchants/{merchant}/payouts",
        body={"amount": "10.00"},
        other={"amount": "1.23"},
    ),
)
LINES: Final = (
    Step(
        command="change_limit",
        path=f"{_LINE}/pay_later/limit",
        body={"decision_id": "D2", "limit": "14000", "base_version_seen": 1},
        other={"limit": "13000"},
    ),
    Step(
        command="lend_temporarily",
        path=f"{_LINE}/pay_later/temporary-limit",
        body={"limit": "14500", "from_on": "2099-01-01", "last_on": "2099-01-31"},
        other={"limit": "14600"},
    ),
    Step(
        command="move_limit",
        path="customers/{customer}/limit-moves",
        body={"from_product": "cash_loan", "amount": "100.00"},
        other={"amount": "1.23"},
    ),
    Step(
        command="set_own_cap",
        path=f"{_LINE}/pay_later/own-cap",
        body={"cap": "9000"},
        other={"cap": "8000"},
    ),
    Step(command="keep_alive_line", path=f"{_LINE}/pay_later/keep-alive"),
    Step(
        command="freeze_line",
        path=f"{_LINE}/pay_later/freeze",
        body=GROUNDS,
        other=_OTHER_GROUNDS,
    ),
    Step(command="unfreeze_line", path=f"{_LINE}/pay_later/unfreeze"),
    Step(
        command="suspend_line",
        path=f"{_LINE}/pay_later/suspend",
        body=GROUNDS,
        other=_OTHER_GROUNDS,
    ),
    Step(command="resume_line", path=f"{_LINE}/pay_later/resume"),
    Step(
        command="restrict_line",
        path=f"{_LINE}/pay_later/restrictions",
        body={**GROUNDS, "restriction_id": "R1", "kind": "cap", "amount": "5000"},
        other={"amount": "4000"},
    ),
    Step(command="end_restriction", path=f"{_LINE}/pay_later/restrictions/R1/end"),
    Step(
        command="warn_dormant_line",
        path=f"{_LINE}/pay_later/warn-dormant",
        body={"dormant_from_on": "2099-01-01"},
        other={"dormant_from_on": "2099-01-02"},
    ),
    Step(
        command="mark_dormant_line",
        path=f"{_LINE}/pay_later/mark-dormant",
        reason="too_early",
    ),
    Step(
        command="set_no_credit",
        path="customers/{customer}/no-credit",
        body={"no_credit": True},
        other={"no_credit": False},
    ),
    Step(
        command="set_spending_cap",
        path="customers/{customer}/spending-cap",
        body={"cap": "7000"},
        other={"cap": "6000"},
    ),
    Step(
        command="stop_customer",
        path="customers/{customer}/stop",
        body={"cause": "court_order"},
        other={"cause": "death"},
    ),
    Step(command="resume_customer", path="customers/{customer}/resume"),
    Step(
        command="set_lending_stop",
        path="lending-stops",
        body={
            "stop_id": "{stop}",
            "cause": "funding",
            "reason": "FUNDER_IS_SPENT",
            "funder": "{funder}",
        },
        other={"reason": "FUNDER_IS_GONE"},
    ),
    Step(command="lift_lending_stop", path="lending-stops/{stop}/lift"),
    Step(
        command="close_period",
        path="closings",
        body={"closed_until": "2020-01-31"},
        other={"closed_until": "2020-01-30"},
    ),
    Step(command="close_line", path=f"{_LINE}/cash_loan/close"),
    Step(
        command="grant_line",
        path=f"{_LINE}/cash_loan/grant",
        body={"decision_id": "D3", "limit": "5000", "rate": "0.146", "on_condition": True},
        other={"limit": "4000"},
    ),
    Step(command="take_effect_line", path=f"{_LINE}/cash_loan/take-effect"),
    Step(
        command="bring_funder_share",
        path="funders/{funder}/shares",
        body={"amount": "500.00"},
        other={"amount": "1.23"},
    ),
    Step(
        command="return_funder_share",
        path="funders/{funder}/returns",
        body={"amount": "100.00"},
        other={"amount": "1.23"},
    ),
    Step(
        command="set_product_funding",
        path="products/cash_loan/funding",
        body={"from_on": "2099-01-01", "funder_id": "{funder}"},
        other={"from_on": "2099-01-02"},
    ),
    Step(command="withdraw_funder", path="funders/{funder}/withdrawal", reason="funder_in_use"),
    Step(
        command="delete_personal_data",
        path="customers/{customer}/personal-data",
        reason="line_open",
    ),
    Step(
        command="merge_customer",
        path="customers/{customer}/merge",
        body={"into": "{sibling}"},
        other={"into": "nobody"},
    ),
)
STEPS: Final = (*OPENING, *USE, *LINES)
