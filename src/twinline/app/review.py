"""The main job: every customer of a book decided for both lines, with everything to replay it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline import __version__
from twinline.app.book import PROTECTED_COLUMNS, readable_columns
from twinline.app.explaining import examples_of
from twinline.app.fault import InputFault, NoLawFault
from twinline.app.review_ports import Deciding
from twinline.app.review_record import RECORD_VERSION, BookFacts, ReviewRecord, StrategyFacts
from twinline.compliance.law import UnknownCurrencyError, read_law
from twinline.decision.decide import Decider
from twinline.decision.fault import StrategyFault, one_line
from twinline.decision.load import load_strategy
from twinline.portfolio.tally import Tally
from twinline.terms.dated import NotInForceError
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from twinline.app.book_ports import Progress
    from twinline.app.review_ports import BookSource, Customer, Language, Page, Shelf
    from twinline.compliance.law import Law
    from twinline.decision.law import LawValues
    from twinline.decision.strategy import Strategy
    from twinline.portfolio.figures import Figures

REPORT = "report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRequest:
    """A book to review by a strategy into a folder.

    The law is the one in force on `decided_on`; without it, on the book's day or the day the
    law's table was last checked, whichever is later. `lang` is the language of the page,
    `jobs` how many processes decide; without it as many as there are cores, if that is worth it.
    """

    book: Path
    strategy: Path
    out: Path
    decided_on: date | None = None
    lang: Language = "en"
    jobs: int | None = None


def review(request: ReviewRequest, shelf: Shelf, page: Page, progress: Progress) -> ReviewRecord:
    """Decide every customer, write the folder and return its record.

    Raises `Fault` for an input that cannot be used or an output that cannot be written; then,
    and on an interruption, nothing is left where the folder would be.
    """
    law = read_law(shelf.law_text())
    files = shelf.strategy_files(request.strategy)
    book = shelf.sound_book(request.book, progress)
    strategy = usable_strategy(request.strategy, files, scale_of(law, book))
    deciding = deciding_of(request, strategy, None, law, book)
    tally = Tally(book.currency, PROTECTED_COLUMNS, strategy.limits)
    with (
        shelf.decisions_into(request.out) as sink,
        book.decided(deciding, request.jobs) as parts,
    ):
        done = 0
        for part in parts:
            sink.write(part)
            tally.merge(part.tally)
            done += part.rows
            progress(done, book.rows)
        record = review_record(deciding, book, sink.finish(), tally.figures())
        kept = {f"strategy/{name}": content for name, content in files.items()}
        examples = examples_of(record.figures.examples, deciding, book)
        kept[REPORT] = page(record, strategy, examples, request.lang)
        sink.keep(record, kept)
    return record


def deciding_of(
    request: ReviewRequest,
    strategy: Strategy,
    against: Strategy | None,
    law: Law,
    book: BookSource,
) -> Deciding:
    """Return who decides, when and under which law; raises `InputFault` for another day."""
    decided_on = day_of_decision(request.decided_on, book.as_of_on, law)
    for each in (strategy, against):
        if each is not None:
            decider_on(each, decided_on)  # says now what would stop every process
    return Deciding(
        strategy=strategy,
        decided_on=decided_on,
        laws=tuple(laws_on(law, decided_on, book.currency).values()),
        as_of_on=book.as_of_on,
        law_known_on=law.known_on,
        against=against,
    )


def review_record(
    deciding: Deciding, book: BookSource, digests: tuple[str, str], figures: Figures
) -> ReviewRecord:
    """Return the record of a review; `digests` are of the decisions' content and of their file."""
    digest, sha256 = digests
    return ReviewRecord(
        record_version=RECORD_VERSION,
        twinline_version=__version__,
        book=book_facts(book),
        strategy=strategy_facts(deciding.strategy),
        decided_on=deciding.decided_on,
        law_known_on=deciding.law_known_on,
        law=deciding.laws,
        decisions_digest=digest,
        decisions_sha256=sha256,
        figures=figures,
    )


def day_of_decision(asked: date | None, as_of_on: date, law: Law) -> date:
    """Return the day asked for; without one, the later of the customers' day and the law's.

    A day after the one on which the law's table was last held against its sources is decided by
    the newest values there; whoever shows the decision says so. Raises `InputFault` for a day
    before the one that the customers are described on.
    """
    day = asked or max(as_of_on, law.known_on)
    if day < as_of_on:
        rule = f"a decision is not made before the day that customers are described on, {as_of_on}"
        raise InputFault(place="decided on", value=day, rule=rule)
    return day


def usable_strategy(folder: Path, files: Mapping[str, bytes], scale: int) -> Strategy:
    """Return the strategy of a folder; raises `InputFault` with all that is wrong in it."""
    try:
        return load_strategy(files, columns=readable_columns(), currency_scale=scale)
    except StrategyFault as fault:
        raise StrategyInputFault(folder, fault) from fault


class StrategyInputFault(InputFault):
    """A strategy that cannot be used: its first finding, and all others on lines of their own."""

    def __init__(self, folder: Path, fault: StrategyFault) -> None:
        """Say the folder before each finding."""
        first = fault.findings[0]
        place = f"{folder}/{first.place}"
        super().__init__(place=place, value=first.value, rule=first.rule)
        self.findings = fault.findings
        self.folder = folder

    def __str__(self) -> str:
        """Return every finding, one a line."""
        return "\n".join(one_line(f"{self.folder}/{finding}") for finding in self.findings)


def scale_of(law: Law, book: BookSource) -> int:
    """Return how many units of the book's currency a strategy's yuan stands for."""
    try:
        return law.scale(book.currency)
    except UnknownCurrencyError as error:
        rule = f"the law's table must give its scale ({error})"
        raise InputFault(
            place=f"{book.path}, column currency", value=book.currency, rule=rule
        ) from error


def decider_on(strategy: Strategy, decided_on: date) -> Decider:
    """Return the strategy compiled for the day."""
    try:
        return Decider(strategy, decided_on)
    except NotInForceError as error:
        rule = f"every dated value of the strategy must have begun ({error})"
        raise InputFault(place="decided on", value=decided_on, rule=rule) from error


def laws_on(law: Law, decided_on: date, currency: str) -> dict[str, LawValues]:
    """Return what binds on the day, by licence; a licence nothing binds yet is left out."""
    laws = {}
    for licence in Licence:
        with suppress(NotInForceError):
            laws[licence.value] = law.values(licence, decided_on, currency)
    return laws


def laws_of(laws: Mapping[str, LawValues], customer: Customer) -> LawValues:
    """Return what binds a customer's lender."""
    found = laws.get(customer.licence)
    if found is None:
        raise NoLawFault(customer.number, customer.licence)
    return found


def book_facts(book: BookSource) -> BookFacts:
    """Return what a record says of its book."""
    return BookFacts(
        path=book.location,
        sha256=book.sha256,
        rows=book.rows,
        currency=book.currency,
        as_of_on=book.as_of_on,
    )


def strategy_facts(strategy: Strategy) -> StrategyFacts:
    """Return what a record says of its strategy."""
    terms = {
        product: tuple(term.name for term in strategy.limits[product].terms) for product in Product
    }
    parts = {
        product: tuple(part.name for part in strategy.prices[product].parts) for product in Product
    }
    return StrategyFacts(
        name=strategy.name,
        version=strategy.version,
        owner=strategy.owner,
        logic_hash=strategy.logic_hash,
        content_hash=strategy.content_hash,
        currency_scale=strategy.currency_scale,
        scorecard=tuple(attribute.feature for attribute in strategy.scorecard),
        joint_terms=tuple(term.name for term in strategy.joint.terms),
        pay_later_terms=terms[Product.PAY_LATER],
        cash_loan_terms=terms[Product.CASH_LOAN],
        pay_later_price_parts=parts[Product.PAY_LATER],
        cash_loan_price_parts=parts[Product.CASH_LOAN],
    )
