from __future__ import annotations

from typing import TYPE_CHECKING

from tests.banks import captured, new_world, opened, purchase, run
from twinline.app.bank.authorisations import AUTHORISE, CAPTURE
from twinline.app.bank.repayments import REPAY, RepayRequest, Source, SourceKind

if TYPE_CHECKING:
    from tests.banks import World


def test_a_customer_buys_draws_and_repays() -> None:
    """Every step moves both lines' headroom by what it uses, and repaying gives it back."""

    async def walk(world: World) -> None:
        customer = await opened(world)
        held = await world.done(AUTHORISE, purchase(customer, "2000.00"))
        assert held.headroom.available_pay_later == "13000.00"
        assert held.headroom.joint == "38000.00"

        bought = await world.done(CAPTURE, captured(held, "1500"))
        assert (bought.captured, bought.headroom.pay_later) == ("1500.00", "13500.00")
        assert bought.headroom.joint == "38500.00"

        drawn = await world.borrow(customer, "30000")
        assert drawn.headroom.joint == "8500.00"
        assert drawn.headroom.available_pay_later == "8500.00"
        assert drawn.headroom.available_cash_loan == "0.00"

        paid = await world.done(
            REPAY,
            RepayRequest(
                customer_id=customer,
                sources=(
                    Source(kind=SourceKind.BALANCE, reference="w1", amount="1000"),
                    Source(kind=SourceKind.CARD, reference="c1", amount="10500"),
                ),
            ),
        )
        assert [(each.principal, each.kept) for each in paid.paid] == [
            ("1500.00", "0.00"),
            ("10000.00", "0.00"),
        ]
        assert paid.headroom.available_pay_later == "15000.00"
        assert paid.headroom.available_cash_loan == "10000.00"

    run(walk(new_world()))
