"""One customer decided: a request in JSON, an answer in JSON, money as decimal text.

The request speaks of a customer as a person at the lender would: two lines, six months each, the
latest first. The answer carries everything an explanation needs.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import msgspec

from twinline.app.book import COLUMN_BY_NAME, MONTHS, Kind
from twinline.app.explaining import explain_customer
from twinline.app.fault import InputFault
from twinline.app.review import decider_on, laws_of, laws_on, usable_strategy
from twinline.app.review_ports import Customer
from twinline.compliance.law import read_law
from twinline.decision.decide import day_number
from twinline.kernel.money import MoneyFormatError, format_money, parse_money
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.app.explanation import Explanation
    from twinline.app.review_ports import Cell, Shelf
    from twinline.decision.outcome import LineOutcome
    from twinline.decision.strategy import Strategy

Months = Annotated[list[str | None], msgspec.Meta(max_length=MONTHS)]
Counts = Annotated[list[int | None], msgspec.Meta(max_length=MONTHS)]


class LineRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of the customer: amounts as decimal text, months with the latest first."""

    limit: str
    balance: str = "0"
    instalments: str = "0"
    statements: Months = []
    payments: Months = []
    lateness: Counts = []


class CustomerRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A customer as of a day. An absent line is no line; all else that is absent is unknown."""

    customer_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    as_of_on: date
    currency: str = "CNY"
    licence: Licence = Licence.CONSUMER_FINANCE
    pay_later: LineRequest | None = None
    cash_loan: LineRequest | None = None
    months_on_book: int | None = None
    months_inactive: int | None = None
    income: str | None = None
    debt_elsewhere: str | None = None
    lenders_elsewhere: int | None = None
    external_score: int | None = None
    external_score_on: date | None = None


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
    """What is decided for one customer, and by what."""

    customer_id: str
    as_of_on: date
    decided_on: date
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


def read_customer(text: bytes) -> CustomerRequest:
    """Return the request; raises `InputFault` naming field, value and rule."""
    try:
        return msgspec.json.decode(text, type=CustomerRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said = str(error).replace("`", "")
        rule, _, where = said.partition(" - at ")
        place = f"the customer, {where.lstrip('$.')}" if where else "the customer"
        raise InputFault(place=place, value="cannot be read", rule=rule) from error


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
    day = decided_on or max(request.as_of_on, law.known_on)
    customer = customer_of(request, strategy)
    return explain_customer(
        decider_on(strategy, day),
        customer,
        laws_of(laws_on(law, day, request.currency), customer),
        currency=request.currency,
        as_of_on=request.as_of_on,
    )


def customer_of(request: CustomerRequest, strategy: Strategy) -> Customer:
    """Return the request as a row of a book."""
    cells = _cells(request)
    for name, value in cells.items():
        column = COLUMN_BY_NAME[name]
        if value is not None and not column.least <= value <= column.greatest:
            rule = f"must be {column.least} to {column.greatest} ({column.kind.value})"
            raise InputFault(place=f"the customer, {name}", value=value, rule=rule)
    return Customer(
        number=1,
        customer_id=request.customer_id,
        licence=request.licence.value,
        cells=tuple(cells.get(name) for name in strategy.columns),
        defaulted=None,
        groups=(),
    )


def _cells(request: CustomerRequest) -> dict[str, Cell]:
    score_on = request.external_score_on
    cells: dict[str, Cell] = {
        "months_on_book": request.months_on_book,
        "months_inactive": request.months_inactive,
        "income_minor": _minor(request, "income", request.income),
        "debt_elsewhere_minor": _minor(request, "debt_elsewhere", request.debt_elsewhere),
        "lenders_elsewhere": request.lenders_elsewhere,
        "external_score": request.external_score,
    }
    for product in Product:
        line = request.pay_later if product is Product.PAY_LATER else request.cash_loan
        if line is not None:
            cells.update(_line_cells(request, product.value, line))
    if score_on is not None:
        cells["external_score_on"] = day_number(score_on)
    known = {name: value for name, value in cells.items() if value is not None}
    return {
        name: known.get(name)
        for name, column in COLUMN_BY_NAME.items()
        if column.kind in {Kind.MINOR, Kind.COUNT, Kind.SCORE} or name == "external_score_on"
    }


def _line_cells(request: CustomerRequest, name: str, line: LineRequest) -> dict[str, Cell]:
    cells: dict[str, Cell] = {
        f"{name}_limit_minor": _minor(request, f"{name}.limit", line.limit),
        f"{name}_balance_minor": _minor(request, f"{name}.balance", line.balance),
        f"{name}_instalment_minor": _minor(request, f"{name}.instalments", line.instalments),
    }
    for month, text in enumerate(line.statements, 1):
        cells[f"{name}_statement_minor_{month}"] = _minor(request, f"{name}.statements", text)
    for month, text in enumerate(line.payments, 1):
        cells[f"{name}_payment_minor_{month}"] = _minor(request, f"{name}.payments", text)
    for month, count in enumerate(line.lateness, 1):
        cells[f"{name}_lateness_{month}"] = count
    return cells


def _minor(request: CustomerRequest, field: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_money(text, request.currency)
    except MoneyFormatError as error:
        raise InputFault(place=f"the customer, {field}", value=text, rule=str(error)) from error


def answer_of(explanation: Explanation) -> OutcomeAnswer:
    """Return an explanation as the answer that goes out."""
    outcome, strategy, currency = explanation.outcome, explanation.strategy, explanation.currency
    return OutcomeAnswer(
        customer_id=outcome.customer_id,
        as_of_on=explanation.as_of_on,
        decided_on=explanation.decided_on,
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
    strategy, currency = explanation.strategy, explanation.currency
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
