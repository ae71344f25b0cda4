"""A strategy's own cases: customers, each with the decision the strategy must give them.

They stand in `cases.jsonl` beside the tables, one a line, and are what a committee reads first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from twinline.app.customer_request import CustomerRequest, customer_of
from twinline.app.decide import answer_of
from twinline.app.explaining import explain_customer
from twinline.app.explanation import Frame
from twinline.app.fault import InputFault, InputFaults
from twinline.app.review import day_of_decision, decider_on, laws_of, laws_on, usable_strategy
from twinline.compliance.law import read_law

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from twinline.app.decide import OutcomeAnswer
    from twinline.app.review_ports import Shelf
    from twinline.compliance.law import Law
    from twinline.decision.strategy import Strategy

CASES = "cases.jsonl"
CASES_MAX = 10_000

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A customer on a day, what the case shows, and what the decision must say.

    `expect` holds some of the answer's fields. Of a line it may name the action, limits and
    price, `binds` (the term that gave the limit), `terms` (amounts by name), `gate`,
    `restrictions`, and `reasons` (the first codes, in order).
    """

    case: str
    customer: CustomerRequest
    expect: dict[str, msgspec.Raw]
    decided_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One field of one case that came out otherwise."""

    place: str
    case: str
    field: str
    expected: Json
    got: Json

    def __str__(self) -> str:
        """Return the failure as one line for a person."""
        expected, got = (
            msgspec.json.encode(value).decode() for value in (self.expected, self.got)
        )
        return f"{self.place} {self.case!r}: {self.field}: expected {expected}, got {got}"


def read_cases(files: Mapping[str, bytes]) -> tuple[tuple[str, Case], ...]:
    """Return a strategy's cases with their places; raises `InputFaults` with all that is wrong."""
    if CASES not in files:
        raise InputFault(
            place=CASES, value="is not there", rule="a strategy shows its cases in it"
        )
    faults, cases = [], []
    for number, line in enumerate(files[CASES].splitlines(), 1):
        if not line.strip():
            continue
        place = f"{CASES} line {number}"
        try:
            cases.append((place, msgspec.json.decode(line, type=Case)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            rule = str(error).replace("`", "").replace("$.", "")
            faults.append(InputFault(place=place, value="cannot be read", rule=rule))
    if not cases and not faults:
        faults.append(InputFault(place=CASES, value="no case", rule="one JSON object a line"))
    if faults:
        raise InputFaults(faults)
    return tuple(cases)


def run_cases(folder: Path, shelf: Shelf) -> tuple[int, tuple[Failure, ...]]:
    """Decide every case of a strategy; return how many there are and what came out otherwise."""
    files = shelf.strategy_files(folder)
    cases = read_cases(files)
    law = read_law(shelf.law_text())
    strategies = {
        currency: usable_strategy(folder, files, law.scale(currency))
        for currency in _currencies(cases, law)
    }
    failures = [
        failure
        for place, case in cases
        for failure in _failures(place, case, strategies[case.customer.currency], law)
    ]
    return len(cases), tuple(failures)


def _currencies(cases: Sequence[tuple[str, Case]], law: Law) -> Iterator[str]:
    for place, case in cases:
        currency = case.customer.currency
        if currency not in law.currency_scale:
            rule = f"is one of {', '.join(law.currency_scale)}"
            raise InputFault(place=f"{place}, currency", value=currency, rule=rule)
        yield currency


def _failures(place: str, case: Case, strategy: Strategy, law: Law) -> Iterator[Failure]:
    request = case.customer
    day = day_of_decision(case.decided_on, request.as_of_on, law)
    customer = customer_of(request, strategy, f"{place} {case.case!r}")
    explanation = explain_customer(
        decider_on(strategy, day),
        customer,
        laws_of(laws_on(law, day, request.currency), customer),
        Frame(
            currency=request.currency,
            as_of_on=request.as_of_on,
            law_known_on=law.known_on,
        ),
    )
    got = _shown(answer_of(explanation))
    for field, raw in case.expect.items():
        expected: Json = msgspec.json.decode(raw)
        if field not in got:
            yield _unknown(place, case, field, expected)
        else:
            yield from _held(place, case, (field,), (expected, got[field]))


def _shown(answer: OutcomeAnswer) -> dict[str, Json]:
    """Return an answer as a case speaks of it: terms by name, reasons by code."""
    shown: dict[str, Json] = msgspec.json.decode(msgspec.json.encode(answer))
    for name, line in (("pay_later", answer.pay_later), ("cash_loan", answer.cash_loan)):
        fields: dict[str, Json] = msgspec.json.decode(msgspec.json.encode(line))
        del fields["what_helps"]
        fields["terms"] = {term.name: term.amount for term in line.terms}
        fields["binds"] = next((term.name for term in line.terms if term.binds), None)
        fields["reasons"] = [reason.code for reason in line.reasons]
        shown[name] = fields
    return shown


def _held(
    place: str, case: Case, path: tuple[str, ...], values: tuple[Json, Json]
) -> Iterator[Failure]:
    """Yield what differs between what a case expects of a field and what came out."""
    expected, got = values
    if isinstance(expected, dict) and isinstance(got, dict):
        for key, value in expected.items():
            inner = (*path, key)
            if key not in got:
                yield _unknown(place, case, ".".join(inner), value)
            else:
                yield from _held(place, case, inner, (value, got[key]))
        return
    if path[-1] == "reasons" and isinstance(expected, list) and isinstance(got, list):
        got = got[: len(expected)]
    if type(expected) is not type(got) or expected != got:
        yield Failure(
            place=place, case=case.case, field=".".join(path), expected=expected, got=got
        )


def _unknown(place: str, case: Case, field: str, expected: Json) -> Failure:
    return Failure(
        place=place, case=case.case, field=field, expected=expected, got="no such field"
    )
