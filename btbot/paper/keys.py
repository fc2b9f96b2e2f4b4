"""Keys of accounts: who asks, how he signs, what he may do, from where."""

from __future__ import annotations

import ipaddress
import secrets
import string
from dataclasses import dataclass, field
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from btbot.errors import ConfigError

KeyKind = Literal["HMAC", "RSA", "Ed25519"]
_LETTERS = string.ascii_letters + string.digits
_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an account.

    Attributes
    ----------
    secret
        Of an HMAC key; empty for the others.
    public_key
        PEM text of an RSA or Ed25519 key; the private half is the client's alone.
    reading, trading, withdrawals
        What it may do. Nothing here can withdraw by REST, but a bot that refuses keys with that right can be tested.
    ips
        Addresses or networks such as ``10.0.0.0/8`` that it may be used from; empty for everywhere.
    """

    name: str
    account: str
    api_key: str
    kind: KeyKind = "HMAC"
    secret: str = field(default="", repr=False)
    public_key: str = ""
    reading: bool = True
    trading: bool = True
    withdrawals: bool = False
    ips: tuple[str, ...] = ()
    created_ms: int = 0

    def allows(self, ip: str) -> bool:
        """Return whether the key may be used from an address."""
        if not self.ips:
            return True
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:
            return False
        return any(address in ipaddress.ip_network(one, strict=False) for one in self.ips)


def checked(key: Key) -> Key:
    """Return the key if it can work.

    Raises
    ------
    ConfigError
        Where the material does not fit its kind, or an address is none.
    """
    where = f"key {key.name!r} of account {key.account!r}"
    for one in key.ips:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError as error:
            raise ConfigError(
                f"{where}: ips: must be addresses such as 127.0.0.1 or 10.0.0.0/8, was {one!r}"
            ) from error
    if len(key.api_key) < 16 or not key.api_key.isascii() or not key.api_key.isalnum():
        raise ConfigError(f"{where}: api_key: must be at least 16 letters and digits, was {key.api_key!r}")
    if key.kind == "HMAC":
        if len(key.secret) < 16:
            raise ConfigError(f"{where}: secret: an HMAC key needs one of at least 16 characters")
    elif not _fits(key):
        raise ConfigError(f"{where}: public_key: must be the PEM text of the public half of an {key.kind} pair")
    return key


def _fits(key: Key) -> bool:
    wanted = rsa.RSAPublicKey if key.kind == "RSA" else ed25519.Ed25519PublicKey
    try:
        return isinstance(serialization.load_pem_public_key(key.public_key.encode()), wanted)
    except (ValueError, UnsupportedAlgorithm):
        return False


def random_text() -> str:
    """Give 64 random letters and digits, as Binance's API keys and secrets are."""
    return "".join(secrets.choice(_LETTERS) for _ in range(64))


def key_pair(kind: KeyKind) -> tuple[str, str]:
    """Make an RSA or Ed25519 pair.

    Returns
    -------
    Private key (PKCS #8) and public key, both PEM.
    """
    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if kind == "RSA":
        private = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    elif kind == "Ed25519":
        private = ed25519.Ed25519PrivateKey.generate()
    else:
        raise ConfigError("an HMAC key has a secret, no pair of keys")
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return text.decode(), public.decode()
