"""Merchants: registered, on the acceptance list or off it, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from twinline.app.bank import reason
from twinline.app.bank.command import Command, Family, Outcome, Request, Scope
from twinline.app.bank.cursor import Count, Cursor, cursor_of, last_of
from twinline.app.bank.fields import Currency, Identifier, Words
from twinline.app.bank.merchant import FeeBearer, Merchant
from twinline.app.bank.reason import Reason, refused
from twinline.app.bank.recording import Recording, Written, version_of
from twinline.app.bank.register import RecordKind

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call, Refused

Category = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,32}$")]


class RegisterMerchantRefusal(Reason):
    """Why a merchant is not registered or changed, in the order the checks run."""

    KEY_REUSED = reason.KEY_REUSED
    IN_PROGRESS = reason.IN_PROGRESS
    CURRENCY_NOT_LENT = ("currency_not_lent", Family.RULE, "a currency this lender lends in")
    VERSION_CHANGED = reason.VERSION_CHANGED


class RegisterMerchantRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A merchant as it is to stand. `version_seen` is the version it replaces, 0 for a new one."""

    merchant_id: Identifier
    name: Words
    categories: Annotated[tuple[Category, ...], Meta(min_length=1, max_length=20)]
    currency: Currency = "CNY"
    accepted: bool = True
    fee_bearer: FeeBearer = FeeBearer.CUSTOMER
    version_seen: Annotated[int, Meta(ge=0)] = 0


class MerchantOutcome(Outcome, frozen=True, kw_only=True):
    """A merchant as it stands."""

    merchant_id: str
    name: str
    categories: tuple[str, ...]
    currency: str
    accepted: bool
    fee_bearer: FeeBearer
    version: int


async def _register(
    bank: Bank, request: RegisterMerchantRequest, call: Call
) -> Written[MerchantOutcome] | Refused:
    if request.currency not in bank.house.loan_min_minor:
        return refused(RegisterMerchantRefusal.CURRENCY_NOT_LENT, "currency", request.currency)
    standing = await bank.register.record(RecordKind.MERCHANT, request.merchant_id)
    version = 0 if standing is None else standing.version
    if version != request.version_seen:
        return refused(RegisterMerchantRefusal.VERSION_CHANGED, "version_seen", version)
    merchant = Merchant(
        merchant_id=request.merchant_id,
        name=request.name,
        categories=request.categories,
        currency=request.currency,
        accepted=request.accepted,
        fee_bearer=request.fee_bearer,
    )
    record = version_of(RecordKind.MERCHANT, merchant.merchant_id, merchant, call, version + 1)
    return Written(merchant_answer(merchant, record.version), (record,))


def merchant_answer(merchant: Merchant, version: int) -> MerchantOutcome:
    """Return a merchant as it is answered."""
    return MerchantOutcome(**msgspec.structs.asdict(merchant), version=version)


REGISTER_MERCHANT = Command(
    name="register_merchant",
    meaning="A merchant is registered, put on the acceptance list or taken off it.",
    method="PUT",
    path="/v1/merchants/{merchant_id}",
    request=RegisterMerchantRequest,
    outcome=MerchantOutcome,
    refusals=RegisterMerchantRefusal,
    scope=Scope.OPERATING,
    keyed=True,
    run=Recording(reasons=RegisterMerchantRefusal, outcome=MerchantOutcome, decide=_register),
)


_LISTED: Final = "merchants"


class ListMerchantsRefusal(Reason):
    """Why no merchants are listed."""

    CURSOR_UNKNOWN = reason.CURSOR_UNKNOWN


class ListMerchantsRequest(Request, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of merchants in order of their ids."""

    cursor: Cursor = ""
    count: Count = 100


class MerchantsPage(Outcome, frozen=True, kw_only=True):
    """Merchants in order; `next` is empty on the last page."""

    merchants: tuple[MerchantOutcome, ...]
    next: str


async def _list(bank: Bank, request: ListMerchantsRequest, _call: Call) -> MerchantsPage | Refused:
    after = last_of(_LISTED, request.cursor) if request.cursor else ""
    if after is None:
        return refused(ListMerchantsRefusal.CURSOR_UNKNOWN, "cursor", request.cursor)
    records = await bank.register.records(
        RecordKind.MERCHANT, after=after, count=request.count + 1
    )
    shown = records[: request.count]
    more = len(records) > request.count
    return MerchantsPage(
        merchants=tuple(
            merchant_answer(msgspec.json.decode(each.document, type=Merchant), each.version)
            for each in shown
        ),
        next=cursor_of(_LISTED, shown[-1].record_id) if more else "",
    )


LIST_MERCHANTS = Command(
    name="list_merchants",
    meaning="Merchants and whether pay-later is accepted there, page by page.",
    method="GET",
    path="/v1/merchants",
    request=ListMerchantsRequest,
    outcome=MerchantsPage,
    refusals=ListMerchantsRefusal,
    scope=Scope.READING,
    keyed=False,
    run=_list,
)
COMMANDS: Final[tuple[Command[Any, Any], ...]] = (REGISTER_MERCHANT, LIST_MERCHANTS)
