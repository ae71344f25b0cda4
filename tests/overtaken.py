"""A store that is asked two questions, with something else done between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twinline.app.bank.store import Store


def overtaken(store: Store, meanwhile: Callable[[], Awaitable[object]]) -> Store:
    """Return a store of which something else is asked right after its first answer."""
    return cast("Store", _Overtaken(store, meanwhile))


class _Overtaken:
    def __init__(self, store: Store, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._store = store
        self._waiting = [meanwhile]

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        question = getattr(self._store, name)

        async def answered(*asked: object, **named: object) -> object:
            answer = await question(*asked, **named)
            while self._waiting:
                await self._waiting.pop()()
            return answer

        return answered
