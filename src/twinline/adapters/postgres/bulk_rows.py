"""New customers as rows of the tables they come into, in the text form of COPY.

What is written is what posting one after another would have written: whether a group is accepted,
headroom and chain come from the same rule, `twinline.ledger.admission.admit`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.adapters.postgres.arguments import array_of, instant
from twinline.ledger.account import AccountKind
from twinline.ledger.admission import Accepted, Standing, admit
from twinline.ledger.chain import genesis
from twinline.ledger.control import CONTROLS, NO_HEADROOM

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinline.app.bank.store import Customer, Posting
    from twinline.ledger.group import Group
    from twinline.lines.line import Line
    from twinline.servicing.fact import Contract, Fact
    from twinline.terms.product import Product

TABLES: Final = ("customer", "journal", "line", "contract", "fact")
"""In the order in which they are written: a fact's contract is there before it."""

_NULL: Final = "\\N"
_json = msgspec.json.Encoder()


@dataclass(slots=True)
class Rows:
    """Rows by table, each a line of text."""

    of: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in TABLES})

    def text(self, table: str) -> str:
        """Return a table's rows as COPY reads them."""
        return "".join(self.of[table])

    def add(self, postings: Sequence[Posting]) -> None:
        """Add one new customer's rows: its postings in their order, of which the first opens it.

        They wait for nothing and tell nobody.
        """
        owner = postings[0].group.owner
        assert postings[0].opens, postings[0].group
        standing = Standing(seq=0, headroom=NO_HEADROOM, chain=genesis(owner))
        limits: dict[str, int] = dict.fromkeys(CONTROLS, 0)
        customer: Customer | None = None
        lines: dict[Product, Line] = {}
        contracts: dict[str, Contract] = {}
        for posting in postings:
            group = posting.group
            assert posting.hold is None, group
            assert not posting.events, group
            accepted = admit(standing, group, posting.seq_seen)
            assert isinstance(accepted, Accepted), (group, accepted)
            standing = Standing(seq=accepted.seq, headroom=accepted.headroom, chain=accepted.chain)
            self._add_entry(posting, accepted)
            self._add_facts(owner, accepted.seq, posting.facts)
            _grant(limits, group)
            customer = posting.customer or customer
            lines |= {line.product: line for line in posting.lines}
            contracts |= {contract.contract_id: contract for contract in posting.contracts}
        self._add_lines(owner, lines.values())
        self._add_contracts(owner, contracts.values())
        assert customer is not None, owner
        self.of["customer"].append(
            _row(
                owner,
                standing.seq,
                *standing.headroom,
                *limits.values(),
                _bytes(standing.chain),
                _instant(postings[-1].group.booked_at),
                customer.status,
                _escaped(_json.encode(customer).decode()),
            )
        )

    def _add_entry(self, posting: Posting, accepted: Accepted) -> None:
        group = posting.group
        transfers = group.transfers
        self.of["journal"].append(
            _row(
                group.owner,
                accepted.seq,
                _escaped(group.group_id),
                group.event,
                group.admission,
                _bytes(group.command_hash),
                group.value_on,
                _instant(group.booked_at),
                _escaped(group.cause),
                array_of(transfer.debit.name for transfer in transfers),
                array_of(transfer.credit.name for transfer in transfers),
                array_of(str(transfer.amount_minor) for transfer in transfers),
                array_of("f" * len(transfers)),
                array_of(map(str, accepted.headroom)),
                _bytes(accepted.chain),
                _escaped(posting.answer),
            )
        )

    def _add_lines(self, owner: str, lines: Iterable[Line]) -> None:
        for line in lines:
            document = _escaped(_json.encode(line).decode())
            self.of["line"].append(_row(owner, line.product, document))

    def _add_contracts(self, owner: str, contracts: Iterable[Contract]) -> None:
        for each in contracts:
            owed, due = each.owed, each.next_event_on
            self.of["contract"].append(
                _row(
                    owner,
                    each.contract_id,
                    each.product,
                    each.currency,
                    each.licence,
                    each.funder,
                    each.opened_on,
                    owed.principal,
                    owed.interest,
                    owed.fee,
                    owed.penalty,
                    owed.over,
                    _escaped(each.last_fact_id),
                    _escaped(each.terms),
                    _NULL if due is None else due,
                )
            )

    def _add_facts(self, owner: str, seq: int, facts: Iterable[Fact]) -> None:
        for place, fact in enumerate(facts, 1):
            self.of["fact"].append(
                _row(
                    owner,
                    _escaped(fact.fact_id),
                    fact.contract_id,
                    seq,
                    place,
                    fact.kind,
                    fact.value_on,
                    _instant(fact.booked_at),
                    fact.amount_minor,
                    _escaped(fact.refers),
                    _escaped(fact.cause),
                )
            )


def _grant(limits: dict[str, int], group: Group) -> None:
    """Add what a group grants to each limit, which stands on the credit side."""
    for transfer in group.transfers:
        if transfer.credit.kind is AccountKind.LIMIT:
            limits[transfer.credit.part] += transfer.amount_minor
        if transfer.debit.kind is AccountKind.LIMIT:
            limits[transfer.debit.part] -= transfer.amount_minor


_instant = lru_cache(maxsize=16)(instant)
"""A chunk's groups were booked at one moment."""


def _bytes(value: bytes) -> str:
    return f"\\\\x{value.hex()}"


def _row(*cells: object) -> str:
    return "\t".join(map(str, cells)) + "\n"


def _escaped(text: str) -> str:
    """Return any text as it stands between tabs."""
    if text.isprintable() and "\\" not in text:
        return text
    plain = text.replace("\\", "\\\\").replace("\t", "\\t")
    return plain.replace("\n", "\\n").replace("\r", "\\r")
