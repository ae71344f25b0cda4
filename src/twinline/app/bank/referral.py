"""An application that a strategy referred to a person, as it is kept: no personal data."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum, unique
from typing import TYPE_CHECKING

import msgspec

from twinline.app.bank.fields import Code, Words
from twinline.app.bank.recording import version_of
from twinline.app.bank.register import RecordKind
from twinline.app.bank.underwriting import Decision, Most, ReasonText, Verdict

if TYPE_CHECKING:
    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call
    from twinline.app.bank.house import House
    from twinline.app.bank.register import Record
    from twinline.app.bank.underwriting import Underwritten


@unique
class ReferralState(StrEnum):
    """What has become of a referral."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


class Grounds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a person decided so, in words for the applicant, in both languages; they name nobody."""

    code: Code
    zh: Words
    en: Words


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """Who waits since when, why the strategy did not decide, and what a person has decided.

    `most` is what a person may grant, `decided_by` who decided, with the second person's name.
    """

    application_id: str
    customer_id: str
    currency: str
    applied_on: date
    reasons: tuple[ReasonText, ...]
    most: Most
    state: ReferralState = ReferralState.WAITING
    offer: Decision | None = None
    grounds: Grounds | None = None
    decided_on: date | None = None
    decided_by: str = ""

    @property
    def record_id(self) -> str:
        """The id of its record: records stand in the order of their ids, so the oldest first."""
        return record_id_of(self.applied_on, self.application_id)

    def has_lapsed(self, house: House, on: date) -> bool:
        """Return whether what was known of the applicant is too old to decide on."""
        return on > self.applied_on + timedelta(days=house.offer_days)


def record_id_of(applied_on: date, application_id: str) -> str:
    """Return the id under which an application's referral is kept."""
    return f"{applied_on.isoformat()}.{application_id}"


def first_open(house: House, on: date) -> str:
    """Return what stands before the ids of all referrals that have not lapsed on a day."""
    return (on - timedelta(days=house.offer_days)).isoformat()


def referral_of(
    names: tuple[str, str], currency: str, underwritten: Underwritten, call: Call
) -> tuple[Record, ...]:
    """Return the record of a referral, nothing for what was decided.

    `names` are the application's id and the customer's.
    """
    if underwritten.verdict is not Verdict.REFERRED:
        return ()
    application_id, customer_id = names
    referral = Referral(
        application_id=application_id,
        customer_id=customer_id,
        currency=currency,
        applied_on=call.business_on,
        reasons=underwritten.reasons,
        most=underwritten.most,
    )
    return (version_of(RecordKind.REFERRAL, referral.record_id, referral, call),)


async def referral_for(
    bank: Bank, applied_on: date, application_id: str
) -> tuple[Referral, int] | None:
    """Return an application's referral and its version, None where it was never referred."""
    name = record_id_of(applied_on, application_id)
    record = await bank.register.record(RecordKind.REFERRAL, name)
    if record is None:
        return None
    return msgspec.json.decode(record.document, type=Referral), record.version
