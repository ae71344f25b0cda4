"""A seeded population: customers of both lines in China, as rows of the standard book.

Customer k is the same however many are made: every thousand-odd customers have a generator of
their own. Marginals follow DATA in the reference of the book; each row keeps all of its checks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from twinline.app.book import COLUMNS, DAY_LEAST, MONTHS
from twinline.sim.account import Habit, live
from twinline.sim.draw import Lots, Spread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from twinline.app.book_ports import Columns, MakeRequest
    from twinline.sim.account import History

POPULATION_VERSION = 1
"""Raised whenever the same seed would give other customers."""
CUSTOMERS_PER_CHUNK = 1024
YUAN = 100

USES = Lots({(True, False): 395, (False, True): 315, (True, True): 165, (False, False): 125})
"""Who uses instalments and the cash loan; of 8,950 card users 56 % and 48 % did, 16.5 % both."""

GRADES = 10
HAZARD_PERCENT = (10, 18, 26, 36, 50, 70, 100, 140, 200, 350)
DEFAULT_PPM = (2_000, 4_000, 7_000, 11_000, 17_000, 25_000, 38_000, 65_000, 115_000, 270_000)
"""By grade of hidden risk, each a tenth of all: falling behind, and defaulting while current."""
LATE_DEFAULT_PPM = (0, 250_000, 600_000, 850_000)
"""The chance to default by lateness now, where it is greater than the grade's."""

PAY_LATER_LIMIT = Spread(500, 1_500, 3_000, 5_000, 8_000, 12_000, 18_000, 25_000, 35_000, 50_000)
CASH_LOAN_LIMIT = Spread(1_000, 3_000, 6_000, 10_000, 16_000, 24_000, 40_000, 70_000, 200_000)
USE_PERCENT = Spread(3, 8, 14, 22, 32, 45, 62, 85)
MONTHS_ON_BOOK = Spread(1, 7, 14, 22, 30, 40, 52, 66, 84, 110, 140)
INCOME = Spread(2_000, 3_200, 4_300, 5_500, 7_000, 9_000, 12_500, 20_000, 45_000)
DEBT_PER_LENDER = Spread(500, 3_000, 8_000, 15_000, 30_000, 60_000, 150_000)
LENDERS = Lots({0: 340, 1: 270, 2: 180, 3: 110, 4: 60, 5: 30, 7: 10})

IDLE_MONTHS = Spread(1, 2, 3, 5, 8, 14, 36)
IDLE_SHARE = 0.12
FULL_PAYER_SHARE = 0.68
"""About two in three pay their statement whole."""
CASH_ONLY_SHARE = 0.1
UNUSED_CASH_SHARE = 0.35
INCOME_KNOWN = 0.4
BUREAU_KNOWN = 0.7
PROTECTED_KNOWN = 0.9
RISKY_GRADE = 7
SCORE_BEST, SCORE_STEP, SCORE_NOISE, SCORE_AGE_DAYS = 900, 42, 120, 90

SEXES = Lots({"female": 480, "male": 520})
AGE_BANDS = Lots(
    {
        "under 25": 220,
        "25-34": 390,
        "35-44": 230,
        "45-54": 110,
        "55-64": 40,
        "65 and over": 10,
    }
)
MARRIAGES = Lots({"married": 470, "single": 490, "others": 40})
EDUCATIONS = Lots({"graduate school": 60, "university": 420, "high school": 420, "others": 100})


@dataclass(frozen=True, slots=True)
class Person:
    """What is drawn of a customer before either line is lived."""

    grade: int
    instalments: bool
    cash: bool
    months_on_book: int
    months_idle: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a customer after its months were lived."""

    limit_minor: int
    instalment_minor: int
    history: History


NO_LINE: list[int | None] = [None] * (3 + 3 * MONTHS)


def customers(request: MakeRequest) -> Iterator[Columns]:
    """Yield the columns of the population, some customers at a time."""
    for first in range(0, request.customers, CUSTOMERS_PER_CHUNK):
        random = Random(f"{POPULATION_VERSION}:{request.seed}:{first}")
        count = min(CUSTOMERS_PER_CHUNK, request.customers - first)
        rows = [_row(first + number + 1, request, random) for number in range(count)]
        yield {
            column.name: list(values)
            for column, values in zip(COLUMNS, zip(*rows, strict=True), strict=True)
        }


def _row(number: int, request: MakeRequest, random: Random) -> list[object]:
    """Return one customer's cells in the order of the book's columns."""
    person = _person(random)
    pay_later = _pay_later(person, random)
    cash_loan = _cash_loan(person, random)
    lines = [line for line in (pay_later, cash_loan) if line is not None]
    late = max((line.history.lateness[0] for line in lines), default=0)
    return [
        f"C{number:09d}",
        request.as_of_on,
        "CNY",
        request.licence.value,
        *_cells(pay_later),
        *_cells(cash_loan),
        person.months_on_book,
        _months_inactive(person, lines),
        *_outside(person, request.as_of_on, random),
        *_protected(random),
        _defaulted(person.grade, late, random),
    ]


def _person(random: Random) -> Person:
    instalments, cash = USES.draw(random)
    months_on_book = MONTHS_ON_BOOK.draw(random)
    idle = IDLE_MONTHS.draw(random) if random.random() < IDLE_SHARE else 0
    return Person(
        grade=int(random.random() * GRADES),
        instalments=instalments,
        cash=cash,
        months_on_book=months_on_book,
        months_idle=min(idle, months_on_book),
    )


def _pay_later(person: Person, random: Random) -> Line | None:
    """Return the pay-later line; a few who only borrow cash have none."""
    if person.cash and not person.instalments and random.random() < CASH_ONLY_SHARE:
        return None
    limit = _limit(PAY_LATER_LIMIT, person.grade, random)
    use = USE_PERCENT.draw(random) * (GRADES + person.grade) // GRADES
    spend = limit * min(use, 95) // 100
    habit = Habit(
        limit_minor=limit,
        opening_minor=spend,
        spend_minor=spend,
        active_ppm=900_000,
        months_idle=person.months_idle,
        full=random.random() < FULL_PAYER_SHARE,
        carried_percent=70 if person.instalments else 0,
        hazard_percent=HAZARD_PERCENT[person.grade],
    )
    history = live(habit, min(MONTHS, person.months_on_book), random)
    share = 30 + int(random.random() * 50) if person.instalments else 0
    return Line(limit, history.statements[0] * share // 100, history)


def _cash_loan(person: Person, random: Random) -> Line | None:
    """Return the cash-loan line; some who never draw hold one all the same."""
    if not person.cash and random.random() >= UNUSED_CASH_SHARE:
        return None
    limit = _limit(CASH_LOAN_LIMIT, person.grade, random)
    drawn = limit * USE_PERCENT.draw(random) // 100 if person.cash else 0
    habit = Habit(
        limit_minor=limit,
        opening_minor=drawn,
        spend_minor=drawn,
        active_ppm=150_000,
        months_idle=person.months_idle,
        full=False,
        carried_percent=0,
        hazard_percent=HAZARD_PERCENT[person.grade],
    )
    history = live(habit, min(MONTHS, person.months_on_book), random)
    charged = 2 if history.lateness[0] else 0
    return Line(limit, history.statements[0] * (100 - charged) // 100, history)


def _limit(spread: Spread, grade: int, random: Random) -> int:
    """Return a limit in minor units: whole hundreds of yuan, lower for the riskier."""
    yuan = spread.draw(random) * (125 - 5 * grade) // 125
    return max(5, yuan // 100) * 100 * YUAN


def _cells(line: Line | None) -> list[int | None]:
    """Return one line's cells; months before it was opened are empty, as is a line not held."""
    if line is None:
        return NO_LINE
    history = line.history
    unlived: list[int | None] = [None] * (MONTHS - len(history.statements))
    return [
        line.limit_minor,
        history.statements[0],
        line.instalment_minor,
        *history.statements,
        *unlived,
        *history.payments,
        *unlived,
        *history.lateness,
        *unlived,
    ]


def _months_inactive(person: Person, lines: list[Line]) -> int:
    """Return how many of the latest months saw no purchase on either line."""
    lived = min(MONTHS, person.months_on_book)
    for month in range(lived):
        if any(line.history.purchases[month] for line in lines):
            return month
    return max(person.months_idle, lived)


def _outside(person: Person, as_of_on: date, random: Random) -> list[object]:
    """Return income, debt and lenders elsewhere, and the external score, where known."""
    income = INCOME.draw(random) * YUAN if random.random() < INCOME_KNOWN else None
    debt = lenders = score = score_on = None
    if random.random() < BUREAU_KNOWN:
        lenders = LENDERS.draw(random) + (person.grade >= RISKY_GRADE)
        debt = lenders * DEBT_PER_LENDER.draw(random) * YUAN
        score = SCORE_BEST - SCORE_STEP * person.grade - int(random.random() * SCORE_NOISE)
        age = timedelta(days=int(random.random() * SCORE_AGE_DAYS))
        score_on = max(DAY_LEAST, as_of_on - age)
    return [income, debt, lenders, score, score_on]


def _protected(random: Random) -> list[str | None]:
    known = random.random() < PROTECTED_KNOWN
    drawn = [lots.draw(random) for lots in (SEXES, AGE_BANDS, MARRIAGES, EDUCATIONS)]
    return [word if known else None for word in drawn]


def _defaulted(grade: int, late: int, random: Random) -> bool:
    """Draw the outcome: by hidden grade, or by lateness now where that is worse."""
    by_lateness = LATE_DEFAULT_PPM[min(late, len(LATE_DEFAULT_PPM) - 1)]
    return random.random() * 1_000_000 < max(DEFAULT_PPM[grade], by_lateness)
