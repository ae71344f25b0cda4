"""Questions that wait are asked together: one query for many callers, each with its own answer.

A question is asked after it was put, never answered from what was read before; so gathering them
saves round trips and changes no answer.

Where many ask, those who ask next are close behind, each with little to do before: two
milliseconds after an answer are theirs to come in. Who asks alone, longer after, waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence, Sized

QUESTIONS_MAX: Final = 64
ASKED_AT_ONCE: Final = 1
"""One query on its way: those who ask meanwhile make the next one larger."""

GATHERED_S: Final = 0.002
ENOUGH: Final = 16
"""So many are asked together at once: a query of them costs little more than their own work."""

Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Company:
    """Lets those who are close behind come in, before what waits goes on its way together."""

    def __init__(self) -> None:
        """Begin with nobody having been answered."""
        self._answered_at = -GATHERED_S

    async def gathered(self, waiting: Sized) -> None:
        """Wait until enough are there, or long enough after the last who were answered."""
        rest_s = self._answered_at + GATHERED_S - asyncio.get_running_loop().time()
        if rest_s > 0 and len(waiting) < ENOUGH:
            await asyncio.sleep(rest_s)

    def answered(self) -> None:
        """Note that some were answered."""
        self._answered_at = asyncio.get_running_loop().time()


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
        self._company = Company()

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
                await self._company.gathered(self._waiting)
                count = min(len(self._waiting), QUESTIONS_MAX)
                await self._answer([self._waiting.popleft() for _ in range(count)])
                self._company.answered()
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
