"""Random lives of a book: postings of every event on two customers, sound and unsound alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.postings import (
    AT,
    ON,
    another_body,
    dated,
    fact_of,
    opening,
    place,
    purchase_hold,
    request_of,
    resolution,
)
from twinline.ledger.control import CONTROLS, Control
from twinline.ledger.entry import TEMPLATES, opposite, transfers_of
from twinline.ledger.event import Event

if TYPE_CHECKING:
    from twinline.app.bank.store import Posting

OWNERS = ("C1", "C2")
AMOUNTS = st.integers(0, 400)
LINES = st.sampled_from([Control.PAY_LATER, Control.CASH_LOAN])
ENDS = (Event.PURCHASE_CAPTURED, Event.HOLD_VOIDED, Event.HOLD_EXPIRED)
BOOKED = tuple(
    event
    for event in Event
    if event not in {Event.CUSTOMER_OPENED, Event.HOLD_PLACED, Event.CORRECTED, *ENDS}
)


@st.composite
def lives(draw: st.DrawFn, most: int = 25) -> list[Posting]:
    """Return postings in the order they are asked for: openings first, then whatever comes."""
    limits = st.fixed_dictionaries({control.value: st.integers(0, 900) for control in CONTROLS})
    asked = [opening(owner, draw(limits)) for owner in OWNERS]
    for number in range(draw(st.integers(0, most))):
        asked.append(draw(_next(number, asked)))
    return asked


@st.composite
def _next(draw: st.DrawFn, number: int, asked: list[Posting]) -> Posting:
    owner = draw(st.sampled_from(OWNERS))
    match draw(st.integers(0, 9)):
        case 0 | 1:
            posting = purchase_hold(f"G{number}", draw(st.integers(1, 400)), owner)
        case 2 | 3:
            posting = draw(_end(f"G{number}", owner, asked))
        case 4:
            posting = draw(st.sampled_from(asked))
            return another_body(posting) if draw(st.booleans()) else posting
        case 5:
            posting = draw(_correction(f"G{number}", asked))
        case _:
            posting = draw(_booked(f"G{number}", owner))
    seq_seen = draw(st.none() | st.integers(0, number + 2))
    days, hours = draw(st.integers(-40, 40)), draw(st.integers(0, 48))
    posting = dated(posting, on=ON + timedelta(days), at=AT + timedelta(hours=hours))
    return replace(posting, seq_seen=seq_seen)


@st.composite
def _end(draw: st.DrawFn, name: str, owner: str, asked: list[Posting]) -> Posting:
    held = draw(st.sampled_from(asked)).group.group_id
    event = draw(st.sampled_from(ENDS))
    posted = draw(st.integers(0, 400)) if event is Event.PURCHASE_CAPTURED else 0
    return resolution(name, held, event, posted, owner)


@st.composite
def _booked(draw: st.DrawFn, name: str, owner: str) -> Posting:
    event = draw(st.sampled_from(BOOKED))
    amounts = {leg.amount: draw(AMOUNTS) for leg in TEMPLATES[event].legs}
    transfers = transfers_of(event, amounts, place(owner, draw(LINES)))
    posting = fact_of(owner, name, event, transfers)
    return request_of(posting) if draw(st.booleans()) else posting


@st.composite
def _correction(draw: st.DrawFn, name: str, asked: list[Posting]) -> Posting:
    group = draw(st.sampled_from(asked)).group
    transfers = () if group.pending or group.resolves else opposite(group.transfers)
    return fact_of(group.owner, name, Event.CORRECTED, transfers)
