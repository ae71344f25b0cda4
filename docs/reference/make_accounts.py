"""Write accounts.md, the reference page of the ledger's accounts and of the audit chain.

Run `python docs/reference/make_accounts.py` after a change of src/twinline/ledger/account.py; a
test holds the page to what this would write.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.ledger import chain, root
from twinline.ledger.account import CUSTOMER_KINDS, Account, AccountKind
from twinline.ledger.control import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).with_name("accounts.md")

HEAD = """\
# Accounts

Every account has a kind, an owner and a currency, and where money belongs to a loan also a licence
and a funder, and a contract. Written as one line it is

    KIND/OWNER/CURRENCY/LICENCE/FUNDER/PART
    {example}

A balance is debits less credits, in minor units. Only a group of the account's own owner may move
what is marked *customer*; all other accounts are moved by many, and their balances are added up
from the journals. How each event moves them is in [entries.md](entries.md).
"""

CONTROL_WORDS = """\
What may be used and how much of it is left. A control moves against itself alone, so headroom is
limit less use because the books balance. Headroom may be negative. The part says which:
{controls}. Controls know only when they were booked; all other
accounts also know the day a thing counts."""

GROUPS = {
    "Controls": (
        CONTROL_WORDS.format(controls=", ".join(f"`{each}`" for each in CONTROLS)),
        {
            AccountKind.LIMIT: ("credit", "what was granted, raised and cut"),
            AccountKind.USE: (
                "debit",
                "what is used: posted principal, and holds while they wait",
            ),
            AccountKind.HEADROOM: ("debit", "limit less use"),
        },
    ),
    "What a customer owes and is owed": (
        "The part is the contract, but for the credit balance, which is the customer's over all.",
        {
            AccountKind.PRINCIPAL: ("debit", "lent and not repaid"),
            AccountKind.INTEREST: ("debit", "interest due and not paid"),
            AccountKind.FEE: ("debit", "fees due and not paid"),
            AccountKind.PENALTY: ("debit", "penalty interest due and not paid"),
            AccountKind.CREDIT_BALANCE: ("credit", "kept for the customer: overpaid or refunded"),
            AccountKind.WRITTEN_OFF: ("debit", "memorandum: written off and still owed"),
        },
    ),
    "Money on its way": (
        "A merchant's and a funder's account is owned by it, the settlement account by the house.",
        {
            AccountKind.SETTLEMENT: ("debit", "at the bank, on its way in or out"),
            AccountKind.MERCHANT_PAYABLE: ("credit", "owed to a merchant for captured purchases"),
            AccountKind.FUNDER_PAYABLE: ("credit", "owed to a funder: brought less returned"),
        },
    ),
    "The house": (
        "Owned by `house`, by licence and funder.",
        {
            AccountKind.INTEREST_INCOME: ("credit", "interest earned"),
            AccountKind.FEE_INCOME: ("credit", "fees earned"),
            AccountKind.PENALTY_INCOME: ("credit", "penalty interest earned"),
            AccountKind.WAIVED: ("debit", "charges given up"),
            AccountKind.CREDIT_LOSS: ("debit", "principal written off"),
            AccountKind.RECOVERED: ("credit", "paid on what had been written off"),
            AccountKind.WRITTEN_OFF_CONTRA: ("credit", "the other side of `written_off`"),
            AccountKind.OPENING: ("credit", "equity: what a loaded book brought along"),
        },
    ),
}

TAIL = """\
## The audit chain

Each owner has a chain. Entry *n* has the head

    SHA-256(head of entry n - 1, n in 8 bytes big-endian, SHA-256 of the entry's content)

and the head before the first entry is the SHA-256 of `{chain} OWNER`. An entry's content is
a JSON array in ASCII without spaces: `{chain}`, owner, group id, event, admission, the
command's SHA-256 in hex, the day it counts, the moment it was booked in UTC to the microsecond,
what it follows from, `[group id, [amounts posted]]` of the hold it ends or `null`, and for each
transfer `[debit, credit, amount, pending]`. It names no person.

A root is the SHA-256 of `{root}`, a zero byte, and for each owner in order: the length of its
id in 2 bytes, the id, `seq` in 8 bytes, the head. It counts the last entry booked by a moment.
`twinline roots sign` signs, with Ed25519, the JSON array of `{root}`, that moment, the number of
chains, the root in hex, and the SHA-256 of what was signed before (zeros for the first).

This page is made by `make_accounts.py`.
"""


def page() -> str:
    """Return the whole page."""
    example = Account(AccountKind.PRINCIPAL, "C1", "CNY", "CF", "own", "K1").name
    tail = TAIL.format(chain=chain.VERSION, root=root.VERSION)
    return "\n".join([HEAD.format(example=example), *_groups(), tail])


def _groups() -> Iterator[str]:
    told = [kind for _, kinds in GROUPS.values() for kind in kinds]
    assert sorted(told) == sorted(AccountKind), "every kind of account, once"
    for title, (words, kinds) in GROUPS.items():
        yield f"## {title}"
        yield ""
        yield words
        yield ""
        yield "| kind | side | moved by | counts |"
        yield "|---|---|---|---|"
        for kind, (side, meaning) in kinds.items():
            mover = "customer" if kind in CUSTOMER_KINDS else "many"
            yield f"| `{kind}` | {side} | {mover} | {meaning} |"
        yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
