from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.pages import Reading
from tests.reviews import NO_GROUPS, line, outcome, record, standard
from twinline.adapters.report.review import review_page
from twinline.adapters.report.words import MINUS
from twinline.app.explaining import explain_customer
from twinline.app.explanation import Example, Frame
from twinline.app.review_ports import Customer as BookCustomer
from twinline.app.told import told
from twinline.decision.decide import Decider
from twinline.decision.strategy import Action

if TYPE_CHECKING:
    from tests.reviews import Customer
    from twinline.app.explanation import Explanation
    from twinline.app.review_ports import Language
    from twinline.app.review_record import ReviewRecord

LANGUAGES: tuple[Language, ...] = ("en", "zh")

RAISED = outcome(
    line(Action.RAISE, 10_000_00, 12_000_00), line(Action.INVITE, 0, 5_000_00), score=570
)
STOPPED = outcome(
    line(Action.STOP, 8_000_00, 8_000_00, reason="OVERDUE"),
    line(Action.DECLINE, reason="STREAK_SHORT"),
    score=450,
    segment="late",
)
CUT = outcome(
    line(Action.CUT, 9_000_00, 6_000_00, price_ppm=240_000), line(Action.DECLINE), score=500
)
REFERRED = outcome(
    line(Action.REFER, 7_000_00, 7_000_00), line(Action.REFER), score=None, segment=""
)


def some(female_stopped: int = 60) -> list[Customer]:
    """Return a small book in which women are stopped more often than men."""
    return [
        *[(RAISED, False, ("male", *NO_GROUPS[1:]))] * 150,
        *[(RAISED, False, ("female", *NO_GROUPS[1:]))] * (150 - female_stopped),
        *[(STOPPED, True, ("female", *NO_GROUPS[1:]))] * female_stopped,
        *[(CUT, True, NO_GROUPS)] * 20,
        (REFERRED, None, NO_GROUPS),
    ]


BOOKS: dict[str, list[Customer]] = {
    "nobody": [],
    "one customer": [(RAISED, None, NO_GROUPS)],
    "one referred": [(REFERRED, None, NO_GROUPS)],
    "only declined": [(outcome(line(Action.DECLINE), line(Action.DECLINE)), False, NO_GROUPS)] * 3,
    "no outcome known": [(each, None, groups) for each, _, groups in some()],
    "some": some(),
}


def explained() -> Explanation:
    """Return the explanation of a customer of whom little is known but a pay-later line."""
    known = {"pay_later_limit_minor": 10_000_00, "pay_later_balance_minor": 2_000_00}
    late = {f"pay_later_lateness_{month}": 0 for month in range(1, 7)}
    cells = tuple((known | late).get(name) for name in standard().columns)
    customer = BookCustomer(
        number=1, customer_id="C1", licence="BK", cells=cells, defaulted=None, groups=NO_GROUPS
    )
    day, law = date(2026, 11, 1), record([]).law[0]
    decider = Decider(standard(), day)
    frame = Frame(currency="CNY", as_of_on=day, law_known_on=day)
    return explain_customer(decider, customer, law, frame)


def page(kept: ReviewRecord, lang: Language = "en") -> bytes:
    """Return the page of a record under the standard strategy."""
    return review_page(kept, standard(), (), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("book", BOOKS)
def test_every_book_has_a_whole_page(book: str, lang: Language) -> None:
    """Whatever the book holds, the page is well-formed and its ids are its own."""
    read = Reading(page(record(BOOKS[book]), lang))

    assert read.open == []
    assert len(read.ids) == len(set(read.ids))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_loads_nothing(lang: Language) -> None:
    """Nothing in the page points outside it, and its policy forbids the browser to look."""
    made = page(record(some()), lang)
    read = Reading(made)

    assert all(target.startswith("#") for target in read.targets)
    assert "default-src 'none'" in made.decode()
    assert not re.search(r"url\(|@import|fetch\(", read.raw["style"])


def test_the_policy_admits_the_two_scripts_there_are() -> None:
    """The policy names the digests of the page's own script and of Plotly's as unpacked."""
    made = page(record(some()))
    read = Reading(made)
    policy = html.unescape(made.decode()[:2_000])
    plotly = gzip.decompress(base64.b64decode(read.raw["plotly"]))

    for script in (read.raw["script"].encode(), plotly):
        digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert b"window.Plotly" in plotly


def test_an_empty_book_carries_no_charts() -> None:
    """A page without charts does not carry the script that would draw them."""
    made = page(record([]))

    assert len(made) < 40_000
    assert Reading(made).raw["charts"] == "[]"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chart_has_its_figures_as_a_table(lang: Language) -> None:
    """Each chart comes with a table that stands open until the chart is drawn."""
    made = page(record(some()), lang)
    charts = json.loads(Reading(made).raw["charts"])

    figures = re.findall(r"<figure.*?</figure>", made.decode(), re.DOTALL)
    assert len(figures) == len(charts) > 0
    assert all("<details open>" in each and "<table>" in each for each in figures)


def test_the_waterfall_says_where_each_step_leads() -> None:
    """The chart's table ends at what can be used, which is what its steps add up to."""
    terms = (9_000_00, None, 6_000_00, *[None] * 5, 0, 50_000_00)
    cut = replace(CUT.pay_later, terms=terms, binding="joint limit")
    made = page(record([(replace(CUT, pay_later=cut), True, NO_GROUPS)]))

    shown = re.sub(r"<[^>]*>", " ", made.decode())
    steps = re.search(r"Step\s+Amount(.*?)Cash loan", shown[shown.index("alone") :], re.DOTALL)
    assert steps is not None
    amounts = re.findall(rf"[{MINUS}\d,]+", steps[1].replace("CNY", ""))
    assert amounts == ["9,000", f"{MINUS}3,000", "6,000", "6,000"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_example_says_what_explain_says(lang: Language) -> None:
    """Every term with an amount, every reason and all that helps stand in the page."""
    explanation = explained()
    example = Example(kind="cut", explanation=explanation)
    made = review_page(record(some()), standard(), [example], lang).decode()
    shown = html.unescape(re.sub(r"<[^>]*>", " ", made))

    for each in told(explanation, lang).lines:
        wanted = [term.name for term in each.terms if term.minor is not None]
        wanted += [reason.text for reason in each.reasons]
        assert len(wanted) > len(each.reasons) > 0
        assert all(words in shown for words in [*wanted, *each.helps, *each.ends])


HOSTILE = "</script><img src=x onerror=alert(1)>\"'&<b>"


def test_names_from_outside_are_escaped() -> None:
    """Markup in the names of a strategy, a segment, a reason, a group or a file stays text."""
    odd = outcome(
        line(Action.CUT, 9_00, 6_00, reason=HOSTILE), line(Action.DECLINE), segment=HOSTILE
    )
    kept = record([(odd, True, (HOSTILE,) * len(NO_GROUPS))] * 120, path=f"/a/{HOSTILE}")
    kept = msgspec.structs.replace(
        kept,
        strategy=msgspec.structs.replace(
            kept.strategy, name=HOSTILE, owner=HOSTILE, version=HOSTILE
        ),
    )
    made = page(kept)
    read = Reading(made)

    assert b"<img" not in made
    assert b"<b>\"'&" not in made
    assert read.open == []
    assert HOSTILE in read.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_money_shares_and_counts_are_the_records(lang: Language) -> None:
    """Counts stand grouped, money with its currency, and the sums are those of the record."""
    read = Reading(page(record([(RAISED, None, NO_GROUPS)] * 1_234), lang))

    assert "1,234" in read.text
    assert "100.0%" in read.text
    assert "CNY\u00a012,340,000" in read.text  # before: 1,234 lines of 10,000


def test_the_screening_flags_a_group_below_four_fifths() -> None:
    """A group whose share is under four fifths of the best group's is named, and no other."""
    flagged = Reading(page(record(some(60)))).text
    fine = Reading(page(record(some(29)))).text

    assert "2 of 2 comparisons fall below four fifths" in flagged
    assert "Pay-later, sex: female (60.0%)" in flagged
    assert "None of 2 comparisons falls below four fifths" in fine
    assert "look here" not in fine


def test_a_small_group_is_shown_and_not_compared() -> None:
    """A group too small to compare carries no flag, whatever its share."""
    few: list[Customer] = [
        *[(RAISED, False, ("male", *NO_GROUPS[1:]))] * 150,
        *[(STOPPED, True, ("female", *NO_GROUPS[1:]))] * 99,
    ]
    text = Reading(page(record(few))).text

    assert "too few" in text
    assert "look here" not in text


def test_a_chinese_page_has_no_english_words() -> None:
    """But for names, hashes, commands and measures known by their letters, all is Chinese."""
    text = Reading(page(record(some()), "zh")).text
    known = (
        r"twinline \S+ \S+( --customer ID)?|python examples/\S+ \.|\S+\.(parquet|json)"
        r"|[0-9a-f]{12,}|Twinline|SHA-256|CNY|AUC|KS|standard|credit committee"
    )

    assert re.findall(r"[A-Za-z]{2,}", re.sub(known, "", text)) == []


ACTIONS = st.sampled_from(Action)
AMOUNTS = st.integers(0, 10**9)
LINES = st.builds(line, ACTIONS, AMOUNTS, AMOUNTS, price_ppm=st.integers(0, 240_000))
CUSTOMERS = st.tuples(
    st.builds(outcome, LINES, LINES, score=st.none() | st.integers(-50, 1_100)),
    st.none() | st.booleans(),
    st.just(NO_GROUPS),
)


@settings(max_examples=30)
@given(st.lists(CUSTOMERS, max_size=12), st.sampled_from(LANGUAGES))
def test_no_book_breaks_a_page(customers: list[Customer], lang: Language) -> None:
    """Any mixture of actions, limits, prices and scores renders to a well-formed page."""
    assert Reading(page(record(customers), lang)).open == []


def test_help_loads_neither_jinja_nor_plotly() -> None:
    """Asking for help does not pay for the page."""
    asked = (
        "import sys, twinline.wiring as wiring\n"
        "try: wiring.main(['review', '--help'])\n"
        "except SystemExit: print(sorted({'jinja2', 'plotly', 'pyarrow'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)

    assert told.stdout.decode().endswith("[]\n")
