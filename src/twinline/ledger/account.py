"""Accounts: who owns them, what they count, and in which of a lender's books they stand.

A balance is debits less credits. A control is three accounts: `limit` (credit side), `use` and
`headroom` (debit side); a grant debits headroom and credits limit, a use debits use and credits
headroom. So headroom is limit less use because the books balance, and not by care.
"""

from __future__ import annotations

import re
from enum import StrEnum, unique
from functools import lru_cache
from typing import Final, NoReturn

import msgspec

HOUSE: Final = "house"
"""The owner of accounts that belong to the lender itself."""

NAME_LENGTH_MAX: Final = 80
"""An id of 64 characters with what it is the id of: `merchant:ID`, `ID.pay_later`."""

_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.:-]{{0,{NAME_LENGTH_MAX - 1}}}")


@unique
class AccountKind(StrEnum):
    """What an account counts."""

    LIMIT = "limit"
    USE = "use"
    HEADROOM = "headroom"

    PRINCIPAL = "principal"
    """Receivable: what was lent and is not repaid, by contract."""

    INTEREST = "interest"
    FEE = "fee"
    PENALTY = "penalty"

    CREDIT_BALANCE = "credit_balance"
    """Owed to the customer: overpaid, or refunded beyond what was owed."""

    SETTLEMENT = "settlement"
    """Money at the bank, on its way in or out."""

    MERCHANT_PAYABLE = "merchant_payable"
    """Owed to a merchant for captured purchases."""

    FUNDER_PAYABLE = "funder_payable"
    """Owed to a funder: what it brought, less what was returned to it."""

    INTEREST_INCOME = "interest_income"
    FEE_INCOME = "fee_income"
    PENALTY_INCOME = "penalty_income"
    WAIVED = "waived"
    """Expense: interest, fees and penalties given up."""

    CREDIT_LOSS = "credit_loss"
    """Expense: principal written off."""

    RECOVERED = "recovered"
    """Income: paid on what had been written off."""

    WRITTEN_OFF = "written_off"
    """Memorandum: written off and still owed, by contract."""

    WRITTEN_OFF_CONTRA = "written_off_contra"

    OPENING = "opening"
    """Equity: what a book brought along when it was loaded."""


CONTROL_KINDS: Final = frozenset({AccountKind.LIMIT, AccountKind.USE, AccountKind.HEADROOM})
"""What a control is made of: it moves against itself alone, and knows only when it was booked."""

CUSTOMER_KINDS: Final = CONTROL_KINDS | {
    AccountKind.PRINCIPAL,
    AccountKind.INTEREST,
    AccountKind.FEE,
    AccountKind.PENALTY,
    AccountKind.CREDIT_BALANCE,
    AccountKind.WRITTEN_OFF,
}
"""What only a group of the account's own owner may move."""


class AccountFault(ValueError):
    """An account that cannot be named."""

    def __init__(self, place: str, value: str) -> None:
        """Name the part and what stands there."""
        super().__init__(
            f"account, {place}: {value!r}: letters, digits, '_', '.', ':' and '-', "
            f"{NAME_LENGTH_MAX} at most"
        )


class Account(msgspec.Struct, frozen=True, order=True, gc=False):
    """One account. `part` keeps apart what an owner has several of: a contract or a control.

    `licence` and `funder` say whose money it is; they are empty where the account belongs to no
    loan. Raises `AccountFault` for a name that could not be read back from `name`.
    """

    kind: AccountKind
    owner: str
    currency: str
    licence: str = ""
    funder: str = ""
    part: str = ""

    def __post_init__(self) -> None:
        """Refuse a part that `name` could not carry."""
        if not (
            _is_name(self.owner)
            and _is_name(self.currency)
            and (not self.licence or _is_name(self.licence))
            and (not self.funder or _is_name(self.funder))
            and (not self.part or _is_name(self.part))
        ):
            self._refuse()

    def _refuse(self) -> NoReturn:
        for place in ("owner", "currency"):
            require_name(place, getattr(self, place))
        for place in ("licence", "funder", "part"):
            if getattr(self, place):
                require_name(place, getattr(self, place))
        raise AssertionError(self)

    @property
    def name(self) -> str:
        """The account as one line of text, which `account_named` reads back.

        >>> Account(AccountKind.PRINCIPAL, "C1", "CNY", "CF", "own", "K1").name
        'principal/C1/CNY/CF/own/K1'
        """
        parts = (self.kind, self.owner, self.currency, self.licence, self.funder, self.part)
        return "/".join(parts)


def account_named(name: str) -> Account:
    """Return the account that a name stands for. Raises `ValueError` for any other text."""
    kind, owner, currency, licence, funder, part = name.split("/")
    return Account(AccountKind(kind), owner, currency, licence, funder, part)


def require_name(place: str, value: str) -> None:
    """Raise `AccountFault` for a name that could not stand in an account's."""
    if not _is_name(value):
        raise AccountFault(place, value)


@lru_cache(maxsize=10_000)
def _is_name(value: str) -> bool:
    """Return whether a text can stand in an account's name; the same few are asked often."""
    return _NAME.fullmatch(value) is not None
