"""A bank in memory for tests: simulated checks, a clock that is set, ids that count up."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from twinline.adapters.memory.register import MemoryRegister
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.vault.keyring import Keyring
from twinline.adapters.vault.memory import MemoryVault
from twinline.app.bank.acceptance import ACCEPT, AcceptRequest
from twinline.app.bank.authorisations import (
    AUTHORISE,
    CAPTURE,
    AuthoriseRequest,
    CaptureRequest,
)
from twinline.app.bank.bank import Bank
from twinline.app.bank.command import Call, Outcome, Refused, Request
from twinline.app.bank.house import House
from twinline.app.bank.loans import DRAW, QUOTE, DrawRequest, QuoteRequest
from twinline.app.bank.merchants import REGISTER_MERCHANT, RegisterMerchantRequest
from twinline.app.bank.opening import APPLY, ApplyRequest
from twinline.app.bank.underwriting import Decision
from twinline.app.bank.vault import Reading
from twinline.compliance.law import read_law
from twinline.sim.checks import SimulatedCardBinding, SimulatedIdentityCheck

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import date

    from twinline.app.bank.authorisations import (
        AuthorisationOutcome,
    )
    from twinline.app.bank.command import Command
    from twinline.app.bank.loans import LoanOutcome

Asked = TypeVar("Asked", bound=Request)
Answered = TypeVar("Answered", bound=Outcome)
Value = TypeVar("Value")

RESIDENT_ID = "11010519491231002X"
MOBILE = "13800138000"
CARD = "6222020200112230004"
DECISION = {
    "decision_id": "D1",
    "pay_later_limit": "15000",
    "cash_loan_limit": "30000",
    "joint_limit": "40000",
    "cash_loan_rate": "0.146",
}
"""A decision of V39's limits, as a request says it."""

APPLICATION = {
    "name": "张三",
    "resident_id": RESIDENT_ID,
    "mobile": MOBILE,
    "card": CARD,
    "decision": DECISION,
}
"""An application that is fit to be decided, as a request says it."""

START = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
KEYRING = Keyring(masters={"m1": b"1" * 32}, current="m1", index_key=b"2" * 32)


def run(work: Coroutine[Any, Any, Value]) -> Value:
    """Return what comes of asynchronous work."""
    return asyncio.run(work)


@dataclass
class World:
    """A bank and the time it is there."""

    bank: Bank
    at: datetime = START
    asked: int = 0
    client: str = "shop"
    second_person: str = "second"
    keys: int = 0
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def on(self) -> date:
        """The business day."""
        return self.at.date()

    @property
    def reading(self) -> Reading:
        """What a test reads personal data as."""
        return Reading(reader="test", at=self.at, purpose="test")

    def later(self, **by: int) -> None:
        """Let time pass."""
        self.at += timedelta(**by)

    def key(self) -> str:
        """Return a key that was not used before."""
        self.keys += 1
        return f"k{self.keys}"

    async def ask(
        self, command: Command[Asked, Answered], request: Asked, key: str | None = None
    ) -> Answered | Refused:
        """Return what a command answers."""
        self.asked += 1
        body = msgspec.json.encode(request, order="deterministic")
        call = Call(
            client=self.client,
            key=self.key() if key is None else key,
            command_hash=hashlib.sha256(command.name.encode() + body).digest(),
            at=self.at,
            business_on=self.on,
            request_id=f"r{self.asked}",
            new_ids=tuple(f"id{self.asked}.{number}" for number in range(4)),
            second_person=self.second_person,
        )
        return await command.run(self.bank, request, call)

    async def done(
        self, command: Command[Asked, Answered], request: Asked, key: str | None = None
    ) -> Answered:
        """Return what a command answers, which is no refusal."""
        answer = await self.ask(command, request, key)
        assert not isinstance(answer, Refused), answer
        return answer

    async def no(
        self, command: Command[Asked, Answered], request: Asked, key: str | None = None
    ) -> str:
        """Return the reason of a refusal."""
        answer = await self.ask(command, request, key)
        assert isinstance(answer, Refused), answer
        assert answer.reason in tuple(command.refusals)
        return answer.reason.value

    async def buy(self, customer_id: str, amount: str) -> AuthorisationOutcome:
        """Authorise and capture a purchase."""
        held = await self.done(AUTHORISE, purchase(customer_id, amount))
        return await self.done(CAPTURE, captured(held))

    async def borrow(self, customer_id: str, amount: str) -> LoanOutcome:
        """Quote and draw a cash loan."""
        quoted = await self.done(QUOTE, loan(customer_id, amount))
        return await self.done(
            DRAW,
            DrawRequest(
                customer_id=customer_id,
                quote_id=quoted.quote_id,
                sheet_sha256=quoted.sheet_sha256,
                card_ending=CARD[-4:],
            ),
        )


def purchase(customer_id: str, amount: str, merchant_id: str = "M1") -> AuthoriseRequest:
    """Return the request of a purchase."""
    return AuthoriseRequest(
        customer_id=customer_id, merchant_id=merchant_id, order="o1", amount=amount
    )


def captured(held: AuthorisationOutcome, amount: str | None = None) -> CaptureRequest:
    """Return the request to capture an authorisation."""
    return CaptureRequest(
        customer_id=held.customer_id, authorisation_id=held.authorisation_id, amount=amount
    )


def loan(customer_id: str, amount: str) -> QuoteRequest:
    """Return the request of a loan that its customer can bear."""
    return QuoteRequest(
        customer_id=customer_id, amount=amount, periods=12, purpose="education", income="20000"
    )


def new_world() -> World:
    """Return a bank without a customer."""
    law = resources.files("twinline.compliance") / "params" / "china.toml"
    register = MemoryRegister()
    return World(
        Bank(
            store=MemoryStore(register=register),
            register=register,
            vault=MemoryVault(KEYRING),
            identity=SimulatedIdentityCheck(),
            cards=SimulatedCardBinding(),
            law=read_law(law.read_text(encoding="utf-8")),
            house=House(lender="Example Consumer Finance", loan_min_minor={"CNY": 500_00}),
        )
    )


def decided(**changes: Any) -> Decision:  # noqa: ANN401 - any member of the decision
    """Return a decision of V39's limits."""
    return Decision(**{**DECISION, **changes})


def applying(**changes: Any) -> ApplyRequest:  # noqa: ANN401 - any member of the request
    """Return an application that is fit to be decided."""
    return msgspec.structs.replace(msgspec.convert(APPLICATION, ApplyRequest), **changes)


async def opened(world: World, **decision: Any) -> str:  # noqa: ANN401 - of the decision
    """Open a customer, with a merchant to buy from; return the customer's id."""
    applied = await world.done(APPLY, applying(decision=decided(**decision)))
    await world.done(ACCEPT, AcceptRequest(application_id=applied.application_id))
    await world.done(
        REGISTER_MERCHANT,
        RegisterMerchantRequest(merchant_id="M1", name="Books and Tea", categories=("books",)),
    )
    return applied.customer_id
