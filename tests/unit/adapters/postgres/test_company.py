"""Who is let in before a question goes on its way, with an asked one that is no database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from twinline.adapters.postgres import gathering
from twinline.adapters.postgres.gathering import ENOUGH, Gathering

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

LONG_S = 0.5
"""Longer than a busy machine keeps us waiting between two lines."""


class Asked:
    """What was asked together, each answered with itself."""

    def __init__(self) -> None:
        self.together: list[list[int]] = []

    async def __call__(self, questions: Sequence[int]) -> Sequence[int]:
        """Keep and answer questions."""
        self.together.append(list(questions))
        return questions


def test_who_is_close_behind_is_asked_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks soon after an answer waits for others, and each is given its own answer."""
    monkeypatch.setattr(gathering, "GATHERED_S", LONG_S)
    asked = Asked()

    async def story() -> list[int]:
        asking = Gathering(asked)
        first = await asking.ask(1)
        second = asyncio.create_task(asking.ask(2))
        for _ in range(5):  # long enough for the second to have gone alone
            await asyncio.sleep(0)
        return [first, *await asyncio.gather(second, asking.ask(3))]

    assert asyncio.run(story()) == [1, 2, 3]
    assert asked.together == [[1], [2, 3]]


def test_nobody_waits_who_asks_long_after_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """One who asks alone, or the first of all, is asked for at once."""
    monkeypatch.setattr(gathering, "GATHERED_S", 0.01)
    asked = Asked()

    async def story() -> None:
        asking: Gathering[int, int] = Gathering(asked)
        for number in range(3):
            question = asyncio.create_task(asking.ask(number))
            for _ in range(5):
                await asyncio.sleep(0)
            assert question.done()
            await asyncio.sleep(0.02)

    asyncio.run(story())
    assert asked.together == [[0], [1], [2]]


def test_enough_do_not_wait_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as a query is made for are asked at once, also right after an answer."""
    monkeypatch.setattr(gathering, "GATHERED_S", 3600.0)
    asked = Asked()

    async def story() -> None:
        asking = Gathering(asked)
        await asking.ask(-1)
        await asyncio.gather(*map(asking.ask, range(ENOUGH)))

    asyncio.run(story())
    assert asked.together == [[-1], list(range(ENOUGH))]
