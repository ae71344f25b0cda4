"""What is told of a customer's limits to who asked for too much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.banks import CARD, loan, new_world, opened, purchase, run
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.command import Refused
from twinline.app.bank.customers import SET_SPENDING_CAP, SpendingCapRequest
from twinline.app.bank.lines import COMMANDS as LINE_COMMANDS
from twinline.app.bank.lines import ChangeLimitRequest, MoveLimitRequest
from twinline.app.bank.loans import DRAW, QUOTE, DrawRequest
from twinline.terms.product import Product

if TYPE_CHECKING:
    from typing import Any

    from tests.banks import World
    from twinline.app.bank.command import Command

BY_NAME = {command.name: command for command in LINE_COMMANDS}


async def _told(
    world: World,
    command: Command[Any, Any],
    request: Any,  # noqa: ANN401 - the command's own request
    key: str | None = None,
) -> tuple[str, str, str, str]:
    answer = await world.ask(command, request, key)
    assert isinstance(answer, Refused), answer
    return str(answer.reason), answer.field, answer.value, answer.available


@pytest.mark.parametrize(
    ("joint", "borrowed", "cap", "expected"),
    [
        ("40000", "", "", ("pay_later_headroom", "15000.00")),
        ("40000", "30000", "", ("joint_headroom", "10000.00")),
        ("20000", "8000", "", ("pay_later_headroom", "12000.00")),
        ("40000", "", "9000", ("own_spending_cap", "9000.00")),
    ],
)
def test_a_declined_purchase_is_told_what_would_have_been_accepted(
    joint: str, borrowed: str, cap: str, expected: tuple[str, str]
) -> None:
    """The reason is the first bound that said no, the amount what passes them all: it is taken."""

    async def story(world: World) -> None:
        customer = await opened(world, joint_limit=joint)
        if borrowed:
            await world.borrow(customer, borrowed)
        if cap:
            await world.done(SET_SPENDING_CAP, SpendingCapRequest(customer_id=customer, cap=cap))
        reason, available = expected
        asked = "15000.01" if reason == "pay_later_headroom" else "14000"
        for _ in range(2):  # the same key is told the same
            told = await _told(world, AUTHORISE, purchase(customer, asked), "k")
            assert told == (reason, "amount", f"{float(asked):.2f}", available)
        await world.done(AUTHORISE, purchase(customer, available))
        assert (await _told(world, AUTHORISE, purchase(customer, "0.01")))[-1] == "0.00"

    run(story(new_world()))


def test_a_loan_beyond_what_is_available_is_told_how_much_is() -> None:
    """A quote says it, and so does a draw whose headroom went since its quote."""

    async def story(world: World) -> None:
        customer = await opened(world)
        high = await _told(world, QUOTE, loan(customer, "30000.01"))
        assert high == ("cash_loan_headroom", "amount", "30000.01", "30000.00")
        quoted = await world.done(QUOTE, loan(customer, "30000"))
        await world.buy(customer, "12000")
        draw = DrawRequest(
            customer_id=customer,
            quote_id=quoted.quote_id,
            sheet_sha256=quoted.sheet_sha256,
            card_ending=CARD[-4:],
        )
        late = await _told(world, DRAW, draw)
        assert late == ("joint_headroom", "amount", "30000.00", "28000.00")
        await world.borrow(customer, "28000")

    run(story(new_world()))


def test_limit_that_does_not_move_is_told_how_much_would() -> None:
    """What is free of the giving line moves, and no more."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "4000")
        for amount, reason in (("11000.01", "not_free"), ("15000.01", "below_minimum")):
            wish = MoveLimitRequest(
                customer_id=customer, from_product=Product.PAY_LATER, amount=amount
            )
            told = await _told(world, BY_NAME["move_limit"], wish)
            assert told == (reason, "amount", amount, "11000.00")
        wish = MoveLimitRequest(
            customer_id=customer, from_product=Product.PAY_LATER, amount="11000.00"
        )
        await world.done(BY_NAME["move_limit"], wish)

    run(story(new_world()))


def test_a_limit_above_the_law_is_told_the_law() -> None:
    """A decision that sets too much hears the most there may be."""

    async def story(world: World) -> None:
        customer = await opened(world)
        wish = ChangeLimitRequest(
            customer_id=customer,
            product=Product.PAY_LATER,
            decision_id="D9",
            limit="200000.01",
            base_version_seen=1,
        )
        told = await _told(world, BY_NAME["change_limit"], wish)
        assert told == ("above_maximum", "limit", "200000.01, at most 200000.00", "")

    run(story(new_world()))
