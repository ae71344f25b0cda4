"""What can happen to money and headroom; `entry.py` says how each is booked."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Event(StrEnum):
    """One kind of group. The names stand in the journal for ever."""

    CUSTOMER_OPENED = "customer_opened"
    CUSTOMER_VERIFIED = "customer_verified"
    """A customer of a loaded book was opened: who it is was checked, an offer accepted."""

    CUSTOMER_CHANGED = "customer_changed"
    LINE_CHANGED = "line_changed"

    LIMIT_RAISED = "limit_raised"
    LIMIT_CUT = "limit_cut"

    HOLD_PLACED = "hold_placed"
    HOLD_VOIDED = "hold_voided"
    HOLD_EXPIRED = "hold_expired"
    PURCHASE_CAPTURED = "purchase_captured"
    PURCHASE_REFUNDED = "purchase_refunded"

    LOAN_DISBURSED = "loan_disbursed"
    DISBURSEMENT_RETURNED = "disbursement_returned"

    REPAID = "repaid"
    REPAID_BY_THIRD_PARTY = "repaid_by_third_party"
    REPAYMENT_RETURNED = "repayment_returned"
    CREDIT_BALANCE_USED = "credit_balance_used"
    CREDIT_BALANCE_PAID_OUT = "credit_balance_paid_out"

    INTEREST_CHARGED = "interest_charged"
    FEE_CHARGED = "fee_charged"
    PENALTY_CHARGED = "penalty_charged"
    CHARGE_WAIVED = "charge_waived"

    INSTALMENT_CONFIRMED = "instalment_confirmed"
    INSTALMENT_REPAID = "instalment_repaid"

    WRITTEN_OFF = "written_off"
    RECOVERED = "recovered"

    MERCHANT_PAID_OUT = "merchant_paid_out"
    FUNDER_SHARE_BROUGHT = "funder_share_brought"
    FUNDER_SHARE_RETURNED = "funder_share_returned"

    BALANCE_BROUGHT = "balance_brought"
    """A loaded book's balance, as it stood on its day."""

    CREDIT_BALANCE_BROUGHT = "credit_balance_brought"
    """What a loaded book kept for the customer."""

    CORRECTED = "corrected"
    """The opposite of an earlier group, booked as a new one."""
