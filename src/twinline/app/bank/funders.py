"""Funders: named with their licence, and the money they bring and are paid back (R12, R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Outcome, Request, Scope
from twinline.app.bank.deciding import Answers, answering, text
from twinline.app.bank.event_kind import EventKind
from twinline.app.bank.fields import Currency, Identifier, Money, Words, money, positive_minor
from twinline.app.bank.posting import group_of, told
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.recording import Recording, Written, version_of
from twinline.app.bank.register import RecordKind
from twinline.app.bank.store import Posting
from twinline.ledger.account import AccountKind
from twinline.ledger.entry import Place, funder_account, transfers_of
from twinline.ledger.event import Event
from twinline.terms.licence import Licence

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused


class RegisterFunderRefusal(Reason):
    """Why a funder is not registered or changed, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    VERSION_CHANGED = reason.VERSION_CHANGED


class RegisterFunderRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who brings money, under which licence (R12, R13). `version_seen` is 0 for a new one."""

    funder_id: Identifier
    name: Words
    licence: Licence
    version_seen: Annotated[int, Meta(ge=0)] = 0


class Funder(msgspec.Struct, frozen=True, kw_only=True):
    """A funder as it is kept."""

    funder_id: str
    name: str
    licence: Licence


class FunderOutcome(Outcome, frozen=True, kw_only=True):
    """A funder as it stands."""

    funder_id: str
    name: str
    licence: Licence
    version: int


async def _register_funder(
    bank: Bank, request: RegisterFunderRequest, call: Call
) -> Written[FunderOutcome] | Refused:
    standing = await bank.register.record(RecordKind.FUNDER, request.funder_id)
    version = 0 if standing is None else standing.version
    if version != request.version_seen:
        return refused(RegisterFunderRefusal.VERSION_CHANGED, "version_seen", version)
    funder = Funder(funder_id=request.funder_id, name=request.name, licence=request.licence)
    record = version_of(RecordKind.FUNDER, funder.funder_id, funder, call, version + 1)
    answer = FunderOutcome(**msgspec.structs.asdict(funder), version=record.version)
    return Written(answer, (record,))


async def funder_of(bank: Bank, funder_id: str) -> Funder | None:
    """Return a funder as it stands, None if there is none of that id."""
    record = await bank.register.record(RecordKind.FUNDER, funder_id)
    return None if record is None else msgspec.json.decode(record.document, type=Funder)


class ShareRefusal(Reason):
    """Why a funder's money is not booked, in the order the checks run."""

    FUNDER_NOT_FOUND = ("funder_not_found", Family.MISSING, "a funder that is registered")
    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    SECOND_PERSON_MISSING = reason.SECOND_PERSON_MISSING
    CURRENCY_NOT_LENT = ("currency_not_lent", Family.RULE, "a currency this lender lends in")
    AMOUNT_NOT_POSITIVE = reason.AMOUNT_NOT_POSITIVE
    SHARE_EXCEEDED = ("share_exceeded", Family.LIMIT, "at most what the funder is owed")
    PERIOD_LOCKED = reason.PERIOD_LOCKED


class ShareRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Money of a funder's that has come, or is paid back."""

    funder_id: Identifier
    amount: Money
    currency: Currency = "CNY"


class ShareOutcome(Outcome, frozen=True, kw_only=True):
    """What a funder is owed: what it brought, less what it was paid back."""

    funder_id: str
    amount: Money
    payable: Money


async def _bring(bank: Bank, request: ShareRequest, call: Call) -> ShareOutcome | Refused:
    return await _shared(bank, request, call, Event.FUNDER_SHARE_BROUGHT)


async def _give_back(bank: Bank, request: ShareRequest, call: Call) -> ShareOutcome | Refused:
    return await _shared(bank, request, call, Event.FUNDER_SHARE_RETURNED)


async def _shared(
    bank: Bank, request: ShareRequest, call: Call, event: Event
) -> ShareOutcome | Refused:
    funder = await funder_of(bank, request.funder_id)
    if funder is None:
        return refused(ShareRefusal.FUNDER_NOT_FOUND, "funder_id", request.funder_id)
    answers = Answers(bank.store, funder_account(funder.funder_id), ShareRefusal, ShareOutcome)

    async def decided() -> ShareOutcome | Refused | None:
        no = _unsound(bank, request, call)
        if no is not None:
            return await answers.keep(no, call)
        return await _booked(request, call, event, funder, answers)

    return await answering(bank, answers, call, decided)


def _unsound(bank: Bank, request: ShareRequest, call: Call) -> Refused | None:
    if not reason.second_person(call):
        return refused(ShareRefusal.SECOND_PERSON_MISSING, "second_person")
    if request.currency not in bank.house.loan_min_minor:
        return refused(ShareRefusal.CURRENCY_NOT_LENT, "currency", request.currency)
    if positive_minor(request.amount, request.currency) is None:
        return refused(ShareRefusal.AMOUNT_NOT_POSITIVE, "amount", request.amount)
    return None


async def _booked(
    request: ShareRequest, call: Call, event: Event, funder: Funder, answers: Answers[ShareOutcome]
) -> ShareOutcome | Refused | None:
    # The funder's seq is read first: another entry in between makes this one stale.
    standing = await answers.store.standing(answers.owner)
    amount = positive_minor(request.amount, request.currency)
    assert amount is not None, "refused before as AMOUNT_NOT_POSITIVE"
    brought = event is Event.FUNDER_SHARE_BROUGHT
    payable = await _payable_minor(answers, request.currency) + (amount if brought else -amount)
    if payable < 0:
        shown = money(payable + amount, request.currency)
        return await answers.keep(refused(ShareRefusal.SHARE_EXCEEDED, "payable", shown), call)
    place = Place(
        customer=answers.owner,
        currency=request.currency,
        licence=funder.licence,
        funder=funder.funder_id,
    )
    answer = ShareOutcome(
        funder_id=funder.funder_id,
        amount=money(amount, request.currency),
        payable=money(payable, request.currency),
    )
    cause = f"second:{call.second_person}"
    transfers = transfers_of(event, {"amount": amount}, place)
    kind = EventKind.FUNDER_SHARE_BROUGHT if brought else EventKind.FUNDER_SHARE_RETURNED
    posting = Posting(
        group=group_of(answers.owner, call, event, transfers, cause),
        seq_seen=0 if standing is None else standing.seq,
        answer=text(answer),
        opens=standing is None,
        events=told(answers.owner, call, kind, answer),
    )
    return await answers.post(posting, call)


async def _payable_minor(answers: Answers[ShareOutcome], currency: str) -> int:
    """Return what a funder is owed in a currency: a payable stands on the credit side."""
    balances = await answers.store.balances(answers.owner)
    return -sum(
        balance.posted_minor
        for account, balance in balances.items()
        if account.kind is AccountKind.FUNDER_PAYABLE and account.currency == currency
    )


REGISTER_FUNDER = Command(
    name="register_funder",
    meaning="Who brings money, and under which licence.",
    method="PUT",
    path="/v1/funders/{funder_id}",
    request=RegisterFunderRequest,
    outcome=FunderOutcome,
    refusals=RegisterFunderRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=Recording(reasons=RegisterFunderRefusal, outcome=FunderOutcome, decide=_register_funder),
)
BRING_SHARE = Command(
    name="bring_funder_share",
    meaning="A funder's money has come: what it brings of what is lent.",
    method="POST",
    path="/v1/funders/{funder_id}/shares",
    request=ShareRequest,
    outcome=ShareOutcome,
    refusals=ShareRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=_bring,
    needs_second_person=True,
    success=201,
)
RETURN_SHARE = Command(
    name="return_funder_share",
    meaning="A funder is paid its share of what was collected, at most what it is owed.",
    method="POST",
    path="/v1/funders/{funder_id}/returns",
    request=ShareRequest,
    outcome=ShareOutcome,
    refusals=ShareRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=_give_back,
    needs_second_person=True,
    success=201,
)
COMMANDS: Final[tuple[Command[Any, Any], ...]] = (REGISTER_FUNDER, BRING_SHARE, RETURN_SHARE)
