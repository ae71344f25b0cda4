"""Dated facts of a contract: what happened, the day it counts, the moment it was booked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from twinline.terms.product import Product


@unique
class FactKind(StrEnum):
    """What happened, in the rank that decides among facts of one day."""

    BROUGHT = "brought"
    """A balance that a loaded book brought along."""

    CREDIT_BROUGHT = "credit_brought"
    """What a loaded book kept for the customer."""

    PURCHASE = "purchase"
    DISBURSEMENT = "disbursement"
    REFUND = "refund"
    REPAYMENT = "repayment"
    PAID_OUT = "paid_out"
    """What was kept for the customer went back to the customer, or to another contract."""

    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact, in minor units. `refers` is the fact it is about.

    A refund refers to its purchase, a reversal to the fact it undoes. Facts are ordered by
    `value_on`, rank of the kind, `fact_id`; never by `booked_at`.
    """

    fact_id: str
    contract_id: str
    kind: FactKind
    value_on: date
    booked_at: datetime
    amount_minor: int
    refers: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What is owed on a contract by component, and what is kept for the customer, in minor units.

    The state of a contract without time value; the fold of its facts gives it.
    """

    principal: int = 0
    interest: int = 0
    fee: int = 0
    penalty: int = 0
    over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What was agreed, and its state: one running pay-later contract, one for each cash loan.

    `terms` is the agreement as JSON text, sealed by `terms_hash` where a cost sheet was confirmed.
    `next_event_on` is the next day a day close has to look at it.
    """

    contract_id: str
    product: Product
    currency: str
    licence: str
    funder: str
    opened_on: date
    owed: Owed
    last_fact_id: str = ""
    terms: str = "{}"
    next_event_on: date | None = None
