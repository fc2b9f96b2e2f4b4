"""The documented examples of rest-api.md ("SIGNED Endpoint Examples for POST /api/v3/order"), and what must not pass.

The private keys of the RSA and Ed25519 examples were never published, so their payloads are signed here, by the very
commands of the document (`openssl`), with keys of our own.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from api_client import API_KEY, SECRET, Client

from btbot.exchange.refused import Refused
from btbot.paper.accounts import Accounts
from btbot.paper.api.params import merge
from btbot.paper.api.signing import check_signature, frame_payload, rest_payload
from btbot.paper.keys import Key, key_pair
from btbot.paper.wire import Request

HMAC_KEY = Key("bot", "alice", API_KEY, secret=SECRET)
ASCII = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
UNICODE = ASCII.replace("LTCBTC", "%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96")
PAIR_PAYLOADS = (
    "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1&price=0.2&timestamp=1668481559918&recvWindow=5000",
    "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=SELL&type=LIMIT&timeInForce=GTC&quantity=1"
    "&price=0.2&timestamp=1668481559918&recvWindow=5000",
)
OF_ASCII = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
OF_UNICODE = "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"
OF_MIXED = "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"


@pytest.mark.parametrize(
    ("query", "body", "signature"),
    [
        ("", ASCII, OF_ASCII),
        (ASCII, "", OF_ASCII),
        (ASCII, "", OF_ASCII.upper()),
        (UNICODE, "", OF_UNICODE),
        (
            "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC",
            "quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559",
            OF_MIXED,
        ),
    ],
    ids=["body", "query", "any case", "not ASCII", "mixed"],
)
def test_the_documented_hmac_examples_pass(query: str, body: str, signature: str) -> None:
    if body:
        body += f"&signature={signature}"
    else:
        query += f"&signature={signature}"
    check_signature(HMAC_KEY, rest_payload(query, body), merge(query, body)["signature"])


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_signature_may_stand_anywhere(place: str) -> None:
    parts = ASCII.split("&")
    parts.insert({"first": 0, "middle": 3, "last": len(parts)}[place], f"signature={OF_ASCII}")
    check_signature(HMAC_KEY, rest_payload("&".join(parts), ""), OF_ASCII)


def test_the_order_of_parameters_is_part_of_what_is_signed() -> None:
    with pytest.raises(Refused) as caught:
        check_signature(HMAC_KEY, "&".join(sorted(ASCII.split("&"))), OF_ASCII)
    assert (caught.value.code, caught.value.message) == (-1022, "Signature for this request is not valid.")


@pytest.mark.parametrize("change", [("quantity=1", "quantity=2"), ("LTCBTC", "ltcbtc"), ("GTC", "GTC ")])
def test_a_changed_request_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(Refused, match="Signature for this request is not valid"):
        check_signature(HMAC_KEY, ASCII.replace(*change), OF_ASCII)


@pytest.mark.parametrize("signature", ["", "abc", OF_ASCII[:-1], OF_ASCII + "0", "g" * 64])
def test_what_cannot_be_an_hmac_signature_is_called_illegal(signature: str) -> None:
    with pytest.raises(Refused) as caught:
        check_signature(HMAC_KEY, ASCII, signature)
    assert caught.value.code == -1100
    assert caught.value.message == (
        "Illegal characters found in parameter 'signature'; legal range is '^[A-Fa-f0-9]{64}$'."
    )


@pytest.fixture(scope="module")
def pairs() -> dict[str, tuple[Key, str]]:
    found = {}
    for kind in ("RSA", "Ed25519"):
        private, public = key_pair(kind)
        found[kind] = Key("bot", "alice", API_KEY, kind=kind, public_key=public), private
    return found


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("payload", PAIR_PAYLOADS, ids=["ASCII", "not ASCII"])
@pytest.mark.parametrize("kind", ["RSA", "Ed25519"])
def test_signatures_made_with_openssl_pass(
    kind: str, payload: str, pairs: dict[str, tuple[Key, str]], tmp_path: Path
) -> None:
    key, private = pairs[kind]
    pem, message = tmp_path / "test-prv-key.pem", tmp_path / "payload"
    pem.write_text(private)
    message.write_text(payload)
    command = {
        "RSA": ["openssl", "dgst", "-sha256", "-sign", str(pem), str(message)],
        "Ed25519": ["openssl", "pkeyutl", "-sign", "-inkey", str(pem), "-rawin", "-in", str(message)],
    }[kind]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    signature = base64.b64encode(raw).decode()
    check_signature(key, payload, signature)
    query = f"{payload}&signature={quote_plus(signature)}"
    check_signature(key, rest_payload(query, ""), merge(query, "")["signature"])
    for wrong in (payload + "0", payload.lower()):
        with pytest.raises(Refused, match="Signature for this request is not valid"):
            check_signature(key, wrong, signature)


@pytest.mark.parametrize("kind", ["RSA", "Ed25519"])
def test_a_signature_of_another_key_is_refused(kind: str, pairs: dict[str, tuple[Key, str]]) -> None:
    documented = (
        "HZ8HOjiJ1s/igS9JA+n7+7Ti/ihtkRF5BIWcPIEluJP6tlbFM/Bf44LfZka/iemtahZAZzcO9TnI5uaXh3++lrqtNonCwp6/245UFWkiW1elp"
        "gtVAmJPbogcAv6rSlokztAfWk296ZJXzRDYAtzGH0gq7CgSJKfH+XxaCmR0WcvlKjNQnp12/eKXJYO4tDap8UCBLuyxDnR7oJKLHQHJLP0r0EA"
        "VOOSIbrFang/1WOq+Jaq4Efc4XpnTgnwlBbWTmhWDR1pvS9iVEzcSYLHT/fNnMRxFc7u+j3qI//5yuGuu14KR0MuQKKCSpViieD+fIti46sxPT"
        "sjSemoUKp0oXA=="
    )
    with pytest.raises(Refused, match="Signature for this request is not valid"):
        check_signature(pairs[kind][0], PAIR_PAYLOADS[0], documented)


@pytest.mark.parametrize("signature", ["not base64!", "äöü", "a b"])
def test_what_cannot_be_base64_is_called_illegal(signature: str, pairs: dict[str, tuple[Key, str]]) -> None:
    with pytest.raises(Refused) as caught:
        check_signature(pairs["RSA"][0], PAIR_PAYLOADS[0], signature)
    assert caught.value.code == -1100


@pytest.mark.parametrize("signature", ["=", "abc", "QUJD"])
def test_base64_that_is_no_signature_is_refused(signature: str, pairs: dict[str, tuple[Key, str]]) -> None:
    for kind in ("RSA", "Ed25519"):
        with pytest.raises(Refused, match="Signature for this request is not valid"):
            check_signature(pairs[kind][0], PAIR_PAYLOADS[0], signature)


def test_frames_are_signed_over_their_sorted_parameters() -> None:
    """The example of web-socket-api.md, "SIGNED request example (HMAC)"."""
    params = {
        "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01000000",
        "price": "52000.00", "newOrderRespType": "ACK", "recvWindow": "100", "timestamp": "1645423376532",
        "apiKey": API_KEY, "signature": "cc15477742bd704c29492d96c7ead9414dfd8e0ec4a00f947bb5bb454ddbd08a",
    }  # fmt: skip
    assert frame_payload(params) == (
        f"apiKey={API_KEY}&newOrderRespType=ACK&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL"
        "&symbol=BTCUSDT&timeInForce=GTC&timestamp=1645423376532&type=LIMIT"
    )
    check_signature(HMAC_KEY, frame_payload(params), params["signature"])


@pytest.mark.parametrize("kind", ["RSA", "Ed25519"])
def test_a_whole_request_signed_with_a_pair_is_answered(kind: str, client: Client) -> None:
    import asyncio

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding

    accounts: Accounts = client.venue.accounts
    key, pem = accounts.add_key("alice", kind=kind, name=kind)
    private = serialization.load_pem_private_key(pem.encode(), None)
    payload = f"timestamp={client.clock.now_ms()}"
    arguments = (padding.PKCS1v15(), hashes.SHA256()) if kind == "RSA" else ()
    signature = base64.b64encode(private.sign(payload.encode(), *arguments)).decode()
    query = f"{payload}&signature={quote_plus(signature)}"
    request = Request("GET", "/api/v3/account", query, headers={"x-mbx-apikey": key.api_key})
    assert asyncio.run(client.api.handle(request)).status == 200
