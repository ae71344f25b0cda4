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
from twinline.lines.weight import UNWEIGHTED, joint_change_minor
from twinline.servicing.fact import FactKind
from twinline.servicing.fold import effective, fold_from, owed_after, seal_at, unsealed_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

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


NO_USE: Final = Use(line=0, joint=0, person=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """How much use a contract changes by where it is not its principal, as with an instalment.

    `held` is the part of it that the end of a purchase's hold brings in the same group.
    """

    use: Use
    held: Use = NO_USE


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
    was there before it; the hold of such a purchase is voided.
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
    Event.CREDIT_BALANCE_BROUGHT: _Nature(sign=-1, over=1, amount="amount"),
    Event.PURCHASE_CAPTURED: _Nature(sign=1, principal=1, held=True),
    Event.LOAN_DISBURSED: _Nature(sign=1, principal=1, takes=True),
    Event.DISBURSEMENT_RETURNED: _Nature(sign=-1, principal=-1, takes=True),
    Event.PURCHASE_REFUNDED: _Nature(sign=-1, pays=True),
    Event.REPAID: _Nature(sign=-1, pays=True),
    Event.REPAID_BY_THIRD_PARTY: _Nature(sign=-1, pays=True),
    Event.REPAYMENT_RETURNED: _Nature(sign=1, pays=True),
    Event.CREDIT_BALANCE_USED: _Nature(sign=-1, pays=True),
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
    owed: Owed | None = None,
    paid_as: Event = Event.REPAID,
    weighed: Weighed | Fraction = UNWEIGHTED,
) -> Booked:
    """Return how a new fact is booked on a contract that has facts. Raises `FactFault`.

    `owed` is their fold where it is stored: then only a fact that reaches back folds them again.
    `paid_as` names the event of a repayment. Use follows principal on all three controls, of both
    lines together by the plan's weight, or as it is `weighed`.
    """
    known = tuple(facts)
    turn = _last(known, new, owed) or _any(known, new)
    event, undone = _event_of(turn.fact.kind, paid_as, gone=turn.gained is False)
    moved = change(turn.before, turn.after)
    if turn.gained is None:
        return Booked(owed=turn.after, event=event, change=moved, steps=())
    if not isinstance(weighed, Weighed):
        by_hold = _NATURE[event].held and turn.fact.fact_id == new.fact_id
        held = turn.fact.amount_minor if by_hold else 0
        joint = joint_change_minor(turn.before.principal, turn.after.principal, weighed)
        use = replace(_evenly(moved.principal), joint=joint)
        weighed = Weighed(use=use, held=_evenly(held))
    moves = _Moves(turn.fact.amount_minor, moved, weighed)
    return Booked(
        owed=turn.after, event=event, change=moved, steps=_steps(event, moves, undone=undone)
    )


def transfers(steps: Iterable[Step], place: Place) -> tuple[Transfer, ...]:
    """Return the transfers of steps, in one group."""
    return tuple(
        transfer
        for step in steps
        for transfer in _of(step, transfers_of(step.event, step.amounts, place))
    )


@dataclass(frozen=True, slots=True)
class _Moves:
    """What a fact moves: its amount, components and use."""

    amount_minor: int
    change: Change
    weighed: Weighed


def _of(step: Step, booked: tuple[Transfer, ...]) -> tuple[Transfer, ...]:
    return opposite(booked) if step.undone else booked


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a new fact turns: which fact counts now, or no more, or None where none does."""

    before: Owed
    after: Owed
    fact: Fact
    gained: bool | None


def _last(known: tuple[Fact, ...], new: Fact, owed: Owed | None) -> _Turn | None:
    """Return the turn of a fact that comes after all others and reaches back to none."""
    if owed is None or not known:
        return None
    sealed = seal_at(owed, known)
    if unsealed_by(sealed, [new]) is not None:
        return None
    return _Turn(owed, fold_from(sealed, [new]), new, gained=True)


def _any(known: tuple[Fact, ...], new: Fact) -> _Turn:
    """Return the turn of a fact that comes in anywhere.

    One new fact turns at most one: a chain of reversals ends at one fact.
    """
    earlier, later = effective(known), effective((*known, new))
    was, now = {fact.fact_id for fact in earlier}, {fact.fact_id for fact in later}
    turned = [fact for fact in later if fact.fact_id not in was]
    turned += [fact for fact in earlier if fact.fact_id not in now]
    assert len(turned) <= 1, turned
    fact = turned[0] if turned else new
    gained = fact.fact_id in now if turned else None
    return _Turn(owed_after(earlier), owed_after(later), fact, gained)


def _event_of(kind: FactKind, paid_as: Event, *, gone: bool) -> tuple[Event, bool]:
    """Return the event by which a fact comes or goes, and whether it is the event undone."""
    match kind:
        case FactKind.BROUGHT:
            return Event.BALANCE_BROUGHT, gone
        case FactKind.CREDIT_BROUGHT:
            return Event.CREDIT_BALANCE_BROUGHT, gone
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
        return _spread(event, moves.change, moves.weighed.use, paying=nature.sign < 0)
    own, own_use = {nature.amount: moves.amount_minor}, moves.weighed.held
    if nature.takes:
        own |= dict.fromkeys(_CONTROLS, moves.amount_minor)
        own_use = _evenly(nature.principal * amount)
    rest = replace(
        moves.change,
        principal=moves.change.principal - nature.principal * amount,
        over=moves.change.over - nature.over * amount,
    )
    use = Use(
        line=moves.weighed.use.line - own_use.line,
        joint=moves.weighed.use.joint - own_use.joint,
        person=moves.weighed.use.person - own_use.person,
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
