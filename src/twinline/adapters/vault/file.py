"""The lender's keys in one file that only its owner may read, apart from the database.

It is JSON: master keys by name, which of them wraps new data keys, and the index key, each as 64
hexadecimal digits. A running server sees a renewed file with the next thing it seals or opens.
"""

from __future__ import annotations

import os
import secrets
import stat
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.adapters.vault.keyring import KEY_BYTES, Keyring, KeyringFault
from twinline.app.fault import InputFault, OutputFault

if TYPE_CHECKING:
    from pathlib import Path

_ONLY_OWNER: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class _Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    current: str
    masters: dict[str, str]
    index_key: str


class KeyringFile:
    """The keys of a file, read again when it has changed."""

    def __init__(self, path: Path) -> None:
        """Take the path; nothing is read yet."""
        self.path = path
        self._read: tuple[int, int, int] | None = None
        self._keyring: Keyring | None = None

    def exists(self) -> bool:
        """Return whether there is such a file."""
        return self.path.exists()

    def keyring(self) -> Keyring:
        """Return the keys as they are now.

        Raises `InputFault` for a file that is missing, open to others or none of ours.
        """
        try:
            status = self.path.stat()
        except OSError as error:
            raise self._fault(error.strerror, "must be the keyring's file") from None
        read = status.st_mtime_ns, status.st_size, status.st_ino
        if self._keyring is None or read != self._read:
            if status.st_mode & _OTHERS:
                mode = f"mode {stat.S_IMODE(status.st_mode):o}"
                raise self._fault(mode, "only its owner may read it: chmod 600")
            self._keyring, self._read = self._decoded(), read
        return self._keyring

    def make(self) -> Keyring:
        """Make new keys in a new file, and return them. Raises `InputFault` where there is one."""
        if self.exists():
            raise self._fault("is there already", "a keyring is made once, and never overwritten")
        keyring = Keyring(
            masters={"m1": secrets.token_bytes(KEY_BYTES)},
            current="m1",
            index_key=secrets.token_bytes(KEY_BYTES),
        )
        self._write(keyring)
        return keyring

    def renew(self) -> Keyring:
        """Add a new master key that wraps from now on, and return all; the old ones stay."""
        old = self.keyring()
        name = f"m{len(old.masters) + 1}"
        masters = {**old.masters, name: secrets.token_bytes(KEY_BYTES)}
        keyring = Keyring(masters=masters, current=name, index_key=old.index_key)
        self._write(keyring)
        return keyring

    def _decoded(self) -> Keyring:
        try:
            kept = msgspec.json.decode(self.path.read_bytes(), type=_Kept)
            masters = {name: bytes.fromhex(key) for name, key in kept.masters.items()}
            return Keyring(
                masters=masters, current=kept.current, index_key=bytes.fromhex(kept.index_key)
            )
        except OSError as error:
            raise self._fault(error.strerror, "must be a file we may read") from None
        except KeyringFault as fault:
            raise self._fault("cannot be used", str(fault)) from None
        except ValueError:  # what stands there is secret, so that it is not shown
            raise self._fault(
                "cannot be read", "must be as `twinline keyring make` wrote it"
            ) from None

    def _write(self, keyring: Keyring) -> None:
        kept = _Kept(
            keyring.current,
            {name: key.hex() for name, key in keyring.masters.items()},
            keyring.index_key.hex(),
        )
        aside = self.path.with_name(f"{self.path.name}.new")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _ONLY_OWNER)
            try:
                os.write(file, msgspec.json.format(msgspec.json.encode(kept)) + b"\n")
                os.fsync(file)
            finally:
                os.close(file)
            aside.replace(self.path)
        except OSError as error:
            raise OutputFault.of(self.path, error) from None

    def _fault(self, value: object, rule: str) -> InputFault:
        return InputFault(place=f"keyring {self.path}", value=value, rule=rule)
