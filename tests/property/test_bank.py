"""Whatever customers, merchants and banks do in whatever order, the book is true after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.banks import CARD, captured, loan, new_world, opened, purchase, run
from twinline.app.bank.authorisations import (
    AUTHORISE,
    CAPTURE,
    VOID,
    AuthorisationOutcome,
    OfAuthorisation,
)
from twinline.app.bank.command import OfCustomer, Refused
from twinline.app.bank.credit_balances import (
    PAY_OUT_CREDIT_BALANCE,
    USE_CREDIT_BALANCE,
    CreditBalanceRequest,
)
from twinline.app.bank.holds import EXPIRE, ExpireRequest
from twinline.app.bank.lines import COMMANDS as LINE_COMMANDS
from twinline.app.bank.lines import ChangeLimitRequest
from twinline.app.bank.loans import DRAW, QUOTE, RETURN_DISBURSEMENT, DrawRequest, OfLoan
from twinline.app.bank.reading import READ_CUSTOMER, VERIFY_CUSTOMER, VerifyRequest
from twinline.app.bank.refunds import REFUND, RefundRequest
from twinline.app.bank.repayments import (
    REPAY,
    RETURN_REPAYMENT,
    RepaymentReturnRequest,
    RepayRequest,
    Source,
    SourceKind,
)
from twinline.kernel.money import format_money, parse_money
from twinline.terms.product import Product

if TYPE_CHECKING:
    from tests.banks import World
    from twinline.app.bank.command import Command
    from twinline.app.bank.reading import FindingAnswer

CHANGE_LIMIT = next(command for command in LINE_COMMANDS if command.name == "change_limit")
AMOUNTS = st.integers(1, 2_000_00).map(lambda minor: format_money(minor, "CNY"))
DEEDS = (
    "authorise",
    "capture",
    "void",
    "refund",
    "borrow",
    "returned_loan",
    "repay",
    "returned",
    "use_kept",
    "pay_out_kept",
    "limit",
    "wait",
)


@dataclass
class Life:
    """One customer, and what there is to refer to."""

    world: World
    customer: str
    data: st.DataObject
    held: list[AuthorisationOutcome] = field(default_factory=list)
    repaid: list[str] = field(default_factory=list)
    loans: list[str] = field(default_factory=list)
    decisions: int = 1

    def amount(self) -> str:
        """Draw an amount."""
        return self.data.draw(AMOUNTS)

    async def do(self, command: Command[Any, Any], request: Any) -> Any:  # noqa: ANN401
        """Ask twice under one key: both answers are the same."""
        key = self.world.key()
        first = await self.world.ask(command, request, key)
        assert await self.world.ask(command, request, key) == first
        return first

    async def use(self, deed: str) -> None:
        """Do something that uses credit, or ends it."""
        match deed:
            case "authorise":
                answer = await self.do(AUTHORISE, purchase(self.customer, self.amount()))
                if isinstance(answer, AuthorisationOutcome):
                    self.held.append(answer)
            case "capture" if self.held:
                held = self.data.draw(st.sampled_from(self.held))
                part = self.data.draw(st.sampled_from([None, self.amount()]))
                await self.do(CAPTURE, captured(held, part))
            case "void" if self.held:
                await self.do(VOID, self.of_authorisation())
            case "refund" if self.held:
                of = self.of_authorisation()
                request = RefundRequest(
                    customer_id=of.customer_id,
                    authorisation_id=of.authorisation_id,
                    amount=self.data.draw(st.sampled_from([None, self.amount()])),
                )
                await self.do(REFUND, request)
            case "borrow":
                await self.borrow()
            case "returned_loan" if self.loans:
                contract_id = self.data.draw(st.sampled_from(self.loans))
                back = OfLoan(customer_id=self.customer, contract_id=contract_id)
                await self.do(RETURN_DISBURSEMENT, back)
            case _:
                await self.pay(deed)

    async def pay(self, deed: str) -> None:
        """Do something that pays, changes the limit or lets time pass."""
        kept = CreditBalanceRequest(
            customer_id=self.customer,
            amount=self.data.draw(st.sampled_from([None, self.amount()])),
        )
        match deed:
            case "repay":
                sources = tuple(
                    Source(kind=SourceKind.CARD, reference=f"c{number}", amount=self.amount())
                    for number in range(self.data.draw(st.integers(1, 3)))
                )
                request = RepayRequest(customer_id=self.customer, sources=sources)
                self.repaid.append((await self.do(REPAY, request)).repayment_id)
            case "returned" if self.repaid:
                repayment_id = self.data.draw(st.sampled_from(self.repaid))
                source = self.data.draw(st.sampled_from([None, 1, 2]))
                back = RepaymentReturnRequest(
                    customer_id=self.customer, repayment_id=repayment_id, source=source
                )
                await self.do(RETURN_REPAYMENT, back)
            case "use_kept":
                await self.do(USE_CREDIT_BALANCE, kept)
            case "pay_out_kept":
                await self.do(PAY_OUT_CREDIT_BALANCE, kept)
            case "limit":
                await self.decide()
            case "wait":
                self.world.later(days=self.data.draw(st.integers(1, 8)))
                await self.world.done(EXPIRE, ExpireRequest())
            case _:
                """There is nothing to refer to yet."""

    def of_authorisation(self) -> OfAuthorisation:
        """Draw an authorisation to refer to."""
        held = self.data.draw(st.sampled_from(self.held))
        return OfAuthorisation(customer_id=self.customer, authorisation_id=held.authorisation_id)

    async def borrow(self) -> None:
        """Quote and draw a loan, if it is quoted."""
        quoted = await self.world.ask(QUOTE, loan(self.customer, self.amount()))
        if isinstance(quoted, Refused):
            return
        request = DrawRequest(
            customer_id=self.customer,
            quote_id=quoted.quote_id,
            sheet_sha256=quoted.sheet_sha256,
            card_ending=CARD[-4:],
        )
        answer = await self.do(DRAW, request)
        if not isinstance(answer, Refused):
            self.loans.append(answer.contract.contract_id)

    async def decide(self) -> None:
        """Set a new limit of the pay-later line."""
        self.decisions += 1
        request = ChangeLimitRequest(
            customer_id=self.customer,
            product=Product.PAY_LATER,
            decision_id=f"D{self.decisions}",
            limit=self.amount(),
            base_version_seen=self.data.draw(st.integers(1, self.decisions)),
        )
        await self.do(CHANGE_LIMIT, request)

    async def findings(self) -> tuple[FindingAnswer, ...]:
        """Return what the bank's own check of the journal finds."""
        verified = await self.world.done(VERIFY_CUSTOMER, VerifyRequest(customer_id=self.customer))
        return verified.findings

    async def used_minor(self) -> dict[Product, int]:
        """Return what each line's headroom says is used of it."""
        page = await self.world.done(READ_CUSTOMER, OfCustomer(customer_id=self.customer))
        return {each.product: parse_money(each.used, "CNY") for each in page.availability}

    async def owed_and_held_minor(self) -> dict[Product, int]:
        """Return what is owed and held on each line, added up from contracts and holds."""
        page = await self.world.done(READ_CUSTOMER, OfCustomer(customer_id=self.customer))
        snapshot = await self.world.bank.store.snapshot(self.customer)
        assert snapshot is not None
        total = dict.fromkeys((each.product for each in page.availability), 0)
        total[Product.PAY_LATER] += sum(hold.amount_minor for hold in snapshot.holds.values())
        for contract in page.contracts:
            total[contract.product] += parse_money(contract.owed.principal, "CNY")
        return total


@settings(deadline=None)
@given(st.lists(st.sampled_from(DEEDS), max_size=12), st.data())
def test_the_book_is_true_after_any_life(deeds: list[str], data: st.DataObject) -> None:
    """I1-I4, I13 hold after every command; use of a line is what is owed and held on it."""

    async def live() -> None:
        world = new_world()
        limits = {"pay_later_limit": "3000", "cash_loan_limit": "3000", "joint_limit": "4000"}
        life = Life(world, await opened(world, **limits), data)
        for deed in deeds:
            await life.use(deed)
            assert await life.findings() == ()
            assert await life.used_minor() == await life.owed_and_held_minor()

    run(live())
