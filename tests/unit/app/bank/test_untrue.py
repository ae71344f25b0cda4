from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.banks import applying, loan, new_world, opened, purchase, run
from twinline.app.bank.acceptance import ACCEPT, AcceptRequest
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.command import Call
from twinline.app.bank.loans import QUOTE
from twinline.app.bank.opening import APPLY
from twinline.app.bank.operations import SET_STOP, SetStopRequest
from twinline.app.bank.restrictions import COMMANDS, EndRestrictionRequest
from twinline.app.bank.stops import stops_of
from twinline.app.bank.untrue import (
    CUSTOMERS_MOST,
    MONITOR,
    VERIFIED,
    NotStopped,
    Stopped,
    Untrue,
    stop_lending,
    stop_new_use,
)
from twinline.app.bank.verify import BUSY, verify_owner
from twinline.ledger.checks import Finding
from twinline.lines.line import Cause
from twinline.terms.product import Product

if TYPE_CHECKING:
    from tests.banks import World

END = COMMANDS[1]


def found(*owners: str, invariant: str = "I4") -> Untrue:
    """Return what a verification keeps of a finding for each owner."""
    untrue = Untrue()
    for owner in owners:
        untrue.add(Finding(owner, invariant, "here", "is not so"))
    return untrue


async def stopped(world: World, untrue: Untrue) -> Stopped:
    """Stop what is untrue, at the world's time."""
    return await stop_new_use(world.bank, untrue, lambda: calling(world))


def calling(world: World) -> Call:
    """Return a call by the monitor under a new key."""
    key = world.key()
    return Call(
        client=MONITOR,
        key=key,
        command_hash=key.encode().ljust(32),
        at=world.at,
        business_on=world.on,
        request_id=key,
    )


async def another(world: World) -> str:
    """Open a second customer."""
    asked = applying(resident_id="110105194912310038", mobile="13900139000")
    applied = await world.done(APPLY, asked)
    await world.done(ACCEPT, AcceptRequest(application_id=applied.application_id))
    return applied.customer_id


def test_what_is_untrue_of_a_customer_stops_this_customer_alone() -> None:
    """Both lines admit no new use, with cause and reason; others go on, the journal is sound."""

    async def story(world: World) -> None:
        customer, other = await opened(world), await another(world)
        assert await stopped(world, found(customer, customer)) == Stopped(customers=(customer,))
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "line_stopped"
        assert await world.no(QUOTE, loan(customer, "1000")) == "line_stopped"
        await world.done(AUTHORISE, purchase(other, "1"))
        assert await stops_of(world.bank.register) == ((), 0)
        assert not (await verify_owner(world.bank.store, customer)).findings
        snapshot = await world.bank.store.snapshot(customer)
        assert snapshot is not None
        for line in snapshot.lines.values():
            (restriction,) = line.restrictions
            assert (restriction.reason, restriction.cause) == ("BOOK_UNTRUE", Cause.POLICY)

    run(story(new_world()))


def test_who_is_stopped_already_stays_so_and_is_stopped_again_after_it_ended() -> None:
    """A second look changes nothing; one after the restriction ended stops new use anew."""

    async def story(world: World) -> None:
        customer = await opened(world)
        for _ in range(2):
            assert (await stopped(world, found(customer))).customers == (customer,)
        snapshot = await world.bank.store.snapshot(customer)
        assert snapshot is not None
        (restriction,) = snapshot.lines[Product.PAY_LATER].restrictions
        request = EndRestrictionRequest(
            customer_id=customer,
            product=Product.PAY_LATER,
            restriction_id=restriction.restriction_id,
        )
        await world.done(END, request)
        await world.done(AUTHORISE, purchase(customer, "1"))
        assert (await stopped(world, found(customer))).customers == (customer,)
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "line_stopped"

    run(story(new_world()))


@pytest.mark.parametrize("owner", ["merchant:M1", "house", "the book"])
def test_what_is_untrue_of_a_shared_account_stops_all_lending(owner: str) -> None:
    """A monitor's stop says how many findings there are, and what ends it."""

    async def story(world: World) -> None:
        customer = await opened(world)
        assert await stopped(world, found(owner, owner)) == Stopped(lending=True)
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "lending_stopped"
        ((stop,), _) = await stops_of(world.bank.register)
        assert (stop.stop_id, stop.set_by, stop.figure) == (VERIFIED, MONITOR, "findings")
        assert (stop.seen, stop.threshold) == ("2", "0")
        assert await stopped(world, found(owner)) == Stopped(lending=True)

    run(story(new_world()))


def test_more_than_can_be_looked_into_stops_all_lending() -> None:
    """Beyond so many customers nobody is stopped one by one, and no more are kept."""

    async def story(world: World) -> None:
        names = [f"C{number}" for number in range(3 * CUSTOMERS_MOST)]
        untrue = found(*names)
        assert untrue.findings == len(names)
        assert len(untrue.owners) == CUSTOMERS_MOST + 1
        assert await stopped(world, untrue) == Stopped(lending=True)

    run(story(new_world()))


def test_a_true_book_and_one_that_would_not_hold_still_stop_nothing() -> None:
    """Nothing is set where nothing is known to be untrue."""

    async def story(world: World) -> None:
        customer = await opened(world)
        assert await stopped(world, found()) == Stopped()
        assert await stopped(world, found(customer, invariant=BUSY)) == Stopped()
        await world.done(AUTHORISE, purchase(customer, "1"))

    run(story(new_world()))


def test_a_stop_that_cannot_be_set_is_said() -> None:
    """Where the id stands for something else, lending goes on, and nobody is told otherwise."""

    async def story(world: World) -> None:
        taken = SetStopRequest(stop_id=VERIFIED, cause=Cause.POLICY, reason="OUTAGE")
        taken = msgspec.structs.replace(taken, product=Product.CASH_LOAN)
        await world.done(SET_STOP, taken)
        with pytest.raises(NotStopped, match="stop_id_taken"):
            await stop_lending(world.bank, VERIFIED, ("findings", 1), calling(world))

    run(story(new_world()))
