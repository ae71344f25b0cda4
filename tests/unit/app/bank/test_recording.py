from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.banks import new_world, opened, run
from twinline.adapters.memory.register import MemoryRegister
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.command import Family, Refused
from twinline.app.bank.deciding import TRIES
from twinline.app.bank.lines import (
    ChangeLimitRequest,
    MoveLimitRequest,
    OfLine,
    OwnCapRequest,
    TemporaryRequest,
)
from twinline.app.bank.merchants import REGISTER_MERCHANT, RegisterMerchantRequest
from twinline.app.bank.restrictions import EndRestrictionRequest
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.banks import World
    from twinline.app.bank.command import Request
    from twinline.app.bank.register import Record

MERCHANT = RegisterMerchantRequest(merchant_id="M1", name="Tea", categories=("tea",))


class _Contended(MemoryRegister):
    """A register in which others are faster so many times."""

    def __init__(self, beaten: int) -> None:
        """Begin empty."""
        super().__init__()
        self.beaten = beaten

    async def write(self, records: Sequence[Record]) -> bool:
        """Write nothing as often as was asked for."""
        if self.beaten:
            self.beaten -= 1
            return False
        return await super().write(records)


def test_whoever_is_slower_decides_again_and_gives_way_at_last() -> None:
    """A write that somebody was faster than is decided anew; nothing is kept of giving way."""

    async def story(world: World) -> None:
        world.bank = replace(world.bank, register=_Contended(TRIES + TRIES - 1))
        answer = await world.ask(REGISTER_MERCHANT, MERCHANT, "same")
        assert isinstance(answer, Refused)
        assert (answer.reason.value, answer.family) == ("in_progress", Family.TIME_OUT)
        assert (await world.done(REGISTER_MERCHANT, MERCHANT, "same")).version == 1

    run(story(new_world()))


def test_a_currency_that_is_not_lent_is_refused_and_stays_so_under_its_key() -> None:
    """A refusal is the answer of its key, also after what it was about would pass."""

    async def story(world: World) -> None:
        dollars = RegisterMerchantRequest(
            merchant_id="M1", name="Tea", categories=("tea",), currency="USD"
        )
        assert await world.no(REGISTER_MERCHANT, dollars, "k") == "currency_not_lent"
        assert await world.no(REGISTER_MERCHANT, dollars, "k") == "currency_not_lent"
        assert await world.no(REGISTER_MERCHANT, MERCHANT, "k") == "key_reused"

    run(story(new_world()))


def test_what_is_not_there_cannot_be_changed() -> None:
    """Every command on a line names a line that is missing."""

    async def story(world: World) -> None:
        customer = await opened(world, cash_loan_limit="0", joint_limit="15000")
        cash = Product.CASH_LOAN
        day = world.on
        requests: dict[str, Request] = {
            "unfreeze_line": OfLine(customer_id=customer, product=cash),
            "close_line": OfLine(customer_id=customer, product=cash),
            "change_limit": ChangeLimitRequest(
                customer_id=customer,
                product=cash,
                decision_id="D2",
                limit="1",
                base_version_seen=1,
            ),
            "lend_temporarily": TemporaryRequest(
                customer_id=customer, product=cash, limit="1", from_on=day, last_on=day
            ),
            "move_limit": MoveLimitRequest(
                customer_id=customer, from_product=Product.PAY_LATER, amount="1"
            ),
            "end_restriction": EndRestrictionRequest(
                customer_id=customer, product=cash, restriction_id="r"
            ),
            "set_own_cap": OwnCapRequest(customer_id=customer, product=cash, cap="1"),
        }
        commands = {command.name: command for command in CATALOGUE}
        for name, request in requests.items():
            assert await world.no(commands[name], request) == "line_not_found", name

    run(story(new_world()))
