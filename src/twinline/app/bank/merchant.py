"""A merchant as the lender knows one, and whose account it is paid from."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING

import msgspec

from twinline.app.bank.register import RecordKind

if TYPE_CHECKING:
    from twinline.app.bank.register import Record, Register


@unique
class FeeBearer(StrEnum):
    """Who bears the fee of an instalment at checkout: all of it, nothing between."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"


class Merchant(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant: what it sells, whether it takes pay-later, who bears instalment fees."""

    merchant_id: str
    name: str
    categories: tuple[str, ...]
    currency: str
    accepted: bool
    fee_bearer: FeeBearer


def merchant_account(merchant_id: str) -> str:
    """Return the owner of a merchant's accounts: no customer's id has a colon.

    >>> merchant_account("M1")
    'merchant:M1'
    """
    return f"merchant:{merchant_id}"


async def merchant_of(register: Register, merchant_id: str) -> Merchant | None:
    """Return a merchant as it stands, None if there is none of that id."""
    return merchant_in(await register.record(RecordKind.MERCHANT, merchant_id))


def merchant_in(record: Record | None) -> Merchant | None:
    """Return the merchant of a record."""
    return None if record is None else msgspec.json.decode(record.document, type=Merchant)
