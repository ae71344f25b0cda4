"""How a pure decision becomes a command: load, decide, post, and answer the same key the same.

A decision sees a snapshot and says what is to be posted, or why not. What has changed meanwhile is
found out by the store, which then wants it decided again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import msgspec

from twinline.app.bank.command import Answered, Family, OfCustomer, Refused
from twinline.app.bank.reason import reason_like, refused
from twinline.app.bank.store import Busy, StoredAnswer
from twinline.app.bank.use import beyond, taken_in
from twinline.ledger.admission import Accepted, Refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call
    from twinline.app.bank.reason import Reason
    from twinline.app.bank.register import RecordName, Records
    from twinline.app.bank.store import Posting, Snapshot, Store

TRIES: Final = 8
"""How often a command is decided before it gives way to whoever keeps changing the customer."""

Asked = TypeVar("Asked", bound=OfCustomer)
Around = TypeVar("Around")


def _no_records(_request: OfCustomer) -> Sequence[RecordName]:
    """Name no record."""
    return ()


def _nothing_first(_bank: Bank, _snapshot: Snapshot, _call: Call) -> None:
    """Post nothing before a command."""


def _recent_enough(_snapshot: Snapshot, _request: OfCustomer, _around: object) -> bool:
    """Ask for nothing older than what a snapshot has."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding(Generic[Asked, Answered, Around]):
    """What runs a keyed command on one customer.

    `reasons` is the command's enum; `records` names the lender's records that bear on it, which
    are read with the customer; `look_up` finds what else does, and `decide` is pure. `first` says
    what has to be posted before it can be decided, `asks_whole` whether a request bears on
    contracts that a snapshot leaves out for their age.
    """

    reasons: type[Reason]
    outcome: type[Answered]
    look_up: Callable[[Bank, Asked, Call, Records], Awaitable[Around]]
    decide: Callable[[Snapshot, Asked, Call, Around], Posting | Refused]
    records: Callable[[Asked], Sequence[RecordName]] = _no_records
    first: Callable[[Bank, Snapshot, Call], Posting | None] = _nothing_first
    asks_whole: Callable[[Snapshot, Asked, Around], bool] = _recent_enough

    async def __call__(self, bank: Bank, request: Asked, call: Call) -> Answered | Refused:
        """Return the answer to a request: the first one, if its key has one."""
        answers = Answers(bank.store, request.customer_id, self.reasons, self.outcome)
        return await in_turn(bank, answers, lambda: self._decided(bank, request, call, answers))

    async def _decided(
        self, bank: Bank, request: Asked, call: Call, answers: Answers[Answered]
    ) -> Answered | Refused | None:
        snapshot, stored, records = await bank.store.look(
            request.customer_id, call.key, self.records(request)
        )
        if stored is not None:
            return answers.again(stored, call)
        if snapshot is None:
            return answers.refused("CUSTOMER_NOT_FOUND", "customer_id", request.customer_id)
        if (due := self.first(bank, snapshot, call)) is not None:
            posted = await bank.store.post(due)
            if posted is Refusal.PERIOD_LOCKED:
                return await answers.keep(refused(reason_like(self.reasons, posted)), call)
            return None
        around = await self.look_up(bank, request, call, records)
        if self.asks_whole(snapshot, request, around):
            snapshot = await bank.store.snapshot(request.customer_id, whole=True)
            assert snapshot is not None, "who is a customer stays one"
        decided = self.decide(snapshot, request, call, around)
        if isinstance(decided, Refused):
            return await answers.keep(decided, call)
        return await answers.post(decided, call, snapshot)


async def answering(
    bank: Bank,
    answers: Answers[Answered],
    call: Call,
    decided: Callable[[], Awaitable[Answered | Refused | None]],
) -> Answered | Refused:
    """Return the first answer of a call's key, or else what is decided in the owner's turn."""

    async def first_or_decided() -> Answered | Refused | None:
        first = await answers.first(call)
        return await decided() if first is None else first

    return await in_turn(bank, answers, first_or_decided)


async def in_turn(
    bank: Bank,
    answers: Answers[Answered],
    decided: Callable[[], Awaitable[Answered | Refused | None]],
) -> Answered | Refused:
    """Return what is decided in the owner's turn.

    `decided` gives None when the owner has changed meanwhile; then it is asked again.
    """
    try:
        async with bank.turns.of(answers.owner):
            for _ in range(TRIES):
                if (answer := await decided()) is not None:
                    return answer
    except (Busy, TimeoutError):
        pass
    return answers.refused("IN_PROGRESS")


async def bank_itself(bank: Bank, _request: OfCustomer, _call: Call, _records: Records) -> Bank:
    """Look up nothing but how the bank is set up: its house and its law."""
    return bank


async def nothing_else(_bank: Bank, _request: OfCustomer, _call: Call, _records: Records) -> None:
    """Look up nothing: the snapshot is all that bears on the command."""


@dataclass(frozen=True, slots=True)
class Answers(Generic[Answered]):
    """The answers that one owner's keys have had, and how a new one is given."""

    store: Store
    owner: str
    reasons: type[Reason]
    outcome: type[Answered]

    async def first(self, call: Call) -> Answered | Refused | None:
        """Return what the key was answered, a refusal if by another request; None if nothing."""
        stored = await self.store.answer(self.owner, call.key)
        return None if stored is None else self.again(stored, call)

    def again(self, stored: StoredAnswer, call: Call) -> Answered | Refused:
        """Return what the key was answered, a refusal if it was by another request."""
        if stored.command_hash != call.command_hash:
            return self.refused("KEY_REUSED", "Idempotency-Key", call.key)
        if stored.accepted:
            return msgspec.json.decode(stored.answer, type=self.outcome)
        return refusal_of(stored.answer, self.reasons)

    async def post(
        self, posting: Posting, call: Call, snapshot: Snapshot | None = None
    ) -> Answered | Refused | None:
        """Post, and return the answer; None if it is to be decided again. Raises `Busy`.

        A posting refused for headroom was held against that of its snapshot, since both have one
        `seq`: so what would have been accepted is told from there.
        """
        posted = await self.store.post(posting)
        match posted:
            case Accepted(again=False):
                return msgspec.json.decode(posting.answer, type=self.outcome)
            case Accepted() | Refusal.GROUP_ID_TAKEN:
                first = await self.first(call)
                # An accepted id is taken for ever, its answer is kept for 30 days.
                return first or self.refused("KEY_REUSED", "Idempotency-Key", call.key)
            case Refusal.STALE:
                return None
            case Refusal.OWNER_NOT_FOUND:
                return self.refused("CUSTOMER_NOT_FOUND", "customer_id", self.owner)
            case _:
                why = reason_like(self.reasons, posted)
                taken = taken_in(posting.group)
                if snapshot is None or taken is None:
                    return await self.keep(refused(why), call)
                return await self.keep(beyond(snapshot, taken, why), call)

    async def keep(self, answer: Refused, call: Call) -> Answered | Refused:
        """Keep a refusal under its key, and return what the key is answered from now on.

        What timed out is not kept: the same request may be sent again.
        """
        if answer.family is Family.TIME_OUT:
            return answer
        kept = StoredAnswer(
            command_hash=call.command_hash,
            accepted=False,
            answer=refusal_text(answer),
            booked_at=call.at,
        )
        return self.again(await self.store.keep_refusal(self.owner, call.key, kept), call)

    def refused(self, name: str, field: str = "", value: object = "") -> Refused:
        """Return the command's reason of a name, unkept."""
        return refused(self.reasons[name], field, value)


class _RefusalText(msgspec.Struct, frozen=True):
    reason: str
    field: str
    value: str
    available: str = ""


def refusal_text(answer: Refused) -> str:
    """Return a refusal as it is kept."""
    return text(_RefusalText(answer.reason.value, answer.field, answer.value, answer.available))


def refusal_of(kept: str, reasons: type[Reason]) -> Refused:
    """Return the refusal that was kept."""
    said = msgspec.json.decode(kept, type=_RefusalText)
    why = next(x for x in reasons if x.value == said.reason)
    return refused(why, said.field, said.value, said.available)


def text(struct: msgspec.Struct) -> str:
    """Return a struct as JSON text, its members in their order."""
    return msgspec.json.encode(struct).decode()
