"""How lines and contracts are answered."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from twinline.app.bank.fields import Money, Rate, money
from twinline.kernel.rate import format_decimal
from twinline.lines.effective import effective_limit, state_on
from twinline.lines.line import Cause, LineState, RestrictionKind
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.lines.line import Line, Restriction
    from twinline.servicing.fact import Contract

_PPM_DECIMALS = 6


class RestrictionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What lies on a line: since when, whose doing, why, and what ends it."""

    restriction_id: str
    kind: RestrictionKind
    cause: Cause
    reason: str
    from_on: date
    to_on: date | None
    end_condition: str
    contest: str
    amount: Money | None
    share: Rate | None


class GroundsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Why a line is frozen or suspended: whose doing it is, what ends it, how to contest it."""

    cause: Cause
    reason: str
    end_condition: str
    contest: str


class TemporaryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """More than the base limit for some days; the last was announced from the start."""

    limit: Money
    from_on: date
    last_on: date


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it stands on a day.

    `effective_limit` is the base (or temporary) limit under every restriction in force. `grounds`
    are those of a frozen or suspended line; `dormant_from_on` is when an unused one will sleep.
    """

    product: Product
    state: LineState
    base_limit: Money
    effective_limit: Money
    base_version: int
    decision_id: str
    rate: Rate | None
    licence: str
    funder: str
    opened_on: date
    effective_from_on: date | None
    dormant_from_on: date | None
    grounds: GroundsAnswer | None
    temporary: TemporaryAnswer | None
    restrictions: tuple[RestrictionAnswer, ...]


class OwedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed by component, and what is kept for the customer."""

    principal: Money
    interest: Money
    fee: Money
    penalty: Money
    kept: Money


class ContractAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A contract: who lends, since when, what is owed."""

    contract_id: str
    product: Product
    licence: str
    funder: str
    opened_on: date
    owed: OwedAnswer


def line_answer(line: Line, on: date) -> LineAnswer:
    """Return a line as it is answered on a day."""
    currency, temporary = line.currency, line.temporary
    return LineAnswer(
        product=line.product,
        state=state_on(line, on),
        base_limit=money(line.base_limit_minor, currency),
        effective_limit=money(effective_limit(line, on).limit_minor, currency),
        base_version=line.base_version,
        decision_id=line.decision_id,
        rate=None if line.price_ppm is None else rate_text(line.price_ppm),
        licence=line.licence,
        funder=line.funder,
        opened_on=line.opened_on,
        effective_from_on=line.effective_from_on,
        dormant_from_on=line.dormant_from_on,
        grounds=None if line.grounds is None else GroundsAnswer(**asdict(line.grounds)),
        temporary=None
        if temporary is None
        else TemporaryAnswer(
            limit=money(temporary.limit_minor, currency),
            from_on=temporary.from_on,
            last_on=temporary.last_on,
        ),
        restrictions=tuple(_restriction(each, currency) for each in line.restrictions),
    )


def contract_answer(contract: Contract) -> ContractAnswer:
    """Return a contract as it is answered."""
    return ContractAnswer(
        contract_id=contract.contract_id,
        product=contract.product,
        licence=contract.licence,
        funder=contract.funder,
        opened_on=contract.opened_on,
        owed=owed_answer(contract),
    )


def owed_answer(contract: Contract) -> OwedAnswer:
    """Return what is owed on a contract."""
    owed, currency = contract.owed, contract.currency
    return OwedAnswer(
        principal=money(owed.principal, currency),
        interest=money(owed.interest, currency),
        fee=money(owed.fee, currency),
        penalty=money(owed.penalty, currency),
        kept=money(owed.over, currency),
    )


def rate_text(ppm: int) -> str:
    """Return parts per million as a fraction in decimal text.

    >>> rate_text(146_000)
    '0.146000'
    """
    return format_decimal(Fraction(ppm, 10**_PPM_DECIMALS), _PPM_DECIMALS)


def _restriction(each: Restriction, currency: str) -> RestrictionAnswer:
    return RestrictionAnswer(
        restriction_id=each.restriction_id,
        kind=each.kind,
        cause=each.cause,
        reason=each.reason,
        from_on=each.from_on,
        to_on=each.to_on,
        end_condition=each.end_condition,
        contest=each.contest,
        amount=money(each.amount_minor, currency) if each.kind is RestrictionKind.CAP else None,
        share=rate_text(each.parts_per_million) if each.kind is RestrictionKind.FACTOR else None,
    )
