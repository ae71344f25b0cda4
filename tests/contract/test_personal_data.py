"""Who a customer is: read on record, masked, and forgotten for good, wherever the bank is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.banks import CARD, KEYRING, MOBILE, RESIDENT_ID, applying, opened
from tests.loads import LOAD, chunk
from twinline.app.bank.acceptance import ACCEPT, AcceptRequest
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.command import OfCustomer
from twinline.app.bank.credit_balances import PAY_OUT_CREDIT_BALANCE, CreditBalanceRequest
from twinline.app.bank.customers import MERGE_CUSTOMER, MergeRequest
from twinline.app.bank.opening import APPLY
from twinline.app.bank.personal_data import (
    DELETE_PERSONAL_DATA,
    LIST_READINGS,
    READ_PERSONAL_DATA,
    Purpose,
    ReadPersonalDataRequest,
)
from twinline.app.bank.reading import READ_CUSTOMER
from twinline.app.bank.repayments import (
    REPAY,
    RETURN_REPAYMENT,
    RepaymentReturnRequest,
    RepayRequest,
    Source,
    SourceKind,
)
from twinline.app.bank.store import CustomerStatus
from twinline.app.bank.vault import Index
from twinline.app.bank.verify import verify

if TYPE_CHECKING:
    from tests.banks import World
    from tests.contract.conftest import Whole
    from twinline.app.bank.personal_data import Shown

pytestmark = pytest.mark.anyio

CLOSE = next(command for command in CATALOGUE if command.name == "close_line")
PLANTED = ("张三", RESIDENT_ID, MOBILE, CARD)


def reading(customer_id: str, *whole: Shown) -> ReadPersonalDataRequest:
    """Return the request to see who a customer is, because of a complaint."""
    return ReadPersonalDataRequest(customer_id=customer_id, purpose=Purpose.COMPLAINT, whole=whole)


async def closed(world: World, customer: str) -> None:
    """Close both lines of a customer."""
    for product in ("pay_later", "cash_loan"):
        await world.done(CLOSE, CLOSE.request(customer_id=customer, product=product))


async def paid(world: World, customer: str, amount: str) -> str:
    """Let a customer pay; return the repayment's id."""
    source = Source(kind=SourceKind.TRANSFER, reference="r1", amount=amount)
    repaid = await world.done(REPAY, RepayRequest(customer_id=customer, sources=(source,)))
    return repaid.repayment_id


def kept_of(whole: Whole) -> str:
    """Return every table of a book as text; nothing where there is none."""
    if not whole.url:
        return ""
    with psycopg.connect(whole.url) as connection:
        tables = connection.execute(
            "SELECT c.oid::regclass::text FROM pg_class AS c"
            " WHERE c.relnamespace = 'twinline'::regnamespace AND c.relkind = 'r'"
        ).fetchall()
        return "\n".join(
            row[0]
            for (table,) in tables
            for row in connection.execute(f"SELECT t::text FROM {table} AS t")  # noqa: S608
        )


async def test_what_is_shown_is_masked_but_what_is_asked_for_whole(whole: Whole) -> None:
    """Who reads sees no more than is needed, and that it was read is kept with its purpose."""
    world = whole.world
    customer = await opened(world)
    world.client = "desk"
    shown = await world.done(READ_PERSONAL_DATA, reading(customer))
    assert (shown.name, shown.resident_id) == ("张*", "110105********002X")
    assert (shown.mobile, shown.card) == ("138****8000", "***************0004")
    shown = await world.done(READ_PERSONAL_DATA, reading(customer, "mobile"))
    assert (shown.name, shown.mobile) == ("张*", MOBILE)

    answer = await world.done(LIST_READINGS, OfCustomer(customer_id=customer))
    told = [(each.reader, each.at, each.purpose, each.whole) for each in answer.readings]
    assert told == [
        ("shop", world.at, "offer_acceptance", ()),
        ("desk", world.at, "complaint", ()),
        ("desk", world.at, "complaint", ("mobile",)),
    ]


async def test_why_there_is_nothing_to_read_is_said(whole: Whole) -> None:
    """Nobody of that id, and a customer of a loaded book who was never asked who it is."""
    await whole.bulk.begin(LOAD)
    await whole.bulk.add(chunk())
    world = whole.world
    assert await world.no(READ_PERSONAL_DATA, reading("nobody")) == "customer_not_found"
    assert await world.no(READ_PERSONAL_DATA, reading("C1")) == "no_personal_data"
    nobody = OfCustomer(customer_id="nobody")
    assert await world.no(LIST_READINGS, nobody) == "customer_not_found"
    assert (await world.done(LIST_READINGS, OfCustomer(customer_id="C1"))).readings == ()


async def test_who_has_something_to_do_with_the_lender_is_not_forgotten(whole: Whole) -> None:
    """Lines, debts and credit balances come first, and then the years of the law."""
    world = whole.world
    customer = await opened(world)
    delete = OfCustomer(customer_id=customer)

    async def why() -> str:
        return await world.no(DELETE_PERSONAL_DATA, delete)

    assert await why() == "line_open"
    await world.buy(customer, "40")
    repayment_id = await paid(world, customer, "40")
    await closed(world, customer)
    called_back = RepaymentReturnRequest(customer_id=customer, repayment_id=repayment_id)
    await world.done(RETURN_REPAYMENT, called_back)
    assert await why() == "money_owed"
    await paid(world, customer, "45")
    assert await why() == "balance_kept"
    await world.done(PAY_OUT_CREDIT_BALANCE, CreditBalanceRequest(customer_id=customer))
    assert await why() == "retention"
    world.later(days=3_652)
    assert await why() == "retention"
    assert await world.bank.vault.found(Index.RESIDENT_ID, RESIDENT_ID) == (customer,)
    world.second_person = world.client
    assert await why() == "second_person_missing"


async def test_a_forgotten_person_is_nowhere_and_the_book_is_true(whole: Whole) -> None:
    """The key is gone with what it opened; journal and chain stay; the person may come anew."""
    world = whole.world
    customer = await opened(world)
    await world.buy(customer, "40")
    await paid(world, customer, "40")
    await closed(world, customer)
    world.later(days=3_653)
    marks = [
        KEYRING.blind(index, text).hex() for index, text in zip(Index, PLANTED[1:], strict=True)
    ]
    assert not whole.url or all(mark in kept_of(whole) for mark in marks)

    delete = OfCustomer(customer_id=customer)
    deleted = await world.done(DELETE_PERSONAL_DATA, delete, "k")
    assert deleted.deleted_on == world.on
    assert await world.done(DELETE_PERSONAL_DATA, delete, "k") == deleted
    assert await world.no(DELETE_PERSONAL_DATA, delete) == "personal_data_deleted"
    assert await world.no(READ_PERSONAL_DATA, reading(customer)) == "personal_data_deleted"
    kept = kept_of(whole)
    assert not any(text in kept for text in (*PLANTED, *marks))
    page = await world.done(READ_CUSTOMER, OfCustomer(customer_id=customer))
    assert page.customer.status is CustomerStatus.DELETED
    assert (await world.done(LIST_READINGS, delete)).readings != ()
    findings = verify(world.bank.store, until=world.at + timedelta(days=1))
    assert [str(each) async for each in findings] == []

    applied = await world.done(APPLY, applying())
    await world.done(ACCEPT, AcceptRequest(application_id=applied.application_id))
    anew = applied.customer_id
    assert anew != customer
    merge = MergeRequest(customer_id=anew, into=customer)
    assert await world.no(MERGE_CUSTOMER, merge) == "target_not_found"
    merge = MergeRequest(customer_id=customer, into=anew)
    assert await world.no(MERGE_CUSTOMER, merge) == "status"


async def test_a_deletion_that_was_cut_off_is_finished(whole: Whole) -> None:
    """Once a customer counts as deleted, asking again destroys a key that was left."""
    world = whole.world
    customer = await opened(world)
    fields = await world.bank.vault.read(customer, world.reading)
    await closed(world, customer)
    world.later(days=3_653)
    delete = OfCustomer(customer_id=customer)
    await world.done(DELETE_PERSONAL_DATA, delete, "k")
    await world.bank.vault.enrol(customer, fields)
    await world.done(DELETE_PERSONAL_DATA, delete, "k")
    assert await world.bank.vault.found(Index.RESIDENT_ID, RESIDENT_ID) == ()


async def test_an_applicant_is_forgotten_at_once(whole: Whole) -> None:
    """Who never became a customer may be forgotten the same day, and the offer with them."""
    world = whole.world
    applied = await world.done(APPLY, applying())
    delete = OfCustomer(customer_id=applied.customer_id)
    done = await world.done(DELETE_PERSONAL_DATA, delete, "k")
    assert await world.done(DELETE_PERSONAL_DATA, delete, "k") == done
    assert await world.no(DELETE_PERSONAL_DATA, delete) == "customer_not_found"
    accept = AcceptRequest(application_id=applied.application_id)
    assert await world.no(ACCEPT, accept) == "offer_replaced"
    again = await world.done(APPLY, applying())
    assert again.customer_id != applied.customer_id
    world.second_person = ""
    other = OfCustomer(customer_id=again.customer_id)
    assert await world.no(DELETE_PERSONAL_DATA, other) == "second_person_missing"
