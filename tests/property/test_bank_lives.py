"""Any life through the bank's commands leaves true books, and cash as its answers told it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.banks import captured, loan, new_world, opened, purchase, run
from twinline.app.bank.authorisations import AUTHORISE, CAPTURE
from twinline.app.bank.catalogue import CATALOGUE
from twinline.app.bank.command import Refused
from twinline.app.bank.credit_balances import CreditBalanceRequest
from twinline.app.bank.customers import NoCreditRequest
from twinline.app.bank.grants import GrantRequest
from twinline.app.bank.line_states import StopLineRequest
from twinline.app.bank.lines import MoveLimitRequest, OfLine, OwnCapRequest, TemporaryRequest
from twinline.app.bank.loans import QUOTE, OfLoan
from twinline.app.bank.reading import VERIFY_CUSTOMER, VerifyRequest
from twinline.app.bank.repayments import RepaymentReturnRequest, RepayRequest, Source, SourceKind
from twinline.app.bank.restrictions import EndRestrictionRequest, RestrictRequest
from twinline.kernel.money import parse_money
from twinline.ledger.account import HOUSE, AccountKind
from twinline.lines.line import Cause, RestrictionKind
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from tests.banks import World
    from twinline.app.bank.command import Request

COMMANDS: Final = {command.name: command for command in CATALOGUE}
CASH: Final = {
    "repay": 1,
    "return_repayment": -1,
    "return_disbursement": 1,
    "pay_out_credit_balance": -1,
}
"""Which way an answer's amount goes through the bank; a draw is counted where it is drawn."""

DAYS: Final = (None, date.min, date(2026, 11, 2), date(2026, 11, 4), date.max)
Step = tuple[str, "Request"]


def _on_a_line(of: str, rng: Random) -> Step:
    """Return a command on a line, with days that may be odd."""
    line, amount = rng.choice(list(Product)), str(rng.randrange(1, 9_000))
    day, other, some = rng.choice(DAYS), rng.choice(DAYS), rng.choice((None, amount))
    name = f"r{rng.randrange(4)}"
    grounds = StopLineRequest(
        customer_id=of,
        product=line,
        cause=Cause.POLICY,
        reason="CHECK",
        end_condition="done",
        contest="ask",
    )
    restricted = RestrictRequest(
        customer_id=of,
        product=line,
        restriction_id=name,
        kind=rng.choice(list(RestrictionKind)),
        cause=Cause.PORTFOLIO,
        reason="POOL",
        end_condition="done",
        contest="ask",
        from_on=day,
        to_on=other,
        amount=some,
    )
    ended = EndRestrictionRequest(customer_id=of, product=line, restriction_id=name, to_on=day)
    lent = TemporaryRequest(
        customer_id=of,
        product=line,
        limit="50000",
        from_on=day or date.min,
        last_on=other or date.max,
    )
    granted = GrantRequest(
        customer_id=of, product=line, decision_id=f"D{amount}", limit=amount, rate="0.1"
    )
    move = rng.choice(("unfreeze_line", "keep_alive_line", "take_effect_line", "close_line"))
    steps: tuple[Step, ...] = (
        ("freeze_line", grounds),
        (move, OfLine(customer_id=of, product=line)),
        ("restrict_line", restricted),
        ("end_restriction", ended),
        ("lend_temporarily", lent),
        ("move_limit", MoveLimitRequest(customer_id=of, from_product=line, amount=amount)),
        ("set_own_cap", OwnCapRequest(customer_id=of, product=line, cap=some)),
        ("set_no_credit", NoCreditRequest(customer_id=of, no_credit=rng.random() < 0.3)),
        ("grant_line", granted),
    )
    return rng.choice(steps)


def _of_money(of: str, rng: Random, keys: list[str], loans: list[str]) -> Step:
    """Return a command that moves cash; `keys` are all that were used, for whatever command."""
    amount = str(rng.randrange(1, 9_000))
    source = Source(kind=SourceKind.CARD, reference="c1", amount=amount)
    day = rng.choice((None, date(2026, 10, 1)))
    kept = CreditBalanceRequest(customer_id=of, amount=rng.choice((None, amount)))
    steps: tuple[Step, ...] = (
        ("repay", RepayRequest(customer_id=of, sources=(source,), value_on=day)),
        (
            "return_repayment",
            RepaymentReturnRequest(customer_id=of, repayment_id=rng.choice(keys[-5:])),
        ),
        (rng.choice(("use_credit_balance", "pay_out_credit_balance")), kept),
        ("return_disbursement", OfLoan(customer_id=of, contract_id=rng.choice(loans))),
    )
    return rng.choice(steps)


async def _buys_and_borrows(world: World, of: str, rng: Random, loans: list[str]) -> int:
    """Buy and borrow if they may; return the cash that was drawn, in minor units."""
    held = await world.ask(AUTHORISE, purchase(of, str(rng.randrange(1, 5_000))))
    if not isinstance(held, Refused):
        await world.ask(CAPTURE, captured(held, rng.choice((None, "1"))))
    amount = str(rng.randrange(500, 9_000))
    if isinstance(await world.ask(QUOTE, loan(of, amount)), Refused):
        return 0
    drawn = await world.borrow(of, amount)
    loans.append(drawn.contract.contract_id)
    return parse_money(drawn.amount, "CNY")


class Lived(NamedTuple):
    """A life: whose, the cash that its answers speak of, what came of each repayment."""

    of: str
    cash_minor: int
    came_minor: Mapping[str, int]


async def _lives(world: World, rng: Random, steps: int) -> Lived:
    of = await opened(world)
    keys, loans, cash, came = ["none"], ["none"], 0, Counter[str]()
    for _ in range(steps):
        if rng.random() < 0.15:
            cash -= await _buys_and_borrows(world, of, rng, loans)
        if rng.random() < 0.05:
            world.later(days=1)
        money = rng.random() < 0.5
        name, request = _of_money(of, rng, keys, loans) if money else _on_a_line(of, rng)
        keys.append(world.key())
        answer = await world.ask(COMMANDS[name], request, keys[-1])
        if name in CASH and not isinstance(answer, Refused):
            through = CASH[name] * parse_money(answer.amount, "CNY")
            cash += through
            if repaid := getattr(answer, "repayment_id", ""):
                came[repaid] += through
    return Lived(of, cash, came)


async def _balances(world: World, owner: str, kind: AccountKind) -> list[int]:
    """Return the balances of an owner's accounts of a kind, in minor units."""
    balances = await world.bank.store.balances(owner)
    return [each.posted_minor for key, each in balances.items() if key.kind is kind]


@settings(max_examples=40, deadline=None)
@given(rng=st.randoms(use_true_random=False), steps=st.integers(20, 80))
def test_a_life_of_commands_leaves_true_books(rng: Random, steps: int) -> None:
    """Whatever is asked in whatever order: `verify` finds nothing, cash is as it was answered."""

    async def live(world: World) -> None:
        lived = await _lives(world, rng, steps)
        verified = await world.done(VERIFY_CUSTOMER, VerifyRequest(customer_id=lived.of))
        assert verified.findings == ()
        assert all(minor >= 0 for minor in lived.came_minor.values())
        assert sum(await _balances(world, HOUSE, AccountKind.SETTLEMENT)) == lived.cash_minor
        kept = await _balances(world, lived.of, AccountKind.CREDIT_BALANCE)
        assert all(minor <= 0 for minor in kept)

    run(live(new_world()))
