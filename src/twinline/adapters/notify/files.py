"""Webhooks in a file of changes, which only its owner may read: it holds the secrets too.

Opening the file leaves out what no longer matters. One process at a time may have it open.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.adapters.notify.letters import (
    Change,
    Delivered,
    Failed,
    Resent,
    Subscribed,
    TakenIn,
    Unsubscribed,
)
from twinline.adapters.notify.memory import MemoryWebhooks
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from twinline.adapters.notify.letters import Letters

WEBHOOKS: Final = "webhooks.jsonl"
_ONLY_OWNER: Final = 0o600


class FileWebhooks(MemoryWebhooks):
    """The webhooks of a folder. Raises `InputFault` for a file that is not one of ours."""

    def __init__(self, folder: Path) -> None:
        """Read what was kept."""
        super().__init__()
        self._path = folder / WEBHOOKS
        folder.mkdir(parents=True, exist_ok=True)
        changes = _changes(self._path)
        for change in changes:
            self._letters.apply(change)
        aside = self._path.with_suffix(".new")
        _write(aside, os.O_TRUNC, _needed(changes, self._letters))
        aside.replace(self._path)

    def _change(self, change: Change) -> None:
        """Keep a change, then make it."""
        _write(self._path, os.O_APPEND, (change,))
        super()._change(change)


def _changes(path: Path) -> list[Change]:
    found: list[Change] = []
    lines = path.read_bytes().splitlines() if path.exists() else ()
    for number, line in enumerate(lines, 1):
        try:
            found.append(msgspec.json.decode(line, type=Change))
        except msgspec.DecodeError as fault:
            place = f"{path}, line {number}"
            raise InputFault(place=place, value=line, rule=f"a change ({fault})") from None
    return found


def _needed(changes: Iterable[Change], letters: Letters) -> Iterator[Change]:
    """Yield the changes that lead to what there is, without letters that have arrived."""
    for change in changes:
        match change:
            case Subscribed(subscriber_id):
                if subscriber_id in letters.subscribers:
                    yield change
            case TakenIn(subscriber_id, taken, read_to, at):
                waits = letters.open(subscriber_id)
                kept = tuple(letter for letter in taken if letter.position in waits)
                if kept or read_to == letters.read_to(subscriber_id):
                    yield TakenIn(subscriber_id, kept, read_to, at)
            case Failed(subscriber_id, position) | Resent(subscriber_id, position):
                if position in letters.open(subscriber_id):
                    yield change
            case Delivered() | Unsubscribed():
                pass


def _write(path: Path, how: int, changes: Iterable[Change]) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | how, _ONLY_OWNER)
    try:
        for change in changes:
            os.write(file, msgspec.json.encode(change) + b"\n")
        if how & os.O_TRUNC:
            os.fsync(file)
    finally:
        os.close(file)
