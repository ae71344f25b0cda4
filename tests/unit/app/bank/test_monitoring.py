from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from tests.banks import new_world, opened, purchase, run
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.command import Scope
from twinline.app.bank.monitoring import SET_MONITOR_STOP, MonitorStopRequest
from twinline.app.bank.operations import (
    LIFT_STOP,
    LIST_STOPS,
    SET_STOP,
    LiftStopRequest,
    ListStopsRequest,
    SetStopRequest,
)
from twinline.compliance.lending_stop import Setter
from twinline.lines.line import Cause
from twinline.terms.product import Product

if TYPE_CHECKING:
    from tests.banks import World

STOP = MonitorStopRequest(
    stop_id="capital",
    cause=Cause.REGULATORY,
    reason="CAPITAL_SHORT",
    figure="capital_adequacy",
    seen="0.0795",
    threshold="0.105",
    ends_when="capital adequacy is 10.5 % again",
)
BY_PERSONS = SetStopRequest(stop_id="desk", cause=Cause.POLICY, reason="OUTAGE")


async def watching(world: World) -> str:
    """Open a customer, then let a monitor be the caller; return the customer."""
    customer = await opened(world)
    world.client = "capital-monitor"
    return customer


def test_a_monitor_stops_lending_at_once_and_says_why() -> None:
    """No second person is asked for; the list says what was seen, beyond what, until when."""

    async def story(world: World) -> None:
        customer = await watching(world)
        assert not SET_MONITOR_STOP.needs_second_person
        await world.done(SET_MONITOR_STOP, STOP)
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "lending_stopped"
        (listed,) = (await world.done(LIST_STOPS, ListStopsRequest())).stops
        assert (listed.set_as, listed.set_by) == (Setter.MONITOR, "capital-monitor")
        assert (listed.figure, listed.seen, listed.threshold, listed.ends_when) == (
            "capital_adequacy",
            "0.0795",
            "0.105",
            "capital adequacy is 10.5 % again",
        )

    run(story(new_world()))


def test_a_monitor_that_sees_it_again_changes_nothing() -> None:
    """The same key is answered the same; a new one finds the stop as it stands."""

    async def story(world: World) -> None:
        await watching(world)
        first = await world.done(SET_MONITOR_STOP, STOP, "k")
        assert await world.done(SET_MONITOR_STOP, STOP, "k") == first
        worse = msgspec.structs.replace(STOP, seen="0.06")
        assert await world.no(SET_MONITOR_STOP, worse, "k") == "key_reused"
        assert await world.done(SET_MONITOR_STOP, worse) == first
        assert await world.done(LIST_STOPS, ListStopsRequest()) == first

    run(story(new_world()))


def test_a_monitor_cannot_weaken_a_stop() -> None:
    """An id that stands for another reach, another monitor or persons is not to be had."""

    async def story(world: World) -> None:
        await watching(world)
        await world.done(SET_MONITOR_STOP, STOP)
        narrower = msgspec.structs.replace(STOP, product=Product.CASH_LOAN)
        assert await world.no(SET_MONITOR_STOP, narrower) == "stop_id_taken"
        await world.done(SET_STOP, BY_PERSONS)
        for_desk = msgspec.structs.replace(STOP, stop_id="desk")
        assert await world.no(SET_MONITOR_STOP, for_desk) == "stop_id_taken"
        world.client = "another-monitor"
        assert await world.no(SET_MONITOR_STOP, STOP) == "stop_id_taken"
        assert len((await world.done(LIST_STOPS, ListStopsRequest())).stops) == 2

    run(story(new_world()))


def test_lending_goes_on_once_no_stop_stands() -> None:
    """Persons' stop and monitor's stand beside each other; each is lifted by two persons."""

    async def story(world: World) -> None:
        customer = await watching(world)
        await world.done(SET_MONITOR_STOP, STOP)
        lift = LiftStopRequest(stop_id="capital")
        assert await world.no(LIFT_STOP, lift) == "monitor_lifts"
        world.client = "desk"
        await world.done(SET_STOP, BY_PERSONS)
        await world.done(LIFT_STOP, lift)
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "lending_stopped"
        (left,) = (await world.done(LIST_STOPS, ListStopsRequest())).stops
        assert (left.set_as, left.set_by) == (Setter.PERSONS, "desk, second")
        await world.done(LIFT_STOP, LiftStopRequest(stop_id="desk"))
        await world.done(AUTHORISE, purchase(customer, "1"))

    run(story(new_world()))


def test_nobody_lifts_a_stop_with_its_monitor_as_second_person() -> None:
    """Neither of the two who lift is the monitor that set the stop."""

    async def story(world: World) -> None:
        world.client = "second"
        await world.done(SET_MONITOR_STOP, STOP)
        world.client = "desk"
        assert await world.no(LIFT_STOP, LiftStopRequest(stop_id="capital")) == "monitor_lifts"

    run(story(new_world()))


def test_a_monitor_that_still_sees_it_stops_lending_again() -> None:
    """A stop that two persons lifted comes back with the next look, under a new key."""

    async def story(world: World) -> None:
        customer = await watching(world)
        await world.done(SET_MONITOR_STOP, STOP)
        world.client = "desk"
        await world.done(LIFT_STOP, LiftStopRequest(stop_id="capital"))
        await world.done(AUTHORISE, purchase(customer, "1"))
        world.client, world.at = "capital-monitor", world.at + timedelta(minutes=5)
        await world.done(SET_MONITOR_STOP, STOP)
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "lending_stopped"

    run(story(new_world()))


def test_a_monitors_key_can_do_nothing_but_stop() -> None:
    """No other command has its scope, so such a key neither lifts nor lends."""
    assert [each.name for each in CATALOGUE if each.scope is Scope.MONITORING] == [
        "set_monitor_stop"
    ]
