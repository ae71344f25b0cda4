"""The daily signed root of a book: what its chains were, said by a key the book does not hold."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from twinline.app.fault import InputFault
from twinline.ledger.checks import Finding
from twinline.ledger.root import NO_ROOT, Heads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from twinline.app.bank.store import Store
    from twinline.ledger.journal import Entry
    from twinline.ledger.root import Root

PAGE = 100
BOOK = "the book"
"""Whose finding it is where a root is not true."""


class RootSigner(Protocol):
    """Whoever holds the private key."""

    def sign(self, statement: bytes) -> bytes:
        """Return the signature of a statement."""
        ...


class RootKey(Protocol):
    """Whoever knows the public key."""

    def verifies(self, statement: bytes, signature: bytes) -> bool:
        """Return whether the signature is the private key's on this statement."""
        ...


@dataclass(frozen=True, slots=True)
class SignedRoot:
    """A root and its signature."""

    root: Root
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Where keys and signed roots are, as files; all but `add` raise `InputFault`."""

    roots: Callable[[Path], Sequence[SignedRoot]]
    add: Callable[[Path, SignedRoot], None]
    signer: Callable[[Path], RootSigner]
    key: Callable[[Path], RootKey]
    make_keys: Callable[[Path, Path], None]


async def signed_root(
    store: Store, until: datetime, previous: SignedRoot | None, signer: RootSigner
) -> SignedRoot:
    """Return the signed root of a book as of a moment.

    The moment must lie far enough back that nothing booked before it is still on its way. Raises
    `InputFault` if it is not later than that of the root before.
    """
    if previous is not None and until <= previous.root.until:
        rule = f"must be later than the root before, {previous.root.until.isoformat()}"
        raise InputFault(place="root", value=until.isoformat(), rule=rule)
    heads = Heads()
    async for owner in store.owners():
        entry = await _last_booked(store, owner, until)
        if entry is not None:
            heads.add(owner, entry.seq, entry.chain)
    root = heads.root(until, NO_ROOT if previous is None else previous.root.hash)
    return SignedRoot(root, signer.sign(root.statement))


async def _last_booked(store: Store, owner: str, until: datetime) -> Entry | None:
    """Return an owner's last entry booked at or before a moment, looking from the end."""
    standing = await store.standing(owner)
    after = 0 if standing is None else standing.seq
    while after > 0:
        count, after = min(after, PAGE), max(0, after - PAGE)
        for entry in reversed(await store.entries(owner, after_seq=after, count=count)):
            if entry.group.booked_at <= until:
                return entry
    return None


class RootsAgain:
    """Roots made again while a book is read, for every moment at once; owners come in order."""

    def __init__(self, signed: Sequence[SignedRoot]) -> None:
        """Begin with the roots to be held against the book, oldest first."""
        self._signed = signed
        self._moments = [each.root.until for each in signed]
        self._heads = [Heads() for _ in signed]
        self._last: dict[int, Entry] = {}

    def add(self, entry: Entry) -> None:
        """Take an entry of the owner in; its moment says in which roots it first stands."""
        first = bisect_left(self._moments, entry.group.booked_at)
        if first < len(self._moments):
            self._last[first] = entry

    def end_owner(self, owner: str) -> None:
        """Give the owner's head to every root in which it has one."""
        last: Entry | None = None
        for number, heads in enumerate(self._heads):
            entry = self._last.get(number)
            if entry is not None and (last is None or entry.seq > last.seq):
                last = entry
            if last is not None:
                heads.add(owner, last.seq, last.chain)
        self._last.clear()

    def findings(self, key: RootKey) -> Iterator[Finding]:
        """Yield what is not true of the signed roots, once every owner was read."""
        previous = NO_ROOT
        for signed, heads in zip(self._signed, self._heads, strict=True):
            root, place = signed.root, f"root of {signed.root.until.isoformat()}"
            if not key.verifies(root.statement, signed.signature):
                yield Finding(BOOK, "I13", place, "the signature is not the key's")
            if root.previous != previous:
                yield Finding(BOOK, "I13", place, "does not follow the root before it")
            again = heads.root(root.until, root.previous)
            if again != root:
                words = (
                    f"{root.owners} chains with hash {root.heads_sha256.hex()[:16]}… were signed, "
                    f"the book has {again.owners} with {again.heads_sha256.hex()[:16]}…"
                )
                yield Finding(BOOK, "I13", place, words)
            previous = root.hash
