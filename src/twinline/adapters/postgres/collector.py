"""Group commit: callers who wait are posted together, many in one transaction.

A batch holds at most one group of an owner, and an owner is in one batch at a time; so no batch
waits for another, and one owner's groups are posted in the order they came.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import errors

from twinline.adapters.postgres.arguments import arguments_of, together
from twinline.adapters.postgres.gathering import Company
from twinline.adapters.postgres.row import BUSY, outcome_of
from twinline.app.bank.store import Busy, PostingFault, Unavailable
from twinline.ledger.admission import Refusal

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from twinline.adapters.postgres.arguments import Arguments
    from twinline.adapters.postgres.connections import Connections
    from twinline.app.bank.store import Posting
    from twinline.ledger.admission import Accepted

BATCH_MAX: Final = 64
BATCHES_AT_ONCE: Final = 2
STALE_TWICE: Final = 2
SEEN_HAS_CHANGED: Final = "TW409"
"""What `hold_stops_1` and `hold_beside_1` raise."""

PERIOD_CLOSED: Final = "TW423"
"""What `require_open_1` raises."""

TURN_SECONDS: Final = 1.0
"""How long an owner's turn is kept for a command that has to be decided again."""


@dataclass(slots=True)
class _Waiting:
    """A posting and who waits for its outcome."""

    posting: Posting
    arguments: Arguments
    outcome: asyncio.Future[Accepted | Refusal]

    @property
    def group_id(self) -> str:
        """The id of the group to post."""
        return self.posting.group.group_id


@dataclass(slots=True)
class _Owner:
    """The groups of one owner that wait, and how often each was stale.

    `posting` says that one of them is on its way. `kept_for` is the id of a stale group that the
    others wait for.
    """

    waiting: deque[_Waiting] = field(default_factory=deque)
    stale: dict[str, int] = field(default_factory=dict)
    posting: bool = False
    kept_for: str = ""

    @property
    def ready(self) -> bool:
        """Whether the next group can go."""
        if self.posting or not self.waiting:
            return False
        return self.kept_for in ("", self.waiting[0].group_id)

    @property
    def idle(self) -> bool:
        """Whether nothing of it need be remembered."""
        return not (self.posting or self.waiting or self.stale)


class Collector:
    """Posts what callers ask for, in batches where it can and alone where it must."""

    def __init__(self, batches: Connections, alone: Connections, *, together: bool) -> None:
        """Take the connections to post batches over, and others for what waits for a lock.

        Without `together` every group is posted alone.
        """
        self._batches = batches
        self._alone = alone
        self._together = together
        self._owners: dict[str, _Owner] = {}
        self._ready: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._batches_running = 0
        self._company = Company()

    async def post(self, posting: Posting) -> Accepted | Refusal:
        """Return what became of a posting. Raises `Busy`, `PostingFault` and `Unavailable`."""
        outcome: asyncio.Future[Accepted | Refusal] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(posting, arguments_of(posting), outcome)
        name = posting.group.owner
        owner = self._owners.get(name)
        if owner is None:
            owner = self._owners[name] = _Owner()
        if owner.kept_for == waiting.group_id:
            owner.waiting.appendleft(waiting)
        else:
            owner.waiting.append(waiting)
        self._look_at(name)
        return await outcome

    async def close(self) -> None:
        """Wait for what is on its way."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def _look_at(self, name: str) -> None:
        """Queue an owner if its next group can go, forget it if nothing is left."""
        owner = self._owners[name]
        if owner.ready:
            self._ready[name] = None
            if self._batches_running < BATCHES_AT_ONCE:
                self._batches_running += 1
                self._start(self._post_batches())
        elif owner.idle:
            del self._owners[name]

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _take(self) -> list[_Waiting]:
        """Return the next group of as many owners as a batch holds; openings go alone."""
        batch: list[_Waiting] = []
        while self._ready and len(batch) < BATCH_MAX:
            name = next(iter(self._ready))
            del self._ready[name]
            owner = self._owners[name]
            waiting = owner.waiting.popleft()
            owner.posting = True
            posting = waiting.posting
            if self._together and not posting.opens and posting.beside_seen is None:
                batch.append(waiting)
            else:
                self._start(self._post_alone(waiting))
        return batch

    async def _post_batches(self) -> None:
        try:
            while self._ready:
                await self._company.gathered(self._ready)
                if batch := self._take():
                    await self._post_batch(batch)
                    self._company.answered()
        finally:
            self._batches_running -= 1

    async def _post_batch(self, batch: list[_Waiting]) -> None:
        """Post groups together; those it could not be done with are posted alone."""
        left = dict(enumerate(batch, 1))
        try:
            arguments = together([waiting.arguments for waiting in batch])
            # One group's fault is not the others': each is posted by itself, and then says so.
            with suppress(psycopg.Error, Unavailable):
                for place, *row in await self._batches.rows("post_groups", arguments):
                    if row[0] != BUSY:
                        self._answer(left.pop(place), outcome_of(tuple(row)))
        finally:
            for waiting in left.values():
                self._start(self._post_alone(waiting))

    async def _post_alone(self, waiting: _Waiting) -> None:
        beside = waiting.posting.beside_seen
        try:
            if beside is None:
                (row,) = await self._alone.rows("post_group", waiting.arguments)
            else:
                arguments = (beside[0], str(beside[1]), *waiting.arguments)
                (row,) = await self._alone.rows("post_group_beside", arguments)
            outcome = outcome_of(row)
        except psycopg.Error as error:
            self._answer(waiting, outcome_or_fault_of(error, waiting.posting))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller hears it
            self._answer(waiting, fault_of(error, waiting.posting))
        else:
            self._answer(waiting, outcome)

    def _answer(self, waiting: _Waiting, outcome: Accepted | Refusal | Exception) -> None:
        """Tell the caller, and let the owner's next group go."""
        name = waiting.posting.group.owner
        owner = self._owners[name]
        owner.posting = False
        if outcome is Refusal.STALE:
            self._keep_turn(name, waiting.group_id)
        else:
            self._give_turn_up(owner, waiting.group_id)
        if not waiting.outcome.done():  # the caller may have gone
            if isinstance(outcome, Exception):
                waiting.outcome.set_exception(outcome)
            else:
                waiting.outcome.set_result(outcome)
        self._look_at(name)

    def _keep_turn(self, name: str, group_id: str) -> None:
        """Count a stale group; from the second time on the owner's others wait for it, a while."""
        owner = self._owners[name]
        owner.stale[group_id] = owner.stale.get(group_id, 0) + 1
        if owner.stale[group_id] >= STALE_TWICE and not owner.kept_for:
            owner.kept_for = group_id
        asyncio.get_running_loop().call_later(TURN_SECONDS, self._end_turn, name, group_id)

    def _end_turn(self, name: str, group_id: str) -> None:
        if name in self._owners:
            self._give_turn_up(self._owners[name], group_id)
            self._look_at(name)

    @staticmethod
    def _give_turn_up(owner: _Owner, group_id: str) -> None:
        owner.stale.pop(group_id, None)
        if owner.kept_for == group_id:
            owner.kept_for = ""


def outcome_or_fault_of(error: psycopg.Error, posting: Posting) -> Refusal | Exception:
    """Return what an error of the database makes of a posting."""
    if error.sqlstate == SEEN_HAS_CHANGED:
        return Refusal.STALE
    if error.sqlstate == PERIOD_CLOSED:
        return Refusal.PERIOD_LOCKED
    return fault_of(error, posting)


def fault_of(error: Exception, posting: Posting) -> Exception:
    """Return what the caller is told of an error of the database."""
    match error:
        case errors.LockNotAvailable():
            return Busy(posting.group.owner)
        case errors.IntegrityError():
            said = error.diag
            value = said.message_detail or said.message_primary
            return PostingFault(
                posting.group, f"{said.table_name}", value, f"kept by {said.constraint_name}"
            )
        case _:
            return error
