"""Reviews for tests: outcomes put together by hand, tallied, with the standard strategy."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from tests.columns import columns_of, known_of
from tests.tables import ROOT
from twinline.app.book import PROTECTED_COLUMNS, readable_columns
from twinline.app.review import strategy_facts
from twinline.app.review_record import RECORD_VERSION, BookFacts, ReviewRecord
from twinline.decision.law import LawValues
from twinline.decision.load import load_strategy
from twinline.decision.outcome import LineOutcome, Outcome
from twinline.decision.strategy import Action
from twinline.portfolio.tally import Tally
from twinline.portfolio.tally_columns import add_columns
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinline.decision.strategy import Strategy

OFFERED = {Action.INVITE, Action.RAISE, Action.KEEP, Action.CUT}


@cache
def standard() -> Strategy:
    """Return the standard strategy."""
    folder = ROOT / "strategies" / "standard"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return load_strategy(files, columns=readable_columns())


def line(
    action: Action,
    now: int = 0,
    base: int = 0,
    *,
    reason: str = "LITTLE_SEEN",
    price_ppm: int = 160_000,
) -> LineOutcome:
    """Return what is decided for a line, in minor units; a stop leaves nothing to use."""
    offered = action in OFFERED
    return LineOutcome(
        action=action,
        limit_now_minor=now,
        base_limit_minor=base,
        effective_limit_minor=base if offered else 0,
        terms=(),
        binding="score",
        without_minor=None,
        price_ppm=price_ppm if offered else None,
        price_parts=(),
        price_binding="ceiling" if price_ppm == 240_000 else "parts",
        gate="",
        restrictions=(),
        reasons=(reason,),
    )


def outcome(
    pay_later: LineOutcome,
    cash_loan: LineOutcome,
    *,
    score: int | None = 540,
    segment: str = "revolving",
) -> Outcome:
    """Return what is decided for a customer."""
    return Outcome(
        customer_id="c",
        licence=Licence.BANK,
        challenger=False,
        score=score,
        pd_ppm=None if score is None else 100_000,
        segment=segment,
        points=(),
        joint_limit_minor=None,
        joint_terms=(),
        joint_binding="score",
        pay_later=pay_later,
        cash_loan=cash_loan,
        doubts=(),
    )


Customer = tuple[Outcome, bool | None, "Sequence[str | None]"]
"""A customer's outcome, whether they defaulted, and their protected groups."""

NO_GROUPS: tuple[None, ...] = (None,) * len(PROTECTED_COLUMNS)


def tallied(customers: Iterable[Customer]) -> Tally:
    """Return the tally of customers of a book in yuan."""
    tally, some = Tally("CNY", PROTECTED_COLUMNS, standard().limits), list(customers)
    if not some:
        return tally
    pay_later, cash_loan = (len(standard().limits[product].terms) for product in Product)
    widths = pay_later, cash_loan
    known = known_of([each[1] for each in some], [each[2] for each in some])
    add_columns(tally, columns_of([each[0] for each in some], widths), known, 1)
    return tally


def book_facts(path: str, rows: int) -> BookFacts:
    """Return what a record says of the book it was made from."""
    return BookFacts(
        path=path, sha256="a" * 64, rows=rows, currency="CNY", as_of_on=date(2026, 10, 31)
    )


def record(customers: Iterable[Customer], path: str = "book.parquet") -> ReviewRecord:
    """Return the record of a review of customers by the standard strategy."""
    figures = tallied(customers).figures()
    return ReviewRecord(
        record_version=RECORD_VERSION,
        twinline_version="0.0.0",
        book=book_facts(path, figures.customers),
        strategy=strategy_facts(standard()),
        decided_on=date(2026, 11, 1),
        law=(LawValues(licence=Licence.BANK, person_cap_minor=1, price_ceiling_ppm=240_000),),
        decisions_digest="d" * 64,
        decisions_sha256="e" * 64,
        figures=figures,
    )
