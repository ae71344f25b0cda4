"""Who decides on an application: a strategy that is loaded, or the lender's own risk engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from twinline.app.bank.fields import Identifier, Money, Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.terms.licence import Licence
    from twinline.terms.product import Product


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is granted: each line's limit, both together, and the price of the cash loan.

    A limit of 0 opens no line. `decision_id` names the certificate that says why.
    `effective_from_on` delays the grant to a day, `on_condition` until a person says that its
    condition is met (R68).
    """

    decision_id: Identifier
    pay_later_limit: Money
    cash_loan_limit: Money
    joint_limit: Money
    cash_loan_rate: Rate | None = None
    segment: str = ""
    effective_from_on: date | None = None
    on_condition: bool = False


class Most(msgspec.Struct, frozen=True, kw_only=True):
    """The most that a person may grant where a strategy referred: what it would allow.

    It is the minimum of the terms that were known. Where none was, it is None, and the law's cap
    on what one person may owe is the bound. So is the cash loan's rate, under the law's ceiling.
    """

    pay_later_limit: Money | None = None
    cash_loan_limit: Money | None = None
    joint_limit: Money | None = None
    cash_loan_rate: Rate | None = None


class ReasonText(msgspec.Struct, frozen=True, kw_only=True):
    """Why it was decided so, in both languages."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLine:
    """A line that an applicant has here, in minor units; instalments are part of the balance."""

    limit_minor: int
    balance_minor: int
    instalment_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """What of an applicant may bear on the decision, None where unknown. It says not who it is.

    Amounts in minor units; `income_minor` is a month's. Only who came with a loaded book has
    `lines` and months on it.
    """

    customer_id: str
    currency: str
    licence: Licence
    on: date
    income_minor: int | None = None
    debt_elsewhere_minor: int | None = None
    lenders_elsewhere: int | None = None
    external_score: int | None = None
    external_score_on: date | None = None
    months_on_book: int = 0
    lines: Mapping[Product, KnownLine] = field(default_factory=dict)


@unique
class Verdict(StrEnum):
    """What came of an application."""

    OFFERED = "offered"
    REFERRED = "referred"
    """A person has to look at it: something the strategy needs is not known, or is unusual."""

    DECLINED = "declined"


NO_BOUND: Final = Most()


@dataclass(frozen=True, slots=True, kw_only=True)
class Underwritten:
    """What was decided: an offer has its decision, anything else its reasons.

    `most` is for a referral what a person may grant. `certificate` is the strategy's whole outcome
    as JSON text, empty for a decision from outside.
    """

    verdict: Verdict
    decision: Decision | None
    reasons: tuple[ReasonText, ...] = ()
    certificate: str = ""
    most: Most = NO_BOUND


class Underwriting(Protocol):
    """A strategy that decides on applicants."""

    def decide(self, applicant: Applicant) -> Underwritten:
        """Return what is decided for an applicant."""
        ...
