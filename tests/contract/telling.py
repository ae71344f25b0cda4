"""Stories of one customer's book in aligned text, played on any store; amounts in fen.

    open     LIMITS                       pay_later 1000 cash_loan 800 and so on
    hold     ID  AMOUNT          OUTCOME  a purchase authorised
    capture  ID  HOLD  AMOUNT    OUTCOME  goods handed over, in whole or in part
    void     ID  HOLD            OUTCOME
    expire   ID  HOLD            OUTCOME
    draw     ID  AMOUNT          OUTCOME  a cash loan
    repay    ID  AMOUNT          OUTCOME  of cash loans
    return   ID  AMOUNT          OUTCOME  a repayment called back
    raise    ID  AMOUNT          OUTCOME  the pay-later and the joint limit
    cut      ID  AMOUNT          OUTCOME
    expect   CONTROL HEADROOM ...         pay_later 600 joint 800 and so on

OUTCOME is `ok`, `again` or a refusal. A story's customer is C1.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from tests.postings import (
    capture,
    draw,
    expiry,
    limit_moved,
    opening,
    purchase_hold,
    repayment,
    returned,
    void,
)
from twinline.ledger.admission import Accepted, Refusal
from twinline.ledger.control import CONTROLS
from twinline.ledger.event import Event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twinline.app.bank.store import Posting, Store

WORDS = {
    "open",
    "hold",
    "capture",
    "void",
    "expire",
    "draw",
    "repay",
    "return",
    "raise",
    "cut",
    "expect",
}


def story(told: Callable[[], None]) -> Callable[[Store], Awaitable[None]]:
    """Return the test that plays a function's docstring on a store."""
    text = inspect.getdoc(told)
    assert text is not None

    @pytest.mark.anyio
    async def test(store: Store) -> None:
        await tell(store, text)

    test.__name__, test.__doc__ = told.__name__, told.__doc__
    return test


async def tell(store: Store, text: str) -> None:
    """Play a story: the lines of a docstring that begin with one of its words."""
    for line in text.splitlines():
        match line.split():
            case ["open", *pairs]:
                limits = {name: int(value) for name, value in _pairs(pairs)}
                assert isinstance(await store.post(opening(limits=limits)), Accepted)
            case ["expect", *pairs]:
                standing = await store.standing("C1")
                assert standing is not None
                left = dict(zip(CONTROLS, standing.headroom, strict=True))
                seen = {str(control): str(minor) for control, minor in left.items()}
                for control, wanted in _pairs(pairs):
                    assert seen[control] == wanted, f"{line.strip()}: is {seen[control]}"
            case [verb, *told, outcome] if verb in WORDS:
                said = word_for(await store.post(posting(verb, told)))
                assert said == outcome, f"{line.strip()}: is {said}"
            case _:
                pass


def posting(verb: str, told: list[str]) -> Posting:
    """Return the posting that a line of a story asks for."""
    match verb, told:
        case "hold", [name, amount]:
            return purchase_hold(name, int(amount))
        case "capture", [name, held, amount]:
            return capture(name, held, int(amount))
        case "void", [name, held]:
            return void(name, held)
        case "expire", [name, held]:
            return expiry(name, held)
        case "draw", [name, amount]:
            return draw(name, int(amount))
        case "repay", [name, amount]:
            return repayment(name, int(amount))
        case "return", [name, amount]:
            return returned(name, int(amount))
        case "raise", [name, amount]:
            return limit_moved(name, Event.LIMIT_RAISED, int(amount))
        case "cut", [name, amount]:
            return limit_moved(name, Event.LIMIT_CUT, int(amount))
        case _:
            raise AssertionError(verb, told)


def word_for(outcome: Accepted | Refusal) -> str:
    """Return what a story calls an outcome."""
    if isinstance(outcome, Refusal):
        return outcome.value
    return "again" if outcome.again else "ok"


def _pairs(words: list[str]) -> zip[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=True)
