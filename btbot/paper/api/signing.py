"""Whether a request was signed by the holder of its key: HMAC-SHA256, RSA (PKCS #1 v1.5, SHA-256) and Ed25519.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from btbot.exchange import request_refusals as refusals
from btbot.paper.keys import Key

_SIGNATURE = re.compile(r"(?:^|&)signature=[^&]*")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{64}")
_BASE64 = re.compile(r"[A-Za-z0-9+/=]+")
_HEXADECIMAL_RANGE = "^[A-Fa-f0-9]{64}$"
_BASE64_RANGE = "^[A-Za-z0-9+/=]+$"


def rest_payload(query: str, body: str) -> str:
    """Give what a REST request is signed over: the query and the body as they were sent, without the signature.

    Examples
    --------
    >>> rest_payload("symbol=LTCBTC&side=BUY", "quantity=1&signature=00")
    'symbol=LTCBTC&side=BUYquantity=1'
    """
    return _unsigned(query) + _unsigned(body)


def frame_payload(params: Mapping[str, str]) -> str:
    """Give what a request of the ws-api is signed over: all parameters but the signature, sorted by name.

    Examples
    --------
    >>> frame_payload({"timestamp": "1", "apiKey": "k", "signature": "00"})
    'apiKey=k&timestamp=1'
    """
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "signature")


def check_signature(key: Key, payload: str, signature: str) -> None:
    """Check a signature; hexadecimal ones may be of any case, the others are base64.

    Raises
    ------
    Refused
        -1100 where the text cannot be a signature of that kind of key, -1022 where it is not this request's.
    """
    if key.kind == "HMAC":
        if _HEXADECIMAL.fullmatch(signature) is None:
            raise refusals.illegal_characters("signature", _HEXADECIMAL_RANGE)
        expected = hmac.digest(key.secret.encode(), payload.encode(), "sha256").hex()
        if not hmac.compare_digest(expected, signature.lower()):
            raise refusals.bad_signature()
        return
    if _BASE64.fullmatch(signature) is None:
        raise refusals.illegal_characters("signature", _BASE64_RANGE)
    if not _verified(key.public_key, payload, signature):
        raise refusals.bad_signature()


def _unsigned(text: str) -> str:
    if "signature=" not in text:
        return text
    rest = _SIGNATURE.sub("", text)
    return rest.removeprefix("&")


def _verified(pem: str, payload: str, signature: str) -> bool:
    public = _loaded(pem)
    try:
        given = base64.b64decode(signature, validate=True)
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(given, payload.encode(), padding.PKCS1v15(), hashes.SHA256())
        else:
            public.verify(given, payload.encode())
    except (binascii.Error, InvalidSignature):
        return False
    return True


@lru_cache(maxsize=256)
def _loaded(pem: str) -> rsa.RSAPublicKey | ed25519.Ed25519PublicKey:
    public = serialization.load_pem_public_key(pem.encode())
    if isinstance(public, rsa.RSAPublicKey | ed25519.Ed25519PublicKey):
        return public
    raise TypeError(f"neither an RSA nor an Ed25519 key: {type(public).__name__}")
