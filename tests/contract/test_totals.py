"""The trial balance and the exported journal of any store say what its groups have moved."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.postings import (
    AT,
    ON,
    capture,
    dated,
    draw,
    fact_of,
    opening,
    purchase_hold,
    repayment,
    void,
)
from twinline.app.bank.export import COLUMNS, journal_rows
from twinline.app.bank.trial_balance import Part, footed, trial_balance
from twinline.kernel.money import parse_money
from twinline.ledger.event import Event

if TYPE_CHECKING:
    from twinline.app.bank.store import Store
    from twinline.app.bank.trial_balance import Total

pytestmark = pytest.mark.anyio
LATER = AT + timedelta(days=1)


async def live(store: Store) -> None:
    """Let two customers draw, buy and repay, one of them late and backdated."""
    for owner in ("C1", "C2"):
        await store.post(opening(owner))
        await store.post(draw("D1", 300, owner))
    await store.post(purchase_hold("H1", 200))
    await store.post(purchase_hold("H2", 50))
    await store.post(capture("P1", "H1", 150))
    await store.post(void("V2", "H2"))
    await store.post(purchase_hold("H3", 10))
    await store.post(fact_of("C2", "L1", Event.LINE_CHANGED))
    backdated = dated(repayment("R1", 100, "C2"), on=ON - timedelta(days=1), at=LATER)
    await store.post(backdated)


def by_kind(totals: tuple[Total, ...]) -> dict[str, tuple[int, int, int]]:
    """Return the lines of money by kind: debit, credit, pending."""
    return {
        each.kind.value: (each.debit_minor, each.credit_minor, each.pending_minor)
        for each in totals
    }


async def test_debits_and_credits_are_equal(store: Store) -> None:
    """Each line stands on one side, and a currency's lines sum to zero."""
    await live(store)
    totals = await trial_balance(store)

    assert sum(each.debit_minor for each in totals) == sum(each.credit_minor for each in totals)
    assert sum(each.pending_minor for each in totals) == 0
    assert by_kind(totals) == {
        "limit": (0, 16_000, 0),
        "use": (3 * 300 + 3 * 150 + 3 * 200, 0, 3 * 10),
        "headroom": (16_000 - 1_950, 0, -3 * 10),
        "principal": (300 + 150 + 200, 0, 0),
        "settlement": (0, 500, 0),
        "merchant_payable": (0, 150, 0),
    }


async def test_money_and_limits_each_sum_to_zero(store: Store) -> None:
    """What the lines of a part come to is even on both sides, and nothing waits on one alone."""
    await live(store)
    money, limits = footed(await trial_balance(store))

    assert (money.currency, money.part, money.debit_minor) == ("CNY", Part.MONEY, 650)
    assert (limits.currency, limits.part, limits.debit_minor) == ("CNY", Part.LIMITS, 16_000)
    assert money.is_even
    assert limits.is_even


async def test_a_trial_balance_is_as_of_either_time(store: Store) -> None:
    """A repayment booked later and counted earlier is in the one and not in the other."""
    await live(store)

    booked = by_kind(await trial_balance(store, booked_until=AT))
    counted = by_kind(await trial_balance(store, value_until=ON - timedelta(days=1)))
    assert booked["principal"] == (750, 0, 0)
    assert counted["principal"] == (0, 100, 0)
    assert counted["use"] == by_kind(await trial_balance(store))["use"]


async def test_the_exported_journal_comes_to_the_trial_balance(store: Store) -> None:
    """Whoever adds up the rows by account has the same figures, through a CSV file and back."""
    await live(store)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    async for row in journal_rows(store):
        writer.writerow(row)

    text.seek(0)
    sums: Counter[str] = Counter()
    groups: list[tuple[str, str]] = []
    for line in csv.DictReader(text):
        groups.append((line["owner"], line["group_id"]))
        for side, sign in (("debit", 1), ("credit", -1)):
            if line[side]:
                amount = parse_money(line[side], line["currency"])
                sums[line["account"].split("/")[0]] += sign * amount
    expected = {
        name: each[0] - each[1] for name, each in by_kind(await trial_balance(store)).items()
    }
    assert sums == expected
    assert list(dict.fromkeys(groups)) == [
        ("C1", "open"),
        *(("C1", name) for name in ("D1", "H1", "H2", "P1", "V2", "H3")),
        *(("C2", name) for name in ("open", "D1", "L1", "R1")),
    ]


async def test_an_export_is_of_a_span_of_booking(store: Store) -> None:
    """Consecutive spans hold every entry once."""
    await live(store)
    first = [row async for row in journal_rows(store, booked_until=AT)]
    rest = [row async for row in journal_rows(store, booked_after=AT)]

    assert {row[2] for row in rest} == {"R1"}
    assert len(first) + len(rest) == len([row async for row in journal_rows(store)])
    assert all(len(row) == len(COLUMNS) for row in (*first, *rest))
