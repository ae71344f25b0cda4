"""A book in PostgreSQL as an auditor finds it: true, signed, and then changed behind its back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.banks import new_world, opened
from tests.borrower import borrow, pay_back
from tests.databases import empty
from tests.postings import opening, purchase_hold
from twinline.adapters.postgres.connections import Connections
from twinline.adapters.postgres.register import PostgresRegister
from twinline.adapters.postgres.store import PostgresStore
from twinline.app.bank.stops import stops_of
from twinline.compliance.lending_stop import Setter
from twinline.wiring import main

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twinline.app.bank.store import Snapshot
    from twinline.compliance.lending_stop import LendingStop


def run(*arguments: object) -> int:
    """Run a command; return its exit code."""
    return main([str(argument) for argument in arguments])


@pytest.fixture
def lived(book: str) -> str:
    """Return the address of a book in which a customer bought, drew and repaid."""

    async def live() -> None:
        async with PostgresStore(book) as store:
            await store.post(opening())
            await borrow(store, "D1", 300)
            await pay_back(store, "R1", 100)
            await store.post(purchase_hold("H1", 200))

    empty(book)
    asyncio.run(live())
    return book


@pytest.fixture
def with_lines(book: str) -> tuple[str, str]:
    """Return the address of a book with one customer, who has both lines, and who that is."""

    async def live() -> str:
        async with PostgresStore(book) as store:
            world = new_world()
            world.bank = replace(world.bank, store=store)
            return await opened(world)

    empty(book)
    return book, asyncio.run(live())


def restrictions(url: str, customer: str) -> list[str]:
    """Return the reasons of what lies on a customer's lines."""

    async def read() -> Snapshot | None:
        async with PostgresStore(url) as store:
            return await store.snapshot(customer)

    snapshot = asyncio.run(read())
    assert snapshot is not None
    return [each.reason for line in snapshot.lines.values() for each in line.restrictions]


def stops(url: str) -> Sequence[LendingStop]:
    """Return the lending stops of a book."""

    async def read() -> Sequence[LendingStop]:
        async with Connections(url, 1) as desk:
            standing, _ = await stops_of(PostgresRegister(desk))
            return standing

    return list(asyncio.run(read()))


def test_a_true_book_is_signed_and_verified(
    lived: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key is made, the book signed, and found as it was signed."""
    private, public, roots = (tmp_path / name for name in ("sign.pem", "verify.pem", "roots"))
    assert run("roots", "key", private, public) == 0
    assert run("roots", "sign", "--database", lived, "--roots", roots, "--key", private) == 0
    capsys.readouterr()

    assert run("verify", "--database", lived) == 0
    assert capsys.readouterr().out == "1 owner, 4 entries: the book is true\n"
    assert run("verify", "--database", lived, "--roots", roots, "--key", public) == 0
    assert capsys.readouterr().out == ("1 owner, 4 entries, 1 signed root: the book is true\n")


def test_a_changed_book_is_found_out(lived: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What someone with the database's own rights changes is named, exit code 1."""
    with psycopg.connect(lived, autocommit=True) as connection:
        connection.execute("UPDATE twinline.customer SET cash_loan = cash_loan + 5")
        connection.execute("UPDATE twinline.journal SET group_id = 'R9' WHERE group_id = 'R1'")

    assert run("verify", "--database", lived) == 1
    out = capsys.readouterr().out
    assert "C1, entry 3 (repaid R9): chain head is" in out
    assert "C1, as of seq 4: headroom is pay_later 800, cash_loan 605," in out
    assert out.endswith("1 owner, 4 entries: 2 findings\n")


def test_what_is_not_true_of_a_customer_stops_its_new_use(
    with_lines: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked to, a verification lays a stop on every line, once; lending to others goes on."""
    url, customer = with_lines
    assert run("verify", "--database", url, "--stop-lending") == 0
    assert "the book is true" in capsys.readouterr().out
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE twinline.customer SET cash_loan = cash_loan + 5")

    for _ in range(2):
        assert run("verify", "--database", url, "--stop-lending") == 1
        out = capsys.readouterr().out
        assert out.endswith(f"{customer}: no new use until its restrictions are ended\n")
    assert restrictions(url, customer) == ["BOOK_UNTRUE", "BOOK_UNTRUE"]
    assert stops(url) == []


def test_what_is_not_true_of_a_shared_account_stops_lending(
    lived: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked to, a verification and a trial balance each set a stop; not asked, they set none."""
    assert run("bank", "trial-balance", "--database", lived, "--stop-lending") == 0
    with psycopg.connect(lived, autocommit=True) as connection:
        connection.execute(
            "UPDATE twinline.rollup SET posted_minor = posted_minor + 7 "
            "WHERE account LIKE 'settlement/%'"
        )
    assert run("bank", "trial-balance", "--database", lived) == 1
    assert stops(lived) == []
    capsys.readouterr()

    assert run("bank", "trial-balance", "--database", lived, "--stop-lending") == 1
    said = "no new lending until two persons lift the stop trial-balance\n"
    assert capsys.readouterr().out.endswith(said)
    (stop,) = stops(lived)
    assert (stop.set_as, stop.figure, stop.seen) == (Setter.MONITOR, "parts_uneven", "1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--folder", "no/where"),
            "no/where: no book: must be a book's folder",
        ),
        (
            ("--database", "postgresql://nobody@127.0.0.1:1/none"),
            "must be a book that runs and can be reached",
        ),
        (("--database", "x", "--roots", "y"), "--roots: alone: needs --key too"),
    ],
)
def test_a_book_that_cannot_be_read_is_a_fault(
    arguments: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is missing or unreachable is named in one line, exit code 2."""
    monkeypatch.delenv("TWINLINE_DATABASE_URL", raising=False)
    assert run("verify", *arguments) == 2
    assert said in capsys.readouterr().err
