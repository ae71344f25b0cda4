"""A signed root says what every chain was as of a moment, and a rewritten book differs from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from tests.postings import AT, dated, draw, opening, repayment
from twinline.adapters.memory.store import MemoryStore
from twinline.adapters.signing.ed25519 import key_from, make_keys, signer_from
from twinline.adapters.signing.root_file import append_root, read_roots
from twinline.app.bank.roots import signed_root
from twinline.app.bank.verify import Signed, verify
from twinline.app.fault import InputFault
from twinline.ledger.root import NO_ROOT, Heads, Root

if TYPE_CHECKING:
    from pathlib import Path

    from twinline.adapters.signing.ed25519 import Ed25519Key, Ed25519Signer
    from twinline.app.bank.roots import SignedRoot
    from twinline.app.bank.store import Posting, Store

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio."""
    return "asyncio"


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Ed25519Signer, Ed25519Key]:
    """Return a new pair of keys."""
    make_keys(tmp_path / "private.pem", tmp_path / "public.pem")
    return signer_from(tmp_path / "private.pem"), key_from(tmp_path / "public.pem")


def life() -> list[Posting]:
    """Return postings of two customers over three days."""
    return [
        opening("C1"),
        opening("C2"),
        dated(draw("D1", 100), at=AT + DAY),
        dated(repayment("R1", 40), at=AT + 2 * DAY),
        dated(opening("C3"), at=AT + 2 * DAY),
    ]


async def store_of(postings: list[Posting]) -> MemoryStore:
    """Return a book of postings."""
    store = MemoryStore()
    for posting in postings:
        await store.post(posting)
    return store


async def roots_of(store: Store, signer: Ed25519Signer) -> list[SignedRoot]:
    """Return the signed roots of three days."""
    roots: list[SignedRoot] = []
    for number in range(3):
        previous = roots[-1] if roots else None
        roots.append(await signed_root(store, AT + number * DAY, previous, signer))
    return roots


async def found(store: Store, roots: list[SignedRoot], key: Ed25519Key) -> list[str]:
    """Return what is not true of the roots, by place and words."""
    findings = verify(store, until=AT + 9 * DAY, signed=Signed(roots=roots, key=key))
    return [f"{each.place}: {each.words}" async for each in findings if each.owner == "the book"]


def test_the_bytes_of_a_root_are_these() -> None:
    """What is hashed and what is signed never change: a new form is a new version."""
    heads = Heads()
    heads.add("C1", 258, bytes(range(32)))
    root = heads.root(datetime(2026, 11, 3, 16, tzinfo=UTC), NO_ROOT)

    hashed = b"twinline-root-1\0" + b"\0\2C1" + b"\0\0\0\0\0\0\1\2" + bytes(range(32))
    digest = sha256(hashed).hexdigest()
    assert root.statement.decode() == (
        f'["twinline-root-1","2026-11-03T16:00:00.000000+00:00",1,"{digest}","{"00" * 32}"]'
    )
    assert root.hash == sha256(root.statement).digest()


def test_owners_come_in_order() -> None:
    """A chain that is taken in twice, or out of order, is a mistake of the caller."""
    heads = Heads()
    heads.add("C2", 1, NO_ROOT)
    for owner in ("C1", "C2"):
        with pytest.raises(AssertionError, match="in order"):
            heads.add(owner, 1, NO_ROOT)


async def test_a_root_counts_what_was_booked_by_its_moment(
    keys: tuple[Ed25519Signer, Ed25519Key],
) -> None:
    """Each root has the chains that had begun, up to their last entry then."""
    roots = await roots_of(await store_of(life()), keys[0])

    assert [signed.root.owners for signed in roots] == [2, 2, 3]
    assert [signed.root.previous for signed in roots] == [
        NO_ROOT,
        roots[0].root.hash,
        roots[1].root.hash,
    ]
    early = await signed_root(await store_of(life()[:2]), AT, None, keys[0])
    assert roots[0] == early


async def test_roots_hold_for_the_book_they_were_signed_for(
    keys: tuple[Ed25519Signer, Ed25519Key],
) -> None:
    """A book that only grew since is found true by all its roots."""
    signer, key = keys
    store = await store_of(life())
    roots = await roots_of(store, signer)
    await store.post(dated(draw("D9", 1), at=AT + 5 * DAY))

    assert await found(store, roots, key) == []


async def test_a_book_written_anew_differs_from_its_roots(
    keys: tuple[Ed25519Signer, Ed25519Key],
) -> None:
    """A rewritten amount makes sound chains, and every root from its day on tells."""
    signer, key = keys
    roots = await roots_of(await store_of(life()), signer)
    rewritten = life()
    rewritten[2] = dated(draw("D1", 99), at=AT + DAY)

    lines = await found(await store_of(rewritten), roots, key)
    assert [line.split("T")[0] for line in lines] == ["root of 2026-11-03", "root of 2026-11-04"]
    assert "2 chains with hash" in lines[0]


async def test_a_removed_customer_differs_from_the_roots(
    keys: tuple[Ed25519Signer, Ed25519Key],
) -> None:
    """A chain that is gone is missed by every root that had it."""
    signer, key = keys
    roots = await roots_of(await store_of(life()), signer)
    gone = [posting for posting in life() if posting.group.owner != "C2"]

    assert len(await found(await store_of(gone), roots, key)) == 3


async def test_a_changed_or_missing_root_is_found(
    keys: tuple[Ed25519Signer, Ed25519Key],
) -> None:
    """A root that was altered has no signature; one left out breaks the row."""
    signer, key = keys
    store = await store_of(life())
    roots = await roots_of(store, signer)

    altered = replace(roots[0], root=replace(roots[0].root, owners=1))
    lines = await found(store, [altered, *roots[1:]], key)
    assert any("the signature is not the key's" in line for line in lines)
    assert await found(store, [roots[0], roots[2]], key) == [
        "root of 2026-11-04T09:30:00+00:00: does not follow the root before it"
    ]


async def test_roots_come_back_from_their_file(
    keys: tuple[Ed25519Signer, Ed25519Key], tmp_path: Path
) -> None:
    """A file of roots gives what was added, in order; no file is no root."""
    path = tmp_path / "roots.jsonl"
    assert read_roots(path) == []
    roots = await roots_of(await store_of(life()), keys[0])
    for signed in roots:
        append_root(path, signed)

    assert read_roots(path) == roots


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"until": "2026-11-02"}', "not JSON"], ids=repr)
def test_a_broken_line_of_roots_is_named(line: str, tmp_path: Path) -> None:
    """A line that is no root is refused with file and line."""
    path = tmp_path / "roots.jsonl"
    path.write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(InputFault, match=r"roots\.jsonl line 1"):
        read_roots(path)


async def test_roots_go_forward(keys: tuple[Ed25519Signer, Ed25519Key], tmp_path: Path) -> None:
    """Neither is a root signed for an earlier moment than the last, nor is one read."""
    store = await store_of(life())
    first, second, _ = await roots_of(store, keys[0])
    with pytest.raises(InputFault, match="must be later than the root before"):
        await signed_root(store, AT, second, keys[0])

    path = tmp_path / "roots.jsonl"
    append_root(path, second)
    append_root(path, first)
    with pytest.raises(InputFault, match=r"roots\.jsonl line 2.*must be later"):
        read_roots(path)


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    """Neither a missing file, nor another text, nor the other half of the pair will do."""
    make_keys(tmp_path / "private.pem", tmp_path / "public.pem")
    (tmp_path / "text.pem").write_text("hello", encoding="utf-8")
    for name in ("missing.pem", "text.pem", "public.pem"):
        with pytest.raises(InputFault, match="Ed25519 private key"):
            signer_from(tmp_path / name)
    for name in ("missing.pem", "text.pem", "private.pem"):
        with pytest.raises(InputFault, match="Ed25519 public key"):
            key_from(tmp_path / name)


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    """A second pair in the same place would make every earlier root unverifiable."""
    make_keys(tmp_path / "private.pem", tmp_path / "public.pem")
    before = (tmp_path / "private.pem").read_bytes()
    with pytest.raises(InputFault, match="must be a new file"):
        make_keys(tmp_path / "private.pem", tmp_path / "public.pem")
    assert (tmp_path / "private.pem").read_bytes() == before
    assert (tmp_path / "private.pem").stat().st_mode & 0o077 == 0


def test_a_root_of_nothing_is_one_too() -> None:
    """An empty book has a root, which differs from any other."""
    empty = Heads().root(AT, NO_ROOT)
    assert empty == Root(until=AT, owners=0, heads_sha256=sha256(b"twinline-root-1\0").digest())
