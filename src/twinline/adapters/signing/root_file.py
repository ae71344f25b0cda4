"""Signed roots as a file of JSON lines, oldest first, which is only ever added to."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import TYPE_CHECKING

from twinline.app.bank.roots import SignedRoot
from twinline.app.fault import InputFault
from twinline.ledger.root import Root

if TYPE_CHECKING:
    from pathlib import Path


def read_roots(path: Path) -> list[SignedRoot]:
    """Return the roots of a file; none if there is no such file. Raises `InputFault`."""
    if not path.exists():
        return []
    roots: list[SignedRoot] = []
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        try:
            signed = _root_of(line)
        except (KeyError, TypeError, ValueError) as error:
            rule = "must be a root as `twinline roots sign` writes it"
            raise InputFault(place=f"{path} line {number}", value=line, rule=rule) from error
        if roots and signed.root.until <= roots[-1].root.until:
            rule = "must be later than the root before it"
            raise InputFault(place=f"{path} line {number}", value=signed.root.until, rule=rule)
        roots.append(signed)
    return roots


def append_root(path: Path, signed: SignedRoot) -> None:
    """Add a root to a file, and return when it is on the disk."""
    root = signed.root
    line = json.dumps(
        {
            "until": root.until.isoformat(timespec="microseconds"),
            "owners": root.owners,
            "heads_sha256": root.heads_sha256.hex(),
            "previous": root.previous.hex(),
            "signature": signed.signature.hex(),
        }
    )
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def _root_of(line: str) -> SignedRoot:
    said = json.loads(line)
    until = datetime.fromisoformat(said["until"])
    if until.utcoffset() is None:
        raise ValueError(said["until"])
    root = Root(
        until=until,
        owners=int(said["owners"]),
        heads_sha256=bytes.fromhex(said["heads_sha256"]),
        previous=bytes.fromhex(said["previous"]),
    )
    return SignedRoot(root, bytes.fromhex(said["signature"]))
