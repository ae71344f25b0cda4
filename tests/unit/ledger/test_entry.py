"""How events are booked: every event has its template, and pairs of events undo each other."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.postings import group_of, place
from twinline.ledger.control import Control
from twinline.ledger.entry import TEMPLATES, EntryFault, transfers_of
from twinline.ledger.event import Event

MOVES_NOTHING = {
    Event.CUSTOMER_CHANGED,
    Event.HOLD_VOIDED,
    Event.HOLD_EXPIRED,
    Event.CORRECTED,
}


def amounts_of(event: Event) -> dict[str, int]:
    """Return an amount for every leg, each of its own size."""
    names = dict.fromkeys(leg.amount for leg in TEMPLATES[event].legs)
    return {name: 3**number for number, name in enumerate(names, 1)}


def test_every_event_has_its_template() -> None:
    """In the order of the events, so that the reference reads as they do."""
    assert list(TEMPLATES) == list(Event)


@pytest.mark.parametrize("event", list(Event), ids=str)
def test_an_event_books_what_it_is_given(event: Event) -> None:
    """With all its amounts an event makes a sound group, with none it moves nothing."""
    transfers = transfers_of(event, amounts_of(event), place("C1", Control.CASH_LOAN))

    assert group_of("C1", "G1", event, transfers).transfers == transfers
    assert len(transfers) == len(TEMPLATES[event].legs)
    assert bool(transfers) is (event not in MOVES_NOTHING)
    assert transfers_of(event, {}, place("C1", Control.CASH_LOAN)) == ()


@pytest.mark.parametrize(
    ("event", "undone"),
    [
        (Event.LIMIT_RAISED, Event.LIMIT_CUT),
        (Event.LOAN_DISBURSED, Event.DISBURSEMENT_RETURNED),
        (Event.REPAID, Event.REPAYMENT_RETURNED),
        (Event.FUNDER_SHARE_BROUGHT, Event.FUNDER_SHARE_RETURNED),
    ],
    ids=str,
)
def test_what_one_event_does_the_other_undoes(event: Event, undone: Event) -> None:
    """With the same amounts the two together leave every account as it was."""
    where = place("C1", Control.CASH_LOAN)
    sums: Counter[str] = Counter()
    for each in (event, undone):
        for transfer in transfers_of(each, amounts_of(event), where):
            sums[transfer.debit.name] += transfer.amount_minor
            sums[transfer.credit.name] -= transfer.amount_minor

    assert not any(sums.values())


@pytest.mark.parametrize(
    ("amounts", "message"),
    [
        ({"tip": 5}, "entry repaid, amount tip: 5"),
        ({"principal": -1}, "entry repaid, amount principal: -1"),
    ],
)
def test_an_amount_that_cannot_be_booked_is_a_fault(amounts: dict[str, int], message: str) -> None:
    """An unknown or negative amount is named with its event and its value."""
    with pytest.raises(EntryFault, match=message):
        transfers_of(Event.REPAID, amounts, place("C1", Control.CASH_LOAN))


def test_the_line_decides_which_control_is_used() -> None:
    """A leg of the line moves the control of the line that the event belongs to."""
    for line in (Control.PAY_LATER, Control.CASH_LOAN):
        (moved,) = transfers_of(Event.LIMIT_RAISED, {"line": 5}, place("C1", line))
        assert moved.debit.name == f"headroom/C1/CNY///{line}"
        assert moved.credit.name == f"limit/C1/CNY///{line}"
