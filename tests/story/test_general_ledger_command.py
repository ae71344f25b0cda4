"""A book in PostgreSQL as an accountant asks for it: its trial balance, its journal in a file."""

from __future__ import annotations

import asyncio
import csv
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.databases import empty
from tests.postings import capture, dated, draw, opening, purchase_hold, repayment
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.export import COLUMNS
from twinline.wiring import main

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2025, 3, 4)
MORNING = datetime(2025, 3, 4, 9, tzinfo=UTC)
NOON = MORNING + timedelta(hours=3)


def run(*arguments: object) -> int:
    """Run a command; return its exit code."""
    return main([str(argument) for argument in arguments])


@pytest.fixture
def lived(book: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a book in which a customer drew and bought, and repaid at noon."""
    monkeypatch.delenv("TWINLINE_DATABASE_URL", raising=False)

    async def live() -> None:
        async with PostgresStore(book) as store:
            for posting in (
                opening(),
                draw("D1", 300),
                purchase_hold("H1", 200),
                capture("P1", "H1", 150),
                purchase_hold("H2", 50),
            ):
                await store.post(dated(posting, on=DAY, at=MORNING))
            await store.post(dated(repayment("R1", 100), on=DAY, at=NOON))

    empty(book)
    asyncio.run(live())
    return book


def test_a_trial_balance_says_that_it_sums_to_zero(
    lived: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every kind of account has its line, money before limits, and each part is even."""
    assert run("bank", "trial-balance", "--database", lived) == 0
    assert capsys.readouterr().out == (
        "     account           licence  funder  debit  credit  pending\n"
        "CNY  principal         CF       own      3.50\n"
        "CNY  settlement        CF       own              2.00\n"
        "CNY  merchant_payable                            1.50\n"
        "CNY  limit                                      80.00\n"
        "CNY  use                                10.50             1.50\n"
        "CNY  headroom                           69.50            -1.50\n"
        "CNY, money: debits 3.50, credits 3.50: sums to zero\n"
        "CNY, limits: debits 80.00, credits 80.00: sums to zero\n"
    )


def test_a_trial_balance_knows_both_times(lived: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By the morning nothing was repaid; by the day before nothing had counted but limits."""
    asked = ("bank", "trial-balance", "--database", lived)
    assert run(*asked, "--booked-until", MORNING.isoformat()) == 0
    assert "CNY, money: debits 4.50, credits 4.50: sums to zero\n" in capsys.readouterr().out

    assert run(*asked, "--value-until", DAY - timedelta(days=1)) == 0
    out = capsys.readouterr().out
    assert "money" not in out
    assert "CNY, limits: debits 80.00, credits 80.00: sums to zero\n" in out


def test_a_roll_up_that_was_changed_does_not_balance(
    lived: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is not even is said with the amount, exit code 1."""
    asked = ("bank", "trial-balance", "--database", lived)
    assert run(*asked) == 0
    with psycopg.connect(lived, autocommit=True) as connection:
        connection.execute(
            "UPDATE twinline.rollup SET posted_minor = posted_minor + 7 "
            "WHERE account LIKE 'settlement/%'"
        )
    capsys.readouterr()

    assert run(*asked) == 1
    assert capsys.readouterr().out.endswith(
        "CNY, money: debits 3.50, credits 3.43: 0.07 apart, 0.00 pending\n"
        "CNY, limits: debits 80.00, credits 80.00: sums to zero\n"
    )


def test_exports_of_consecutive_spans_are_the_journal(
    lived: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where one export ended the next begins, and both have the head and every row once."""
    first, rest, whole = (tmp_path / name for name in ("first.csv", "rest.csv", "whole.csv"))
    export = ("bank", "export", "--database", lived, "--out")
    assert run(*export, first, "--booked-until", MORNING.isoformat()) == 0
    said = capsys.readouterr().out
    assert said.endswith(" rows, booked until 2025-03-04T09:00:00+00:00\n")
    until = said.split()[-1]
    assert run(*export, rest, "--booked-after", until) == 0
    assert run(*export, whole) == 0

    with (
        first.open(newline="") as one,
        rest.open(newline="") as two,
        whole.open(newline="") as all_,
    ):
        first_rows, rest_rows, rows = (list(csv.reader(each)) for each in (one, two, all_))
    assert rows == [list(COLUMNS), *first_rows[1:], *rest_rows[1:]]
    assert {row[2] for row in rest_rows[1:]} == {"R1"}
    assert {row[2] for row in first_rows[1:]} == {"open", "D1", "H1", "P1", "H2"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "first.csv",
        "rest.csv",
        "whole.csv",
    ]


def test_an_export_writes_over_nothing(
    lived: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is there stays as it is, exit code 2."""
    out = tmp_path / "journal.csv"
    out.write_bytes(b"before")

    assert run("bank", "export", "--database", lived, "--out", out) == 2
    assert "is there already: nothing is written over: name a new file" in capsys.readouterr().err
    assert out.read_bytes() == b"before"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (("--booked-until", "2199-01-01T00:00:00Z"), "at least a minute ago"),
        (
            ("--booked-after", "2025-01-02T00:00Z", "--booked-until", "2025-01-02T00:00Z"),
            "before the end of the span, 2025-01-02T00:00:00+00:00",
        ),
    ],
)
def test_a_span_that_is_not_at_rest_is_a_fault(
    lived: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    span: tuple[str, ...],
    said: str,
) -> None:
    """What may still be booked, or nothing at all, is not exported, and no file is left."""
    out = tmp_path / "journal.csv"
    assert run("bank", "export", "--database", lived, "--out", out, *span) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()
