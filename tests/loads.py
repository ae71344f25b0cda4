"""Rows of a book and what was decided of them, for tests of loading: amounts in fen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from hashlib import sha256
from importlib import resources

from twinline.app.bank.bulk import Chunk, Load
from twinline.app.bank.loading import (
    BookLine,
    BookRow,
    DecidedLine,
    DecidedRow,
    Terms,
    Why,
    brought,
)
from twinline.compliance.law import read_law
from twinline.compliance.person_control import person_cap
from twinline.lines.line import Cause
from twinline.terms.licence import Licence

AT = datetime(2026, 11, 2, 4, 0, 0, 123456, tzinfo=UTC)
ON = date(2026, 11, 2)
AS_OF_ON = date(2026, 10, 31)
BOOK = sha256(b"book").hexdigest()


def terms(weight: Fraction = Fraction(3, 2)) -> Terms:
    """Return what the customers of a load have in common."""
    text = (resources.files("twinline.compliance") / "params" / "china.toml").read_text("utf-8")
    law = read_law(text)
    caps = {each.value: person_cap(law, (each,), ON, "CNY") for each in Licence}
    edges = {
        "late": Why("OVERDUE", Cause.BEHAVIOUR, stops=True),
        "plan": Why("PLAN_OPEN", Cause.POLICY, stops=False),
    }
    return Terms(
        load_id=BOOK,
        review_id="d" * 64,
        as_of_on=AS_OF_ON,
        on=ON,
        at=AT,
        currency="CNY",
        funder="own",
        weight=weight,
        caps=caps,
        gates={"fraud": Why("FRAUD", Cause.POLICY, stops=True)},
        edges=edges,
        command_hash=sha256(b"load").digest(),
    )


def book_row(
    customer_id: str = "C1",
    pay_later: tuple[int, int, int] | None = (10_000, 3_000, 1_001),
    cash_loan: tuple[int, int, int] | None = (20_000, 5_000, 4_000),
    number: int = 1,
) -> BookRow:
    """Return a row; a line is limit, balance and what of it is paid by instalments."""
    return BookRow(
        number=number,
        customer_id=customer_id,
        licence="CF",
        months_on_book=14,
        months_inactive=1,
        pay_later=None if pay_later is None else BookLine(*pay_later),
        cash_loan=None if cash_loan is None else BookLine(*cash_loan),
    )


def decided_line(
    action: str, base: int, effective: int | None = None, gate: str = "", *edges: str
) -> DecidedLine:
    """Return what was decided for a line."""
    stopped = action in {"stop", "decline"}
    limit = base if effective is None else effective
    price_ppm = None if stopped else 150_000
    return DecidedLine(action, base, 0 if stopped else limit, price_ppm, gate, edges)


def decided_row(
    pay_later: DecidedLine | None = None,
    cash_loan: DecidedLine | None = None,
    *,
    joint: int | None = 25_000,
    customer_id: str = "C1",
) -> DecidedRow:
    """Return what was decided for a customer: to keep both lines, if nothing else."""
    return DecidedRow(
        customer_id=customer_id,
        segment="revolving",
        joint_limit_minor=joint,
        pay_later=pay_later or decided_line("keep", 10_000),
        cash_loan=cash_loan or decided_line("keep", 20_000),
    )


SOME = (
    (book_row("C1"), decided_row()),
    (book_row("C2", (10_000, 0, 0), (20_000, 0, 0)), decided_row()),
    (book_row("C3", (10_000, -700, 0), None), decided_row(joint=None)),
    (book_row("C4", None, (20_000, 30_000, 0)), decided_row()),
    (book_row("C5", None, None), decided_row()),
    (book_row("C6", (0, 900, 900), (0, 0, 0)), decided_row(decided_line("decline", 0))),
    (
        book_row("C7"),
        decided_row(
            decided_line("stop", 10_000, None, "", "late"),
            decided_line("cut", 15_000, 9_000, "", "plan"),
        ),
    ),
)
"""Both lines, nothing owed, a credit balance, one line, none, no limit, stopped and cut."""


def chunk(first: int = 1, last: int = len(SOME)) -> Chunk:
    """Return the customers of some of these rows, as they are added together."""
    rows = SOME[first - 1 : last]
    return Chunk(
        load_id=BOOK,
        first_row=first,
        last_row=last,
        booked_at=AT,
        customers=[brought(row, decided, terms()) for row, decided in rows],
    )


LOAD = Load(
    load_id=BOOK,
    decisions_sha256="e" * 64,
    terms='{"funder": "own"}',
    rows=len(SOME),
    begun_at=AT - timedelta(minutes=1),
)
