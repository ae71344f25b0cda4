"""Stories of one customer of a served bank, in aligned text; amounts in yuan.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     ID AMOUNT            a purchase authorised
    capture  ID HOLD [AMOUNT]     goods handed over
    void     ID HOLD
    refund   ID HOLD [AMOUNT]     goods that came back
    quote    ID AMOUNT            a loan's cost sheet
    draw     ID QUOTE             the loan of it
    repay    ID DRAW AMOUNT       of a loan; `repay ID pay_later AMOUNT` of what was bought
    return   ID REPAYMENT         a repayment called back
    limit    ID LINE AMOUNT JOINT a decision sets a limit, and that of both
    freeze   ID LINE              also: unfreeze
    days     NUMBER               pass for the holds that wait
    sweep                         what nobody captured in time expires
    expect   pay_later 400  cash_loan -1000  joint 0     headroom
    owed     pay_later 600  cash_loan 3000   kept 0

A line that ends with a word after `->` must be refused with it. `race A | B -> WORD` sends both at
once: one is done, and the other refused with the word; without it both are done. `either A | B ->
WORD` lets the word stand for A or for nobody: B is done. `if ID LINE` is played if that call was
accepted, `or ID LINE` if it was refused. Each line's ID is its key.
"""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import psycopg

from tests.served.asking import Outcomes, client_of
from tests.served.call import MERCHANT, Customer, quote_body
from tests.served.every_call import GROUNDS
from tests.served.held import require_none
from twinline.sim.auditor import Auditor

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.served.asking import Answer, Client
    from tests.served.bank import Served

_NUMBERS: Final = count(10_000)
LATER: Final = "UPDATE twinline.hold SET expires_at = expires_at - %s * interval '1 day'"
OF_CUSTOMER: Final = " WHERE customer_id = %s AND resolved_by IS NULL"
WORDS: Final = frozenset(
    {
        "open",
        "hold",
        "capture",
        "void",
        "refund",
        "quote",
        "draw",
        "repay",
        "return",
        "limit",
        "freeze",
        "unfreeze",
        "days",
        "sweep",
        "expect",
        "owed",
        "race",
        "either",
        "if",
        "or",
    }
)
NOBODY: Final = Customer("", "")


def story(told: Callable[[], None]) -> Callable[[Served], None]:
    """Return the test that plays a function's docstring on a served bank."""
    text = inspect.getdoc(told)
    assert text is not None

    def test(bank: Served) -> None:
        asyncio.run(_play(bank, text))

    test.__name__, test.__doc__ = told.__name__, told.__doc__
    test.__module__ = told.__module__
    return test


async def _play(bank: Served, text: str) -> None:
    client = client_of(bank, Auditor(), Outcomes())
    async with client.http:
        await client.open_merchant()
        teller = Teller(bank, client)
        for line in text.splitlines():
            if line.split() and line.split()[0] in WORDS:
                await teller.play(line.strip())
        path = f"customers/{teller.customer.customer_id}/verification"
        verified = await client.plain("GET", path)
        require_none([*client.outcomes.faults, *map(str, verified.body["findings"])])


@dataclass
class Teller:
    """Who plays a story: the customer, and what each call was answered."""

    bank: Served
    client: Client
    customer: Customer = NOBODY
    answers: dict[str, Answer] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    async def play(self, line: str) -> None:
        """Play a line, and see that it comes out as it says."""
        asked, _, refusal = (part.strip() for part in line.partition("->"))
        match asked.split():
            case ["race" | "either" as how, *_]:
                one, two = asked.removeprefix(how).split("|")
                both = await self._at_once(one.split(), two.split())
                fits = {
                    "race": sorted(both) == ["", refusal],
                    "either": both in (["", ""], [refusal, ""]),
                }
                assert fits[how], f"{line}: is {both}"
            case ["if" | "or" as when, name, *_]:
                if self.answers[name].accepted == (when == "if"):
                    await self.play(line.split(maxsplit=2)[2])
            case ["open", *pairs]:
                await self._open(_pairs(pairs))
            case ["days", number]:
                self._pass_days(int(number))
            case ["sweep"]:
                swept = await self.client.plain("POST", "overdue-authorisations/expiry", {})
                assert swept.accepted, swept
            case ["expect", *pairs]:
                await self._expect(line, _pairs(pairs))
            case ["owed", *pairs]:
                await self._owed(line, _pairs(pairs))
            case words:
                said = (await self._ask(words)).reason
                assert said == refusal, f"{line}: is {said or 'done'}"

    async def _at_once(self, one: list[str], two: list[str]) -> list[str]:
        """Return why each of two calls that are sent at once was refused, if it was."""
        return [answer.reason for answer in await asyncio.gather(self._ask(one), self._ask(two))]

    async def _ask(self, words: list[str]) -> Answer:
        """Send a line's call under its id, and keep the answer."""
        method, path, body = self._call(words)
        body = {name: value for name, value in body.items() if value is not None}
        key = {"Idempotency-Key": words[1]}
        answer = await self.client.plain(method, path, body, key)
        self.answers[words[1]] = answer
        return answer

    def _call(self, words: list[str]) -> tuple[str, str, dict[str, Any]]:
        of = {"customer_id": self.customer.customer_id}
        lines = f"customers/{self.customer.customer_id}/lines"
        match words:
            case ["hold", name, amount]:
                body = {**of, "merchant_id": MERCHANT, "order": name, "amount": amount}
                return "POST", "authorisations", body
            case ["capture", _, held, *amount]:
                return "POST", f"authorisations/{held}/capture", {**of, "amount": _one(amount)}
            case ["void", _, held]:
                return "POST", f"authorisations/{held}/void", of
            case ["refund", _, held, *amount]:
                return "POST", "refunds", {**of, "authorisation_id": held, "amount": _one(amount)}
            case ["return", _, repayment]:
                return "POST", f"repayments/{repayment}/return", of
            case ["limit", name, line, amount, joint]:
                version = self.versions.setdefault(line, 1)
                body = {"decision_id": name, "limit": amount, "joint_limit": joint}
                return "POST", f"{lines}/{line}/limit", {**body, "base_version_seen": version}
            case ["freeze", _, line]:
                return "POST", f"{lines}/{line}/freeze", GROUNDS
            case ["unfreeze", _, line]:
                return "POST", f"{lines}/{line}/unfreeze", {}
            case _:
                return self._loan_call(words, of)

    def _loan_call(self, words: list[str], of: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
        match words:
            case ["quote", _, amount]:
                body = {**quote_body(self.customer, 0), "amount": amount}
                return "POST", "loan-quotes", body
            case ["draw", _, name]:
                quote = self.answers[name].body
                body = {name: quote[name] for name in ("quote_id", "sheet_sha256")}
                return "POST", "loans", {**of, **body, "card_ending": self.customer.card_ending}
            case ["repay", name, what, amount]:
                contract = f"{of['customer_id']}.pay_later"
                if what != "pay_later":
                    contract = self.answers[what].body["contract"]["contract_id"]
                source = {"kind": "card", "reference": name, "amount": amount}
                return "POST", "repayments", {**of, "contract_id": contract, "sources": [source]}
            case _:
                raise AssertionError(words)

    async def _open(self, limits: dict[str, str]) -> None:
        self.customer = await self.client.open_customer(next(_NUMBERS), limits)

    def _pass_days(self, days: int) -> None:
        """Let days pass for the holds that wait, as no clock of a served bank can be set."""
        with psycopg.connect(self.bank.url) as connection:
            connection.execute(LATER + OF_CUSTOMER, [days, self.customer.customer_id])

    async def _expect(self, line: str, wanted: dict[str, str]) -> None:
        told = (await self._look())["headroom"]
        seen = {name: told[name] for name in wanted}
        assert seen == {name: f"{text}.00" for name, text in wanted.items()}, f"{line}: is {seen}"

    async def _owed(self, line: str, wanted: dict[str, str]) -> None:
        page = await self._look()
        seen = dict.fromkeys(wanted, "0.00") | {"kept": page["kept"]}
        for contract in page["contracts"]:
            if contract["owed"]["principal"] != "0.00":
                assert seen[contract["product"]] == "0.00", "a story has one loan at a time"
                seen[contract["product"]] = contract["owed"]["principal"]
        expected = {"kept": "0.00"} | {name: f"{text}.00" for name, text in wanted.items()}
        assert seen == expected, f"{line}: is {seen}"

    async def _look(self) -> dict[str, Any]:
        return (await self.client.plain("GET", f"customers/{self.customer.customer_id}")).body


def _pairs(words: list[str]) -> dict[str, str]:
    return dict(zip(words[::2], words[1::2], strict=True))


def _one(words: list[str]) -> str | None:
    return words[0] if words else None
