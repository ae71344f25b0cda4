"""A client of the bank over HTTP, whose every call and answer the auditor sees.

What was not decided (busy, unreachable, killed) is asked again with the same key. `Outcomes` keeps
what became of each key, to be held against the journal.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, unique
from random import Random
from typing import TYPE_CHECKING, Any, Final

import httpx

from tests.served.call import LIMITS_MINOR, LINES, MERCHANT, Customer, minor, opening, yuan
from tests.served.person import person
from twinline.sim.auditor import HOLD_NOT_FOUND, KEY_USED, Ask, Said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.served.bank import Served
    from tests.served.call import Call
    from twinline.sim.auditor import Auditor

PAUSES_S: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""How long to wait before each further try; the last goes on."""

TRIES_MAX: Final = 200
PATIENCE_S: Final = 30.0
_NO_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS; a client that is not told so makes a context of its own, slowly."""

IN_AUDITORS_WORDS: Final = {"key_reused": KEY_USED, "authorisation_not_found": HOLD_NOT_FOUND}
CONTROLS: Final = ("pay_later", "cash_loan", "joint", "person")


@unique
class Became(Enum):
    """What a client knows of a key."""

    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: an HTTP status and a JSON object; status 0 where nobody waited for it."""

    status: int
    body: dict[str, Any]

    @property
    def came(self) -> bool:
        """Whether there is an answer."""
        return self.status > 0

    @property
    def accepted(self) -> bool:
        """Whether it is a yes."""
        return self.came and self.status < httpx.codes.BAD_REQUEST

    @property
    def undecided(self) -> bool:
        """Whether it says that nothing was done yet: busy, in progress."""
        return self.came and not self.accepted and self.body["family"] == "time_out"

    @property
    def reason(self) -> str:
        """Why not, empty for a yes."""
        return "" if self.accepted else str(self.body["reason"])

    @property
    def headroom(self) -> dict[str, int]:
        """What is left of each control."""
        told = self.body["headroom"]
        return {control: minor(told[control]) for control in CONTROLS}


LIMITS: Final = {name: yuan(LIMITS_MINOR[name]) for name in (*LINES, "joint")}
NO_ANSWER: Final = Answer(0, {"reason": "no_answer"})


@dataclass
class Outcomes:
    """What became of each key of each customer, and how often what was answered.

    `left` are calls that were given up without an answer.
    """

    by_customer: dict[str, dict[str, Became]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    left: list[Call] = field(default_factory=list)

    def asks(self, call: Call) -> None:
        """Note that a call goes out."""
        self.counts["asked"] += 1
        self.by_customer.setdefault(call.customer_id, {}).setdefault(call.key, Became.UNKNOWN)

    def answered(self, call: Call, answer: Answer) -> None:
        """Note what a key was told; that it had another body says nothing of the key."""
        self.counts["accepted" if answer.accepted else "refused"] += 1
        if answer.reason != "key_reused":
            became = Became.ACCEPTED if answer.accepted else Became.REFUSED
            self.by_customer[call.customer_id][call.key] = became


@dataclass
class Client:
    """One client among many: they share the auditor and the outcomes, not the connection.

    `gives_up` says how often a call that got no answer is left at that.
    """

    http: httpx.AsyncClient
    auditor: Auditor
    outcomes: Outcomes
    gives_up: float = 0.0

    async def ask(self, call: Call, dice: Random) -> Answer:
        """Return the answer of a call, asked again until there is one or it is given up."""
        self.outcomes.asks(call)
        for attempt in range(TRIES_MAX):
            answer = await self.once(call)
            if answer is not None:
                self.outcomes.answered(call, answer)
                return answer
            if dice.random() < self.gives_up:
                self.outcomes.counts["given up"] += 1
                self.outcomes.left.append(call)
                return NO_ANSWER
            self.outcomes.counts["tried again"] += 1
            await _pause(attempt)
        raise AssertionError(f"{call}: no answer after {TRIES_MAX} tries")

    async def once(self, call: Call) -> Answer | None:
        """Return the answer of a call that is made once, None where it was not decided."""
        number = self.auditor.asked(call.customer_id, call.key, call.ask)
        answer = await self._sent(call.method, call.path, {"Idempotency-Key": call.key}, call.body)
        if answer is None:
            return None
        if answer.undecided:
            self.auditor.answered(number, Said(refused=answer.reason, done=False))
            return None
        self.auditor.answered(number, said(answer))
        return answer

    async def plain(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Return the answer of a command that the auditor knows nothing of."""
        for attempt in range(TRIES_MAX):
            answer = await self._sent(method, path, headers or {}, body)
            if answer is not None and not answer.undecided:
                return answer
            await _pause(attempt)
        raise AssertionError(f"{method} {path}: no answer after {TRIES_MAX} tries")

    async def look(self, customer_id: str) -> Answer:
        """Let the auditor see a customer's headroom and debts."""
        for attempt in range(TRIES_MAX):
            number = self.auditor.asked(customer_id, "", Ask(what="look"))
            answer = await self._sent("GET", f"customers/{customer_id}", {}, None)
            if answer is not None:
                break
            await _pause(attempt)
        assert answer is not None
        assert answer.accepted, answer
        owed = Counter({f"owed_{line}": 0 for line in LINES})
        for contract in answer.body["contracts"]:
            owed[f"owed_{contract['product']}"] += minor(contract["owed"]["principal"])
        self.auditor.answered(number, Said(told=answer.headroom | dict(owed)))
        return answer

    async def open_merchant(self) -> None:
        """Register the merchant that everybody buys from."""
        body = {"name": "Tea House", "categories": ["food"]}
        key = {"Idempotency-Key": f"register-{MERCHANT}"}
        assert (await self.plain("PUT", f"merchants/{MERCHANT}", body, key)).accepted

    async def open_customer(self, number: int, limits: Mapping[str, str] = LIMITS) -> Customer:
        """Open a customer with both lines. The same number is the same person."""
        who = person(number)
        granted = {f"{name}_limit": limit for name, limit in limits.items()}
        decision = {"decision_id": f"D{number}", "cash_loan_rate": "0.146", **granted}
        body = {**who.application, "decision": decision}
        key = {"Idempotency-Key": f"apply-{number}"}
        applied = await self.plain("POST", "applications", body, key)
        assert applied.accepted, applied
        customer_id = str(applied.body["customer_id"])
        call = opening(customer_id, f"accept-{number}", applied.body["application_id"])
        answer = await self.ask(call, Random(number))
        assert answer.accepted, answer
        return Customer(customer_id, who.card[-4:])

    async def _sent(
        self, method: str, path: str, headers: Mapping[str, str], body: object
    ) -> Answer | None:
        """Return an answer, None where nobody knows whether it was done."""
        try:
            came = await self.http.request(method, f"/v1/{path}", headers=headers, json=body)
        except httpx.TransportError:
            return None
        if came.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        if came.is_server_error:
            self.outcomes.faults.append(f"{method} {path}: {came.status_code} {came.text}")
        return Answer(came.status_code, came.json())


def client_of(bank: Served, auditor: Auditor, outcomes: Outcomes) -> Client:
    """Return a client with connections of its own."""
    limits = httpx.Limits(max_connections=4, max_keepalive_connections=4)
    http = httpx.AsyncClient(
        base_url=bank.address,
        headers=bank.headers,
        timeout=PATIENCE_S,
        limits=limits,
        verify=_NO_TLS,
        trust_env=False,
    )
    return Client(http, auditor, outcomes)


def said(answer: Answer) -> Said:
    """Return an answer in the auditor's words."""
    if not answer.accepted:
        return Said(refused=IN_AUDITORS_WORDS.get(answer.reason, answer.reason))
    paid = answer.body.get("paid")
    principal = None if paid is None else sum(minor(each["principal"]) for each in paid)
    return Said(principal=principal, told=answer.headroom)


async def _pause(attempt: int) -> None:
    await asyncio.sleep(PAUSES_S[min(attempt, len(PAUSES_S) - 1)])
