"""Questions that wait are asked together: one query for many callers, each with its own answer.

A question is asked after it was put, never answered from what was read before; so gathering them
saves round trips and changes no answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

QUESTIONS_MAX: Final = 64
ASKED_AT_ONCE: Final = 1
"""One query on its way: those who ask meanwhile make the next one larger."""

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Gathering(Generic[Question, Answer]):
    """Gathers questions while earlier ones are being answered."""

    def __init__(
        self, ask_all: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]]
    ) -> None:
        """Take what asks many questions and returns their answers in the same order."""
        self._ask_all = ask_all
        self._waiting: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._asking = 0

    async def ask(self, question: Question) -> Answer:
        """Return the answer to a question. What goes wrong, goes wrong for all asked with it."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._asking < ASKED_AT_ONCE:
            self._asking += 1
            task = asyncio.create_task(self._work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                count = min(len(self._waiting), QUESTIONS_MAX)
                await self._answer([self._waiting.popleft() for _ in range(count)])
        finally:
            self._asking -= 1

    async def _answer(self, asked: list[tuple[Question, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._ask_all([question for question, _ in asked])
        except Exception as error:  # noqa: BLE001 - whatever it is, the callers hear it
            for _, waiting in asked:
                if not waiting.done():  # the caller may have gone
                    waiting.set_exception(error)
        else:
            for (_, waiting), answer in zip(asked, answers, strict=True):
                if not waiting.done():
                    waiting.set_result(answer)
