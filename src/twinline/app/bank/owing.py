"""What facts do to what is owed, and to headroom: state after less state before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinline.ledger.entry import Place
from twinline.lines.available import control_of
from twinline.servicing.fact import Contract, Owed
from twinline.servicing.fold import fold

if TYPE_CHECKING:
    from twinline.app.bank.store import Snapshot
    from twinline.lines.line import Line
    from twinline.servicing.fact import Fact


@dataclass(frozen=True, slots=True)
class Recorded:
    """A contract after new facts, and as it was before."""

    before: Contract
    after: Contract
    facts: tuple[Fact, ...]

    @property
    def paid(self) -> dict[str, int]:
        """What was paid of each component and kept over, in minor units."""
        return falls(self.before.owed, self.after.owed)

    @property
    def charged(self) -> dict[str, int]:
        """What is owed again of each component, and kept no more."""
        return falls(self.after.owed, self.before.owed)


def recorded(snapshot: Snapshot, contract: Contract, *facts: Fact) -> Recorded:
    """Return what becomes of a contract by new facts. Its state is the fold of all its facts."""
    known = snapshot.facts.get(contract.contract_id, ())
    after = replace(contract, owed=fold((*known, *facts)), last_fact_id=facts[-1].fact_id)
    return Recorded(contract, after, facts)


def falls(before: Owed, after: Owed) -> dict[str, int]:
    """Return by how much each component falls, and by how much is kept more."""
    return {
        "fee": before.fee - after.fee,
        "penalty": before.penalty - after.penalty,
        "interest": before.interest - after.interest,
        "principal": before.principal - after.principal,
        "over": after.over - before.over,
    }


def with_headroom(amounts: dict[str, int]) -> dict[str, int]:
    """Return amounts with the headroom that their principal gives back or takes, unweighted."""
    principal = amounts["principal"]
    return {**amounts, "line": principal, "joint": principal, "person": principal}


def running_contract(customer_id: str, line: Line) -> Contract:
    """Return the one contract of a pay-later line, before anything was bought."""
    return Contract(
        contract_id=f"{customer_id}.pay_later",
        product=line.product,
        currency=line.currency,
        licence=line.licence,
        funder=line.funder,
        opened_on=line.opened_on,
        owed=Owed(),
    )


def place_of(customer_id: str, contract: Contract, merchant: str = "") -> Place:
    """Return where what happens to a contract is booked."""
    return Place(
        customer=customer_id,
        currency=contract.currency,
        line=control_of(contract.product),
        licence=contract.licence,
        funder=contract.funder,
        contract=contract.contract_id,
        merchant=merchant,
    )
