from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.comparisons import BOOKS, comparison_record
from tests.pages import Reading
from tests.reviews import NO_GROUPS, line, outcome, standard
from twinline.adapters.report.comparison import comparison_page
from twinline.decision.strategy import Action

if TYPE_CHECKING:
    from tests.comparisons import Case
    from twinline.app.compare_record import ComparisonRecord
    from twinline.app.review_ports import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")

SMALL = outcome(line(Action.KEEP, 10_000_00, 10_000_00), line(Action.DECLINE))
LARGE = outcome(
    line(Action.RAISE, 10_000_00, 12_000_00, price_ppm=150_000),
    line(Action.INVITE, 0, 5_000_00, reason="STREAK_SHORT"),
    segment="transacting",
)
GATE = standard().gates[0]
STOPPED = msgspec.structs.replace(
    SMALL,
    pay_later=msgspec.structs.replace(line(Action.STOP, 10_000_00), gate=GATE.name),
)
REFERRED = outcome(line(Action.REFER, 7_00, 7_00), line(Action.REFER), score=None, segment="")


def some(women_raised: int = 100) -> list[Case]:
    """Return a small book in which some gain, some lose, and women gain less often."""
    return [
        *[(SMALL, LARGE, False, ("male", *NO_GROUPS[1:]))] * 200,
        *[(SMALL, LARGE, False, ("female", *NO_GROUPS[1:]))] * women_raised,
        *[(SMALL, SMALL, True, ("female", *NO_GROUPS[1:]))] * (200 - women_raised),
        *[(SMALL, STOPPED, True, NO_GROUPS)] * 120,
        (REFERRED, LARGE, None, NO_GROUPS),
    ]


CASES: dict[str, list[Case]] = {
    "nobody": [],
    "one customer": [(SMALL, LARGE, None, NO_GROUPS)],
    "one referred": [(REFERRED, REFERRED, None, NO_GROUPS)],
    "all alike": [(LARGE, LARGE, False, ("male", *NO_GROUPS[1:]))] * 150,
    "no outcome known": [(old, new, None, groups) for old, new, _, groups in some()],
    "some": some(),
}


def page(record: ComparisonRecord, lang: Language = "en") -> bytes:
    """Return the page of a comparison of the standard strategy with itself by another name."""
    return comparison_page(record, standard(), standard(), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("book", CASES)
def test_every_book_has_a_whole_page(book: str, lang: Language) -> None:
    """Whatever moves, the page is well-formed, its ids are its own and it loads nothing."""
    made = page(comparison_record(CASES[book]), lang)
    read = Reading(made)

    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    assert all(target.startswith("#") for target in read.targets)
    assert "default-src 'none'" in made.decode()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chart_has_its_figures_as_a_table(lang: Language) -> None:
    """Each chart comes with a table that stands open until the chart is drawn."""
    made = page(comparison_record(some()), lang)
    charts = json.loads(Reading(made).raw["charts"])

    figures = re.findall(r"<figure.*?</figure>", made.decode(), re.DOTALL)
    assert len(figures) == len(charts) > 5
    assert all("<details open>" in each and "<table>" in each for each in figures)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("book", [book for book in CASES if book != "nobody"])
def test_every_part_says_what_to_see(book: str, lang: Language) -> None:
    """Each section, or each card of it, opens with a sentence."""
    text = page(comparison_record(CASES[book]), lang).decode()
    for section in re.findall(r"<section.*?</section>", text, re.DOTALL):
        cards = re.findall(r"<article.*?</article>", section, re.DOTALL)

        assert '<p class="says">' in section.partition("<article")[0] or all(
            '<p class="says">' in card for card in cards
        )


HOSTILE = "</script><img src=x onerror=alert(1)>\"'&<b>"


def test_names_from_outside_are_escaped() -> None:
    """Markup in a customer's id, a segment, a term, a group, a strategy or a file stays text."""
    odd = msgspec.structs.replace(
        LARGE,
        customer_id=HOSTILE,
        segment=HOSTILE,
        pay_later=msgspec.structs.replace(
            LARGE.pay_later, binding=HOSTILE, reasons=(HOSTILE,), restrictions=(HOSTILE,)
        ),
    )
    cases: list[Case] = [(SMALL, odd, True, (HOSTILE,) * len(NO_GROUPS))] * 120
    record = comparison_record(cases, path=f"/a/{HOSTILE}")
    record = msgspec.structs.replace(
        record, new=msgspec.structs.replace(record.new, name=HOSTILE, version=HOSTILE)
    )
    made = page(record)
    read = Reading(made)

    assert b"<img" not in made
    assert b"<b>\"'&" not in made
    assert read.open == []
    assert HOSTILE in read.text


def test_the_page_says_the_records_figures() -> None:
    """Who gains and loses stands in the head, the swap with its default rates in its section."""
    text = Reading(page(comparison_record(some()))).text

    assert "521 customers: what changes if challenger replaces standard" in text
    assert "301 gain limit · 57.8%" in text
    assert "120 lose limit · 23.0%" in text
    assert (
        "Come in: 0 customers, CNY 0 of limit. Go out: 120 customers, CNY 1.2 m"
        in text.replace("\u00a0", " ")
    )
    assert "Observed default rate: 100.0% of who go out; 25.0% of who are in by both." in text
    assert f"score → {standard().reasons[GATE.reason].en}" in text  # not the gate's own name


def test_the_screening_flags_who_gains_too_seldom() -> None:
    """A group that gains less than four fifths as often as the best is named, and no other."""
    flagged = Reading(page(comparison_record(some(100)))).text
    fine = Reading(page(comparison_record(some(160)))).text

    assert "2 of 4 comparisons fall below four fifths" in flagged
    assert "Pay-later, sex, limit rises: female (50.0%)" in flagged
    assert "None of 4 comparisons falls below four fifths" in fine
    assert "look here" not in fine


def test_equal_logic_is_said_in_the_lead() -> None:
    """Two strategies of one logic are called so, and the page still has every section."""
    record = msgspec.structs.replace(comparison_record(CASES["all alike"]), same_logic=True)
    made = page(record)

    assert "Both strategies have the same logic" in Reading(made).text
    assert made.count(b"<section") == page(comparison_record(some())).count(b"<section")


def test_a_chinese_page_has_no_english_words() -> None:
    """But for names, hashes, commands and files, all is Chinese."""
    text = Reading(page(comparison_record(some()), "zh")).text
    known = (
        r"twinline (replay \.|explain \. --customer ID|explain)|\S+\.(parquet|json)"
        r"|[0-9a-f]{12,}|Twinline|SHA-256|CNY|standard|challenger"
    )

    assert re.findall(r"[A-Za-z]{2,}", re.sub(known, "", text)) == []


@settings(max_examples=30)
@given(BOOKS, st.sampled_from(LANGUAGES))
def test_no_comparison_breaks_a_page(book: list[Case], lang: Language) -> None:
    """Any mixture of outcomes by either strategy renders to a well-formed page."""
    assert Reading(page(comparison_record(book), lang)).open == []
