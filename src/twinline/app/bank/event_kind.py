"""What subscribers may be told of: every kind of event there is, once."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class EventKind(StrEnum):
    """What has happened, as a subscriber reads it; `docs/reference/api.md` lists them."""

    CUSTOMER_OPENED = "customer.opened"
    CUSTOMER_CHANGED = "customer.changed"
    CUSTOMER_DELETED = "customer.deleted"
    LINES_CHANGED = "lines.changed"
    AUTHORISATION_HELD = "authorisation.held"
    AUTHORISATION_CAPTURED = "authorisation.captured"
    AUTHORISATION_VOIDED = "authorisation.voided"
    AUTHORISATION_EXPIRED = "authorisation.expired"
    PURCHASE_REFUNDED = "purchase.refunded"
    LOAN_DISBURSED = "loan.disbursed"
    LOAN_RETURNED = "loan.returned"
    REPAYMENT_RECEIVED = "repayment.received"
    REPAYMENT_RETURNED = "repayment.returned"
    CREDIT_BALANCE_USED = "credit_balance.used"
    CREDIT_BALANCE_PAID_OUT = "credit_balance.paid_out"
    MERCHANT_PAID_OUT = "merchant.paid_out"
    FUNDER_SHARE_BROUGHT = "funder.share_brought"
    FUNDER_SHARE_RETURNED = "funder.share_returned"
