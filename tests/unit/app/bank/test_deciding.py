from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.banks import new_world, opened, purchase, run
from twinline.adapters.memory.store import MemoryStore
from twinline.app.bank.authorisations import AUTHORISE, AuthoriseRefusal
from twinline.app.bank.command import Family, Refused
from twinline.app.bank.deciding import TRIES, refusal_text
from twinline.app.bank.reason import refused
from twinline.app.bank.store import Busy, StoredAnswer
from twinline.app.bank.turns import Turns
from twinline.ledger.admission import Refusal

if TYPE_CHECKING:
    from tests.banks import World
    from twinline.app.bank.store import Posting
    from twinline.ledger.admission import Accepted


class _Contended(MemoryStore):
    """A store whose customers others change so many times, keep busy, or have refused."""

    def __init__(
        self, inner: MemoryStore, *, stale: int = 0, busy: int = 0, refused: bool = False
    ) -> None:
        """Share the book of another store."""
        super().__init__()
        self.__dict__.update(inner.__dict__)
        self.stale, self.busy, self.refused = stale, busy, refused

    async def post(self, posting: Posting) -> Accepted | Refusal:
        """Say stale or busy as often as was asked for, then post."""
        if self.stale:
            self.stale -= 1
            return Refusal.STALE
        if self.busy:
            self.busy -= 1
            raise Busy(posting.group.owner)
        if self.refused:
            group = posting.group
            kept = StoredAnswer(
                command_hash=group.command_hash,
                accepted=False,
                answer=refusal_text(refused(AuthoriseRefusal.LINE_FROZEN)),
                booked_at=group.booked_at,
            )
            await self.keep_refusal(group.owner, group.group_id, kept)
        return await super().post(posting)


def _with_store(world: World, *, stale: int = 0, busy: int = 0, refused: bool = False) -> None:
    store = world.bank.store
    assert isinstance(store, MemoryStore)
    contended = _Contended(store, stale=stale, busy=busy, refused=refused)
    world.bank = replace(world.bank, store=contended)


def test_what_has_changed_meanwhile_is_decided_again() -> None:
    """A command is decided as often as the bound allows; the caller never sees `stale`."""

    async def story(world: World) -> None:
        customer = await opened(world)
        _with_store(world, stale=TRIES - 1)
        held = await world.done(AUTHORISE, purchase(customer, "1"))
        snapshot = await world.bank.store.snapshot(customer)
        assert snapshot is not None
        assert set(snapshot.holds) == {held.authorisation_id}

    run(story(new_world()))


def test_who_is_never_let_in_is_told_to_ask_again_and_nothing_is_kept() -> None:
    """Stale to the bound, and busy, are time-outs: the same request may be sent again."""

    async def story(world: World) -> None:
        customer = await opened(world)
        _with_store(world, stale=TRIES, busy=1)
        for _ in range(2):
            answer = await world.ask(AUTHORISE, purchase(customer, "1"), "same")
            assert isinstance(answer, Refused)
            assert (answer.reason.value, answer.family) == ("in_progress", Family.TIME_OUT)
        await world.done(AUTHORISE, purchase(customer, "1"), "same")

    run(story(new_world()))


def test_a_refusal_that_came_between_is_the_answer_of_the_key() -> None:
    """A group whose key was refused meanwhile is not posted: the first answer is the answer."""

    async def story(world: World) -> None:
        customer = await opened(world)
        _with_store(world, refused=True)
        assert await world.no(AUTHORISE, purchase(customer, "9"), "k") == "line_frozen"
        assert len(await world.bank.store.entries(customer)) == 1

    run(story(new_world()))


def test_turns_are_taken_in_order_and_given_up_after_the_wait() -> None:
    """One at a time; whoever waits too long is told so; nothing is kept of an idle owner."""

    async def story() -> None:
        turns, order = Turns(wait_seconds=0.05), list[str]()

        async def take(name: str, seconds: float) -> None:
            async with turns.of("C1"):
                order.append(name)
                await asyncio.sleep(seconds)

        async with turns.of("C2"):
            await asyncio.gather(take("a", 0), take("b", 0), take("c", 0))
            with pytest.raises(TimeoutError):
                async with turns.of("C2"):
                    order.append("never")
        assert order == ["a", "b", "c"]
        assert not turns.waiting("C1")
        assert not turns.waiting("C2")

    run(story())
