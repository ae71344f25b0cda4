"""Stories of the standard strategy in aligned text: a customer, a change, what must follow.

    given   steady                    the customer the story starts from
    also    FEATURE VALUE ...         more that is true of them, amounts in yuan
    expect  LINE WORD VALUE           action, gate, binding, reason, edge, or a limit in yuan
    then    FEATURE VALUE ...         a change; the customer is decided again
    expect  LINE base lower           than before the change: lower, higher or same

A limit is `base` (the line's own), `free` (its effective limit) or a term by its name in quotes.
"""

from __future__ import annotations

import shlex
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from tests.standard import standard
from twinline.decision.decide import Decider
from twinline.decision.law import LawValues
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from twinline.decision.outcome import LineOutcome, Outcome
    from twinline.terms.product import Product

LAW = LawValues(licence=Licence.BANK, person_cap_minor=20_000_000, price_ceiling_ppm=240_000)
STEADY: dict[str, int] = {
    "pay_later_limit_minor": 10_000,
    "pay_later_balance_minor": 2_000,
    **{f"pay_later_statement_minor_{month}": 2_000 for month in range(1, 7)},
    **{f"pay_later_payment_minor_{month}": 2_000 for month in range(1, 7)},
    **{f"pay_later_lateness_{month}": 0 for month in range(1, 7)},
    **{f"cash_loan_lateness_{month}": 0 for month in range(1, 7)},
    "cash_loan_limit_minor": 8_000,
    "cash_loan_balance_minor": 0,
    "months_on_book": 30,
    "months_inactive": 0,
    "income_minor": 8_000,
}
"""Thirty months with the lender, everything paid on time, a small cash-loan line."""


WORDS = (["given"], ["also"], ["then"], ["expect"])


@cache
def decider() -> Decider:
    """Return the standard strategy compiled for the day of the stories."""
    return Decider(standard(), date(2026, 11, 1))


def decide(row: dict[str, int]) -> Outcome:
    """Decide a customer; amounts in yuan, what is not named is empty."""
    cells = tuple(
        row[column] * (100 if "_minor" in column else 1) if column in row else None
        for column in standard().columns
    )
    return decider().decide("C1", cells, LAW, 20_000)


def tell(text: str) -> None:
    """Play a story: the lines of a docstring that begin with one of its words."""
    row: dict[str, int] = {}
    before = after = None
    for line in text.splitlines():
        match shlex.split(line) if line.split()[:1] in WORDS else []:
            case ["given", "steady"]:
                row = dict(STEADY)
            case ["also", *pairs]:
                row |= {
                    name: int(value) for name, value in zip(pairs[::2], pairs[1::2], strict=True)
                }
            case ["then", *pairs]:
                before = decide(row)
                row |= {
                    name: int(value) for name, value in zip(pairs[::2], pairs[1::2], strict=True)
                }
                after = None
            case ["expect", product, what, wanted]:
                after = after or decide(row)
                said = seen(after, product, what)
                if wanted in {"lower", "higher", "same"}:
                    assert before is not None, line
                    said = compared(seen(before, product, what), said)
                assert wanted == said or wanted in said.split(), f"{line.strip()}: is {said}"
            case _:
                pass


def seen(outcome: Outcome, product: str, what: str) -> str:
    """Return what an outcome says of a line, amounts in yuan."""
    by_name: dict[str, tuple[Product, LineOutcome]] = {
        each.value: (each, line) for each, line in outcome.lines()
    }
    place, line = by_name[product]
    match what:
        case "action":
            return line.action.value
        case "gate" | "binding":
            return str(getattr(line, what))
        case "reason":
            return " ".join(line.reasons)
        case "edge":
            return ", ".join(line.restrictions) or "none"
        case "base":
            return str(line.base_limit_minor // 100)
        case "free":
            return str(line.effective_limit_minor // 100)
        case "price":
            return str(line.price_ppm)
        case _:
            names = [term.name for term in standard().limits[place].terms]
            return str((line.terms[names.index(what)] or 0) // 100)


def compared(before: str, after: str) -> str:
    """Return how a number moved."""
    old, new = int(before), int(after)
    return "same" if new == old else "higher" if new > old else "lower"
