"""An offer is accepted once, whatever else runs, and each other try has its named answer."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.banks import KEYRING, applying, decided, new_world, opened, run
from tests.databases import empty
from tests.served.person import person
from twinline.adapters.memory.register import MemoryRegister
from twinline.adapters.postgres.connections import Connections
from twinline.adapters.postgres.register import PostgresRegister
from twinline.adapters.postgres.store import PostgresStore
from twinline.adapters.postgres.vault import PostgresVault
from twinline.app.bank.acceptance import ACCEPT, AcceptRequest
from twinline.app.bank.command import Refused
from twinline.app.bank.customers import COMMANDS as CUSTOMER_COMMANDS
from twinline.app.bank.customers import MergeRequest
from twinline.app.bank.opening import APPLY
from twinline.app.bank.store import Unavailable
from twinline.app.bank.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.banks import World
    from twinline.app.bank.command import Command
    from twinline.app.bank.opening import ApplyOutcome, ApplyRequest
    from twinline.app.bank.register import Record
    from twinline.app.bank.underwriting import Decision

pytestmark = pytest.mark.anyio

MERGE: Command[Any, Any] = next(
    command for command in CUSTOMER_COMMANDS if command.name == "merge_customer"
)
ROUNDS = 8


@pytest.fixture(params=["memory", "postgres"])
async def worlds(request: pytest.FixtureRequest) -> AsyncIterator[tuple[World, World]]:
    """Yield two servers on one empty book, which do not know whose turn the other has given."""
    first, second = new_world(), new_world()
    second.keys, second.asked = 1_000_000, 1_000_000  # no id or key that the first one makes
    if request.param == "memory":
        second.bank = replace(first.bank, turns=Turns())
        yield first, second
        return
    url: str = request.getfixturevalue("book")
    empty(url)
    async with AsyncExitStack() as stack:
        for world in (first, second):
            store = await stack.enter_async_context(PostgresStore(url))
            desk = await stack.enter_async_context(Connections(url, 2))
            world.bank = replace(
                world.bank,
                store=store,
                register=PostgresRegister(desk),
                vault=PostgresVault(desk, lambda: KEYRING),
            )
        yield first, second


def of(number: int, decision: Decision | None = None) -> ApplyRequest:
    """Return the application of a person of this number."""
    who = person(number)
    return applying(
        name=who.name,
        resident_id=who.resident_id,
        mobile=who.mobile,
        card=who.card,
        decision=decision or decided(),
    )


def accepting(applied: ApplyOutcome) -> AcceptRequest:
    """Return the request to accept an offer."""
    return AcceptRequest(application_id=applied.application_id)


def named(answers: Sequence[Any]) -> list[str]:
    """Return what each answer is, a yes as `yes`, in order of the names."""
    return sorted(str(each.reason) if isinstance(each, Refused) else "yes" for each in answers)


async def test_two_acceptances_at_once_open_one_customer(worlds: tuple[World, World]) -> None:
    """Under two keys on two servers one is a yes; the other is told that the lines are open."""
    first, second = worlds
    for number in range(ROUNDS):
        applied = await first.done(APPLY, of(number))
        accept = accepting(applied)
        answers = await asyncio.gather(*(each.ask(ACCEPT, accept) for each in worlds))
        assert named(answers) == ["customer_exists", "yes"]
        again = await asyncio.gather(*(each.ask(ACCEPT, accept) for each in (second, first)))
        assert named(again) == ["customer_exists"] * 2
        assert len(await first.bank.store.entries(applied.customer_id)) == 1


async def test_the_same_acceptance_at_once_has_one_answer(worlds: tuple[World, World]) -> None:
    """Under one key both servers say the same, then and for ever."""
    for number in range(ROUNDS):
        accept = accepting(await worlds[0].done(APPLY, of(number)))
        key = f"accept-{number}"
        answers = await asyncio.gather(*(each.ask(ACCEPT, accept, key) for each in worlds))
        assert named(answers) == ["yes", "yes"]
        assert answers[0] == answers[1] == await worlds[1].ask(ACCEPT, accept, key)


async def test_two_offers_of_one_person_open_one_customer(worlds: tuple[World, World]) -> None:
    """Who applied twice, at once on two servers, is one customer, by the later offer."""
    for number in range(ROUNDS):
        applied = await asyncio.gather(*(each.ask(APPLY, of(number)) for each in worlds))
        offers = [each for each in applied if not isinstance(each, Refused)]
        assert len({each.customer_id for each in offers}) == 1
        answers = await asyncio.gather(
            *(
                world.ask(ACCEPT, accepting(offer))
                for world, offer in zip(worlds, offers, strict=True)
            )
        )
        no, yes = named(answers)
        assert no in {"customer_exists", "offer_replaced"}
        assert yes == "yes"


async def test_an_acceptance_while_a_merge_into_it_runs(worlds: tuple[World, World]) -> None:
    """A double is merged into who is there by then, or is told that nobody is; both have names."""
    first, second = worlds
    outcomes = set()
    for number in range(ROUNDS):
        double = await first.done(APPLY, of(2 * number))
        await first.done(ACCEPT, accepting(double))
        applied = await first.done(APPLY, of(2 * number + 1))
        merging = MergeRequest(customer_id=double.customer_id, into=applied.customer_id)
        accepted, merged = await asyncio.gather(
            first.ask(ACCEPT, accepting(applied)), second.ask(MERGE, merging)
        )
        assert named([accepted]) == ["yes"]
        outcomes.update(named([merged]))
        assert outcomes <= {"yes", "target_not_found"}
        again = await second.ask(ACCEPT, accepting(applied))
        assert named([again]) == ["customer_exists"]


async def here(world: World, number: int) -> str:
    """Return a new customer."""
    return (await world.done(ACCEPT, accepting(await world.done(APPLY, of(number))))).customer_id


async def test_two_who_are_merged_into_each_other_at_once_are_one(
    worlds: tuple[World, World],
) -> None:
    """One of them stays; the other merge is told that nobody is there any more."""
    first, second = worlds
    for number in range(ROUNDS):
        one, other = await here(first, 2 * number), await here(first, 2 * number + 1)
        answers = await asyncio.gather(
            first.ask(MERGE, MergeRequest(customer_id=one, into=other)),
            second.ask(MERGE, MergeRequest(customer_id=other, into=one)),
        )
        assert named(answers) == ["target_not_found", "yes"]


async def test_what_a_double_of_a_double_owes_counts_on_the_person(
    worlds: tuple[World, World],
) -> None:
    """Whichever of two merges in a row is first, the law's cap sees the debts of both doubles."""
    first, second = worlds
    await opened(first)
    for number in range(ROUNDS):
        a, b, c = [await here(first, 3 * number + place) for place in range(3)]
        await first.buy(a, "100.00")
        await first.buy(b, "10.00")
        of_a, of_b = await asyncio.gather(
            first.ask(MERGE, MergeRequest(customer_id=a, into=b)),
            second.ask(MERGE, MergeRequest(customer_id=b, into=c)),
        )
        assert named([of_b]) == ["yes"]
        person = await first.bank.store.snapshot(c)
        assert person is not None
        owed = {"yes": 110_00, "target_not_found": 10_00}[named([of_a])[0]]
        assert person.customer.doubles_owe_minor == owed


async def test_an_offer_that_has_expired_is_refused_and_stays_so(
    worlds: tuple[World, World],
) -> None:
    """Nobody is there yet, and the refusal is kept all the same; a new application is offered."""
    first, second = worlds
    accept = accepting(await first.done(APPLY, of(1)))
    for each in worlds:
        each.later(days=first.bank.house.offer_days + 1)
    late = await asyncio.gather(*(each.ask(ACCEPT, accept, "late") for each in worlds))
    assert named(late) == ["offer_expired"] * 2
    assert late[0] == late[1] == await second.ask(ACCEPT, accept, "late")
    anew = await second.done(APPLY, of(1))
    await first.done(ACCEPT, accepting(anew))


async def test_an_offer_of_nothing_opens_no_line(worlds: tuple[World, World]) -> None:
    """Limits of 0 are a decision too: there is a customer, without a line."""
    nothing = decided(pay_later_limit="0", cash_loan_limit="0", joint_limit="0")
    applied = await worlds[0].done(APPLY, of(1, nothing))
    customer = await worlds[0].done(ACCEPT, accepting(applied))
    assert customer.lines == ()


class Killed(Exception):
    """The server has ended."""


class Mortal(MemoryRegister):
    """A register whose first writing never comes: the server is killed before it."""

    dead = False

    async def write(self, records: Sequence[Record]) -> bool:
        """Die once, then write."""
        if not self.dead:
            self.dead = True
            raise Killed
        return await super().write(records)


def test_a_server_killed_between_enrolling_and_the_offer_is_asked_again() -> None:
    """The person is known already; the same request leads to the offer, and that to the lines."""

    async def story(world: World) -> None:
        world.bank = replace(world.bank, register=Mortal())
        with pytest.raises(Killed):
            await world.ask(APPLY, of(1), "apply-1")
        applied = await world.done(APPLY, of(1), "apply-1")
        assert applied == await world.done(APPLY, of(1), "apply-1")
        await world.done(ACCEPT, accepting(applied))

    run(story(new_world()))


async def test_a_refusal_that_the_database_lost_is_asked_for_again(book: str) -> None:
    """A database that loses its commits is unavailable to us, and no fault of ours."""
    empty(book)
    losing = """
        CREATE FUNCTION twinline.lose() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER lost BEFORE INSERT ON twinline.refused FOR EACH ROW
        EXECUTE FUNCTION twinline.lose();
    """
    async with PostgresStore(book) as store, Connections(book, 2) as desk:
        world = new_world()
        vault = PostgresVault(desk, lambda: KEYRING)
        register = PostgresRegister(desk)
        world.bank = replace(world.bank, store=store, register=register, vault=vault)
        accept = accepting(await world.done(APPLY, of(1)))
        await world.done(ACCEPT, accept)
        with psycopg.connect(book, autocommit=True) as connection:
            connection.execute(losing)
            with pytest.raises(Unavailable, match="is gone"):
                await world.ask(ACCEPT, accept, "again")
            connection.execute("DROP FUNCTION twinline.lose CASCADE")
        assert await world.no(ACCEPT, accept, "again") == "customer_exists"
