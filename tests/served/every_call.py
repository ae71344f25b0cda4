"""A life that makes every keyed call of the catalogue, each with a request to follow it.

A step names its command and what it is asked with. Where it goes stands in the catalogue; members
of a request that earlier answers gave are added to it, and may be named in braces.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from tests.banks import DECISION
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.command import OfCustomer

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Final = {command.name: command for command in CATALOGUE if command.keyed}


class Sent(NamedTuple):
    """A call as it goes over the wire, and another one to the same place."""

    method: str
    path: str
    body: dict[str, Any]
    other: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One call.

    `other` are members that make another request of it, `keeps` what of its answer later steps
    know by which name, `reason` why it can only be refused.
    """

    command: str
    members: Mapping[str, Any] = field(default_factory=dict)
    _: KW_ONLY
    other: Mapping[str, Any] = field(default_factory=dict)
    keeps: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def is_of_customer(self) -> bool:
        """Whether it is about a customer who is there."""
        return issubclass(COMMANDS[self.command].request, OfCustomer)

    def sent(self, known: Mapping[str, str]) -> Sent:
        """Return the call with what is known in it."""
        command = COMMANDS[self.command]
        told = {name: known[name] for name in self._asked_for if name in known}
        members: dict[str, Any] = {**told, **_filled(dict(self.members), known)}
        body = {name: each for name, each in members.items() if f"{{{name}}}" not in command.path}
        return Sent(
            method=command.method,
            path=command.path.removeprefix("/v1/").format_map(members),
            body=body,
            other={**body, **_filled(dict(self.other), known)},
        )

    @property
    def _asked_for(self) -> tuple[str, ...]:
        request = COMMANDS[self.command].request
        return tuple(member.encode_name for member in msgspec.structs.fields(request))


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


GROUNDS: Final = {
    "cause": "policy",
    "reason": "CARD_IS_LOST",
    "end_condition": "a new card is bound",
    "contest": "ask for a person",
}
"""Why a line is frozen or suspended."""

_SEEN: Final = {"code": "PAYSLIPS_SEEN", "zh": "已核实收入", "en": "payslips were seen"}
_OTHER_GROUNDS: Final = {"reason": "CARD_IS_GONE"}
_OTHER_AMOUNT: Final = {"amount": "1.23"}
_PAY_LATER: Final = {"product": "pay_later"}
_CASH_LOAN: Final = {"product": "cash_loan"}


def _bought(name: str, keeps: str) -> Step:
    members = {"order": name, "amount": "1000.00"}
    return Step("authorise", members, other=_OTHER_AMOUNT, keeps={keeps: "authorisation_id"})


def _paid(amount: str, keeps: str) -> Step:
    source = {"kind": "card", "reference": "rail", "amount": amount}
    return Step(
        "repay",
        {"sources": [source]},
        other={"sources": [{**source, **_OTHER_AMOUNT}]},
        keeps={keeps: "repayment_id"},
    )


OPENING: Final = (
    Step(
        "register_merchant",
        {"name": "Tea House", "categories": ["food"]},
        other={"name": "Coffee House"},
    ),
    Step("register_funder", {"name": "Trust", "licence": "CF"}, other={"name": "Bank"}),
    Step(
        "apply",
        {"decision": DECISION},
        other={"name": "欧阳锋"},
        keeps={"customer_id": "customer_id", "application_id": "application_id"},
    ),
    Step("accept_offer"),
)
"""What makes a customer, and whom to buy from."""

USE: Final = (
    _bought("o1", "bought"),
    Step("capture", {"authorisation_id": "{bought}", "amount": "900.00"}, other=_OTHER_AMOUNT),
    _bought("o2", "given_up"),
    Step("void", {"authorisation_id": "{given_up}"}),
    Step("refund", {"authorisation_id": "{bought}", "amount": "100.00"}, other=_OTHER_AMOUNT),
    Step(
        "draw_loan",
        other={"card_ending": "9999"},
        keeps={"contract_id": "contract.contract_id"},
    ),
    _paid("500.00", "first_paid"),
    Step("return_repayment", {"repayment_id": "{first_paid}"}),
    _paid("1200.00", "paid"),
    Step("use_credit_balance", {"amount": "50.00"}, other=_OTHER_AMOUNT),
    Step("pay_out_credit_balance", {"amount": "60.00"}, other=_OTHER_AMOUNT),
    Step("return_disbursement"),
    Step("pay_out_credit_balance"),
    Step("pay_out_merchant", {"amount": "10.00"}, other=_OTHER_AMOUNT),
)
LINES: Final = (
    Step(
        "change_limit",
        {**_PAY_LATER, "decision_id": "D2", "limit": "14000", "base_version_seen": 1},
        other={"limit": "13000"},
    ),
    Step(
        "lend_temporarily",
        {**_PAY_LATER, "limit": "14500", "from_on": "2099-01-01", "last_on": "2099-01-31"},
        other={"limit": "14600"},
    ),
    Step(
        "move_limit",
        {"from_product": "cash_loan", "amount": "100.00"},
        other=_OTHER_AMOUNT,
    ),
    Step("set_own_cap", {**_PAY_LATER, "cap": "9000"}, other={"cap": "8000"}),
    Step("keep_alive_line", _PAY_LATER),
    Step("freeze_line", {**_PAY_LATER, **GROUNDS}, other=_OTHER_GROUNDS),
    Step("unfreeze_line", _PAY_LATER),
    Step("suspend_line", {**_PAY_LATER, **GROUNDS}, other=_OTHER_GROUNDS),
    Step("resume_line", _PAY_LATER),
    Step(
        "restrict_line",
        {**_PAY_LATER, **GROUNDS, "restriction_id": "R1", "kind": "cap", "amount": "5000"},
        other={"amount": "4000"},
    ),
    Step("end_restriction", {**_PAY_LATER, "restriction_id": "R1"}),
    Step(
        "warn_dormant_line",
        {**_PAY_LATER, "dormant_from_on": "2099-01-01"},
        other={"dormant_from_on": "2099-01-02"},
    ),
    Step("mark_dormant_line", _PAY_LATER, reason="too_early"),
    Step("set_no_credit", {"no_credit": True}, other={"no_credit": False}),
    Step("set_spending_cap", {"cap": "7000"}, other={"cap": "6000"}),
    Step("stop_customer", {"cause": "court_order"}, other={"cause": "death"}),
    Step("resume_customer"),
    Step(
        "approve_referral",
        {
            "pay_later_limit": "100",
            "cash_loan_limit": "0",
            "joint_limit": "100",
            "grounds": _SEEN,
        },
        other={"joint_limit": "90"},
        reason="referral_not_found",
    ),
    Step(
        "decline_referral",
        {"grounds": _SEEN},
        other={"grounds": {**_SEEN, "code": "PAYSLIPS_FORGED"}},
        reason="referral_not_found",
    ),
    Step(
        "set_lending_stop",
        {"cause": "funding", "reason": "FUNDER_IS_SPENT", "funder": "{funder_id}"},
        other={"reason": "FUNDER_IS_GONE"},
    ),
    Step("lift_lending_stop"),
    Step(
        "set_monitor_stop",
        {
            "cause": "funding",
            "reason": "FUNDER_IS_SPENT",
            "funder": "{funder_id}",
            "figure": "funder_left",
            "seen": "0.00",
            "threshold": "1000.00",
            "ends_when": "the funder brings its share",
        },
        other={"seen": "1.00"},
    ),
    Step("lift_lending_stop", reason="monitor_lifts"),
    Step(
        "close_period",
        {"closed_until": "2020-01-31"},
        other={"closed_until": "2020-01-30"},
    ),
    Step("close_line", _CASH_LOAN),
    Step(
        "grant_line",
        {
            **_CASH_LOAN,
            "decision_id": "D3",
            "limit": "5000",
            "rate": "0.146",
            "on_condition": True,
        },
        other={"limit": "4000"},
    ),
    Step("take_effect_line", _CASH_LOAN),
    Step("bring_funder_share", {"amount": "500.00"}, other=_OTHER_AMOUNT),
    Step("return_funder_share", {"amount": "100.00"}, other=_OTHER_AMOUNT),
    Step(
        "set_product_funding",
        {**_CASH_LOAN, "from_on": "2099-01-01"},
        other={"from_on": "2099-01-02"},
    ),
    Step("withdraw_funder", reason="funder_in_use"),
    Step("delete_personal_data", reason="line_open"),
    Step("merge_customer", {"into": "{sibling}"}, other={"into": "nobody"}),
)
STEPS: Final = (*OPENING, *USE, *LINES)
