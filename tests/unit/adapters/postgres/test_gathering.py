"""Questions gathered from many callers, with an asked one that is no database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from twinline.adapters.postgres.gathering import ASKED_AT_ONCE, QUESTIONS_MAX, Gathering

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Asked:
    """Doubles numbers, and remembers how many were asked together."""

    def __init__(self) -> None:
        """Begin unasked."""
        self.sizes: list[int] = []
        self.running = self.most = 0

    async def doubled(self, numbers: Sequence[int]) -> Sequence[int]:
        """Return each number twice; 13 is a fault."""
        self.sizes.append(len(numbers))
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.001)
        self.running -= 1
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]


def test_each_caller_has_its_own_answer() -> None:
    """Many ask at once; few questions are put, each full, and everybody gets the right answer."""
    asked = _Asked()

    async def story() -> list[int]:
        gathering = Gathering(asked.doubled)
        return await asyncio.gather(*(gathering.ask(number) for number in range(100, 400)))

    assert asyncio.run(story()) == [2 * number for number in range(100, 400)]
    assert sum(asked.sizes) == 300
    assert max(asked.sizes) == QUESTIONS_MAX
    assert len(asked.sizes) == 5
    assert asked.most == ASKED_AT_ONCE


def test_a_question_is_asked_after_it_was_put() -> None:
    """Whoever asks while a question is on its way is asked for in a later one."""
    asked = _Asked()

    async def story() -> None:
        gathering = Gathering(asked.doubled)
        first = asyncio.create_task(gathering.ask(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert asked.sizes == [1]
        assert await gathering.ask(1) == 2
        assert await first == 2

    asyncio.run(story())
    assert asked.sizes == [1, 1]


def test_nobody_is_left_waiting() -> None:
    """Whoever asks in the very moment that an answer has come is answered too."""
    asked = _Asked()

    async def story() -> None:
        gathering = Gathering(asked.doubled)

        async def caller(number: int) -> None:
            for times in range(20):
                assert await gathering.ask(100 * number + times) == 2 * (100 * number + times)

        async with asyncio.timeout(10):
            await asyncio.gather(*(caller(number) for number in range(1, 4)))

    asyncio.run(story())
    assert sum(asked.sizes) == 60


def test_a_fault_is_everybodys_who_asked_together() -> None:
    """Those hear of it, and the next question is answered as ever."""

    async def story() -> None:
        gathering = Gathering(_Asked().doubled)
        told = await asyncio.gather(
            *(gathering.ask(number) for number in (1, 13, 3)), return_exceptions=True
        )
        assert [type(each) for each in told] == [ValueError] * 3
        assert await gathering.ask(4) == 8

    asyncio.run(story())


def test_a_caller_who_goes_harms_nobody() -> None:
    """The others are answered, whether it goes while it waits or while it is asked for."""

    async def story() -> None:
        gathering = Gathering(_Asked().doubled)
        asking = [asyncio.create_task(gathering.ask(number)) for number in range(100, 300)]
        await asyncio.sleep(0)
        asking[0].cancel()
        asking[199].cancel()
        told = await asyncio.gather(*asking, return_exceptions=True)
        assert isinstance(told[0], asyncio.CancelledError)
        assert told[1:199] == [2 * number for number in range(101, 299)]

    asyncio.run(story())
