"""Stories of one customer's two lines in aligned text: limits, use, repayment, what is left.

    open    LINE AMOUNT ... joint AMOUNT person AMOUNT
    buy     ID AMOUNT               a purchase, authorised and captured
    draw    ID AMOUNT               a cash loan
    repay   LINE ID AMOUNT          also: refund ID PURCHASE AMOUNT, return LINE ID REPAYMENT
    plan    PURCHASE WEIGHT         what was bought is to be paid by instalments
    instal  ID PURCHASE AMOUNT      an instalment of it is paid
    base    LINE AMOUNT             a decision; also: move FROM TO AMOUNT
    state   LINE MOVE
    cap     LINE ID AMOUNT, factor LINE ID PPM, stop LINE ID, end LINE ID
    own     LINE ID AMOUNT DAYS     the customer's own cap; a wider one holds after some days
    day     NUMBER                  of November 2026

A line that ends with a word after `->` must be refused with it. Amounts are in yuan.

    expect  LINE AVAILABLE TERM [next AMOUNT]
    expect  owed PAY_LATER CASH_LOAN kept AMOUNT
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from twinline.kernel.money import parse_money
from twinline.ledger.admission import Accepted, Standing, admit
from twinline.ledger.chain import genesis
from twinline.ledger.control import CONTROLS, NO_HEADROOM
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.ledger.group import Admission, Group
from twinline.lines.available import Controls, availability, control_of
from twinline.lines.changes import limits_changed, limits_on, opening_amounts
from twinline.lines.effective import new_use
from twinline.lines.limit import Bounds, NewBase, Side, change_base, move_between
from twinline.lines.line import Cause, Line, Restriction, RestrictionKind
from twinline.lines.moves import Grant, LineMove, MoveRefusal, grant, move
from twinline.lines.restrictions import add_restriction, end_restriction, set_own_cap
from twinline.lines.weight import UNWEIGHTED, joint_use_minor
from twinline.servicing.booking import Use, Weighed, book, transfers
from twinline.servicing.fact import Fact, FactKind
from twinline.servicing.fold import fold, refundable_minor
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinline.ledger.admission import Refusal
    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Transfer

NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)
BOUNDS = Bounds(least_minor=0, most_minor=20_000_000)


def yuan(text: str) -> int:
    """Return an amount of a story in minor units."""
    return parse_money(text, "CNY")


@dataclass
class World:
    """One customer: lines, limits and headroom as the ledger has them, facts by product."""

    on: date = date(2026, 11, 1)
    lines: dict[Product, Line] = field(default_factory=dict)
    limits: Headroom = NO_HEADROOM
    headroom: Headroom = NO_HEADROOM
    seq: int = 0
    facts: dict[Product, list[Fact]] = field(
        default_factory=lambda: {product: [] for product in Product}
    )
    plans: dict[str, tuple[int, Fraction]] = field(default_factory=dict)

    def post(
        self, event: Event, admission: Admission, booked: tuple[Transfer, ...]
    ) -> Refusal | None:
        """Post a group by the ledger's own rule."""
        group = Group(
            owner="C1",
            group_id=f"g{self.seq}",
            event=event,
            admission=admission,
            command_hash=bytes(32),
            value_on=self.on,
            booked_at=NOON,
            transfers=booked,
        )
        standing = Standing(seq=self.seq, headroom=self.headroom, chain=genesis("C1"))
        outcome = admit(standing, group, self.seq)
        if isinstance(outcome, Accepted):
            self.seq, self.headroom = outcome.seq, outcome.headroom
            return None
        return outcome

    def follow(self, joint: int | None = None, person: int | None = None) -> None:
        """Let the controls follow the limits of the day."""
        after = limits_on(
            self.lines,
            self.on,
            joint_minor=self.limits[2] if joint is None else joint,
            person_minor=self.limits[3] if person is None else person,
        )
        change = limits_changed(self.limits, after)
        if change is not None:
            place = Place(customer="C1", currency="CNY", line=change.line)
            booked = transfers_of(change.event, change.amounts, place)
            assert self.post(change.event, Admission.FACT, booked) is None
        self.limits = after

    def add(
        self,
        product: Product,
        new: Fact,
        *,
        asked: bool = False,
        weighed: Weighed | Fraction = UNWEIGHTED,
    ) -> object:
        """Book a fact of a contract; a purchase's hold and capture are one group here."""
        booked = book(self.facts[product], new, weighed=weighed)
        place = Place(
            customer="C1",
            currency="CNY",
            line=control_of(product),
            contract=product,
            merchant="M1",
        )
        entries = transfers(booked.steps, place)
        if booked.event is Event.PURCHASE_CAPTURED:
            held = dict.fromkeys(("line", "joint", "person"), new.amount_minor)
            entries += transfers_of(Event.LOAN_DISBURSED, held, place)
        refusal = self.post(booked.event, Admission.REQUEST if asked else Admission.FACT, entries)
        if refusal is None:
            self.facts[product].append(new)
        return refusal

    def use(self, product: Product, new: Fact) -> object:
        """Ask for new use: the line's word first, then the ledger's."""
        return new_use(self.lines[product], self.on) or self.add(product, new, asked=True)

    def fact(self, fact_id: str, kind: FactKind, minor: int, refers: str = "") -> Fact:
        """Return a fact that counts today."""
        return Fact(
            fact_id=fact_id,
            contract_id="K1",
            kind=kind,
            value_on=self.on,
            booked_at=NOON,
            amount_minor=minor,
            refers=refers,
        )

    def change(self, product: Product, after: Line | MoveRefusal) -> object:
        """Keep a changed line and let the controls follow; a refusal changes nothing."""
        if isinstance(after, MoveRefusal):
            return after
        self.lines[product] = after
        self.follow()
        return None

    def used(self, product: Product) -> int:
        """Return what is used of a line."""
        at = CONTROLS.index(control_of(product))
        return self.limits[at] - self.headroom[at]


def tell(text: str) -> None:
    """Play a story: the lines of a docstring that begin with one of its words."""
    world = World()
    for line in text.splitlines():
        words, _, wanted = line.partition("->")
        match words.split():
            case ["expect", *said]:
                assert expected(world, said) == said, f"{line.strip()}: {expected(world, said)}"
            case [verb, *rest] if verb in VERBS:
                refusal = VERBS[verb](world, *rest)
                said_no = "" if refusal is None else getattr(refusal, "value", refusal)
                assert said_no == wanted.strip(), f"{line.strip()}: {said_no or 'accepted'}"
            case _:
                pass


def expected(world: World, said: list[str]) -> list[str]:
    """Return what a line of expectation would have to say."""
    if said[0] == "owed":
        owed = [fold(world.facts[product]) for product in Product]
        kept = sum(each.over for each in owed)
        return ["owed", *(money(each.principal) for each in owed), "kept", money(kept)]
    controls = Controls(limits=world.limits, headroom=world.headroom)
    found = availability(world.lines[Product(said[0])], controls, world.on)
    following = ["next", money(found.least.next_minor or 0)] if "next" in said else []
    return [said[0], money(found.available_minor), found.least.binding.kind, *following]


def money(minor: int) -> str:
    """Return an amount as stories write it."""
    yuan_part, fen = divmod(abs(minor), 100)
    sign = "-" if minor < 0 else ""
    return f"{sign}{yuan_part}" + (f".{fen:02d}" if fen else "")


def _open(world: World, *pairs: str) -> object:
    limits = dict(zip(pairs[::2], map(yuan, pairs[1::2]), strict=True))
    for product in Product:
        granted = Grant(
            product=product,
            currency="CNY",
            licence="CF",
            funder="own",
            decision_id="d1",
            base_limit_minor=limits[product],
        )
        line = grant(None, granted, world.on)
        assert isinstance(line, Line)
        world.lines[product] = line
    world.limits = limits_on(
        world.lines, world.on, joint_minor=limits["joint"], person_minor=limits["person"]
    )
    place = Place(customer="C1", currency="CNY")
    booked = transfers_of(Event.CUSTOMER_OPENED, opening_amounts(world.limits), place)
    return world.post(Event.CUSTOMER_OPENED, Admission.FACT, booked)


def _buy(world: World, fact_id: str, amount: str) -> object:
    return world.use(Product.PAY_LATER, world.fact(fact_id, FactKind.PURCHASE, yuan(amount)))


def _draw(world: World, fact_id: str, amount: str) -> object:
    return world.use(Product.CASH_LOAN, world.fact(fact_id, FactKind.DISBURSEMENT, yuan(amount)))


def _repay(world: World, product: str, fact_id: str, amount: str) -> object:
    return world.add(Product(product), world.fact(fact_id, FactKind.REPAYMENT, yuan(amount)))


def _return(world: World, product: str, fact_id: str, refers: str) -> object:
    facts = world.facts[Product(product)]
    (minor,) = [fact.amount_minor for fact in facts if fact.fact_id == refers]
    return world.add(Product(product), world.fact(fact_id, FactKind.REVERSAL, minor, refers))


def _refund(world: World, fact_id: str, purchase: str, amount: str) -> object:
    if yuan(amount) > refundable_minor(world.facts[Product.PAY_LATER], purchase):
        return "beyond_the_purchase"
    new = world.fact(fact_id, FactKind.REFUND, yuan(amount), purchase)
    return world.add(Product.PAY_LATER, new)


def _plan(world: World, purchase: str, weight: str) -> object:
    (bought,) = [
        fact.amount_minor for fact in world.facts[Product.PAY_LATER] if fact.fact_id == purchase
    ]
    world.plans[purchase] = (bought, Fraction(weight))
    more = joint_use_minor(bought, Fraction(weight)) - bought
    place = Place(customer="C1", currency="CNY")
    booked = transfers_of(Event.INSTALMENT_CONFIRMED, {"weight": more}, place)
    return world.post(Event.INSTALMENT_CONFIRMED, Admission.FACT, booked)


def _instal(world: World, fact_id: str, purchase: str, amount: str) -> object:
    left, weight = world.plans[purchase]
    after = left - yuan(amount)
    world.plans[purchase] = (after, weight)
    joint = joint_use_minor(after, weight) - joint_use_minor(left, weight)
    weighed = Weighed(use=Use(line=-yuan(amount), joint=joint, person=-yuan(amount)))
    new = world.fact(fact_id, FactKind.REPAYMENT, yuan(amount))
    return world.add(Product.PAY_LATER, new, weighed=weighed)


def _base(world: World, product: str, amount: str) -> object:
    line = world.lines[Product(product)]
    new = NewBase(
        decision_id=f"d{line.base_version + 1}",
        limit_minor=yuan(amount),
        base_version_seen=line.base_version,
    )
    return world.change(Product(product), change_base(line, new, BOUNDS, world.on))


def _move(world: World, giver: str, taker: str, amount: str) -> object:
    def side(name: str) -> Side:
        line = world.lines[Product(name)]
        used = world.used(Product(name))
        return Side(line=line, used_minor=used, bounds=BOUNDS, base_version_seen=line.base_version)

    found = move_between(side(giver), side(taker), yuan(amount), request_id="wish", on=world.on)
    if isinstance(found, MoveRefusal):
        return found
    world.lines |= dict(zip((Product(giver), Product(taker)), found, strict=True))
    world.follow()
    return None


def _state(world: World, product: str, asked: str) -> object:
    line, owed = world.lines[Product(product)], fold(world.facts[Product(product)])
    after = move(line, LineMove(asked), world.on, outstanding_minor=owed.principal + owed.over)
    return world.change(Product(product), after)


def _restrict(world: World, product: str, new: Restriction) -> object:
    return world.change(Product(product), add_restriction(world.lines[Product(product)], new))


def _restriction(world: World, kind: RestrictionKind, restriction_id: str) -> Restriction:
    return Restriction(
        restriction_id=restriction_id,
        kind=kind,
        cause=Cause.BEHAVIOUR,
        reason="OVERDUE",
        from_on=world.on,
        end_condition="nothing is overdue",
    )


def _cap(world: World, product: str, restriction_id: str, amount: str) -> object:
    new = _restriction(world, RestrictionKind.CAP, restriction_id)
    return _restrict(world, product, replace(new, amount_minor=yuan(amount)))


def _factor(world: World, product: str, restriction_id: str, ppm: str) -> object:
    new = _restriction(world, RestrictionKind.FACTOR, restriction_id)
    return _restrict(world, product, replace(new, parts_per_million=int(ppm)))


def _stop(world: World, product: str, restriction_id: str) -> object:
    return _restrict(world, product, _restriction(world, RestrictionKind.STOP, restriction_id))


def _end(world: World, product: str, restriction_id: str) -> object:
    line = world.lines[Product(product)]
    return world.change(Product(product), end_restriction(line, restriction_id, world.on))


def _own(world: World, product: str, restriction_id: str, amount: str, days: str) -> object:
    eases_on = world.on.replace(day=world.on.day + int(days))
    line = world.lines[Product(product)]
    after = set_own_cap(line, restriction_id, yuan(amount), on=world.on, eases_on=eases_on)
    return world.change(Product(product), after)


def _day(world: World, number: str) -> object:
    world.on = world.on.replace(day=int(number))
    world.follow()
    return None


VERBS: dict[str, Callable[..., object]] = {
    "open": _open,
    "buy": _buy,
    "draw": _draw,
    "repay": _repay,
    "return": _return,
    "refund": _refund,
    "plan": _plan,
    "instal": _instal,
    "base": _base,
    "move": _move,
    "state": _state,
    "cap": _cap,
    "factor": _factor,
    "stop": _stop,
    "end": _end,
    "own": _own,
    "day": _day,
}
