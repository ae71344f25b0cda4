"""Entry templates: how each event is booked, as debits and credits with the reason in words.

An event's amounts come by name; a leg whose amount is zero or absent is left out. What moves
headroom stands in the same entry as the money it belongs to, so that neither can come alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twinline.ledger.account import HOUSE, Account, AccountKind
from twinline.ledger.control import CONTROLS, Control
from twinline.ledger.event import Event
from twinline.ledger.group import Transfer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.ledger.group import Group, Held

_K = AccountKind


@dataclass(frozen=True, slots=True)
class Leg:
    """One transfer of a template: which accounts, and the name of its amount.

    `control` is set where the leg moves headroom: of the line, of both lines, or of the person.
    """

    amount: str
    debit: AccountKind
    credit: AccountKind
    control: str = ""
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """How an event is booked."""

    meaning: str
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an event is booked: whose accounts, in which of the lender's books."""

    customer: str
    currency: str
    line: Control = Control.PAY_LATER
    licence: str = ""
    funder: str = ""
    contract: str = ""
    merchant: str = ""


class EntryFault(ValueError):
    """An event with an amount its template does not know, or a negative one."""

    def __init__(self, event: Event, amount: str, value: int) -> None:
        """Name the event, the amount and its value."""
        super().__init__(f"entry {event}, amount {amount}: {value}: known to it, and not negative")


def transfers_of(event: Event, amounts: Mapping[str, int], place: Place) -> tuple[Transfer, ...]:
    """Return the transfers that book an event. Raises `EntryFault`."""
    known = _KNOWN[event]
    for name, value in amounts.items():
        if name not in known or value < 0:
            raise EntryFault(event, name, value)
    return tuple(
        Transfer(
            _account(leg, leg.debit, place),
            _account(leg, leg.credit, place),
            amounts[leg.amount],
            leg.pending,
        )
        for leg in TEMPLATES[event].legs
        if amounts.get(leg.amount, 0)
    )


def funder_account(funder: str) -> str:
    """Return the owner of a funder's accounts: no customer's id has a colon.

    >>> funder_account("F1")
    'funder:F1'
    """
    return f"funder:{funder}"


def _account(leg: Leg, kind: AccountKind, place: Place) -> Account:
    if leg.control:
        control = place.line if leg.control == "line" else _CONTROL_NAMED[leg.control]
        return Account(kind, place.customer, place.currency, part=control)
    if kind in _OF_CONTRACT:
        owner, part = place.customer, place.contract
        return Account(kind, owner, place.currency, place.licence, place.funder, part)
    match kind:
        case _K.CREDIT_BALANCE:
            return Account(kind, place.customer, place.currency)
        case _K.MERCHANT_PAYABLE:
            return Account(kind, place.merchant, place.currency)
        case _K.FUNDER_PAYABLE:
            return Account(kind, funder_account(place.funder), place.currency)
        case _:
            return Account(kind, HOUSE, place.currency, place.licence, place.funder)


_CONTROL_NAMED: Final = {control.value: control for control in Control}
_OF_CONTRACT: Final = frozenset({_K.PRINCIPAL, _K.INTEREST, _K.FEE, _K.PENALTY, _K.WRITTEN_OFF})
_GIVES_BACK: Final = (
    Leg("line", _K.HEADROOM, _K.USE, "line"),
    Leg("joint", _K.HEADROOM, _K.USE, "joint"),
    Leg("person", _K.HEADROOM, _K.USE, "person"),
)
_TAKES: Final = (
    Leg("line", _K.USE, _K.HEADROOM, "line"),
    Leg("joint", _K.USE, _K.HEADROOM, "joint"),
    Leg("person", _K.USE, _K.HEADROOM, "person"),
)
_RAISED: Final = tuple(Leg(f"{name}_raised", _K.HEADROOM, _K.LIMIT, name) for name in CONTROLS)
_CUT: Final = tuple(Leg(f"{name}_cut", _K.LIMIT, _K.HEADROOM, name) for name in CONTROLS)


def _all(debit: AccountKind) -> tuple[Leg, ...]:
    """Return the legs that pay each component, and keep for the customer what is over."""
    return (
        Leg("fee", debit, _K.FEE),
        Leg("penalty", debit, _K.PENALTY),
        Leg("interest", debit, _K.INTEREST),
        Leg("principal", debit, _K.PRINCIPAL),
        Leg("over", debit, _K.CREDIT_BALANCE),
    )


TEMPLATES: Final[dict[Event, Template]] = {
    Event.CUSTOMER_OPENED: Template(
        "A customer's lines open with their first limits.",
        (*(Leg(name, _K.HEADROOM, _K.LIMIT, name) for name in CONTROLS),),
    ),
    Event.CUSTOMER_VERIFIED: Template(
        "A loaded customer is opened: the limits move to the accepted offer's from those that the "
        "book came with.",
        (*_RAISED, *_CUT),
    ),
    Event.CUSTOMER_CHANGED: Template("A customer's status changes; nothing moves.", ()),
    Event.LINE_CHANGED: Template(
        "A line's state or terms change; its limit, if it moves with them, moves by its own legs.",
        (*_RAISED, *_CUT),
    ),
    Event.LIMIT_RAISED: Template(
        "A limit is granted or raised: headroom and limit grow by the same.",
        tuple(Leg(name, _K.HEADROOM, _K.LIMIT, name) for name in ("line", "joint", "person")),
    ),
    Event.LIMIT_CUT: Template(
        "A limit falls: headroom falls with it, below zero if more is used. No debt is touched.",
        tuple(Leg(name, _K.LIMIT, _K.HEADROOM, name) for name in ("line", "joint", "person")),
    ),
    Event.HOLD_PLACED: Template(
        "A purchase is authorised: headroom is set aside and waits for capture or void.",
        tuple(Leg(leg.amount, leg.debit, leg.credit, leg.control, pending=True) for leg in _TAKES),
    ),
    Event.HOLD_VOIDED: Template("The merchant gives a hold up: all of it comes back.", ()),
    Event.HOLD_EXPIRED: Template("Nobody captured a hold in time: all of it comes back.", ()),
    Event.PURCHASE_CAPTURED: Template(
        "Goods were handed over: the customer owes the lender, the lender owes the merchant.",
        (Leg("principal", _K.PRINCIPAL, _K.MERCHANT_PAYABLE),),
    ),
    Event.PURCHASE_REFUNDED: Template(
        "Goods came back: the merchant is owed less; debt is paid first, the rest is kept for the "
        "customer.",
        (*_all(_K.MERCHANT_PAYABLE), *_GIVES_BACK),
    ),
    Event.LOAN_DISBURSED: Template(
        "Cash is paid to the customer's own card: it is owed from that moment.",
        (Leg("principal", _K.PRINCIPAL, _K.SETTLEMENT), *_TAKES),
    ),
    Event.DISBURSEMENT_RETURNED: Template(
        "The customer's bank sent the money back: the loan has not been.",
        (Leg("principal", _K.SETTLEMENT, _K.PRINCIPAL), *_GIVES_BACK),
    ),
    Event.REPAID: Template(
        "The customer pays: each component falls by its part, principal gives headroom back.",
        (*_all(_K.SETTLEMENT), *_GIVES_BACK),
    ),
    Event.REPAID_BY_THIRD_PARTY: Template(
        "Someone else pays for the customer: booked as a repayment, named apart.",
        (*_all(_K.SETTLEMENT), *_GIVES_BACK),
    ),
    Event.REPAYMENT_RETURNED: Template(
        "A payment is called back: what it paid is owed again, and uses headroom again.",
        (
            *(Leg(leg.amount, leg.credit, leg.debit) for leg in _all(_K.SETTLEMENT)),
            *_TAKES,
        ),
    ),
    Event.CREDIT_BALANCE_USED: Template(
        "What is kept for the customer pays what the customer owes.",
        (*(leg for leg in _all(_K.CREDIT_BALANCE) if leg.amount != "over"), *_GIVES_BACK),
    ),
    Event.CREDIT_BALANCE_PAID_OUT: Template(
        "What is kept for the customer is paid to the customer's card.",
        (Leg("amount", _K.CREDIT_BALANCE, _K.SETTLEMENT),),
    ),
    Event.INTEREST_CHARGED: Template(
        "Interest is due from the customer.",
        (Leg("interest", _K.INTEREST, _K.INTEREST_INCOME),),
    ),
    Event.FEE_CHARGED: Template(
        "A fee of the cost sheet is due from the customer.", (Leg("fee", _K.FEE, _K.FEE_INCOME),)
    ),
    Event.PENALTY_CHARGED: Template(
        "Penalty interest is due from the customer.",
        (Leg("penalty", _K.PENALTY, _K.PENALTY_INCOME),),
    ),
    Event.CHARGE_WAIVED: Template(
        "The lender gives a charge up.",
        (
            Leg("fee", _K.WAIVED, _K.FEE),
            Leg("penalty", _K.WAIVED, _K.PENALTY),
            Leg("interest", _K.WAIVED, _K.INTEREST),
        ),
    ),
    Event.INSTALMENT_CONFIRMED: Template(
        "What was bought is to be paid by instalments: it counts for more against both lines.",
        (Leg("weight", _K.USE, _K.HEADROOM, "joint"),),
    ),
    Event.INSTALMENT_REPAID: Template(
        "An instalment is paid: headroom comes back by its weight.",
        (*_all(_K.SETTLEMENT), *_GIVES_BACK),
    ),
    Event.WRITTEN_OFF: Template(
        "What will not be paid leaves the books and is still owed; it goes on using headroom.",
        (
            Leg("fee", _K.FEE_INCOME, _K.FEE),
            Leg("penalty", _K.PENALTY_INCOME, _K.PENALTY),
            Leg("interest", _K.INTEREST_INCOME, _K.INTEREST),
            Leg("principal", _K.CREDIT_LOSS, _K.PRINCIPAL),
            Leg("owed", _K.WRITTEN_OFF, _K.WRITTEN_OFF_CONTRA),
        ),
    ),
    Event.RECOVERED: Template(
        "Something is paid on what was written off: it is income, and less is owed.",
        (
            Leg("amount", _K.SETTLEMENT, _K.RECOVERED),
            Leg("amount", _K.WRITTEN_OFF_CONTRA, _K.WRITTEN_OFF),
            *_GIVES_BACK,
        ),
    ),
    Event.MERCHANT_PAID_OUT: Template(
        "The merchant is paid what it is owed.",
        (Leg("amount", _K.MERCHANT_PAYABLE, _K.SETTLEMENT),),
    ),
    Event.FUNDER_SHARE_BROUGHT: Template(
        "A funder brings its share of what is lent.",
        (Leg("amount", _K.SETTLEMENT, _K.FUNDER_PAYABLE),),
    ),
    Event.FUNDER_SHARE_RETURNED: Template(
        "A funder is paid its share of what was collected.",
        (Leg("amount", _K.FUNDER_PAYABLE, _K.SETTLEMENT),),
    ),
    Event.BALANCE_BROUGHT: Template(
        "A loaded book's balance: owed as it was owed before.",
        (
            Leg("fee", _K.FEE, _K.OPENING),
            Leg("penalty", _K.PENALTY, _K.OPENING),
            Leg("interest", _K.INTEREST, _K.OPENING),
            Leg("principal", _K.PRINCIPAL, _K.OPENING),
            *_TAKES,
        ),
    ),
    Event.CREDIT_BALANCE_BROUGHT: Template(
        "A loaded book's balance in the customer's favour: kept as it was kept before.",
        (Leg("amount", _K.OPENING, _K.CREDIT_BALANCE),),
    ),
    Event.CORRECTED: Template("An earlier group is undone by its opposite.", ()),
}
"""By event, in the order of `Event`; `CORRECTED` is made by `undoing`."""

_KNOWN: Final = {
    event: frozenset(leg.amount for leg in template.legs) for event, template in TEMPLATES.items()
}


def opposite(transfers: tuple[Transfer, ...]) -> tuple[Transfer, ...]:
    """Return the transfers that undo others. Pending ones are resolved, never undone."""
    assert not any(transfer.pending for transfer in transfers)
    return tuple(
        Transfer(transfer.credit, transfer.debit, transfer.amount_minor) for transfer in transfers
    )


def undoing(group: Group, held: Held | None) -> tuple[Transfer, ...]:
    """Return the transfers that undo what a group posted, of the hold it captured too.

    `held` is what it resolved. A group that waits is voided instead.
    """
    if group.resolves is None:
        return opposite(group.transfers)
    assert held is not None, "a resolution is undone with the group it resolved"
    captured = tuple(
        Transfer(transfer.debit, transfer.credit, posted)
        for transfer, posted in zip(held.transfers, group.resolves.posted_minor, strict=True)
        if posted
    )
    return opposite((*group.transfers, *captured))
