"""Signatures by Ed25519, keys as PEM files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from twinline.app.bank.roots import RootKey, RootSigner
from twinline.app.fault import InputFault

if TYPE_CHECKING:
    from pathlib import Path


class Ed25519Signer(RootSigner):
    """Signs with a private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Keep the key."""
        self._key = key

    def sign(self, statement: bytes) -> bytes:
        """Return the signature of a statement, 64 bytes."""
        return self._key.sign(statement)


class Ed25519Key(RootKey):
    """Verifies with a public key."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        """Keep the key."""
        self._key = key

    def verifies(self, statement: bytes, signature: bytes) -> bool:
        """Return whether the signature is the private key's on this statement."""
        try:
            self._key.verify(signature, statement)
        except InvalidSignature:
            return False
        return True


def make_keys(private: Path, public: Path) -> None:
    """Write a new pair of keys; only its owner can read the private one. Raises `InputFault`.

    Neither file may be there: another pair in its place would leave earlier roots unverifiable.
    """
    key = Ed25519PrivateKey.generate()
    public_bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for path in (private, public):
        if path.exists():
            raise InputFault(place="key", value=path, rule="must be a new file")
    private.touch(mode=0o600, exist_ok=False)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(public_bytes)


def signer_from(path: Path) -> Ed25519Signer:
    """Read a private key. Raises `InputFault`."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, TypeError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        rule = "must be an Ed25519 private key in PEM, without a password"
        raise InputFault(place="--key", value=path, rule=rule)
    return Ed25519Signer(key)


def key_from(path: Path) -> Ed25519Key:
    """Read a public key. Raises `InputFault`."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        rule = "must be an Ed25519 public key in PEM"
        raise InputFault(place="--key", value=path, rule=rule)
    return Ed25519Key(key)
