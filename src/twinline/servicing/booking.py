"""How a new fact of a contract is booked: what is owed after less what was owed before.

The mapping is total: a backdated fact, a reversal, a reversal of a reversal may move components
both ways, and what an entry template books the one way its opposite books the other. What an event
does not move by itself, such as a purchase that is paid at once from what is kept for the
customer, goes through the credit balance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, assert_never

from twinline.ledger.entry import opposite, transfers_of
from twinline.ledger.event import Event
from twinline.servicing.fact import FactKind
from twinline.servicing.fold import effective, owed_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twinline.ledger.entry import Place
    from twinline.ledger.group import Transfer
    from twinline.servicing.fact import Fact, Owed


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is owed after less what was owed before, by component, in minor units, signed."""

    principal: int
    interest: int
    fee: int
    penalty: int
    over: int

    @property
    def net_minor(self) -> int:
        """The change of what is owed less what is kept."""
        return self.principal + self.interest + self.fee + self.penalty - self.over


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A change of the use of three controls, in minor units: positive takes headroom."""

    line: int
    joint: int
    person: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A template and its amounts, none negative; `undone` books its opposite."""

    event: Event
    amounts: Mapping[str, int]
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A new fact: what is owed with it, the event it is, and the steps that book it.

    No step where nothing moves: a reversal that still waits for its fact, or a fact whose reversal
    was there before it.
    """

    owed: Owed
    event: Event
    change: Change
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nature:
    """What an event moves by itself, in units of its amount.

    `pays` events spread their amount over components; the others move `principal` or `over`.
    `takes` says that the template moves headroom with it, `held` that a hold's end does.
    """

    sign: int
    pays: bool = False
    principal: int = 0
    over: int = 0
    takes: bool = False
    held: bool = False
    amount: str = "principal"


_NATURE: Final = {
    Event.BALANCE_BROUGHT: _Nature(sign=1, principal=1, takes=True),
    Event.PURCHASE_CAPTURED: _Nature(sign=1, principal=1, held=True),
    Event.LOAN_DISBURSED: _Nature(sign=1, principal=1, takes=True),
    Event.DISBURSEMENT_RETURNED: _Nature(sign=-1, principal=-1, takes=True),
    Event.PURCHASE_REFUNDED: _Nature(sign=-1, pays=True),
    Event.REPAID: _Nature(sign=-1, pays=True),
    Event.REPAID_BY_THIRD_PARTY: _Nature(sign=-1, pays=True),
    Event.REPAYMENT_RETURNED: _Nature(sign=1, pays=True),
    Event.CREDIT_BALANCE_PAID_OUT: _Nature(sign=1, over=-1, amount="amount"),
}


_COMPONENTS: Final = ("fee", "penalty", "interest", "principal")
_CONTROLS: Final = ("line", "joint", "person")


def change(before: Owed, after: Owed) -> Change:
    """Return what is owed after less what was owed before."""
    return Change(
        principal=after.principal - before.principal,
        interest=after.interest - before.interest,
        fee=after.fee - before.fee,
        penalty=after.penalty - before.penalty,
        over=after.over - before.over,
    )


def book(
    facts: Iterable[Fact],
    new: Fact,
    *,
    paid_as: Event = Event.REPAID,
    use: Use | None = None,
    held: Use | None = None,
) -> Booked:
    """Return how a new fact is booked on a contract that has facts. Raises `FactFault`.

    `paid_as` names the event of a repayment. `use` is the change of use by the contract, if other
    than that of principal on all three controls, as where an instalment is weighed. `held` is the
    use that the end of a purchase's hold brings in the same group, if other than its amount.
    """
    known = tuple(facts)
    earlier, later = effective(known), effective((*known, new))
    owed = owed_after(later)
    moved = change(owed_after(earlier), owed)
    fact, gained = _flipped(earlier, later) or (new, None)
    event, undone = _event_of(fact.kind, paid_as, gone=gained is False)
    if gained is None:
        return Booked(owed=owed, event=event, change=moved, steps=())
    if held is None:
        by_hold = _NATURE[event].held and fact.fact_id == new.fact_id
        held = _evenly(fact.amount_minor if by_hold else 0)
    moves = _Moves(fact.amount_minor, moved, use or _evenly(moved.principal), held)
    return Booked(owed=owed, event=event, change=moved, steps=_steps(event, moves, undone=undone))


def transfers(steps: Iterable[Step], place: Place) -> tuple[Transfer, ...]:
    """Return the transfers of steps, in one group."""
    return tuple(
        transfer
        for step in steps
        for transfer in _of(step, transfers_of(step.event, step.amounts, place))
    )


@dataclass(frozen=True, slots=True)
class _Moves:
    """What a fact moves: its amount, components, use, and the use a hold's end brings."""

    amount_minor: int
    change: Change
    use: Use
    held: Use


def _of(step: Step, booked: tuple[Transfer, ...]) -> tuple[Transfer, ...]:
    return opposite(booked) if step.undone else booked


def _flipped(earlier: Sequence[Fact], later: Sequence[Fact]) -> tuple[Fact, bool] | None:
    """Return the one fact that counts now and did not, or did and does not, and which of both.

    One new fact flips at most one: a chain of reversals ends at one fact.
    """
    was, now = {fact.fact_id for fact in earlier}, {fact.fact_id for fact in later}
    gained = [fact for fact in later if fact.fact_id not in was]
    lost = [fact for fact in earlier if fact.fact_id not in now]
    assert len(gained) + len(lost) <= 1, (gained, lost)
    if gained:
        return gained[0], True
    return (lost[0], False) if lost else None


def _event_of(kind: FactKind, paid_as: Event, *, gone: bool) -> tuple[Event, bool]:
    """Return the event by which a fact comes or goes, and whether it is the event undone."""
    match kind:
        case FactKind.BROUGHT:
            return Event.BALANCE_BROUGHT, gone
        case FactKind.PURCHASE:
            return Event.PURCHASE_CAPTURED, gone
        case FactKind.DISBURSEMENT:
            return (Event.DISBURSEMENT_RETURNED if gone else Event.LOAN_DISBURSED), False
        case FactKind.REFUND:
            return Event.PURCHASE_REFUNDED, gone
        case FactKind.REPAYMENT:
            return (Event.REPAYMENT_RETURNED if gone else paid_as), False
        case FactKind.PAID_OUT:
            return Event.CREDIT_BALANCE_PAID_OUT, gone
        case FactKind.REVERSAL:
            return Event.CORRECTED, gone
        case _:
            assert_never(kind)


def _steps(event: Event, moves: _Moves, *, undone: bool) -> tuple[Step, ...]:
    nature = _NATURE[event]
    amount = -moves.amount_minor if undone else moves.amount_minor
    assert moves.change.net_minor == nature.sign * amount, (event, moves)
    if nature.pays:
        return _spread(event, moves.change, moves.use, paying=nature.sign < 0)
    own, own_use = {nature.amount: moves.amount_minor}, moves.held
    if nature.takes:
        own |= dict.fromkeys(_CONTROLS, moves.amount_minor)
        own_use = _evenly(nature.principal * amount)
    rest = replace(
        moves.change,
        principal=moves.change.principal - nature.principal * amount,
        over=moves.change.over - nature.over * amount,
    )
    use = Use(
        line=moves.use.line - own_use.line,
        joint=moves.use.joint - own_use.joint,
        person=moves.use.person - own_use.person,
    )
    assert rest.net_minor == 0, (event, moves)
    through = _spread(Event.CREDIT_BALANCE_USED, replace(rest, over=0), use, paying=True)
    return (Step(event=event, amounts=own, undone=undone), *through)


def _spread(event: Event, moved: Change, use: Use, *, paying: bool) -> tuple[Step, ...]:
    """Return what is paid and what is owed again, each by the event or its opposite.

    `paying` says that the event's template pays; else it makes owed again.
    """
    towards = {name: -getattr(moved, name) for name in _COMPONENTS}
    towards["over"] = moved.over
    towards |= {name: -getattr(use, name) for name in _CONTROLS}
    sides = (
        Step(
            event=event,
            amounts={name: sign * minor for name, minor in towards.items() if sign * minor > 0},
            undone=paying is not (sign > 0),
        )
        for sign in (1, -1)
    )
    return tuple(step for step in sides if step.amounts)


def _evenly(minor: int) -> Use:
    return Use(line=minor, joint=minor, person=minor)
