"""What must hold of a book, whatever happened: its journals against what clients were told."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.served.asking import Became
from twinline.app.bank.verify import verify_owner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.served.asking import Outcomes
    from twinline.app.bank.store import Store

PAGE = 1_000
SHOWN = 20


class UntrueError(AssertionError):
    """What is not true of a bank, a line for each."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Show the first lines, and how many there are."""
        super().__init__("\n".join([f"{len(lines)} untrue:", *lines[:SHOWN]]))


def require_none(lines: Sequence[str]) -> None:
    """Raise `UntrueError` for findings, if there are any."""
    if lines:
        raise UntrueError(lines)


async def untrue_of(store: Store, customer_id: str, outcomes: Outcomes) -> list[str]:
    """Return what of one customer is not as it must be, for somebody who asks nothing meanwhile.

    Every entry is weighed again on what stands before it (I1, I2 at each prefix of the journal),
    the chain and the contracts too. What a client was told is there once; what it was refused is
    not there; what it never heard of again is there once or not at all; nothing else is there.
    """
    verified = await verify_owner(store, customer_id)
    keys = outcomes.by_customer[customer_id]
    booked = Counter(await group_ids(store, customer_id))
    untrue = [str(finding) for finding in verified.findings]
    untrue += [f"{customer_id}: {name} was never asked for" for name in booked.keys() - keys]
    for key, became in keys.items():
        times = booked[key]
        fits = times <= 1 if became is Became.UNKNOWN else times == (became is Became.ACCEPTED)
        if not fits:
            untrue.append(f"{customer_id}: {key}, {became.value}, is booked {times} times")
    if verified.entries != booked.total():
        read = f"{verified.entries} entries were read"
        untrue.append(f"{customer_id}: {read}, {booked.total()} are there")
    return untrue


async def group_ids(store: Store, customer_id: str) -> list[str]:
    """Return what is booked of a customer, in its order."""
    names: list[str] = []
    while page := await store.entries(customer_id, after_seq=len(names), count=PAGE):
        names.extend(entry.group.group_id for entry in page)
    return names
