"""The all-in cost sheet (综合融资成本明示表): what credit will cost, before it starts.

Rules on showing the all-in cost of personal loans (NFRA and PBC, in force 2026-08-01): principal,
every charge with its method, standard and collector, the annualised cost under normal
performance, and apart from it what is charged only on default; nothing else may be charged. The
sheet is a value with canonical bytes, and their hash stands for what the customer confirmed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum, unique
from typing import TYPE_CHECKING

from twinline.kernel.money import format_money
from twinline.kernel.rate import format_decimal, format_places
from twinline.pricing.ceiling import CeilingMode

if TYPE_CHECKING:
    from fractions import Fraction

    from twinline.pricing.cost import Cost
    from twinline.pricing.plan import Plan

RATE_DECIMALS = 6
FORMAT = "twinline.cost_sheet/1"


@unique
class ChargeKind(Enum):
    """What a charge is for."""

    INTEREST = "interest"
    INSTALMENT_FEE = "instalment_fee"
    GUARANTEE_FEE = "guarantee_fee"


@unique
class ContingentKind(Enum):
    """What is charged only if the customer does not pay as agreed, or ends the loan early."""

    PENALTY_INTEREST = "penalty_interest"
    EARLY_SETTLEMENT_FEE = "early_settlement_fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One charge under normal performance: who collects it, by which standard, how much in all.

    `standard` is the rate or amount in the contract's own words, as decimal text.
    """

    kind: ChargeKind
    collector: str
    standard: str
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contingent:
    """One charge on default or early settlement, and its standard as decimal text."""

    kind: ContingentKind
    collector: str
    standard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One payment: its day and amount."""

    due_on: date
    payment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSheet:
    """What is shown and confirmed. Money and rates are decimal text, so that bytes never vary.

    `annualised_mode` says which of the two annual rates is shown as the price.
    """

    lender: str
    currency: str
    principal: str
    start_on: date
    annualised_mode: CeilingMode
    annualised_nominal: str
    annualised_effective: str
    total_cost: str
    charges: tuple[Charge, ...]
    contingent: tuple[Contingent, ...]
    payments: tuple[Instalment, ...]
    nothing_else_is_charged: bool = True

    @property
    def annualised(self) -> str:
        """The annual rate that is the price, as a fraction."""
        if self.annualised_mode is CeilingMode.NOMINAL:
            return self.annualised_nominal
        return self.annualised_effective

    def canonical_bytes(self) -> bytes:
        """Return the one form in which the sheet is stored: sorted keys, no spaces, UTF-8."""
        fields = {"format": FORMAT, **asdict(self)}
        text = json.dumps(
            fields, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return text.encode()

    @property
    def sha256(self) -> str:
        """The hash of the canonical bytes, in hexadecimal: what a confirmation names."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who lends and who collects, and in which currency."""

    lender: str
    currency: str
    collector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """The price in the contract's own words: each charge's standard, as decimal text.

    `guarantee_fee` is an amount with every row, in minor units, and who collects it.
    """

    charge: ChargeKind
    standard: str
    penalty_rate: Fraction
    settlement_standard: str = "0"
    guarantee_fee_minor: int = 0
    guarantor: str = ""


def cost_sheet(
    plan: Plan, cost: Cost, parties: Parties, standards: Standards, mode: CeilingMode
) -> CostSheet:
    """Return the sheet of a plan. `cost` counts every charge, the guarantee fee included."""
    currency, rows = parties.currency, plan.rows
    own_minor = sum(row.interest_minor + row.fee_minor for row in rows)
    guarantee_minor = standards.guarantee_fee_minor * len(rows)
    charges = [
        Charge(
            kind=standards.charge,
            collector=parties.collector,
            standard=standards.standard,
            total=format_money(own_minor, currency),
        )
    ]
    if guarantee_minor:
        charges.append(
            Charge(
                kind=ChargeKind.GUARANTEE_FEE,
                collector=standards.guarantor,
                standard=format_money(standards.guarantee_fee_minor, currency),
                total=format_money(guarantee_minor, currency),
            )
        )
    return CostSheet(
        lender=parties.lender,
        currency=currency,
        principal=format_money(sum(p.amount_minor for p in plan.paid_out), currency),
        start_on=plan.paid_out[0].on,
        annualised_mode=mode,
        annualised_nominal=format_places(cost.nominal, RATE_DECIMALS),
        annualised_effective=format_places(cost.effective, RATE_DECIMALS),
        total_cost=format_money(own_minor + guarantee_minor, currency),
        charges=tuple(charges),
        contingent=_contingent(parties, standards),
        payments=tuple(
            Instalment(
                due_on=row.due_on,
                payment=format_money(row.payment_minor + standards.guarantee_fee_minor, currency),
            )
            for row in rows
        ),
    )


def _contingent(parties: Parties, standards: Standards) -> tuple[Contingent, ...]:
    """Return the charges on default and on early settlement."""
    return (
        Contingent(
            kind=ContingentKind.PENALTY_INTEREST,
            collector=parties.collector,
            standard=format_rate(standards.penalty_rate),
        ),
        Contingent(
            kind=ContingentKind.EARLY_SETTLEMENT_FEE,
            collector=parties.collector,
            standard=standards.settlement_standard,
        ),
    )


def format_rate(rate: Fraction) -> str:
    """Return a rate as the sheet shows it.

    >>> from fractions import Fraction
    >>> format_rate(Fraction("0.24"))
    '0.240000'
    """
    return format_decimal(rate, RATE_DECIMALS)


def _plain(value: object) -> str:
    """Return a date or an enum member as text."""
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, Enum)
    return str(value.value)
