from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.banks import new_world, opened, purchase, run
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.periods import (
    CLOSE_PERIOD,
    READ_CLOSING,
    ClosePeriodRequest,
    ReadClosingRequest,
)

if TYPE_CHECKING:
    from tests.banks import World


def test_a_period_is_closed_by_two_persons_once_it_is_over() -> None:
    """Today stays open, and the day that was closed is told with who closed it."""

    async def story(world: World) -> None:
        yesterday = world.on - timedelta(days=1)
        assert (await world.done(READ_CLOSING, ReadClosingRequest())).closed_until is None
        world.client = "second"
        asked = ClosePeriodRequest(closed_until=yesterday)
        assert await world.no(CLOSE_PERIOD, asked) == "second_person_missing"
        world.client = "desk"
        today = ClosePeriodRequest(closed_until=world.on)
        assert await world.no(CLOSE_PERIOD, today) == "period_not_over"
        assert (await world.done(CLOSE_PERIOD, asked)).closed_by == "desk, second"
        assert (await world.done(READ_CLOSING, ReadClosingRequest())).closed_until == yesterday

    run(story(new_world()))


def test_a_closed_period_is_never_opened_again() -> None:
    """An earlier day is refused; the same day is closed already, by whoever did it first."""

    async def story(world: World) -> None:
        yesterday = world.on - timedelta(days=1)
        first = await world.done(CLOSE_PERIOD, ClosePeriodRequest(closed_until=yesterday))
        earlier = ClosePeriodRequest(closed_until=yesterday - timedelta(days=1))
        assert await world.no(CLOSE_PERIOD, earlier) == "period_closed"
        world.client = "others"
        again = await world.done(CLOSE_PERIOD, ClosePeriodRequest(closed_until=yesterday))
        assert again == first

    run(story(new_world()))


def test_a_command_of_a_closed_day_is_refused_and_moves_nothing() -> None:
    """A call that still bears yesterday's business day says so, and today's goes through."""

    async def story(world: World) -> None:
        customer = await opened(world)
        before = world.at
        world.later(days=1)
        await world.done(CLOSE_PERIOD, ClosePeriodRequest(closed_until=before.date()))
        now, world.at = world.at, before
        assert await world.no(AUTHORISE, purchase(customer, "1")) == "period_locked"
        world.at = now
        await world.done(AUTHORISE, purchase(customer, "1"))

    run(story(new_world()))
