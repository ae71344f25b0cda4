from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.example import example, example_files, load
from twinline.decision.diff.change import told
from twinline.decision.diff.compare import diff, side_of

if TYPE_CHECKING:
    from twinline.decision.diff.compare import Side

CHANGED = {
    "a threshold of a gate": (
        "gates.csv",
        "late_now >= 3",
        "late_now >= 2",
        "    gate 'three months late', when: late_now >= 3 → late_now >= 2",
    ),
    "a gate taken out": (
        "gates.csv",
        "price above ceiling,not bears_its_cost,both,decline,PRICE_CEILING\n",
        "",
        (
            "  - gate 'price above ceiling': action decline, lines both, when not bears_its_cost, "
            "reason PRICE_CEILING"
        ),
    ),
    "gates in another order": (
        "gates.csv",
        (
            'short history,"coalesce(months_on_book, 6) < 3",cash_loan,decline,NEW_CUSTOMER\n'
            "streak too short,on_time_streak < 6,cash_loan,decline,STREAK_SHORT\n"
        ),
        (
            "streak too short,on_time_streak < 6,cash_loan,decline,STREAK_SHORT\n"
            'short history,"coalesce(months_on_book, 6) < 3",cash_loan,decline,NEW_CUSTOMER\n'
        ),
        (
            "    order of gates: balance far above limit, three months late, many lenders, "
            "short history, streak too short, price above ceiling → balance far above limit, "
            "three months late, many lenders, streak too short, short history, price above ceiling"
        ),
    ),
    "the size of an edge": (
        "linkage.csv",
        "factor,500_000",
        "factor,250_000",
        "    edge 'pay-later overdue', size: 50 % → 25 %",
    ),
    "the role of a term": (
        "limits.toml",
        '"pay_later_ticket_minor", reason = "SMALL_TICKETS"',
        '"pay_later_ticket_minor", reason = "SMALL_TICKETS", role = "hard"',
        "    pay_later term 'small tickets', role: cap → hard",
    ),
    "the smallest cut": (
        "limits.toml",
        "cut_at_least_ppm   = 50_000",
        "cut_at_least_ppm   = 25_000",
        "    pay_later, smallest cut: 5 % → 2.5 %",
    ),
    "a cell of a limit": (
        "limits/cash_loan_start.csv",
        "12000,20000",
        "12000,15000",
        "    cash_loan_start, transacting, band 560 to 579: 20,000.00 → 15,000.00 (-25.0 %)",
    ),
    "a band that begins elsewhere": (
        "pd.csv",
        "550,86900",
        "555,86900",
        "    probability of default, score 550 to 554: 8.69 % → 11.86 % (+36.5 %)",
    ),
    "a part of a price": (
        "prices.toml",
        'operation       = "20_000"',
        'operation       = "25_000"',
        "    pay_later price part 'operation': 2 % → 2.5 %",
    ),
    "a margin": (
        "prices/pay_later_margin.csv",
        "520,20000",
        "520,18000",
        "    pay_later_margin, late, band 520 to 559: 2 % → 1.8 % (-10.0 %)",
    ),
    "who is in a segment": (
        "segments.csv",
        "months_inactive >= 6",
        "months_inactive >= 9",
        "    segment 'dormant', when: months_inactive >= 6 → months_inactive >= 9",
    ),
    "points of a bin": (
        "scorecard.csv",
        "paid_lately_minor,,250,500,2,PAID_LITTLE",
        "paid_lately_minor,,250,500,4,PAID_LITTLE",
        ("    paid_lately_minor 250.00 to 499.99: 2 points, PAID_LITTLE → 4 points, PAID_LITTLE"),
    ),
    "points of a missing value": (
        "scorecard.csv",
        "months_on_book,missing,,,6,",
        "months_on_book,missing,,,5,",
        "    months_on_book, missing: 6 points → 5 points",
    ),
    "the range of a feature": (
        "features.toml",
        "range = [0, 99]",
        "range = [0, 60]",
        "    feature 'lateness', range: 0 to 99 → 0 to 60",
    ),
    "an amount": (
        "strategy.toml",
        'cash_loan_ticket_minor = "200000"',
        'cash_loan_ticket_minor = "150000"',
        "    amount 'cash_loan_ticket_minor': 200,000.00 → 150,000.00",
    ),
    "a dated value to come": (
        "strategy.toml",
        "2026-01-01 = 30_000",
        "2026-01-01 = 30_000\n2027-01-01 = 28_000",
        "  + dated value 'funding_base_ppm from 2027-01-01': 28_000",
    ),
    "the experiment": (
        "strategy.toml",
        "challenger_ppm = 100_000",
        "challenger_ppm = 50_000",
        "    share of challengers: 10 % → 5 %",
    ),
    "the cause of a reason": (
        "reasons.toml",
        '[STEP]\ncause = "policy"',
        '[STEP]\ncause = "portfolio"',
        "    reason 'STEP': policy → portfolio",
    ),
    "the words of a reason": (
        "reasons.toml",
        '"the most a limit moves at one time"',
        '"the most that a limit moves at once"',
        (
            "    reason STEP.en: the most a limit moves at one time → "
            "the most that a limit moves at once"
        ),
    ),
    "the Chinese name of a term": (
        "limits.toml",
        'zh = "小额分散"',
        'zh = "单户上限"',
        "    pay_later term small tickets.zh: 小额分散 → 单户上限",
    ),
}


def changed(file: str, old: str, new: str) -> Side:
    """Return the standard strategy with some words of a file replaced."""
    files = example_files()
    text = files[file].decode()
    assert old in text
    files[file] = text.replace(old, new, 1).encode()
    return side_of(load(files), files)


def page(after: Side) -> list[str]:
    """Return the page that tells what changed from the standard strategy."""
    before = side_of(example(), example_files())
    return told(before.strategy, after.strategy, diff(before, after)).splitlines()


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_is_told_in_a_line(name: str) -> None:
    """What changed stands on the page as what it was and what it is now."""
    file, old, new, said = CHANGED[name]

    assert said in page(changed(file, old, new))


def test_wording_stands_last_and_says_that_no_decision_differs() -> None:
    """A change of words alone keeps the logic, and the page says so at its head."""
    file, old, new, said = CHANGED["the words of a reason"]
    lines = page(changed(file, old, new))

    assert lines[2:] == ["same logic: no decision can differ", "", "Wording only", said]


def test_the_gravest_consequence_comes_first() -> None:
    """Who is stopped comes before how limits are made, and that before the score."""
    files = example_files()
    for name, old, new in (
        ("scorecard.csv", "late_now,,0,1,52,", "late_now,,0,1,51,"),
        ("limits.toml", 'least = "500"', 'least = "600"'),
        ("gates.csv", "late_now >= 3", "late_now >= 2"),
    ):
        files[name] = files[name].replace(old.encode(), new.encode())
    headings = [line for line in page(side_of(load(files), files))[2:] if line[:1].isalpha()]

    assert headings == ["Who is stopped, referred or declined", "How limits are made", "Score"]


def test_the_same_files_leave_nothing_to_tell() -> None:
    """A strategy held against itself says that the files are the same."""
    assert page(side_of(example(), example_files()))[2:] == ["same files"]


def test_spaces_and_comments_are_no_change() -> None:
    """What only looks different is told as the same logic, without a single change."""
    lines = page(changed("values.toml", "# Results on the way", "#   Results on their way"))

    assert lines[2:] == ["same logic: no decision can differ"]
