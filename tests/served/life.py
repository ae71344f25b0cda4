"""What one client does with a customer's lines, as its lot says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.served.call import (
    another_body,
    call_back,
    capture,
    draw,
    hold,
    quote_body,
    refund,
    repay,
    void,
)

if TYPE_CHECKING:
    from random import Random

    from tests.served.asking import Answer, Client
    from tests.served.call import Call, Customer

LOAN_STEP_MINOR: Final = 100_00
TWICE: Final = 0.15
OTHER_BODY: Final = 0.05


@dataclass
class Life:
    """A client with a customer, a lot of its own, and a name that its keys begin with.

    A purchase is of `purchase_max_minor` at most, a loan of at most so many hundreds; `drawn` is
    the quote that led to the last loan.
    """

    client: Client
    customer: Customer
    dice: Random
    name: str
    purchase_max_minor: int = 3_000_00
    loan_hundreds_max: int = 50
    drawn: str = ""

    async def quoted(self) -> dict[str, Any] | None:
        """Return the quote of a loan, None where there is none to be had."""
        amount = self.dice.randint(5, self.loan_hundreds_max) * LOAN_STEP_MINOR
        asked = quote_body(self.customer, amount)
        quote = await self.client.plain("POST", "loan-quotes", asked)
        return quote.body if quote.accepted else None

    async def buy(self) -> None:
        """Hold a purchase; capture it in part or whole, refund, give it up, or leave it."""
        held, amount = f"{self.name}h", self.dice.randint(1, self.purchase_max_minor)
        part = self.dice.choice((amount, self.dice.randint(1, amount)))
        then = self.dice.choice(("capture", "refund", "void", "race", "leave", "leave"))
        back = self.dice.randint(1, part + part // 4 + 1)
        taken, given_up = (
            capture(self.customer, f"{self.name}c", held, part),
            void(self.customer, f"{self.name}v", held),
        )
        if not (await self.ask(hold(self.customer, held, amount))).accepted:
            return
        match then:
            case "capture" | "refund":
                await self.ask(taken)
                if then == "refund":
                    await self.ask(refund(self.customer, f"{self.name}f", held, back))
            case "void":
                await self.ask(given_up)
            case "race":
                await asyncio.gather(self.ask(taken), self.ask(given_up))
            case _:
                pass

    async def borrow(self, quote: dict[str, Any]) -> None:
        """Draw a quoted loan; perhaps pay some of it, and have that called back."""
        call = draw(self.customer, f"{self.name}d", quote)
        paid, repayment = self.dice.randint(1, call.ask.amount), f"{self.name}r"
        pays, fails = self.dice.random() < 0.5, self.dice.random() < 0.4
        drawn = await self.ask(call)
        if not drawn.accepted:
            return
        self.drawn = quote["quote_id"]
        if not pays:
            return
        loan = drawn.body["contract"]["contract_id"]
        await self.ask(repay(self.customer, repayment, loan, paid))
        if fails:
            await self.ask(call_back(self.customer, f"{self.name}b", repayment, paid))

    async def ask(self, call: Call) -> Answer:
        """Ask; sometimes the same twice at once, or the same key for something else at once."""
        lot = self.dice.random()
        if lot < TWICE:
            first, again = await asyncio.gather(self._ask(call), self._ask(call))
            same = told(first) == told(again) or not (first.came and again.came)
            assert same, f"{call}: {first} and {again}"
            return first if first.came else again
        if lot < TWICE + OTHER_BODY and call.ask.what == "hold":
            await asyncio.gather(self._ask(call), self._ask(another_body(call)))
        return await self._ask(call)

    async def _ask(self, call: Call) -> Answer:
        return await self.client.ask(call, self.dice)


def told(answer: Answer) -> dict[str, Any]:
    """Return what an answer says, but not to which request."""
    return {name: value for name, value in answer.body.items() if name != "request_id"}
