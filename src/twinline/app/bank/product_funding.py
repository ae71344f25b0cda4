"""Which funder's money a product is lent with, set by date; and a funder who leaves."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Outcome, Request, Scope
from twinline.app.bank.fields import Identifier
from twinline.app.bank.funders import funder_of
from twinline.app.bank.funding import PRODUCTS, Funding, Fundings, fundings_in
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.recording import Recording, Written, version_of
from twinline.app.bank.register import RecordKind
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused
    from twinline.app.bank.funding import Lender

FUNDER_NOT_FOUND: reason.Written = (
    "funder_not_found",
    Family.MISSING,
    "a funder that is registered",
)
FUNDER_WITHDRAWN: reason.Written = (
    "funder_withdrawn",
    Family.CONFLICT,
    "a funder who has not left; one who comes back is registered under a new id",
)


class FundingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whose money a product's new use is lent with, under which licence, from which day on."""

    product: Product
    from_on: date
    licence: Licence
    funder: str


class FundingOutcome(Outcome, frozen=True, kw_only=True):
    """Who funds what from when; `version` is what a change of it has to have seen."""

    fundings: tuple[FundingAnswer, ...]
    withdrawn: tuple[str, ...]
    version: int


class SetFundingRefusal(Reason):
    """Why a product's funder is not set, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    SECOND_PERSON_MISSING = reason.SECOND_PERSON_MISSING
    DAY_PAST = ("day_past", Family.RULE, "today or a later business day")
    FUNDER_NOT_FOUND = FUNDER_NOT_FOUND
    FUNDER_WITHDRAWN = FUNDER_WITHDRAWN
    VERSION_CHANGED = reason.VERSION_CHANGED


class SetFundingRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From a day on a product's new use is lent with a funder's money, under its licence.

    Without `funder_id` it is the lender's own. What is lent already stays with whose it is.
    `version_seen` is the version of the fundings that is replaced, 0 where none was ever set.
    """

    product: Product
    from_on: date
    funder_id: Identifier | None = None
    version_seen: Annotated[int, Meta(ge=0)] = 0


async def _set_funding(
    bank: Bank, request: SetFundingRequest, call: Call
) -> Written[FundingOutcome] | Refused:
    if not reason.second_person(call):
        return refused(SetFundingRefusal.SECOND_PERSON_MISSING, "second_person")
    if request.from_on < call.business_on:
        return refused(SetFundingRefusal.DAY_PAST, "from_on", request.from_on)
    standing, version = await _fundings(bank)
    licence, funder = bank.house.licence, bank.house.funder
    if request.funder_id is not None:
        found = await funder_of(bank, request.funder_id)
        if found is None:
            return refused(SetFundingRefusal.FUNDER_NOT_FOUND, "funder_id", request.funder_id)
        if found.funder_id in standing.withdrawn:
            return refused(SetFundingRefusal.FUNDER_WITHDRAWN, "funder_id", request.funder_id)
        licence, funder = found.licence, found.funder_id
    if version != request.version_seen:
        return refused(SetFundingRefusal.VERSION_CHANGED, "version_seen", version)
    changed = _funded(standing, request, standing.lender(licence, funder))
    return _written(changed, version, call)


def _funded(standing: Fundings, request: SetFundingRequest, lender: Lender) -> Fundings:
    """Return the fundings with one more, which replaces another of the same product and day."""
    product, from_on = request.product, request.from_on
    new = Funding(product=product, from_on=from_on, number=lender.number)
    others = (
        each for each in standing.fundings if (each.product, each.from_on) != (product, from_on)
    )
    lenders = standing.lenders
    return Fundings(
        lenders=lenders if lender in lenders else (*lenders, lender),
        fundings=tuple(sorted((*others, new), key=lambda each: (each.product, each.from_on))),
        withdrawn=standing.withdrawn,
    )


class WithdrawFunderRefusal(Reason):
    """Why a funder does not leave, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    SECOND_PERSON_MISSING = reason.SECOND_PERSON_MISSING
    FUNDER_NOT_FOUND = FUNDER_NOT_FOUND
    FUNDER_WITHDRAWN = FUNDER_WITHDRAWN
    FUNDER_IN_USE = (
        "funder_in_use",
        Family.CONFLICT,
        "a funder of no product, today or later; set another first",
    )


class OfFunder(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request about one funder."""

    funder_id: Identifier


async def _withdraw(
    bank: Bank, request: OfFunder, call: Call
) -> Written[FundingOutcome] | Refused:
    if not reason.second_person(call):
        return refused(WithdrawFunderRefusal.SECOND_PERSON_MISSING, "second_person")
    if await funder_of(bank, request.funder_id) is None:
        return refused(WithdrawFunderRefusal.FUNDER_NOT_FOUND, "funder_id", request.funder_id)
    standing, version = await _fundings(bank)
    if request.funder_id in standing.withdrawn:
        return refused(WithdrawFunderRefusal.FUNDER_WITHDRAWN, "funder_id", request.funder_id)
    for funded in standing.funded_by(request.funder_id, call.business_on):
        value = f"{funded.product} from {funded.from_on}"
        return refused(WithdrawFunderRefusal.FUNDER_IN_USE, "product", value)
    withdrawn = (*standing.withdrawn, request.funder_id)
    return _written(msgspec.structs.replace(standing, withdrawn=withdrawn), version, call)


class ReadFundingRefusal(Reason):
    """A list is never refused."""


class ReadFundingRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who funds what from when."""


async def _read_funding(bank: Bank, _request: ReadFundingRequest, _call: Call) -> FundingOutcome:
    return _answer(*await _fundings(bank))


async def _fundings(bank: Bank) -> tuple[Fundings, int]:
    record = await bank.register.record(RecordKind.FUNDING, PRODUCTS)
    return fundings_in(record), 0 if record is None else record.version


def _written(changed: Fundings, version: int, call: Call) -> Written[FundingOutcome]:
    record = version_of(RecordKind.FUNDING, PRODUCTS, changed, call, version + 1)
    return Written(_answer(changed, record.version), (record,))


def _answer(fundings: Fundings, version: int) -> FundingOutcome:
    return FundingOutcome(
        fundings=tuple(
            FundingAnswer(
                product=each.product,
                from_on=each.from_on,
                licence=fundings.lenders[each.number - 1].licence,
                funder=fundings.lenders[each.number - 1].funder,
            )
            for each in fundings.fundings
        ),
        withdrawn=fundings.withdrawn,
        version=version,
    )


SET_FUNDING = Command(
    name="set_product_funding",
    meaning="From a day on a product's new use is lent with a funder's money, by a person and a "
    "second one; contracts keep the funder they have.",
    method="PUT",
    path="/v1/products/{product}/funding",
    request=SetFundingRequest,
    outcome=FundingOutcome,
    refusals=SetFundingRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=Recording(reasons=SetFundingRefusal, outcome=FundingOutcome, decide=_set_funding),
    needs_second_person=True,
)
WITHDRAW_FUNDER = Command(
    name="withdraw_funder",
    meaning="A funder leaves, by a person and a second one: it funds nothing new; its contracts "
    "and shares go on.",
    method="POST",
    path="/v1/funders/{funder_id}/withdrawal",
    request=OfFunder,
    outcome=FundingOutcome,
    refusals=WithdrawFunderRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=Recording(reasons=WithdrawFunderRefusal, outcome=FundingOutcome, decide=_withdraw),
    needs_second_person=True,
)
READ_FUNDING = Command(
    name="read_funding",
    meaning="Who funds which product from when, and which funders have left.",
    method="GET",
    path="/v1/funding",
    request=ReadFundingRequest,
    outcome=FundingOutcome,
    refusals=ReadFundingRefusal,
    scope=Scope.READING,
    keyed=False,
    run=_read_funding,
)
COMMANDS: Final[tuple[Command[Any, Any], ...]] = (SET_FUNDING, WITHDRAW_FUNDER, READ_FUNDING)
