"""An independent book, kept from requests and answers alone: it says where answers cannot be true.

It shares no code with the bank and knows no entry, no fold and no database: sums of whole numbers
in plain dictionaries. Calls may overlap. It accuses only where no order of overlapping calls could
have led to the answers given:

- what was accepted fits its limits in some order, and what was refused had no room in some order
- a key has one answer, moves once, and another body under it is never accepted
- a hold ends once, by no more than it holds
- what is told of headroom and debt, in an answer or when looked at, was so at some moment

A call that was never answered may or may not have happened.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from twinline.sim.room import Moved, Room

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAY_LATER: Final = ("pay_later", "joint", "person")
CASH_LOAN: Final = ("cash_loan", "joint", "person")
LINES: Final = {"pay_later": PAY_LATER, "cash_loan": CASH_LOAN}
DEBTS: Final = {f"owed_{line}" for line in LINES}
NO_ROOM: Final = {
    "pay_later_headroom": "pay_later",
    "cash_loan_headroom": "cash_loan",
    "joint_headroom": "joint",
    "person_cap": "person",
}
"""Refusals that say there is no room, and which room; of any other rule the auditor knows nothing
but those of holds and keys."""

KEY_USED: Final = "key_used"
HOLD_NOT_FOUND: Final = "hold_not_found"
HOLD_RESOLVED: Final = "hold_resolved"
HOLD_EXCEEDED: Final = "hold_exceeded"

REQUESTS: Final = {"hold", "draw"}
ENDS: Final = {"capture", "void", "expire"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked of the bank, in its smallest words. Amounts in minor units.

    `what` is `open` or `limit` (with `changes` of limits), `hold`, `capture`, `void`, `expire` (of
    `hold`), `draw`, `repay`, `refund`, `return` (of a repayment), or `look`. `line` says of which
    line; a look needs neither key nor amount.
    """

    what: str
    amount: int = 0
    line: str = ""
    hold: str = ""
    changes: Mapping[str, int] = field(default_factory=dict)

    @property
    def body(self) -> tuple[object, ...]:
        """What two requests of one key must have in common."""
        return self.what, self.amount, self.line, self.hold, *sorted(self.changes.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the bank answered.

    `refused` is empty if it accepted. `done` is false where it said that nothing was decided yet
    (busy, in progress): such an answer binds nobody. `principal` is what a payment paid of the
    debt. `told` are headrooms by control and debts (`owed_pay_later`, `owed_cash_loan`), as far as
    the answer tells them.
    """

    refused: str = ""
    done: bool = True
    principal: int | None = None
    told: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Call:
    customer: str
    key: str
    ask: Ask
    asked: int
    answered: int | None = None
    said: Said | None = None

    def __str__(self) -> str:
        amount = f" {self.ask.amount}" if self.ask.amount else ""
        return f"{self.customer}, {self.ask.what} {self.key}{amount}"


@dataclass(frozen=True, slots=True)
class _Deed:
    """What a key did: accepted by `said`, or perhaps done if that is None."""

    call: _Call
    asked: int
    answered: int | None
    said: Said | None


class Auditor:
    """Keeps what was asked and answered; `findings` says what cannot be true of it."""

    def __init__(self) -> None:
        """Begin an empty book."""
        self._calls: list[_Call] = []
        self._tick = 0

    def asked(self, customer: str, key: str, ask: Ask) -> int:
        """Note a call at the moment it is made; return the number to answer it by."""
        self._tick += 1
        self._calls.append(_Call(customer, key, ask, self._tick))
        return len(self._calls) - 1

    def answered(self, number: int, said: Said) -> None:
        """Note an answer at the moment it has come. A call that failed is left unanswered."""
        call = self._calls[number]
        assert call.said is None, "a call is answered once"
        self._tick += 1
        call.answered, call.said = self._tick, said

    def findings(self) -> list[str]:
        """Return one line for each answer that cannot be true."""
        by_customer: defaultdict[str, list[_Call]] = defaultdict(list)
        for call in self._calls:
            by_customer[call.customer].append(call)
        return [line for calls in by_customer.values() for line in _Book(calls).findings()]


class _Book:
    """One customer's calls."""

    def __init__(self, calls: list[_Call]) -> None:
        self._calls = calls
        self._keys: defaultdict[str, list[_Call]] = defaultdict(list)
        for call in calls:
            if call.ask.what != "look":
                self._keys[call.key].append(call)
        self._deeds = [deed for same in self._keys.values() for deed in _deeds(same)]
        self._holds = {deed.call.key: deed for deed in self._deeds if deed.call.ask.what == "hold"}
        moved: defaultdict[str, list[Moved]] = defaultdict(list)
        for deed in self._deeds:
            for account, amount in self._effects(deed).items():
                free = not _must_fit(deed.call.ask, account)
                moved[account].append(Moved(amount, deed.asked, deed.answered, free))
        self._rooms: defaultdict[str, Room] = defaultdict(lambda: Room(()))
        self._rooms.update({account: Room(each) for account, each in moved.items()})

    def findings(self) -> Iterator[str]:
        for same in self._keys.values():
            yield from _one_answer(same)
        for deed in self._deeds:
            if deed.said is not None and deed.answered is not None:
                yield from self._fits(deed, deed.answered)
                yield from self._told(deed.call, deed.asked, deed.answered, self._effects(deed))
        yield from self._ends()
        for same in self._keys.values():
            for first, asked in _first_refusals(same):
                yield from self._had_no_room(first, asked)
                yield from self._had_no_hold(first, asked)
        for call in self._calls:
            if call.ask.what == "look" and call.answered is not None:
                yield from self._told(call, call.asked, call.answered, {})

    def _effects(self, deed: _Deed) -> dict[str, int]:
        """Return what a deed does to headrooms and debts."""
        ask = deed.call.ask
        amount = ask.amount
        match ask.what:
            case "open" | "limit":
                return dict(ask.changes)
            case "hold":
                return dict.fromkeys(PAY_LATER, -amount)
            case "draw":
                return dict.fromkeys(CASH_LOAN, -amount) | {"owed_cash_loan": amount}
            case "capture" | "void" | "expire":
                held = self._holds.get(ask.hold)
                freed = (held.call.ask.amount if held else 0) - amount
                return dict.fromkeys(PAY_LATER, freed) | {"owed_pay_later": amount}
            case "repay" | "refund":
                told = deed.said.principal if deed.said else None
                paid = amount if told is None else told
                return dict.fromkeys(LINES[ask.line], paid) | {f"owed_{ask.line}": -paid}
            case "return":
                return dict.fromkeys(LINES[ask.line], -amount) | {f"owed_{ask.line}": amount}
            case _:
                raise AssertionError(ask.what)

    def _fits(self, deed: _Deed, answered: int) -> Iterator[str]:
        """A request that was accepted had room in some order; no payment pays what is not owed."""
        for account, amount in self._effects(deed).items():
            left = self._rooms[account].left_by(deed.asked, answered)
            if amount < 0 and left < 0 and _must_fit(deed.call.ask, account):
                yield f"{deed.call}: accepted, and leaves {account} at {left} at best"

    def _told(self, call: _Call, first: int, last: int, own: Mapping[str, int]) -> Iterator[str]:
        """What is told was so at some moment of the call, what it did itself included."""
        assert call.said is not None
        for account, told in call.said.told.items():
            room, amount = self._rooms[account], own.get(account, 0)
            least = room.least_between(first, last) + max(0, amount)
            most = room.most_between(first, last) + min(0, amount)
            if not least <= told <= most:
                bounds = str(least) if least == most else f"{least} to {most}"
                yield f"{call}: says {account} is {told}, it can be {bounds}"

    def _had_no_room(self, call: _Call, asked: int) -> Iterator[str]:
        """A refusal for want of room: in some order there was none."""
        account = NO_ROOM.get(_refusal(call))
        if account is None or call.answered is None:
            return
        least = self._rooms[account].least_between(asked, call.answered)
        if call.ask.amount <= least:
            yield f"{call}: refused as {_refusal(call)}, and {least} was free in every order"

    def _had_no_hold(self, call: _Call, asked: int) -> Iterator[str]:
        """A refusal for the state of a hold: in some order it was in that state."""
        ask, refused, answered = call.ask, _refusal(call), call.answered or 0
        held = self._holds.get(ask.hold)
        placed = held is not None and held.answered is not None and held.answered < asked
        if refused == HOLD_NOT_FOUND and placed:
            yield f"{call}: refused as {refused}, and {ask.hold} was accepted before"
        if refused == HOLD_RESOLVED and not any(
            deed.call.ask.hold == ask.hold and deed.asked < answered for deed in self._deeds
        ):
            yield f"{call}: refused as {refused}, and nobody ended {ask.hold}"
        if refused == HOLD_EXCEEDED and held and ask.amount <= held.call.ask.amount:
            yield f"{call}: refused as {refused}, and {held.call.ask.amount} was held"

    def _ends(self) -> Iterator[str]:
        """A hold that was placed ends once, by no more than it holds."""
        ended: dict[str, _Deed] = {}
        for deed in self._deeds:
            ask = deed.call.ask
            if ask.what not in ENDS or deed.said is None:
                continue
            held = self._holds.get(ask.hold)
            if held is None:
                yield f"{deed.call}: accepted, and {ask.hold} was never held"
            elif ask.amount > held.call.ask.amount:
                yield f"{deed.call}: accepted, and {held.call.ask.amount} was held"
            if ask.hold in ended:
                yield f"{deed.call}: accepted, and {ask.hold} ended by {ended[ask.hold].call.key}"
            ended.setdefault(ask.hold, deed)


def _must_fit(ask: Ask, account: str) -> bool:
    """Return whether a call is refused rather than take an account below zero."""
    return ask.what in REQUESTS or account in DEBTS


def _deeds(same: list[_Call]) -> Iterator[_Deed]:
    """Yield what the calls of one key did: what was accepted, or what may have been done.

    It happened at some moment from the first asking to the first acceptance. A key that was
    refused is refused for ever, and did nothing.
    """
    decided = _decided(same)
    accepted = [call for call in decided if not _refusal(call)]
    for body, calls in _by_body(accepted[:1] or same).items():
        asked = min(call.asked for call in same if call.ask.body == body)
        first = calls[0]
        if accepted:
            yield _Deed(first, asked, first.answered, first.said)
        elif any(call.said is None for call in calls) and not any(
            call.ask.body == body and _refusal(call) != KEY_USED for call in decided
        ):
            yield _Deed(first, asked, None, None)


def _first_refusals(same: list[_Call]) -> Iterator[tuple[_Call, int]]:
    """Yield the first refusal of each body of a key, and when that body was first asked.

    It was decided between the two; later ones only repeat it.
    """
    for body, calls in _by_body(_decided(same)).items():
        if _refusal(calls[0]):
            yield calls[0], min(call.asked for call in same if call.ask.body == body)


def _decided(same: list[_Call]) -> list[_Call]:
    """Return the calls of a key that were decided, in the order of their answers."""
    decided = (call for call in same if call.said is not None and call.said.done)
    return sorted(decided, key=lambda call: call.answered or 0)


def _by_body(calls: list[_Call]) -> dict[tuple[object, ...], list[_Call]]:
    by_body: dict[tuple[object, ...], list[_Call]] = {}
    for call in calls:
        by_body.setdefault(call.ask.body, []).append(call)
    return by_body


def _one_answer(same: list[_Call]) -> Iterator[str]:
    """One key has one answer, and one body."""
    bound = _decided(same)
    by_body = _by_body(bound)
    for calls in by_body.values():
        first = calls[0]
        for call in calls[1:]:
            if call.said != first.said:
                yield f"{call}: answered {_words(call)}, and before {_words(first)}"
    accepted = [calls[0] for calls in by_body.values() if not _refusal(calls[0])]
    for call in accepted[1:]:
        yield f"{call}: accepted, and the key was accepted with another body"
    for call in bound:
        if _refusal(call) == KEY_USED and all(other.ask.body == call.ask.body for other in same):
            yield f"{call}: refused as {KEY_USED}, and it never had another body"


def _refusal(call: _Call) -> str:
    return call.said.refused if call.said else ""


def _words(call: _Call) -> str:
    assert call.said is not None
    told = ", ".join(f"{name} {value}" for name, value in sorted(call.said.told.items()))
    return " with ".join(filter(None, (call.said.refused or "yes", told)))
