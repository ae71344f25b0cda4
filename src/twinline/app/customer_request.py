"""One customer as a request in JSON: read, and held to what every row of a book keeps."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import msgspec

from twinline.app.book import COLUMN_BY_NAME, DAY_GREATEST, DAY_LEAST, MONTHS, Kind
from twinline.app.book_rules import ROW_RULES
from twinline.app.fault import InputFault, InputFaults
from twinline.app.review_ports import Customer
from twinline.decision.decide import day_number
from twinline.kernel.money import MoneyFormatError, format_money, parse_money
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinline.app.book import Column
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


def read_customer(text: bytes) -> CustomerRequest:
    """Return the request; raises `InputFault` naming field, value and rule."""
    try:
        return msgspec.json.decode(text, type=CustomerRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        said = str(error).replace("`", "")
        rule, _, where = said.partition(" - at ")
        place = f"the customer, {where.lstrip('$.')}" if where else "the customer"
        raise InputFault(place=place, value="cannot be read", rule=rule) from error


Written = str | int | date
"""What stands in a field of a request: an amount as text, a count or a score, a day."""


def customer_of(
    request: CustomerRequest, strategy: Strategy, place: str = "the customer"
) -> Customer:
    """Return the request as a row of a book; raises `InputFaults` with all that is wrong in it.

    `place` is where the request stands, for the faults.
    """
    reading = _Reading(request, place)
    if reading.faults:
        raise InputFaults(reading.faults)
    return Customer(
        number=1,
        customer_id=request.customer_id,
        licence=request.licence.value,
        cells=tuple(reading.cells.get(name) for name in strategy.columns),
        defaulted=None,
        groups=(),
    )


class _Reading:
    """A request becoming the cells of a row, faults gathered on the way, by the field's name."""

    def __init__(self, request: CustomerRequest, place: str) -> None:
        self._place = place
        self.faults: list[InputFault] = []
        self.cells: dict[str, int] = {}
        self._currency = request.currency
        self._written = {column: (field, cell) for column, field, cell in _fields(request)}
        if not request.customer_id.strip():
            self._fault("customer_id", request.customer_id, "may not be blank")
        for column, (field, cell) in self._written.items():
            self._read(COLUMN_BY_NAME[column], field, cell)
        if not self.faults:
            self._hold_together()

    def _fault(self, field: str, written: Written, rule: str) -> None:
        place = f"{self._place}, {field}"
        self.faults.append(InputFault(place=place, value=written, rule=rule))

    def _read(self, column: Column, field: str, written: Written) -> None:
        if isinstance(written, date):
            if not DAY_LEAST <= written <= DAY_GREATEST:
                self._fault(field, written, f"a day from {DAY_LEAST} to {DAY_GREATEST}")
            self.cells[column.name] = day_number(written)
            return
        try:
            cell = parse_money(written, self._currency) if isinstance(written, str) else written
        except MoneyFormatError as error:
            self._fault(field, written, str(error))
            return
        if not column.least <= cell <= column.greatest:
            least, greatest = (self._shown(column, end) for end in (column.least, column.greatest))
            self._fault(field, written, f"must be {least} to {greatest}")
        self.cells[column.name] = cell

    def _shown(self, column: Column, value: int) -> str:
        money = column.kind is Kind.MINOR
        return format_money(value, self._currency) if money else str(value)

    def _hold_together(self) -> None:
        for rules in ROW_RULES.values():
            for rule in rules:
                if rule.broken(self.cells):
                    field, written = self._written[rule.column]
                    other = self._written.get(rule.other, (rule.other, None))[0]
                    self._fault(field, written, rule.rule.format(other=other))


def _fields(request: CustomerRequest) -> Iterator[tuple[str, str, Written]]:
    """Yield each field that is known: its column in a book, its name in the request, its value."""
    plain = {
        "as_of_on": ("as_of_on", request.as_of_on),
        "months_on_book": ("months_on_book", request.months_on_book),
        "months_inactive": ("months_inactive", request.months_inactive),
        "income_minor": ("income", request.income),
        "debt_elsewhere_minor": ("debt_elsewhere", request.debt_elsewhere),
        "lenders_elsewhere": ("lenders_elsewhere", request.lenders_elsewhere),
        "external_score": ("external_score", request.external_score),
        "external_score_on": ("external_score_on", request.external_score_on),
    }
    for column, (field, cell) in plain.items():
        if cell is not None:
            yield column, field, cell
    if request.pay_later is not None:
        yield from _line_fields(Product.PAY_LATER.value, request.pay_later)
    if request.cash_loan is not None:
        yield from _line_fields(Product.CASH_LOAN.value, request.cash_loan)


def _line_fields(name: str, line: LineRequest) -> Iterator[tuple[str, str, Written]]:
    yield f"{name}_limit_minor", f"{name}.limit", line.limit
    yield f"{name}_balance_minor", f"{name}.balance", line.balance
    yield f"{name}_instalment_minor", f"{name}.instalments", line.instalments
    series: dict[str, tuple[str, list[str | None] | list[int | None]]] = {
        "statement_minor": ("statements", line.statements),
        "payment_minor": ("payments", line.payments),
        "lateness": ("lateness", line.lateness),
    }
    for column, (field, cells) in series.items():
        for month, cell in enumerate(cells, 1):
            if cell is not None:
                yield f"{name}_{column}_{month}", f"{name}.{field}[{month - 1}]", cell
