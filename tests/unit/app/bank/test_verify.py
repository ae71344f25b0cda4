"""`verify` finds nothing in a sound book, and each planted defect where it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests import planted
from tests.borrower import borrow, paid_back, pay_back
from tests.postings import (
    AT,
    capture,
    draw,
    fact_of,
    opening,
    purchase_hold,
    returned,
    void,
)
from twinline.adapters.memory.store import MemoryStore
from twinline.app.bank.verify import ATTEMPTS, verify
from twinline.ledger.admission import Accepted, Refusal, admit
from twinline.ledger.balance import Balance
from twinline.ledger.event import Event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from twinline.app.bank.store import Store
    from twinline.ledger.account import Account
    from twinline.ledger.admission import Standing

pytestmark = pytest.mark.anyio
UNTIL = AT + timedelta(days=1)


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


async def lines_of(store: Store) -> list[str]:
    """Return every finding as its line."""
    return [str(finding) async for finding in verify(store, until=UNTIL)]


async def loan_life(store: Store) -> None:
    """A draw and two repayments."""
    await store.post(opening())
    await borrow(store, "D1", 500)
    await pay_back(store, "R1", 100)
    await pay_back(store, "R2", 50)


async def test_a_sound_book_has_no_finding() -> None:
    """Whatever was refused, resolved and replayed, a sound book is found sound."""
    store = MemoryStore()
    await loan_life(store)
    await borrow(store, "D2", 9_999)
    await store.post(purchase_hold("H1", 100))
    await store.post(purchase_hold("H2", 100))
    await store.post(void("V2", "H2"))
    await store.post(void("V2", "H2"))

    read: list[tuple[str, int]] = []
    found = [
        each async for each in verify(store, until=UNTIL, seen=lambda *told: read.append(told))
    ]
    assert found == []
    assert read == [("C1", 7)]


async def test_a_skipped_bound_is_found() -> None:
    """A request beyond the limit, accepted, is named with its control."""
    store = MemoryStore(planted.bound_skipped)
    await store.post(opening())
    assert isinstance(await borrow(store, "D1", 801), Accepted)

    assert await lines_of(store) == [
        "C1, entry 2 (loan_disbursed D1): a request took cash_loan to -1 [I2]"
    ]


async def test_a_lost_void_is_found() -> None:
    """A void that gave nothing back leaves headroom that its transfers do not explain."""
    store = MemoryStore(planted.void_lost)
    await store.post(opening())
    await store.post(purchase_hold("H1", 100))
    await store.post(void("V1", "H1"))

    lines = await lines_of(store)
    assert lines[0].startswith("C1, entry 3 (hold_voided V1): headroom is pay_later 900,")
    assert lines[1].startswith("C1, as of seq 3: headroom is pay_later 900,")
    assert len(lines) == 2


async def test_a_wrong_sign_of_the_store_is_found() -> None:
    """A repayment that took headroom is named at its entry."""
    store = MemoryStore(planted.sign_wrong)
    await loan_life(store)

    lines = await lines_of(store)
    assert [line.split(":")[0] for line in lines] == [
        "C1, entry 3 (repaid R1)",
        "C1, entry 4 (repaid R2)",
        "C1, as of seq 4",
    ]


async def test_a_wrong_sign_of_a_command_is_found() -> None:
    """A repayment booked as if called back differs from what its facts say is owed."""
    store = MemoryStore()
    await store.post(opening())
    await borrow(store, "D1", 300)
    snapshot = await store.snapshot("C1")
    assert snapshot is not None
    wrong = replace(paid_back(snapshot, "R1", 100), group=returned("R1", 100).group)
    await store.post(wrong)

    assert await lines_of(store) == [
        "C1, contract K-cash_loan: principal owed is 200, the ledger has 400 [I4]",
        "C1, control cash_loan: use is 400, the principal owed makes it 200 [I4]",
        "C1, control joint: use is 400, the principal owed makes it 200 [I4]",
        "C1, control person: use is 400, the principal owed makes it 200 [I4]",
    ]


async def test_a_forgotten_key_is_found() -> None:
    """A command booked twice stands twice in the journal."""
    store = MemoryStore(planted.key_forgotten)
    await store.post(opening())
    await store.post(draw("D1", 100))
    await store.post(draw("D1", 100))

    lines = await lines_of(store)
    assert lines[0] == ("C1, entry 3 (loan_disbursed D1): its group id was accepted before [I3]")


async def test_an_accepted_stale_decision_is_found() -> None:
    """Two repayments decided on one state leave a contract that neither facts nor ledger know."""
    store = MemoryStore(planted.stale_accepted)
    await store.post(opening())
    await borrow(store, "D1", 300)
    snapshot = await store.snapshot("C1")
    assert snapshot is not None
    for name in ("R1", "R2"):
        assert isinstance(await store.post(paid_back(snapshot, name, 100)), Accepted)

    assert await lines_of(store) == [
        "C1, contract K-cash_loan: principal owed is 200, the ledger has 100 [I4]",
        "C1, contract K-cash_loan: it says principal 200, its facts principal 100 [I4]",
        "C1, control cash_loan: use is 100, the principal owed makes it 200 [I4]",
        "C1, control joint: use is 100, the principal owed makes it 200 [I4]",
        "C1, control person: use is 100, the principal owed makes it 200 [I4]",
    ]


class _ForgetsMerchants(MemoryStore):
    """Tells of the merchant less than was booked."""

    async def balances(
        self,
        owner: str,
        *,
        booked_until: datetime | None = None,
        value_until: date | None = None,
    ) -> Mapping[Account, Balance]:
        """Return what is booked; of the merchant a fen less."""
        told = await super().balances(owner, booked_until=booked_until, value_until=value_until)
        if owner != "M1":
            return told
        return {account: Balance(each.posted_minor + 1) for account, each in told.items()}


async def test_a_roll_up_that_lags_is_found() -> None:
    """An account that many move is held against all entries booked by the moment."""
    store = _ForgetsMerchants()
    await store.post(opening())
    await store.post(purchase_hold("H1", 100))
    await store.post(capture("P1", "H1", 100))

    (line,) = [line for line in await lines_of(store) if line.startswith("M1")]
    assert line == (
        "M1, as booked by 2026-11-03T09:30:00+00:00: "
        "merchant_payable/M1/CNY/// is -99, its entries come to -100 [I1]"
    )


class _Restless(MemoryStore):
    """Books something whenever it is looked at."""

    looks = 0

    async def standing(self, owner: str) -> Standing | None:
        """Return where an owner stands, after one more entry."""
        self.looks += 1
        await self.post(fact_of(owner, f"L{self.looks}", Event.CUSTOMER_CHANGED))
        return await super().standing(owner)


async def test_an_owner_that_never_rests_is_named() -> None:
    """Where claims cannot be read as of one moment, it is said what was not checked."""
    store = _Restless()
    await store.post(opening())

    (line,) = await lines_of(store)
    assert f"changed {ATTEMPTS} times while it was looked at" in line
    assert line.endswith("[busy]")


async def test_later_entries_are_left_for_the_next_time() -> None:
    """An entry booked after the moment counts for its owner, and not for shared accounts yet."""
    store = MemoryStore()
    await loan_life(store)
    snapshot = await store.snapshot("C1")
    assert snapshot is not None
    late = paid_back(snapshot, "R3", 50)
    group = replace(late.group, booked_at=UNTIL + timedelta(hours=1))
    assert isinstance(await store.post(replace(late, group=group)), Accepted)

    assert await lines_of(store) == []


async def test_the_rule_itself_has_no_defect() -> None:
    """The same lives under the true rule show nothing, so it is the defects that were found."""
    store = MemoryStore(admit)
    await loan_life(store)
    await store.post(purchase_hold("H1", 100))
    await store.post(void("V1", "H1"))
    assert await borrow(store, "D2", 801) is Refusal.CASH_LOAN_HEADROOM

    assert await lines_of(store) == []
