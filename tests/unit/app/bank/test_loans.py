from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.banks import CARD, loan, new_world, opened, purchase, run
from twinline.app.bank.authorisations import AUTHORISE
from twinline.app.bank.command import OfCustomer, Refused
from twinline.app.bank.customers import SET_SPENDING_CAP, SpendingCapRequest
from twinline.app.bank.lines import COMMANDS as LINE_COMMANDS
from twinline.app.bank.lines import ChangeLimitRequest
from twinline.app.bank.loans import (
    DRAW,
    QUOTE,
    RETURN_DISBURSEMENT,
    DrawRequest,
    OfLoan,
)
from twinline.app.bank.quotes import terms_of
from twinline.app.bank.reading import READ_CUSTOMER, VERIFY_CUSTOMER, VerifyRequest
from twinline.app.bank.repayments import REPAY, RepayRequest, Source, SourceKind
from twinline.terms.plan import Method
from twinline.terms.product import Product

if TYPE_CHECKING:
    from tests.banks import World
    from twinline.app.bank.loans import (
        QuoteOutcome,
    )

CHANGE_LIMIT = next(command for command in LINE_COMMANDS if command.name == "change_limit")


def _draw(quoted: QuoteOutcome, **changes: str) -> DrawRequest:
    usual = DrawRequest(
        customer_id=quoted.customer_id,
        quote_id=quoted.quote_id,
        sheet_sha256=quoted.sheet_sha256,
        card_ending=CARD[-4:],
    )
    return msgspec.structs.replace(usual, **changes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": "0"}, "amount_not_positive"),
        ({"purpose": "securities"}, "purpose_forbidden"),
        ({"amount": "499.99"}, "below_least_loan"),
        ({"periods": 9}, "term_not_offered"),
        ({"method": Method.EQUAL_PRINCIPAL}, "method_not_offered"),
        ({"income": "20000.001"}, "amount_invalid"),
        ({"service_elsewhere": "15000.001"}, "amount_invalid"),
        ({"income": "1000"}, "not_affordable"),
        ({"income": "0"}, "not_affordable"),
        ({"amount": "30000.01", "income": "90000"}, "cash_loan_headroom"),
    ],
)
def test_a_loan_is_not_quoted_for_the_first_reason(
    changes: dict[str, object], reason: str
) -> None:
    """Purpose, size, term, method, affordability, headroom: in this order."""

    async def story(world: World) -> None:
        customer = await opened(world)
        request = msgspec.structs.replace(loan(customer, "10000"), **changes)
        assert await world.no(QUOTE, request) == reason

    run(story(new_world()))


def test_a_loan_starts_with_the_sheet_that_was_confirmed_and_keeps_it() -> None:
    """I9: the contract holds the sheet whose hash was confirmed, word for word."""

    async def story(world: World) -> None:
        customer = await opened(world)
        quoted = await world.done(QUOTE, loan(customer, "10000"))
        sheet = msgspec.json.decode(quoted.sheet)
        assert sheet["annualised_nominal"] <= "0.240000"
        wrong = _draw(quoted, sheet_sha256="0" * 64)
        assert await world.no(DRAW, wrong) == "sheet_not_confirmed"
        other = await world.ask(DRAW, _draw(quoted, card_ending="1111"))
        assert isinstance(other, Refused)
        assert (other.reason, other.value) == ("card_not_bound", ""), "what is kept names no card"
        assert await world.no(DRAW, _draw(quoted, quote_id="none")) == "quote_not_found"
        drawn = await world.done(DRAW, _draw(quoted))
        snapshot = await world.bank.store.snapshot(customer)
        assert snapshot is not None
        terms = terms_of(snapshot.contracts[drawn.contract.contract_id].terms)
        assert hashlib.sha256(terms.quote.sheet.encode()).hexdigest() == quoted.sheet_sha256
        assert await world.no(DRAW, _draw(quoted)) == "quote_used"

    run(story(new_world()))


def test_a_quote_holds_on_its_day_and_under_its_decision() -> None:
    """The next day, or after another decision on the line, it is asked for again."""

    async def story(world: World) -> None:
        customer = await opened(world)
        quoted = await world.done(QUOTE, loan(customer, "10000"))
        await world.done(
            CHANGE_LIMIT,
            ChangeLimitRequest(
                customer_id=customer,
                product=Product.CASH_LOAN,
                decision_id="D2",
                limit="20000",
                base_version_seen=1,
                rate="0.12",
            ),
        )
        assert await world.no(DRAW, _draw(quoted)) == "decision_changed"
        newer = await world.done(QUOTE, loan(customer, "10000"))
        world.later(days=1)
        assert await world.no(DRAW, _draw(newer)) == "quote_expired"

    run(story(new_world()))


def test_a_second_loan_counts_the_first_ones_service() -> None:
    """R28: what is drawn already takes its share of income."""

    async def story(world: World) -> None:
        customer = await opened(world)
        request = msgspec.structs.replace(loan(customer, "10000"), income="1900")
        await world.done(QUOTE, request)
        await world.borrow(customer, "10000")
        assert await world.no(QUOTE, request) == "not_affordable"

    run(story(new_world()))


def test_two_quotes_that_are_borne_alone_are_not_both_drawn() -> None:
    """R28: a draw is held against the income again, with all that was drawn since the quote."""

    async def story(world: World) -> None:
        customer = await opened(world)
        request = msgspec.structs.replace(loan(customer, "10000"), income="1900")
        first, second = await world.done(QUOTE, request), await world.done(QUOTE, request)
        await world.done(DRAW, _draw(first))
        assert await world.no(DRAW, _draw(second)) == "not_affordable"

    run(story(new_world()))


def test_a_draw_that_came_back_was_not_spent() -> None:
    """The customer's own cap of the month counts what was, not what was sent back."""

    async def story(world: World) -> None:
        customer = await opened(world)
        cap = SpendingCapRequest(customer_id=customer, cap="1000")
        await world.done(SET_SPENDING_CAP, cap)
        drawn = await world.borrow(customer, "1000")
        assert await world.no(QUOTE, loan(customer, "1000")) == "own_spending_cap"
        back = OfLoan(customer_id=customer, contract_id=drawn.contract.contract_id)
        await world.done(RETURN_DISBURSEMENT, back)
        await world.borrow(customer, "1000")

    run(story(new_world()))


def test_a_draw_lowers_both_lines_and_a_purchase_lowers_the_draw() -> None:
    """One joint limit bounds both products, whichever comes first."""

    async def story(world: World) -> None:
        customer = await opened(world, joint_limit="20000")
        quoted = await world.done(QUOTE, loan(customer, "15000"))
        await world.done(AUTHORISE, purchase(customer, "6000"))
        assert await world.no(DRAW, _draw(quoted)) == "joint_headroom"
        assert await world.no(QUOTE, loan(customer, "15000")) == "joint_headroom"

    run(story(new_world()))


def test_money_that_came_back_means_the_loan_has_not_been() -> None:
    """A returned disbursement leaves nothing owed; what was repaid is kept for the customer."""

    async def story(world: World) -> None:
        customer = await opened(world)
        drawn = await world.borrow(customer, "10000")
        await world.done(
            REPAY,
            RepayRequest(
                customer_id=customer,
                sources=(Source(kind=SourceKind.CARD, reference="c1", amount="400"),),
            ),
        )
        back = OfLoan(customer_id=customer, contract_id=drawn.contract.contract_id)
        returned = await world.done(RETURN_DISBURSEMENT, back)
        assert returned.contract.owed.principal == "0.00"
        assert returned.contract.owed.kept == "400.00"
        assert returned.headroom.cash_loan == "30000.00"
        assert await world.no(RETURN_DISBURSEMENT, back) == "already_returned"
        missing = OfLoan(customer_id=customer, contract_id="none")
        assert await world.no(RETURN_DISBURSEMENT, missing) == "loan_not_found"
        page = await world.done(READ_CUSTOMER, OfCustomer(customer_id=customer))
        assert page.kept == "400.00"
        verified = await world.done(VERIFY_CUSTOMER, VerifyRequest(customer_id=customer))
        assert verified.findings == ()

    run(story(new_world()))
