from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from tests.banks import new_world, opened, run
from twinline.app.bank.credit_balances import (
    PAY_OUT_CREDIT_BALANCE,
    USE_CREDIT_BALANCE,
    CreditBalanceRequest,
)
from twinline.app.bank.customers import STOP_CUSTOMER, StopCause, StopCustomerRequest
from twinline.app.bank.reading import READ_JOURNAL, VERIFY_CUSTOMER, JournalRequest, VerifyRequest
from twinline.app.bank.repayments import (
    REPAY,
    RETURN_REPAYMENT,
    RepaymentReturnRequest,
    RepayRequest,
    Source,
    SourceKind,
)

if TYPE_CHECKING:
    from tests.banks import World


def _source(amount: str, reference: str = "c1") -> Source:
    return Source(kind=SourceKind.CARD, reference=reference, amount=amount)


async def _sound(world: World, customer: str) -> None:
    verified = await world.done(VERIFY_CUSTOMER, VerifyRequest(customer_id=customer))
    assert verified.findings == ()


def test_a_payment_goes_to_the_oldest_and_what_is_over_is_kept() -> None:
    """Sources in their order, contracts by age; the surplus waits on the last that was paid."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "100")
        drawn = await world.borrow(customer, "1000")
        request = RepayRequest(
            customer_id=customer, sources=(_source("60"), _source("50", "c2"), _source("1000"))
        )
        paid = await world.done(REPAY, request)
        assert [(each.principal, each.kept) for each in paid.paid] == [
            ("100.00", "0.00"),
            ("1000.00", "10.00"),
        ]
        assert paid.contracts[1].contract_id == drawn.contract.contract_id
        assert paid.headroom.joint == "40000.00"
        await _sound(world, customer)

    run(story(new_world()))


def test_a_named_contract_is_paid_and_a_stopped_customer_still_pays() -> None:
    """Repayment goes on whatever the status; the named contract keeps what is over."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.buy(customer, "100")
        drawn = await world.borrow(customer, "1000")
        stop = StopCustomerRequest(customer_id=customer, cause=StopCause.DEATH)
        await world.done(STOP_CUSTOMER, stop)
        request = RepayRequest(
            customer_id=customer,
            contract_id=drawn.contract.contract_id,
            sources=(_source("1200"),),
            third_party=True,
        )
        paid = await world.done(REPAY, request)
        assert [(each.principal, each.kept) for each in paid.paid] == [("1000.00", "200.00")]
        page = await world.done(READ_JOURNAL, JournalRequest(customer_id=customer))
        assert page.entries[-1].event == "repaid_by_third_party"
        missing = RepayRequest(customer_id=customer, contract_id="none", sources=(_source("1"),))
        assert await world.no(REPAY, missing) == "contract_not_found"

    run(story(new_world()))


def test_a_payment_is_refused_for_its_amount_and_its_day_only() -> None:
    """No amount of nothing, no value day ahead, none before the customer was one."""

    async def story(world: World) -> None:
        customer = await opened(world)
        nothing = RepayRequest(customer_id=customer, sources=(_source("0.00"),))
        assert await world.no(REPAY, nothing) == "amount_not_positive"
        ahead = RepayRequest(
            customer_id=customer, sources=(_source("1"),), value_on=date(2026, 11, 3)
        )
        assert await world.no(REPAY, ahead) == "value_day_ahead"
        before = msgspec.structs.replace(ahead, value_on=date(2026, 11, 1))
        assert await world.no(REPAY, before) == "value_day_before"

    run(story(new_world()))


def test_what_was_booked_is_answered_however_much_it_is() -> None:
    """Sums go beyond the largest amount that may be asked for, and are answered twice alike."""

    async def story(world: World) -> None:
        customer = await opened(world)
        sources = (_source("9999999999999.99"),) * 10
        payment = RepayRequest(customer_id=customer, sources=sources)
        repaid = await world.done(REPAY, payment, "r1")
        assert repaid.amount == "99999999999999.90"
        assert await world.done(REPAY, payment, "r1") == repaid
        back = CreditBalanceRequest(customer_id=customer, amount="9999999999999.99")
        assert (await world.done(PAY_OUT_CREDIT_BALANCE, back)).kept == "89999999999999.91"
        beyond = RepayRequest(customer_id=customer, sources=(_source("99999999999999.99"),))
        assert await world.no(REPAY, beyond) == "amount_not_positive"
        await _sound(world, customer)

    run(story(new_world()))


def test_a_payment_called_back_after_a_redraw_leaves_headroom_below_zero() -> None:
    """A returned repayment is a fact: what it paid is owed again, once, source by source."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.borrow(customer, "30000")
        request = RepayRequest(
            customer_id=customer, sources=(_source("20000"), _source("10000", "c2"))
        )
        paid = await world.done(REPAY, request, "pay")
        assert paid.repayment_id == "pay"
        await world.borrow(customer, "30000")
        one = RepaymentReturnRequest(customer_id=customer, repayment_id="pay", source=2)
        back = await world.done(RETURN_REPAYMENT, one)
        assert (back.amount, back.headroom.cash_loan) == ("10000.00", "-10000.00")
        assert back.headroom.available_cash_loan == "0.00"
        assert await world.no(RETURN_REPAYMENT, one) == "already_returned"
        rest = RepaymentReturnRequest(customer_id=customer, repayment_id="pay")
        assert (await world.done(RETURN_REPAYMENT, rest)).amount == "20000.00"
        assert await world.no(RETURN_REPAYMENT, rest) == "already_returned"
        none = RepaymentReturnRequest(customer_id=customer, repayment_id="none")
        assert await world.no(RETURN_REPAYMENT, none) == "repayment_not_found"
        await _sound(world, customer)

    run(story(new_world()))


def test_what_is_kept_pays_the_next_purchase_another_contract_or_goes_out() -> None:
    """A credit balance is the customer's: it is used first, moved on wish, or paid out."""

    async def story(world: World) -> None:
        customer = await opened(world)
        empty = CreditBalanceRequest(customer_id=customer)
        assert await world.no(PAY_OUT_CREDIT_BALANCE, empty) == "nothing_kept"
        over = RepayRequest(customer_id=customer, sources=(_source("500"),))
        assert (await world.done(REPAY, over)).paid[0].kept == "500.00"
        bought = await world.buy(customer, "120")
        assert bought.headroom.pay_later == "15000.00"
        assert await world.no(USE_CREDIT_BALANCE, empty) == "nothing_owed"
        await world.borrow(customer, "1000")
        used = await world.done(
            USE_CREDIT_BALANCE, CreditBalanceRequest(customer_id=customer, amount="100")
        )
        assert (used.kept, used.headroom.cash_loan) == ("280.00", "29100.00")
        too_much = CreditBalanceRequest(customer_id=customer, amount="280.01")
        assert await world.no(PAY_OUT_CREDIT_BALANCE, too_much) == "nothing_kept"
        paid_out = await world.done(PAY_OUT_CREDIT_BALANCE, empty)
        assert (paid_out.amount, paid_out.kept) == ("280.00", "0.00")
        await _sound(world, customer)

    run(story(new_world()))


def test_what_is_kept_pays_without_the_bank_and_no_bank_calls_it_back() -> None:
    """A use moves the credit balance against the debt, no money; no source can call it back."""

    async def story(world: World) -> None:
        customer = await opened(world)
        await world.done(REPAY, RepayRequest(customer_id=customer, sources=(_source("500"),)))
        await world.borrow(customer, "1000")
        await world.done(USE_CREDIT_BALANCE, CreditBalanceRequest(customer_id=customer), "use")
        page = await world.done(READ_JOURNAL, JournalRequest(customer_id=customer))
        used = page.entries[-1]
        kinds = [(each.debit.split("/")[0], each.credit.split("/")[0]) for each in used.transfers]
        assert used.event == "credit_balance_used"
        assert kinds == [("credit_balance", "principal"), *[("headroom", "use")] * 3]
        again = RepaymentReturnRequest(customer_id=customer, repayment_id="use")
        assert await world.no(RETURN_REPAYMENT, again) == "repayment_not_found"
        await _sound(world, customer)

    run(story(new_world()))


def test_a_payment_called_back_after_what_was_over_was_used_is_owed_again() -> None:
    """What it paid elsewhere stays paid; the contract it was kept on owes what went back."""

    async def story(world: World) -> None:
        customer = await opened(world)
        over = RepayRequest(customer_id=customer, sources=(_source("500"),))
        await world.done(REPAY, over, "pay")
        drawn = await world.borrow(customer, "1000")
        await world.done(USE_CREDIT_BALANCE, CreditBalanceRequest(customer_id=customer))
        back = await world.done(
            RETURN_REPAYMENT, RepaymentReturnRequest(customer_id=customer, repayment_id="pay")
        )
        owed = {each.contract_id: each.owed.principal for each in back.contracts}
        assert owed == {f"{customer}.pay_later": "500.00"}
        assert back.headroom.cash_loan == "29500.00"
        assert drawn.contract.contract_id not in owed
        await _sound(world, customer)

    run(story(new_world()))
