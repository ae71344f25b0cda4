"""Applicants decided by a loaded strategy: the same machinery that reviews a whole book."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.app.bank.fields import money
from twinline.app.bank.underwriting import (
    NO_BOUND,
    Decision,
    Most,
    ReasonText,
    Underwritten,
    Verdict,
)
from twinline.app.review import decider_on
from twinline.decision.decide import day_number
from twinline.decision.settle import settle_limit
from twinline.decision.strategy import AMOUNT_MAX, Action
from twinline.kernel.rate import format_decimal
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from twinline.app.bank.underwriting import Applicant
    from twinline.compliance.law import Law
    from twinline.decision.decide import Decider
    from twinline.decision.outcome import LineOutcome, Outcome
    from twinline.decision.strategy import Limit, Strategy

_GRANTS: Final = frozenset({Action.INVITE, Action.RAISE, Action.KEEP, Action.CUT})
_RATE_DECIMALS: Final = 6


class StrategyUnderwriting:
    """A strategy, compiled once a day for the law of that day."""

    def __init__(self, strategy: Strategy, law: Law) -> None:
        """Keep the strategy, loaded for the currency it is asked in."""
        self._strategy, self._law = strategy, law
        self._deciders: dict[date, Decider] = {}

    def decide(self, applicant: Applicant) -> Underwritten:
        """Return what the strategy decides; its outcome, as JSON, is the certificate."""
        if applicant.on not in self._deciders:
            self._deciders = {applicant.on: decider_on(self._strategy, applicant.on)}
        known = _cells(applicant)
        outcome = self._deciders[applicant.on].decide(
            applicant.customer_id,
            tuple(known.get(name) for name in self._strategy.columns),
            self._law.values(applicant.licence, applicant.on, applicant.currency),
            day_number(applicant.on),
        )
        certificate, verdict = msgspec.json.encode(outcome), _verdict(outcome)
        referred = verdict is Verdict.REFERRED
        return Underwritten(
            verdict=verdict,
            decision=_granted(outcome, applicant, certificate),
            reasons=self._reasons(outcome),
            certificate=certificate.decode(),
            most=self._most(outcome, applicant.currency) if referred else NO_BOUND,
        )

    def _most(self, outcome: Outcome, currency: str) -> Most:
        """Return what a person may grant: what the terms that are known leave of each limit."""
        limits = {
            product: 0
            if line.action is not Action.REFER or line.restrictions
            else _settled(self._strategy.limits[product], line.terms)
            for product, line in outcome.lines()
        }
        joint = _settled(self._strategy.joint, outcome.joint_terms)
        return Most(
            pay_later_limit=_money(limits[Product.PAY_LATER], currency),
            cash_loan_limit=_money(limits[Product.CASH_LOAN], currency),
            joint_limit=_money(joint, currency),
            cash_loan_rate=_rate(outcome.cash_loan.price_ppm),
        )

    def _reasons(self, outcome: Outcome) -> tuple[ReasonText, ...]:
        """Return the reasons of both lines, each once, in both languages."""
        codes = dict.fromkeys(code for _, line in outcome.lines() for code in line.reasons)
        texts = (self._strategy.reasons[code] for code in codes)
        return tuple(ReasonText(code=each.code, zh=each.zh, en=each.en) for each in texts)


def _cells(applicant: Applicant) -> Mapping[str, int | None]:
    """Return what is known of an applicant by column of the standard book."""
    score_on = applicant.external_score_on
    cells: dict[str, int | None] = {}
    for product, line in applicant.lines.items():
        cells[f"{product}_limit_minor"] = line.limit_minor
        cells[f"{product}_balance_minor"] = line.balance_minor
        cells[f"{product}_instalment_minor"] = line.instalment_minor
    return cells | {
        "months_on_book": applicant.months_on_book,
        "income_minor": applicant.income_minor,
        "debt_elsewhere_minor": applicant.debt_elsewhere_minor,
        "lenders_elsewhere": applicant.lenders_elsewhere,
        "external_score": applicant.external_score,
        "external_score_on": None if score_on is None else day_number(score_on),
    }


def _limit(line: LineOutcome) -> int:
    return line.effective_limit_minor if line.action in _GRANTS else 0


def _verdict(outcome: Outcome) -> Verdict:
    if any(_limit(line) for _, line in outcome.lines()):
        return Verdict.OFFERED
    if any(line.action is Action.REFER for _, line in outcome.lines()):
        return Verdict.REFERRED
    return Verdict.DECLINED


def _granted(outcome: Outcome, applicant: Applicant, certificate: bytes) -> Decision | None:
    pay_later, cash_loan = _limit(outcome.pay_later), _limit(outcome.cash_loan)
    if not pay_later + cash_loan:
        return None
    both, currency = pay_later + cash_loan, applicant.currency
    joint = outcome.joint_limit_minor
    return Decision(
        decision_id=f"s{sha256(certificate).hexdigest()[:32]}",
        pay_later_limit=money(pay_later, currency),
        cash_loan_limit=money(cash_loan, currency),
        joint_limit=money(both if joint is None else min(joint, both), currency),
        cash_loan_rate=_rate(outcome.cash_loan.price_ppm) if cash_loan else None,
        segment=outcome.segment,
    )


def _settled(limit: Limit, amounts: tuple[int | None, ...]) -> int | None:
    """Return a limit by the terms that are known, None where they leave it without a bound."""
    if not amounts:
        return None
    minor = settle_limit(limit, amounts).limit_minor
    return minor if minor <= AMOUNT_MAX else None


def _money(minor: int | None, currency: str) -> str | None:
    return None if minor is None else money(minor, currency)


def _rate(ppm: int | None) -> str | None:
    if ppm is None:
        return None
    return format_decimal(Fraction(ppm, 10**_RATE_DECIMALS), _RATE_DECIMALS)
