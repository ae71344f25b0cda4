"""`twinline roots`: make a key, sign what a bank's book is today."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from twinline.adapters.cli.bank import SETTLED_AFTER, with_book
from twinline.adapters.cli.place import add_database
from twinline.adapters.cli.words import counted
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from datetime import datetime

    from twinline.adapters.cli.bank import OpenBook
    from twinline.adapters.cli.words import Verbs
    from twinline.app.bank.clock import Clock
    from twinline.app.bank.roots import SignedRoot, Signing
    from twinline.app.bank.store import Store


def register(
    subparsers: Verbs,
    open_book: OpenBook,
    signing: Callable[[], Signing],
    clock: Callable[[], Clock],
) -> None:
    """Add the verbs."""
    verbs = subparsers.add_parser(
        "roots", help="sign what a bank's book is, to be kept apart from it"
    ).add_subparsers(dest="verb", required=True, metavar="VERB")
    key = verbs.add_parser("key", help="make a pair of Ed25519 keys")
    key.add_argument("private", type=Path, help="the new private key, which signs")
    key.add_argument("public", type=Path, help="the new public key, which verifies")
    key.set_defaults(run=lambda arguments: _key(arguments, signing()))
    sign = verbs.add_parser("sign", help="sign the heads of all chains and add them to a file")
    add_database(sign)
    sign.add_argument("--roots", type=Path, required=True, metavar="FILE", help="where to add it")
    sign.add_argument("--key", type=Path, required=True, metavar="PEM", help="the private key")
    sign.set_defaults(run=lambda arguments: _sign(arguments, open_book, signing(), clock().now()))


def _key(arguments: argparse.Namespace, signing: Signing) -> int:
    signing.make_keys(arguments.private, arguments.public)
    print(f"{arguments.private} signs, and is yours alone; {arguments.public} verifies")
    return 0


def _sign(
    arguments: argparse.Namespace, open_book: OpenBook, signing: Signing, now: datetime
) -> int:
    from twinline.app.bank.roots import signed_root  # noqa: PLC0415 - not for `--help`

    if not arguments.roots.absolute().parent.is_dir():
        rule = "must be a file in a folder that is there"
        raise InputFault(place="--roots", value=arguments.roots, rule=rule)
    signer, earlier = signing.signer(arguments.key), signing.roots(arguments.roots)

    async def work(store: Store) -> SignedRoot:
        previous = earlier[-1] if earlier else None
        return await signed_root(store, now - SETTLED_AFTER, previous, signer)

    signed = with_book(arguments, open_book, work)
    signing.add(arguments.roots, signed)
    root = signed.root
    print(
        f"signed as of {root.until.isoformat(timespec='seconds')}: {counted(root.owners, 'chain')}"
    )
    return 0
