"""The reasons for an expected no: what sort it is, and the rule in words a person can act on."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from twinline.app.bank.command import Family, Refused

if TYPE_CHECKING:
    from enum import Enum

    from twinline.app.bank.command import Call


class Reason(StrEnum):
    """Base of every command's reasons, which stand in the order their checks run.

    A member is written as its value, its family and its rule.
    """

    family: Family
    rule: str

    def __new__(cls, value: str, family: Family, rule: str) -> Self:
        """Make a member out of the three."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.family = family
        member.rule = rule
        return member

    @property
    def written(self) -> Written:
        """The member as it is written, for another enum."""
        return str(self), self.family, self.rule


def refused(reason: Reason, field: str = "", value: object = "", available: str = "") -> Refused:
    """Return a reason as an answer, about a field, what stands there and what would do."""
    return Refused(reason, reason.family, reason.rule, field, str(value), available)


def reason_like(reasons: type[Reason], other: Enum) -> Reason:
    """Return the member of `reasons` with another enum's value.

    Which values a command can meet is held by `tests/unit/app/bank/test_catalogue.py`; raises
    `ValueError` where that test was wrong.
    """
    value: object = other.value
    for reason in reasons:
        if str(reason) == value:
            return reason
    raise ValueError(f"{reasons.__name__}: {value}: a reason that its command does not declare")


def second_person(call: Call) -> bool:
    """Return whether somebody else than the caller has agreed to a call."""
    return bool(call.second_person) and call.second_person != call.client


Written = tuple[str, Family, str]
"""A member as it is written."""

# Reasons that several commands give. Each command's enum names those it can give, in its order.

KEY_REUSED: Written = (
    "key_reused",
    Family.CONFLICT,
    "this Idempotency-Key was used for another request; send a new key",
)
IN_PROGRESS: Written = (
    "in_progress",
    Family.TIME_OUT,
    "another request on this customer is running; send the same request again",
)
CUSTOMER_NOT_FOUND: Written = (
    "customer_not_found",
    Family.MISSING,
    "there is no customer of this id",
)
CUSTOMER_NOT_ACTIVE: Written = (
    "customer_not_active",
    Family.RULE,
    "only an active customer may use credit; repayments stay open",
)
SECOND_PERSON_MISSING: Written = (
    "second_person_missing",
    Family.RULE,
    "agreed to by a second person, other than the first",
)
CURSOR_UNKNOWN: Written = (
    "cursor_unknown",
    Family.RULE,
    "`next` of a page of this list, or empty",
)
VERSION_CHANGED: Written = (
    "version_changed",
    Family.CONFLICT,
    "the version that was seen, 0 for a new record; somebody has changed it since",
)
AMOUNT_NOT_POSITIVE: Written = (
    "amount_not_positive",
    Family.RULE,
    "an amount above 0, with no more decimals than the currency has",
)
AMOUNT_INVALID: Written = (
    "amount_invalid",
    Family.RULE,
    "an amount of 0 or more, with no more decimals than the currency has",
)
LINE_NOT_FOUND: Written = (
    "line_not_found",
    Family.MISSING,
    "the customer has no line of this product",
)
LENDING_STOPPED: Written = (
    "lending_stopped",
    Family.RULE,
    "new lending is stopped for now; what is owed is not touched",
)
PAY_LATER_HEADROOM: Written = (
    "pay_later_headroom",
    Family.LIMIT,
    "at most what is available on the pay-later line",
)
CASH_LOAN_HEADROOM: Written = (
    "cash_loan_headroom",
    Family.LIMIT,
    "at most what is available on the cash-loan line",
)
JOINT_HEADROOM: Written = (
    "joint_headroom",
    Family.LIMIT,
    "at most what is available on both lines together",
)
PERSON_CAP: Written = (
    "person_cap",
    Family.LIMIT,
    "at most what the law lets one person owe",
)
NO_CREDIT: Written = (
    "no_credit",
    Family.RULE,
    "the customer has asked for no credit, and can lift it",
)
LINE_PENDING_EFFECTIVE: Written = (
    "line_pending_effective",
    Family.RULE,
    "a line that has taken effect; this one will later",
)
LINE_FROZEN: Written = (
    "line_frozen",
    Family.RULE,
    "a line that is not frozen; what froze it has not ended",
)
LINE_SUSPENDED: Written = (
    "line_suspended",
    Family.RULE,
    "a line that is not suspended; a review will say",
)
LINE_DORMANT: Written = (
    "line_dormant",
    Family.RULE,
    "a line that is awake; the customer can wake it at once",
)
LINE_CLOSED: Written = (
    "line_closed",
    Family.RULE,
    "a line that is open; a new one may be asked for",
)
LINE_STOPPED: Written = (
    "line_stopped",
    Family.RULE,
    "a line without a stop of new use; its end condition is on the line",
)
LICENCE_CAP: Written = (
    "licence_cap",
    Family.RULE,
    (
        "at most what the law of the funder's licence lets one person owe, undrawn lines included "
        "where it counts them"
    ),
)
PERIOD_LOCKED: Written = (
    "period_locked",
    Family.RULE,
    "a business day after the last closed period; send it again today with a new key",
)
OWN_SPENDING_CAP: Written = (
    "own_spending_cap",
    Family.LIMIT,
    "at most what is left this month of the customer's own spending cap",
)
