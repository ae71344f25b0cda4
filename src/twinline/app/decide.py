"""One customer decided: a request in JSON, an answer in JSON, money as decimal text.

The request speaks of a customer as a person at the lender would: two lines, six months each, the
latest first. The answer carries everything an explanation needs.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from twinline.app.customer_request import customer_of
from twinline.app.explaining import explain_customer
from twinline.app.explanation import Frame
from twinline.app.fault import InputFault
from twinline.app.review import day_of_decision, decider_on, laws_of, laws_on, usable_strategy
from twinline.compliance.law import read_law
from twinline.kernel.money import format_money
from twinline.terms.product import Product

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.customer_request import CustomerRequest
    from twinline.app.explanation import Explanation
    from twinline.app.review_ports import Shelf
    from twinline.decision.outcome import LineOutcome


class TermAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One term of a limit; `amount` is null where it is unknown or does not apply."""

    name: str
    amount: str | None
    binds: bool


class ReasonAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A reason with its cause, and its text in both languages."""

    code: str
    cause: str
    zh: str
    en: str


class ChangeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A feature's value now and the value that would help; amounts in minor units."""

    feature: str
    now: int
    target: int


class AdviceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What would help: changes that together would give the limit."""

    changes: tuple[ChangeAnswer, ...]
    limit: str


class LineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided for one line."""

    action: str
    limit_now: str | None
    base_limit: str
    effective_limit: str
    price_ppm: int | None
    terms: tuple[TermAnswer, ...]
    without_binding: str | None
    gate: str
    restrictions: tuple[str, ...]
    reasons: tuple[ReasonAnswer, ...]
    what_helps: tuple[AdviceAnswer, ...]


class OutcomeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided for one customer, and by what.

    `law_known_on` is the day on which the law's table was last held against its sources: what
    has come into force after it is not in a decision of a later day.
    """

    customer_id: str
    as_of_on: date
    decided_on: date
    law_known_on: date | None
    currency: str
    strategy: str
    version: str
    logic_hash: str
    person_cap: str
    price_ceiling_ppm: int
    challenger: bool
    score: int | None
    pd_ppm: int | None
    segment: str
    joint_limit: str | None
    doubts: tuple[str, ...]
    pay_later: LineAnswer
    cash_loan: LineAnswer


def decide_customer(
    request: CustomerRequest, strategy_folder: Path, decided_on: date | None, shelf: Shelf
) -> Explanation:
    """Return one customer's decision, explained.

    The law is the one of `decided_on`, as for a review.
    """
    law = read_law(shelf.law_text())
    if request.currency not in law.currency_scale:
        rule = f"is one of {', '.join(law.currency_scale)}"
        raise InputFault(place="the customer, currency", value=request.currency, rule=rule)
    files = shelf.strategy_files(strategy_folder)
    strategy = usable_strategy(strategy_folder, files, law.scale(request.currency))
    day = day_of_decision(decided_on, request.as_of_on, law)
    customer = customer_of(request, strategy)
    return explain_customer(
        decider_on(strategy, day),
        customer,
        laws_of(laws_on(law, day, request.currency), customer),
        Frame(
            currency=request.currency,
            as_of_on=request.as_of_on,
            law_known_on=law.known_on,
        ),
    )


def answer_of(explanation: Explanation) -> OutcomeAnswer:
    """Return an explanation as the answer that goes out."""
    outcome, strategy, currency = (
        explanation.outcome,
        explanation.strategy,
        explanation.frame.currency,
    )
    return OutcomeAnswer(
        customer_id=outcome.customer_id,
        as_of_on=explanation.frame.as_of_on,
        decided_on=explanation.decided_on,
        law_known_on=explanation.frame.law_known_on,
        currency=currency,
        strategy=strategy.name,
        version=strategy.version,
        logic_hash=strategy.logic_hash,
        person_cap=format_money(explanation.law.person_cap_minor, currency),
        price_ceiling_ppm=explanation.law.price_ceiling_ppm,
        challenger=outcome.challenger,
        score=outcome.score,
        pd_ppm=outcome.pd_ppm,
        segment=outcome.segment,
        joint_limit=_text(outcome.joint_limit_minor, currency),
        doubts=outcome.doubts,
        pay_later=_line_answer(explanation, Product.PAY_LATER, outcome.pay_later),
        cash_loan=_line_answer(explanation, Product.CASH_LOAN, outcome.cash_loan),
    )


def _line_answer(explanation: Explanation, product: Product, line: LineOutcome) -> LineAnswer:
    strategy, currency = explanation.strategy, explanation.frame.currency
    terms = zip(strategy.limits[product].terms, line.terms, strict=False)
    reasons = [strategy.reasons[code] for code in line.reasons]
    return LineAnswer(
        action=line.action.value,
        limit_now=_text(line.limit_now_minor, currency),
        base_limit=format_money(line.base_limit_minor, currency),
        effective_limit=format_money(line.effective_limit_minor, currency),
        price_ppm=line.price_ppm,
        terms=tuple(
            TermAnswer(
                name=term.name, amount=_text(amount, currency), binds=term.name == line.binding
            )
            for term, amount in terms
        ),
        without_binding=_text(line.without_minor, currency),
        gate=line.gate,
        restrictions=line.restrictions,
        reasons=tuple(
            ReasonAnswer(code=each.code, cause=each.cause.value, zh=each.zh, en=each.en)
            for each in reasons
        ),
        what_helps=tuple(
            AdviceAnswer(
                changes=tuple(
                    ChangeAnswer(feature=each.feature, now=each.now, target=each.target)
                    for each in advice.changes
                ),
                limit=format_money(advice.limit_minor, currency),
            )
            for advice in explanation.advice
            if advice.product is product
        ),
    )


def _text(minor: int | None, currency: str) -> str | None:
    return None if minor is None else format_money(minor, currency)
