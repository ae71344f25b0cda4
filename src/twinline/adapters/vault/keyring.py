"""How personal data is sealed: a data key per customer, AES-256-GCM by field, a master key above.

The master keys and the index key are kept apart from the database and its backups. A data key is
stored wrapped by a master key; rotating wraps it anew, and no field is touched. A field is bound
to its customer and its name, so that a sealed text moved elsewhere does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from twinline.app.bank.vault import Sealing, WrappedKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.bank.vault import Field, Index

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class KeyringFault(ValueError):
    """Keys that cannot be used as they are."""

    def __init__(self, place: str, value: str, rule: str) -> None:
        """Name which key, what stands there (never the key itself) and the rule."""
        super().__init__(f"keyring, {place}: {value}: {rule}")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keyring(Sealing):
    """The lender's own keys: master keys by name, which of them wraps new data keys, index key.

    Raises `KeyringFault` for keys of another length than 32 bytes, or without the current one.
    """

    masters: Mapping[str, bytes]
    current: str
    index_key: bytes

    def __post_init__(self) -> None:
        """Refuse keys that would not protect."""
        for name, key in (*self.masters.items(), ("index", self.index_key)):
            if len(key) != KEY_BYTES:
                raise KeyringFault(name, f"{len(key)} bytes", f"{KEY_BYTES} bytes")
        if self.current not in self.masters:
            raise KeyringFault("current", self.current, f"one of {', '.join(self.masters)}")

    def new_data_key(self, customer_id: str) -> WrappedKey:
        """Return a fresh data key, wrapped."""
        return self._wrapped(customer_id, secrets.token_bytes(KEY_BYTES))

    def rewrapped(self, customer_id: str, wrapped: WrappedKey) -> WrappedKey:
        """Return the same data key under the current master key."""
        return self._wrapped(customer_id, self._data_key(customer_id, wrapped))

    def seal(self, customer_id: str, wrapped: WrappedKey, field: Field, text: str) -> bytes:
        """Return a field's text sealed for its customer."""
        key = self._data_key(customer_id, wrapped)
        return _sealed(key, text.encode(), f"{customer_id}/{field}")

    def open(self, customer_id: str, wrapped: WrappedKey, field: Field, sealed: bytes) -> str:
        """Return what was sealed. Raises `InvalidTag` for anything sealed otherwise."""
        key = self._data_key(customer_id, wrapped)
        return _opened(key, sealed, f"{customer_id}/{field}").decode()

    def blind(self, index: Index, text: str) -> bytes:
        """Return the keyed hash by which an exact text is found, upper and lower case alike."""
        said = f"{index}/{text.upper()}".encode()
        return hmac.new(self.index_key, said, hashlib.sha256).digest()

    def keyed(self, said: bytes) -> bytes:
        """Return the keyed hash of what was said to the bank."""
        return hmac.new(self.index_key, b"said/" + said, hashlib.sha256).digest()

    def mark(self) -> bytes:
        """Return what tells these keys from any others: of the index key, which never changes."""
        return hmac.new(self.index_key, b"keyring", hashlib.sha256).digest()

    def _wrapped(self, customer_id: str, key: bytes) -> WrappedKey:
        return WrappedKey(self.current, _sealed(self.masters[self.current], key, customer_id))

    def _data_key(self, customer_id: str, wrapped: WrappedKey) -> bytes:
        if wrapped.master not in self.masters:
            rule = f"one of {', '.join(self.masters)}; take the keyring of who rotated it"
            raise KeyringFault("master", wrapped.master, rule)
        return _opened(self.masters[wrapped.master], wrapped.sealed, customer_id)


def _sealed(key: bytes, plain: bytes, bound_to: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())


def _opened(key: bytes, sealed: bytes, bound_to: str) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
